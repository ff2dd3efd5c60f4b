/* SPDX-License-Identifier: BSD-2-Clause */
#include "router_fixture.h"

#include "announce/bgp_socket.h"

#include <fcntl.h>
#include <netinet/tcp.h>

static int
option(int fd, int level, int name)
{
	int value = -1;
	socklen_t size = sizeof value;
	assert_int_equal(getsockopt(fd, level, name, &value, &size), 0);
	return value;
}

/* Waits until a non-blocking connect() has ended. */
static int
outcome(int fd)
{
	struct sockaddr_storage peer;
	for (int64_t limit = router_now_ms() + ROUTER_LIMIT_MS; router_now_ms() < limit;) {
		socklen_t size = sizeof peer;
		int error = bgp_socket_error(fd);
		if (error || getpeername(fd, (struct sockaddr *)&peer, &size) == 0)
			return error;
		router_sleep(NULL);
	}
	return ETIMEDOUT;
}

static void
test_options(void **state)
{
	struct router r;
	(void)state;
	router_open(&r);
	r.peer.gtsm_hops = 1;
	int fd = bgp_socket_connect(&r.peer);
	assert_true(fd >= 0);
	assert_int_equal(option(fd, IPPROTO_IP, IP_TTL), 255);
	assert_int_equal(option(fd, IPPROTO_IP, IP_MINTTL), 255);
	assert_int_equal(option(fd, IPPROTO_IP, IP_TOS), 0xc0);
	assert_int_equal(option(fd, IPPROTO_TCP, TCP_NODELAY), 1);
	assert_int_equal(option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 9000);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	bgp_socket_close(fd);

	r.peer.gtsm_hops = 254;
	r.peer.hold = 0;
	fd = bgp_socket_connect(&r.peer);
	assert_int_equal(option(fd, IPPROTO_IP, IP_MINTTL), 2);
	assert_int_equal(option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 0);
	bgp_socket_close(fd);

	/* Off: the kernel's TTL, and any is taken. */
	r.peer.gtsm_hops = 0;
	fd = bgp_socket_connect(&r.peer);
	assert_int_equal(option(fd, IPPROTO_IP, IP_MINTTL), 0);
	bgp_socket_close(fd);
	router_close(&r);
}

static void
test_outcome(void **state)
{
	struct router r;
	(void)state;
	router_open(&r);
	int fd = bgp_socket_connect(&r.peer);
	assert_int_equal(outcome(fd), 0);
	bgp_socket_close(fd);
	router_close(&r);
	fd = bgp_socket_connect(&r.peer);
	if (fd < 0)
		assert_int_equal(errno, ECONNREFUSED);
	else
		assert_int_equal(outcome(fd), ECONNREFUSED);
	if (fd >= 0)
		bgp_socket_close(fd);
	assert_int_equal(bgp_socket_error(-1), EBADF);
}

/* A connection to a listener of ours, over IPv4 or IPv6. */
static void
connect_to_listener(int family, struct config_address *to, int *listener, int *client, int *served,
		    const struct config_peer *expected, struct config_address *from)
{
	*to = (struct config_address){.size = sizeof to->socket};
	*listener = bgp_socket_listen(family, 0, NULL);
	assert_true(*listener >= 0);
	assert_int_equal(getsockname(*listener, &to->socket.any, &to->size), 0);
	if (family == AF_INET6)
		to->socket.v6.sin6_addr = in6addr_loopback;
	else
		to->socket.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	struct config_peer peer = expected ? *expected : (struct config_peer){0};
	peer.address = *to;
	assert_true(bgp_socket_expect(*listener, &peer));
	*client = bgp_socket_connect(&peer);
	assert_true(*client >= 0);
	assert_int_equal(outcome(*client), 0);
	struct router waiting = {.turn = router_sleep};
	router_wait(&waiting, (*served = bgp_socket_accept(*listener, from)) >= 0);
}

static void
test_listen(void **state)
{
	(void)state;
	for (int six = 0; six < 2; six++) {
		struct config_address to, from;
		int listener, client, served;
		struct config_peer peer = {.gtsm_hops = 1, .hold = 3};
		connect_to_listener(six ? AF_INET6 : AF_INET, &to, &listener, &client, &served,
				    NULL, &from);
		assert_true(bgp_socket_same_host(&from, &to));
		peer.address = to;
		assert_true(bgp_socket_prepare(served, &peer));
		if (six)
			assert_int_equal(option(served, IPPROTO_IPV6, IPV6_MINHOPCOUNT), 255);
		else
			assert_int_equal(option(served, IPPROTO_IP, IP_MINTTL), 255);
		assert_true(fcntl(served, F_GETFL) & O_NONBLOCK);
		assert_true(fcntl(served, F_GETFD) & FD_CLOEXEC);
		/* The port is taken. */
		assert_int_equal(
			bgp_socket_listen(six ? AF_INET6 : AF_INET, to.socket.v4.sin_port, NULL),
			-1);
		assert_int_equal(errno, EADDRINUSE);
		bgp_socket_close(client);
		bgp_socket_close(served);
		close(listener);
	}
	struct config_address none;
	assert_int_equal(bgp_socket_accept(-1, &none), -1);
}

