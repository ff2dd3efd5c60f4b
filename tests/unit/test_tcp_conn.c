/* SPDX-License-Identifier: BSD-2-Clause */
#include "net_fixture.h"

#include <fcntl.h>

#include "net/tcp_conn.h"

/* A connection over a socket pair, run by hand. */
struct pair {
	struct tcp_conn conn;
	struct tcp_turn *turn;
	struct answer_view view;
	int client;
};

static void
pair_open(struct pair *pair)
{
	int fds[2];
	struct timeval limit = {.tv_sec = LIMIT_MS / 1000};

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	setsockopt(fds[1], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	*pair = (struct pair){.conn = {.fd = fds[0], .address_size = 16}, .client = fds[1]};
	pair->view = fake_view(0);
	pair->turn = calloc(1, sizeof(*pair->turn));
	pair->turn->worker = answer_worker_new();
	pair->turn->view = &pair->view;
	pair->turn->keepalive = 100;
}

static void
pair_close(struct pair *pair)
{
	tcp_conn_close(&pair->conn);
	if (pair->client >= 0)
		close(pair->client);
	answer_worker_free(pair->turn->worker);
	free(pair->turn);
}

static void
assert_wants(struct pair *pair, enum tcp_conn_want want)
{
	assert_int_equal(tcp_conn_run(&pair->conn, pair->turn), want);
}

static void
test_one_query(void **state)
{
	struct pair pair;
	uint8_t answer[2 + FAKE_HEADER];
	(void)state;

	pair_open(&pair);
	assert_wants(&pair, TCP_CONN_READ);
	assert_false(pair.conn.progress);
	tcp_ask(pair.client, 7, FAKE_ECHO, 0);
	assert_wants(&pair, TCP_CONN_READ);
	assert_true(pair.conn.progress);
	assert_true(stream_read(pair.client, answer, sizeof(answer)));
	assert_int_equal(wire_peek_u16(answer), FAKE_HEADER);
	assert_int_equal(wire_peek_u16(answer + 2), 7);
	assert_int_equal(answer[2 + 7], ANSWER_TCP);
	assert_int_equal(answer[2 + 8], 16);
	assert_int_equal(wire_peek_u16(answer + 2 + 10), 100);
	assert_int_equal(pair.turn->received, 1);
	assert_int_equal(pair.turn->sent, 1);
	assert_null(pair.conn.input.bytes);
	assert_null(pair.conn.output.bytes);
	pair_close(&pair);
}

static void
test_hundred_in_one_write(void **state)
{
	struct pair pair;
	uint8_t frames[100 * (2 + FAKE_HEADER)];
	size_t size = 0;
	(void)state;

	pair_open(&pair);
	for (unsigned i = 0; i < 100; i++)
		size += frame_make(frames + size, FAKE_HEADER, i, FAKE_ECHO, 0);
	stream_write(pair.client, frames, size);
	assert_wants(&pair, TCP_CONN_READ);
	for (int i = 0; i < 100; i++)
		assert_int_equal(tcp_hear(pair.client, NULL), i);
	pair_close(&pair);
}

static void
test_byte_by_byte(void **state)
{
	struct pair pair;
	uint8_t frame[2 + 40];
	(void)state;

	pair_open(&pair);
	for (int round = 0; round < 2; round++) {
		size_t size = frame_make(frame, 40, 9, FAKE_ECHO, 0);
		for (size_t i = 0; i < size; i++) {
			assert_int_equal(pair.turn->received, round);
			stream_write(pair.client, frame + i, 1);
			pair.conn.progress = false;
			assert_wants(&pair, TCP_CONN_READ);
			/* Bytes alone are no activity, or a query could be sent for ever. */
			assert_int_equal(pair.conn.progress, i == size - 1);
		}
		assert_int_equal(tcp_hear(pair.client, NULL), 9);
		assert_null(pair.conn.input.bytes);
	}
	pair_close(&pair);
}

/* Two and a half queries, then the other half and one more. */
static void
test_cut_anywhere(void **state)
{
	enum { FRAME = 2 + FAKE_HEADER };
	uint8_t frames[4 * FRAME];
	(void)state;

	for (size_t cut = 1; cut < sizeof(frames); cut++) {
		struct pair pair;
		pair_open(&pair);
		for (unsigned i = 0; i < 4; i++)
			frame_make(frames + i * FRAME, FAKE_HEADER, i, FAKE_ECHO, 0);
		stream_write(pair.client, frames, cut);
		assert_wants(&pair, TCP_CONN_READ);
		assert_int_equal(pair.turn->sent, cut / FRAME);
		stream_write(pair.client, frames + cut, sizeof(frames) - cut);
		while (pair.turn->sent < 4)
			assert_wants(&pair, TCP_CONN_READ);
		for (int i = 0; i < 4; i++)
			assert_int_equal(tcp_hear(pair.client, NULL), i);
		pair_close(&pair);
	}
}

static void
test_largest_messages(void **state)
{
	static uint8_t frame[TCP_FRAME_MAX], answer[TCP_FRAME_MAX];
	struct pair pair;
	(void)state;

	pair_open(&pair);
	for (size_t size = DNS_MESSAGE_MAX - 1; size <= DNS_MESSAGE_MAX; size++) {
		frame_make(frame, size, 5, FAKE_ECHO, 0);
		frame[2 + size - 1] = 0xee;
		stream_write(pair.client, frame, 2 + size);
		while (pair.turn->received < size - DNS_MESSAGE_MAX + 2)
			assert_int_not_equal(tcp_conn_run(&pair.conn, pair.turn), TCP_CONN_CLOSE);
		while (tcp_conn_is_busy(&pair.conn))
			assert_int_not_equal(tcp_conn_run(&pair.conn, pair.turn), TCP_CONN_CLOSE);
		assert_true(stream_read(pair.client, answer, 2 + size));
		assert_int_equal(wire_peek_u16(answer), size);
		assert_int_equal(answer[2 + size - 1], 0xee);
	}
	assert_null(pair.conn.input.bytes);
	pair_close(&pair);
}

/* A client that asks for 300 times 64 KiB and does not read costs two frames, then gets all. */
static void
test_slow_reader(void **state)
{
	enum { MANY = 300 };
	static uint8_t frames[MANY * (2 + FAKE_HEADER)];
	struct pair pair;
	size_t size = 0;
	(void)state;

	pair_open(&pair);
	for (unsigned i = 0; i < MANY; i++)
		size += frame_make(frames + size, FAKE_HEADER, i, FAKE_SIZE, 65535);
	stream_write(pair.client, frames, size);
	for (int i = 0; i < 10; i++) {
		assert_wants(&pair, TCP_CONN_WRITE);
		assert_true(tcp_conn_is_busy(&pair.conn));
		assert_true(pair.conn.output.capacity <= TCP_WRITE_ROOM);
		assert_true(pair.conn.input.capacity <= TCP_FRAME_MAX);
	}
	/* The end of the stream is behind queries that still wait. */
	shutdown(pair.client, SHUT_WR);
	fcntl(pair.client, F_SETFL, O_NONBLOCK);
	static uint8_t bytes[50000];
	size_t got = 0;
	enum tcp_conn_want want = TCP_CONN_WRITE;
	while (want != TCP_CONN_CLOSE) {
		ssize_t some;
		while ((some = recv(pair.client, bytes, sizeof(bytes), 0)) > 0)
			got += (size_t)some;
		want = tcp_conn_run(&pair.conn, pair.turn);
	}
	ssize_t some;
	while ((some = recv(pair.client, bytes, sizeof(bytes), 0)) > 0)
		got += (size_t)some;
	assert_int_equal(got, MANY * (size_t)TCP_FRAME_MAX);
	pair_close(&pair);
}

static void
test_half_close(void **state)
{
	struct pair pair;
	uint8_t part[5] = {0, FAKE_HEADER};
	(void)state;

	pair_open(&pair);
	tcp_ask(pair.client, 1, FAKE_ECHO, 0);
	tcp_ask(pair.client, 2, FAKE_ECHO, 0);
	stream_write(pair.client, part, sizeof(part)); /* a beginning that never ends */
	shutdown(pair.client, SHUT_WR);
	assert_wants(&pair, TCP_CONN_READ);
	assert_wants(&pair, TCP_CONN_CLOSE);
	assert_int_equal(tcp_hear(pair.client, NULL), 1);
	assert_int_equal(tcp_hear(pair.client, NULL), 2);
	pair_close(&pair);
}

static void
test_zero_length(void **state)
{
	struct pair pair;
	uint8_t zero[2] = {0, 0};
	(void)state;

	pair_open(&pair);
	tcp_ask(pair.client, 1, FAKE_ECHO, 0);
	stream_write(pair.client, zero, 2);
	tcp_ask(pair.client, 2, FAKE_ECHO, 0);
	assert_wants(&pair, TCP_CONN_CLOSE);
	assert_int_equal(tcp_hear(pair.client, NULL), 1); /* what came before is answered */
	assert_int_equal(pair.turn->sent, 1);
	pair_close(&pair);
}

static void
send_garbage(int fd)
{
	uint8_t frame[2 + FAKE_HEADER];

	frame_make(frame, FAKE_HEADER, 3, FAKE_ECHO, 0);
	frame[4] = 0x80;
	stream_write(fd, frame, sizeof(frame));
}

static void
test_garbage(void **state)
{
	struct pair pair;
	(void)state;

	pair_open(&pair);
	for (int i = 0; i < TCP_GARBAGE_MAX - 1; i++) {
		send_garbage(pair.client);
		assert_wants(&pair, TCP_CONN_READ);
	}
	tcp_ask(pair.client, 4, FAKE_ECHO, 0);
	assert_wants(&pair, TCP_CONN_READ);
	assert_int_equal(tcp_hear(pair.client, NULL), 4);
	send_garbage(pair.client);
	assert_wants(&pair, TCP_CONN_CLOSE);
	assert_int_equal(pair.turn->received, TCP_GARBAGE_MAX + 1);
	assert_int_equal(pair.turn->sent, 1);
	pair_close(&pair);
}

static void
test_gone_client(void **state)
{
	struct pair pair;
	(void)state;

	pair_open(&pair);
	tcp_ask(pair.client, 1, FAKE_ECHO, 0);
	close(pair.client);
	pair.client = -1;
	assert_wants(&pair, TCP_CONN_CLOSE); /* EPIPE, and no signal */
	pair_close(&pair);
}

/* One turn reads a bounded slice, so that others have their turn; the last one reads all. */
static void
test_last_turn(void **state)
{
	enum { MANY = 3000 };
	static uint8_t frames[MANY * (2 + FAKE_HEADER)];
	struct pair pair;
	size_t size = 0;
	(void)state;

	for (unsigned i = 0; i < MANY; i++)
		size += frame_make(frames + size, FAKE_HEADER, i, FAKE_SIZE, FAKE_HEADER);
	for (int last = 0; last < 2; last++) {
		pair_open(&pair);
		pair.turn->last = last;
		stream_write(pair.client, frames, size);
		enum tcp_conn_want want = tcp_conn_run(&pair.conn, pair.turn);
		if (last) {
			while (want == TCP_CONN_WRITE) {
				assert_true(tcp_hear(pair.client, NULL) >= 0);
				want = tcp_conn_run(&pair.conn, pair.turn);
			}
			assert_int_equal(want, TCP_CONN_CLOSE);
			assert_int_equal(pair.turn->sent, MANY);
		} else {
			assert_true(pair.turn->sent <= TCP_READ_ROOM / (2 + FAKE_HEADER));
		}
		pair_close(&pair);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_query),
		cmocka_unit_test(test_hundred_in_one_write),
		cmocka_unit_test(test_byte_by_byte),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_largest_messages),
		cmocka_unit_test(test_slow_reader),
		cmocka_unit_test(test_half_close),
		cmocka_unit_test(test_zero_length),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_gone_client),
		cmocka_unit_test(test_last_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
