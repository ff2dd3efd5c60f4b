/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/listeners.h"

#include "router_fixture.h"

/* A port that is free at this moment, in network order. */
static in_port_t
free_port(void)
{
	struct router router;
	router_open(&router);
	in_port_t port = router.peer.address.socket.v4.sin_port;
	router_close(&router);
	return port;
}

static struct config_peer
peer_at(uint32_t host, in_port_t port)
{
	struct config_peer peer = {.passive = true};
	peer.address.size = sizeof peer.address.socket.v4;
	peer.address.socket.v4 = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = port, .sin_addr = {htonl(host)}};
	return peer;
}

/* Whether a call from 127.0.0.`last`, signed or not, is answered. */
static bool
is_answered(const struct listener *listener, uint8_t last)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = listener->port,
				 .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr = {htonl(0x7f000000u + last)}};
	struct timeval limit = {.tv_usec = 300000};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof from), 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit), 0);
	bool done = connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
	close(fd);
	return done;
}

static void
test_one_per_port(void **state)
{
	struct listeners listeners = {0};
	in_port_t port = free_port();
	struct config_peer one = peer_at(0x7f000001, port), two = peer_at(0x7f000002, port);
	struct config_peer active = peer_at(0x7f000003, free_port());
	(void)state;

	assert_null(listeners_of(&listeners, &one));
	assert_true(listeners_expect(&listeners, &one));
	assert_true(listeners_open(&listeners, &one, NULL));
	assert_true(listeners_open(&listeners, &two, NULL));
	assert_int_equal(listeners.count, 1);
	assert_ptr_equal(listeners_of(&listeners, &two), &listeners.list[0]);
	active.passive = false;
	assert_true(listeners_open(&listeners, &active, NULL));
	assert_int_equal(listeners.count, 1);
	assert_true(is_answered(&listeners.list[0], 1));
	/* Somebody else has the port. */
	struct listeners others = {0};
	errno = 0;
	assert_false(listeners_open(&others, &one, NULL));
	assert_int_equal(errno, EADDRINUSE);
	assert_int_equal(others.count, 0);
	listeners_close(&listeners, 1);
	assert_int_equal(listeners.count, 1);
	listeners_close(&listeners, 0);
	assert_int_equal(listeners.count, 0);
}

static void
test_full(void **state)
{
	struct listeners listeners = {0};
	(void)state;

	for (unsigned i = 0; i < LISTENERS_MAX; i++) {
		struct config_peer peer = peer_at(0x7f000001, free_port());
		assert_true(listeners_open(&listeners, &peer, NULL));
	}
	struct config_peer peer = peer_at(0x7f000001, free_port());
	assert_false(listeners_open(&listeners, &peer, NULL));
	assert_int_equal(errno, EMFILE);
	listeners_close(&listeners, 0);
}

/* What no passive peer calls at any more is closed, and its port is free for others. */
static void
test_keep(void **state)
{
	struct listeners listeners = {0}, others = {0};
	struct config_peer peers[3];
	struct config_announce announce = {.peers = peers, .peer_count = 3};
	(void)state;

	for (unsigned i = 0; i < 3; i++) {
		peers[i] = peer_at(0x7f000001 + i, free_port());
		assert_true(listeners_open(&listeners, &peers[i], &announce));
	}
	int last = listeners.list[2].fd;
	listeners_keep(&listeners, &announce);
	assert_int_equal(listeners.count, 3);
	struct config_peer gone = peers[0];
	peers[0] = peers[1];
	peers[0].passive = false; /* calls itself: nobody needs to listen */
	peers[1] = peers[2];
	announce.peer_count = 2;
	listeners_keep(&listeners, &announce);
	assert_int_equal(listeners.count, 1);
	assert_int_equal(listeners.list[0].fd, last);
	assert_ptr_equal(listeners_of(&listeners, &peers[1]), &listeners.list[0]);
	assert_true(is_answered(&listeners.list[0], 1));
	assert_true(listeners_open(&others, &gone, NULL));
	listeners_close(&others, 0);
	announce.peer_count = 0;
	listeners_keep(&listeners, &announce);
	assert_int_equal(listeners.count, 0);
}

/* From the first moment on: a reload listens before it is certain that it will be followed. */
static void
test_password_first(void **state)
{
	struct listeners listeners = {0};
	char password[] = "from the start";
	struct config_peer peers[2] = {peer_at(0x7f000002, free_port())};
	struct config_announce announce = {.peers = peers, .peer_count = 2};
	(void)state;

	peers[0].password = password;
	peers[1] = peer_at(0x7f000003, peers[0].address.socket.v4.sin_port);
	assert_true(listeners_open(&listeners, &peers[1], &announce));
	if (!listeners_expect(&listeners, &peers[0]) && errno == ENOPROTOOPT)
		skip(); /* a kernel without TCP-MD5 */
	listeners_close(&listeners, 0);
	assert_true(listeners_open(&listeners, &peers[1], &announce));
	assert_false(is_answered(&listeners.list[0], 2));
	assert_true(is_answered(&listeners.list[0], 3));
	listeners_close(&listeners, 0);
}

static void
test_password_comes_and_goes(void **state)
{
	struct listeners listeners = {0};
	char password[] = "of both";
	struct config_peer peer = peer_at(0x7f000002, free_port());
	(void)state;

	peer.password = password;
	assert_true(listeners_open(&listeners, &peer, NULL));
	if (!listeners_expect(&listeners, &peer) && errno == ENOPROTOOPT)
		skip(); /* a kernel without TCP-MD5 */
	assert_false(is_answered(&listeners.list[0], 2));
	assert_true(is_answered(&listeners.list[0], 3));
	listeners_forget(&listeners, &peer);
	assert_true(is_answered(&listeners.list[0], 2));
	listeners_forget(&listeners, &peer);
	listeners_close(&listeners, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_per_port),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_keep),
		cmocka_unit_test(test_password_first),
		cmocka_unit_test(test_password_comes_and_goes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