static void
test_password(void **state)
{
	struct config_address to, from;
	int listener, client, served;
	char password[] = "a secret of both";
	char longest[82];
	struct config_peer peer = {.password = password, .hold = 3};
	(void)state;
	connect_to_listener(AF_INET, &to, &listener, &client, &served, &peer, &from);
	assert_int_equal(send(client, "signed", 6, 0), 6);
	char bytes[6];
	struct router waiting = {.turn = router_sleep};
	router_wait(&waiting, recv(served, bytes, sizeof bytes, MSG_DONTWAIT) == 6);
	bgp_socket_close(served);
	bgp_socket_close(client);
	close(listener);

	/* 80 bytes are what the kernel takes; one more is refused, not cut. */
	memset(longest, 'x', sizeof longest);
	longest[80] = '\0';
	peer.address = to;
	peer.password = longest;
	int fd = bgp_socket_listen(AF_INET, 0, NULL);
	assert_true(bgp_socket_expect(fd, &peer));
	longest[80] = 'x';
	longest[81] = '\0';
	assert_false(bgp_socket_expect(fd, &peer));
	assert_int_equal(errno, EINVAL);
	close(fd);
}

static void
test_acknowledged(void **state)
{
	struct router r;
	uint8_t bytes[65536] = {0};
	(void)state;
	router_open(&r);
	int fd = bgp_socket_connect(&r.peer);
	router_wait(&r, router_accepts(&r));
	router_wait(&r, bgp_socket_acknowledged(fd));
	/* More than the other side takes while nobody reads. */
	while (send(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
		;
	assert_false(bgp_socket_acknowledged(fd));
	router_wait(&r, (recv(r.fd, bytes, sizeof bytes, MSG_DONTWAIT) < 0 &&
			 bgp_socket_acknowledged(fd)));
	bgp_socket_close(fd);
	router_close(&r);
	assert_false(bgp_socket_acknowledged(-1));
}

static void
test_next_hop(void **state)
{
	struct config_address to, from;
	int listener, client, served;
	(void)state;
	connect_to_listener(AF_INET, &to, &listener, &client, &served, NULL, &from);
	struct config_peer peer = {.address = to};
	struct bgp_next_hop hop = bgp_socket_next_hop(client, &peer);
	assert_int_equal(hop.size, 4);
	assert_memory_equal(hop.bytes, ((uint8_t[]){127, 0, 0, 1}), 4);
	peer.has_next_hop = true;
	memcpy(peer.next_hop, (uint8_t[]){192, 0, 2, 7}, 4);
	hop = bgp_socket_next_hop(client, &peer);
	assert_int_equal(hop.size, 4);
	assert_memory_equal(hop.bytes, ((uint8_t[]){192, 0, 2, 7}), 4);
	peer.has_next_hop = false;
	assert_int_equal(bgp_socket_next_hop(-1, &peer).size, 0);
	close(client), close(served), close(listener);

	connect_to_listener(AF_INET6, &to, &listener, &client, &served, NULL, &from);
	peer = (struct config_peer){.address = to};
	hop = bgp_socket_next_hop(client, &peer);
	/* Loopback is no link that could be shared. */
	assert_int_equal(hop.size, 16);
	assert_memory_equal(hop.bytes, &in6addr_loopback, 16);
	close(client), close(served), close(listener);
}

static void
test_same_host(void **state)
{
	struct config_address a = {0}, b = {0};
	(void)state;
	a.socket.v4.sin_family = b.socket.v4.sin_family = AF_INET;
	a.socket.v4.sin_port = 1;
	assert_true(bgp_socket_same_host(&a, &b));
	b.socket.v4.sin_addr.s_addr = htonl(1);
	assert_false(bgp_socket_same_host(&a, &b));
	a.socket.v6 = b.socket.v6 = (struct sockaddr_in6){.sin6_family = AF_INET6};
	a.socket.v6.sin6_scope_id = 2;
	assert_true(bgp_socket_same_host(&a, &b));
	b.socket.v6.sin6_scope_id = 3;
	assert_false(bgp_socket_same_host(&a, &b));
	b.socket.v4.sin_family = AF_INET;
	assert_false(bgp_socket_same_host(&a, &b));
}

/* What was not read does not turn the end into a reset, which could overtake the last words. */
static void
test_close(void **state)
{
	struct router r;
	char bytes[16];
	(void)state;
	router_open(&r);
	int fd = bgp_socket_connect(&r.peer);
	router_wait(&r, router_accepts(&r));
	assert_int_equal(send(r.fd, "unread", 6, 0), 6);
	assert_int_equal(outcome(fd), 0);
	assert_int_equal(send(fd, "last words", 10, 0), 10);
	bgp_socket_close(fd);
	assert_int_equal(recv(r.fd, bytes, sizeof bytes, 0), 10);
	assert_int_equal(recv(r.fd, bytes, sizeof bytes, 0), 0);
	router_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options),   cmocka_unit_test(test_outcome),
		cmocka_unit_test(test_listen),    cmocka_unit_test(test_password),
		cmocka_unit_test(test_same_host), cmocka_unit_test(test_acknowledged),
		cmocka_unit_test(test_next_hop),  cmocka_unit_test(test_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
