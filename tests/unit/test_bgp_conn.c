/* SPDX-License-Identifier: BSD-2-Clause */
#include "router_fixture.h"

#include "announce/bgp_conn.h"

struct rig {
	struct ev_loop *loop;
	struct bgp_conn conn;
	int other;
	unsigned readable;
	unsigned writable;
};

static void
on_news(struct ev_loop *loop, ev_io *io, int events)
{
	struct rig *rig = io->data;
	(void)loop;
	rig->readable += (events & EV_READ) != 0;
	rig->writable += (events & EV_WRITE) != 0;
}

static void
open_conn(struct rig *rig, bool connecting)
{
	int pair[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair),
			 0);
	rig->other = pair[1];
	bgp_conn_open(&rig->conn, pair[0], connecting);
}

static int
setup(void **state)
{
	static struct rig rig;
	rig = (struct rig){.loop = ev_loop_new(0)};
	bgp_conn_init(&rig.conn, rig.loop, on_news, &rig);
	open_conn(&rig, false);
	*state = &rig;
	return 0;
}

static int
teardown(void **state)
{
	struct rig *rig = *state;
	bgp_conn_close(&rig->conn);
	if (rig->other >= 0)
		close(rig->other);
	ev_loop_destroy(rig->loop);
	return 0;
}

static void
test_in(void **state)
{
	struct rig *rig = *state;
	struct bgp_conn *conn = &rig->conn;
	struct bgp_event event;
	uint8_t out[2 * BGP_MESSAGE_MAX];
	size_t size = bgp_message_keepalive(out);
	assert_false(bgp_conn_fill(conn));
	assert_false(conn->failed);
	assert_false(bgp_conn_take(conn, BGP_LANE_IN, &event));

	/* Two messages and a half, then the other half. */
	size += bgp_update_end_of_rib(BGP_IPV4, out + size);
	size_t whole = size;
	size += bgp_message_keepalive(out + size);
	assert_int_equal(send(rig->other, out, whole + 10, 0), whole + 10);
	ev_run(rig->loop, EVRUN_NOWAIT);
	assert_int_equal(rig->readable, 1);
	assert_true(bgp_conn_fill(conn));
	assert_true(bgp_conn_take(conn, BGP_LANE_IN, &event));
	assert_int_equal(event.type, BGP_EVENT_KEEPALIVE);
	assert_int_equal(event.lane, BGP_LANE_IN);
	assert_true(bgp_conn_take(conn, BGP_LANE_IN, &event));
	assert_int_equal(event.type, BGP_EVENT_UPDATE);
	assert_false(bgp_conn_take(conn, BGP_LANE_IN, &event));
	assert_int_equal(send(rig->other, out + whole + 10, size - whole - 10, 0), 9);
	assert_true(bgp_conn_fill(conn));
	assert_true(bgp_conn_take(conn, BGP_LANE_OUT, &event));
	assert_int_equal(event.type, BGP_EVENT_KEEPALIVE);
	assert_int_equal(event.lane, BGP_LANE_OUT);

	/* What follows a bad header is not looked at. */
	memset(out, 0, 64);
	assert_int_equal(send(rig->other, out, 64, 0), 64);
	assert_true(bgp_conn_fill(conn));
	assert_true(bgp_conn_take(conn, BGP_LANE_IN, &event));
	assert_int_equal(event.type, BGP_EVENT_BAD_HEADER);
	assert_false(bgp_conn_take(conn, BGP_LANE_IN, &event));
}

