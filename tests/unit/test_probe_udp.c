/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe_fixture.h"

#include <errno.h>

#include "probe/probe_udp.h"

struct got {
	struct ev_loop *loop;
	uint8_t bytes[64];
	size_t size;
	struct sockaddr_storage from;
	int error;
	unsigned count;
	bool close;
};

static void
heard(void *context, struct probe_udp *udp, const uint8_t *bytes, size_t size,
      const struct sockaddr *from, int error)
{
	struct got *got = context;

	got->size = size_min(size, sizeof(got->bytes));
	memcpy(got->bytes, bytes, got->size);
	memcpy(&got->from, from,
	       from->sa_family == AF_INET ? sizeof(struct sockaddr_in)
					  : sizeof(struct sockaddr_in6));
	got->error = error;
	got->count++;
	if (got->close)
		probe_udp_close(udp);
	ev_break(got->loop, EVBREAK_ALL);
}

static void
exchange(int family)
{
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	struct got got = {.loop = loop};
	struct probe_address server;
	struct probe_address client = {.size = sizeof(client.socket)};
	uint8_t bytes[16];
	int fd = listen_on(family, SOCK_DGRAM, &server);
	struct probe_udp *udp = probe_udp_open(loop, family, NULL, 0, heard, &got);

	assert_non_null(udp);
	assert_true(udp->port > 0);
	assert_int_equal(probe_udp_send(udp, (const uint8_t *)"ask", 3, &server), 0);
	assert_int_equal(recvfrom(fd, bytes, sizeof(bytes), 0, &client.socket.any, &client.size),
			 3);
	assert_int_equal(probe_address_port(&client), udp->port);
	assert_int_equal(sendto(fd, "tell", 4, 0, &client.socket.any, client.size), 4);
	ev_run(loop, 0);
	assert_int_equal(got.size, 4);
	assert_memory_equal(got.bytes, "tell", 4);
	assert_int_equal(got.error, 0);
	assert_true(probe_address_equal((struct sockaddr *)&got.from, &server.socket.any));
	probe_udp_close(udp);
	ev_loop_destroy(loop);
	close(fd);
}

static void
test_exchange(void **state)
{
	(void)state;

	exchange(AF_INET);
	exchange(AF_INET6);
}

/* Nobody listens: the network says so, with what was sent and to whom. */
static void
refused(int family)
{
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	struct got got = {.loop = loop};
	struct probe_address server;
	struct probe_udp *udp = probe_udp_open(loop, family, NULL, 0, heard, &got);

	close(listen_on(family, SOCK_DGRAM, &server));
	assert_int_equal(probe_udp_send(udp, (const uint8_t *)"ask", 3, &server), 0);
	ev_run(loop, 0);
	assert_int_equal(got.error, ECONNREFUSED);
	assert_int_equal(got.size, 3);
	assert_memory_equal(got.bytes, "ask", 3);
	assert_true(probe_address_equal((struct sockaddr *)&got.from, &server.socket.any));
	/* An error that waits on the socket is not the one of the next datagram. */
	assert_int_equal(probe_udp_send(udp, (const uint8_t *)"1", 1, &server), 0);
	assert_int_equal(probe_udp_send(udp, (const uint8_t *)"2", 1, &server), 0);
	ev_run(loop, 0);
	probe_udp_close(udp);
	ev_loop_destroy(loop);
}

static void
test_refused(void **state)
{
	(void)state;

	refused(AF_INET);
	refused(AF_INET6);
}

static void
test_close_while_heard(void **state)
{
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	struct got got = {.loop = loop, .close = true};
	struct probe_address server;
	struct probe_address client;
	int fd = listen_on(AF_INET, SOCK_DGRAM, &server);
	struct probe_udp *udp = probe_udp_open(loop, AF_INET, NULL, 0, heard, &got);
	(void)state;

	assert_true(probe_address_parse(&client, "127.0.0.1", 1));
	probe_address_set_port(&client, udp->port);
	/* Two have arrived; with the first one the socket is closed, the second is nobody's. */
	assert_int_equal(sendto(fd, "1", 1, 0, &client.socket.any, client.size), 1);
	assert_int_equal(sendto(fd, "2", 1, 0, &client.socket.any, client.size), 1);
	ev_run(loop, 0);
	assert_int_equal(got.count, 1);
	ev_loop_destroy(loop);
	close(fd);
	probe_udp_close(NULL);
}

static void
test_source(void **state)
{
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	struct got got = {.loop = loop};
	struct probe_address source;
	(void)state;

	assert_true(probe_address_parse(&source, "127.0.0.1", 0));
	struct probe_udp *udp = probe_udp_open(loop, AF_INET, &source, 0, heard, &got);
	assert_non_null(udp);
	assert_null(probe_udp_open(loop, AF_INET, &source, udp->port, heard, &got));
	assert_int_equal(errno, EADDRINUSE);
	probe_udp_close(udp);
	assert_true(probe_address_parse(&source, "192.0.2.1", 0)); /* not ours */
	assert_null(probe_udp_open(loop, AF_INET, &source, 0, heard, &got));
	assert_int_equal(errno, EADDRNOTAVAIL);
	ev_loop_destroy(loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exchange),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_close_while_heard),
		cmocka_unit_test(test_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
