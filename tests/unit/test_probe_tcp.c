/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe_fixture.h"

#include <errno.h>

#include "probe/probe_tcp.h"

struct got {
	struct ev_loop *loop;
	enum probe_outcome outcome;
	uint8_t bytes[64];
	size_t size;
	unsigned count;
};

static void
on_done(void *context, struct probe_tcp *tcp, enum probe_outcome outcome, const uint8_t *message,
	size_t size)
{
	struct got *got = context;

	got->outcome = outcome;
	got->size = size_min(size, sizeof(got->bytes));
	if (got->size)
		memcpy(got->bytes, message, got->size);
	got->count++;
	probe_tcp_close(tcp);
	ev_break(got->loop, EVBREAK_ALL);
}

static struct probe_tcp *
ask_from(struct ev_loop *loop, const struct probe_address *server,
	 const struct probe_address *source, uint16_t port, struct got *got)
{
	const struct probe_tcp_query query = {server, source, port, (const uint8_t *)"ask", 3};

	return probe_tcp_ask(loop, &query, on_done, got);
}

struct answer {
	ev_io io;
	const char *pieces[4]; /* sent one after the other */
	size_t sizes[4];
	size_t next;
	int peer;
	bool reset;
};

/* The server's side: takes the connection and the query, then sends a piece in each turn. */
static void
on_server(struct ev_loop *loop, ev_io *io, int events)
{
	struct answer *answer = io->data;
	uint8_t query[64];
	(void)events;

	if (answer->peer < 0) {
		answer->peer = accept(io->fd, NULL, NULL);
		ev_io_stop(loop, io);
		ev_io_set(io, answer->peer, EV_READ);
		ev_io_start(loop, io);
		return;
	}
	if (answer->next == 0) {
		assert_int_equal(recv(answer->peer, query, sizeof(query), 0), 5);
		assert_memory_equal(query, "\0\3ask", 5);
		ev_io_stop(loop, io);
		ev_io_set(io, answer->peer, EV_WRITE);
		ev_io_start(loop, io);
	}
	if (answer->next < 4 && answer->pieces[answer->next]) {
		(void)send(answer->peer, answer->pieces[answer->next], answer->sizes[answer->next],
			   MSG_NOSIGNAL);
		answer->next++;
		return;
	}
	ev_io_stop(loop, io);
	if (answer->reset) {
		struct linger reset = {.l_onoff = 1};
		(void)setsockopt(answer->peer, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	}
	close(answer->peer);
}

static struct got
ask(struct answer *answer, int family)
{
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	struct got got = {.loop = loop};
	struct probe_address server;
	int fd = listen_on(family, SOCK_STREAM, &server);

	answer->peer = -1;
	ev_io_init(&answer->io, on_server, fd, EV_READ);
	answer->io.data = answer;
	ev_io_start(loop, &answer->io);
	struct probe_tcp *tcp = ask_from(loop, &server, NULL, 0, &got);
	assert_non_null(tcp);
	ev_run(loop, 0);
	if (ev_is_active(&answer->io) && answer->peer >= 0)
		close(answer->peer);
	ev_loop_destroy(loop);
	close(fd);
	assert_int_equal(got.count, 1);
	return got;
}

static void
test_answer(void **state)
{
	struct answer whole = {.pieces = {"\0\5reply"}, .sizes = {7}};
	struct answer pieces = {.pieces = {"\0", "\5re", "pl", "y"}, .sizes = {1, 3, 2, 1}};
	struct answer more = {.pieces = {"\0\2ok\0\3no"}, .sizes = {9}};
	struct got got;
	(void)state;

	got = ask(&whole, AF_INET6);
	assert_int_equal(got.outcome, PROBE_ANSWER);
	assert_int_equal(got.size, 5);
	assert_memory_equal(got.bytes, "reply", 5);
	got = ask(&pieces, AF_INET);
	assert_int_equal(got.outcome, PROBE_ANSWER);
	assert_memory_equal(got.bytes, "reply", 5);
	got = ask(&more, AF_INET);
	assert_int_equal(got.size, 2);
}

static void
test_closed(void **state)
{
	struct answer at_once = {.next = 0};
	struct answer half = {.pieces = {"\0\5re"}, .sizes = {4}};
	struct answer reset = {.pieces = {"\0"}, .sizes = {1}, .reset = true};
	(void)state;

	assert_int_equal(ask(&at_once, AF_INET).outcome, PROBE_CLOSED);
	assert_int_equal(ask(&half, AF_INET).outcome, PROBE_CLOSED);
	assert_int_equal(ask(&reset, AF_INET).outcome, PROBE_CLOSED);
}

static void
test_refused(void **state)
{
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	struct got got = {.loop = loop};
	struct probe_address server;
	(void)state;

	close(listen_on(AF_INET, SOCK_STREAM, &server));
	struct probe_tcp *tcp = ask_from(loop, &server, NULL, 0, &got);
	if (tcp)
		ev_run(loop, 0);
	else
		assert_int_equal(errno, ECONNREFUSED); /* loopback may say so at once */
	assert_true(!tcp || got.outcome == PROBE_UNREACHABLE);
	ev_loop_destroy(loop);
}

static void
test_source(void **state)
{
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	struct got got = {.loop = loop};
	struct probe_address server;
	struct probe_address source;
	struct probe_address free_port;
	int fd = listen_on(AF_INET, SOCK_STREAM, &server);
	(void)state;

	close(listen_on(AF_INET, SOCK_STREAM, &free_port));
	assert_true(probe_address_parse(&source, "127.0.0.1", 0));
	struct probe_tcp *tcp = ask_from(loop, &server, &source, probe_address_port(&free_port),
					 &got);
	assert_non_null(tcp);
	assert_int_equal(tcp->port, probe_address_port(&free_port));
	probe_tcp_close(tcp);
	probe_tcp_close(NULL);
	assert_true(probe_address_parse(&source, "192.0.2.1", 0)); /* not ours */
	assert_null(ask_from(loop, &server, &source, 0, &got));
	assert_int_equal(errno, EADDRNOTAVAIL);
	assert_int_equal(got.count, 0);
	ev_loop_destroy(loop);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_closed),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