static void
test_out(void **state)
{
	struct rig *rig = *state;
	struct bgp_conn *conn = &rig->conn;
	uint8_t bytes[BGP_MESSAGE_MAX] = {0};
	assert_true(bgp_conn_drained(conn));
	assert_true(bgp_conn_put(conn, bytes, 0));
	assert_true(bgp_conn_put(conn, bytes, 100));
	assert_false(bgp_conn_drained(conn));
	bgp_conn_flush(conn);
	assert_int_equal(recv(rig->other, bytes, sizeof bytes, 0), 100);
	assert_true(bgp_conn_drained(conn));

	/* Two UPDATEs of the largest size fit behind a connection that takes none, and then what
	 * cannot wait, up to the reserve. */
	while (send(conn->fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
		;
	while (send(conn->fd, bytes, 1, MSG_DONTWAIT) > 0)
		;
	unsigned updates = 0;
	for (; bgp_conn_has_room(conn); updates++)
		assert_true(bgp_conn_put(conn, bytes, sizeof bytes));
	assert_int_equal(updates, 2);
	assert_true(bgp_conn_put(conn, bytes, BGP_CONN_RESERVE));
	assert_false(bgp_conn_put(conn, bytes, 1));
	bgp_conn_flush(conn);
	assert_false(conn->failed);
	assert_int_equal(rig->writable, 0);

	/* It goes on when there is room again. */
	size_t out_size = conn->out_size;
	while (recv(rig->other, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
		;
	ev_run(rig->loop, EVRUN_NOWAIT);
	assert_int_equal(rig->writable, 1);
	bgp_conn_flush(conn);
	assert_true(conn->out_size < out_size);
}

static void
test_ends(void **state)
{
	struct rig *rig = *state;
	struct bgp_conn *conn = &rig->conn;
	struct bgp_event event;
	uint8_t out[BGP_MESSAGE_MAX];
	assert_int_equal(send(rig->other, out, bgp_message_keepalive(out), 0), BGP_HEADER_SIZE);
	close(rig->other);
	/* The error of a write does not take away what was received before. */
	assert_true(bgp_conn_put(conn, out, 10));
	bgp_conn_flush(conn);
	assert_true(conn->failed);
	assert_int_equal(conn->error, EPIPE);
	assert_false(bgp_conn_has_room(conn));
	bgp_conn_fail(conn, EIO);
	assert_int_equal(conn->error, EPIPE);
	assert_true(bgp_conn_fill(conn));
	assert_true(bgp_conn_take(conn, BGP_LANE_OUT, &event));
	assert_int_equal(event.type, BGP_EVENT_KEEPALIVE);
	assert_false(bgp_conn_fill(conn));

	unsigned generation = conn->generation;
	bgp_conn_close(conn);
	assert_int_equal(conn->fd, -1);
	assert_false(conn->failed);
	assert_int_not_equal(conn->generation, generation);
	assert_false(bgp_conn_put(conn, out, 1));
	assert_false(bgp_conn_fill(conn));
	assert_false(bgp_conn_drained(conn));
	bgp_conn_close(conn);

	/* Another one in its place begins empty. */
	open_conn(rig, false);
	assert_false(bgp_conn_take(conn, BGP_LANE_OUT, &event));
	assert_true(bgp_conn_drained(conn));
	close(rig->other);
	rig->other = -1;
	assert_false(bgp_conn_fill(conn));
	assert_true(conn->failed);
	assert_int_equal(conn->error, 0);
}

static void
test_connect(void **state)
{
	struct rig *rig = *state;
	struct bgp_conn *conn = &rig->conn;
	uint8_t byte = 1;
	bgp_conn_close(conn);
	close(rig->other);
	open_conn(rig, true);
	assert_int_equal(send(rig->other, &byte, 1, 0), 1);
	assert_true(bgp_conn_put(conn, &byte, 1));
	bgp_conn_flush(conn);
	assert_int_equal(conn->out_size, 1);
	assert_false(bgp_conn_fill(conn));
	ev_run(rig->loop, EVRUN_NOWAIT);
	assert_int_equal(rig->writable, 1);
	assert_int_equal(rig->readable, 0);
	assert_true(bgp_conn_finish_connect(conn));
	bgp_conn_flush(conn);
	assert_int_equal(conn->out_size, 0);
	assert_true(bgp_conn_fill(conn));
}

static void
test_connect_fails(void **state)
{
	struct rig *rig = *state;
	struct bgp_conn *conn = &rig->conn;
	struct router r;
	bgp_conn_close(conn);
	router_open(&r);
	close(r.listener);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	(void)!connect(fd, &r.peer.address.socket.any, r.peer.address.size);
	bgp_conn_open(conn, fd, true);
	ev_run(rig->loop, EVRUN_ONCE);
	assert_int_equal(rig->writable, 1);
	assert_false(bgp_conn_finish_connect(conn));
	assert_true(conn->failed);
	assert_int_equal(conn->error, ECONNREFUSED);
}

int
main(void)
{
#define CASE(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
	const struct CMUnitTest tests[] = {CASE(test_in), CASE(test_out), CASE(test_ends),
					   CASE(test_connect), CASE(test_connect_fails)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
