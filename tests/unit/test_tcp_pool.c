/* SPDX-License-Identifier: BSD-2-Clause */
#include "net_fixture.h"

#include <ev.h>
#include <fcntl.h>

#include "anyns/lease.h"
#include "net/tcp_pool.h"

/* A pool whose loop the test turns itself. */
struct stage {
	struct ev_loop *loop;
	ev_timer tick; /* so that a turn of the loop always ends */
	struct tcp_pool *pool;
	struct publish *publish;
	struct answer_view view;
};

static const struct tcp_limits roomy = {100, 100, 60000, 60000};

static void
on_tick(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop, (void)timer, (void)events;
}

static void
stage_open(struct stage *stage, const struct tcp_limits *limits)
{
	stage->publish = publish_new();
	stage->view = fake_view(0);
	assert_null(publish_swap(stage->publish, &stage->view));
	publish_enter();
	stage->loop = ev_loop_new(EVFLAG_AUTO);
	ev_timer_init(&stage->tick, on_tick, 0.001, 0.001);
	ev_timer_start(stage->loop, &stage->tick);
	stage->pool = tcp_pool_new(stage->loop, 10);
	assert_non_null(stage->pool);
	tcp_pool_set_publish(stage->pool, stage->publish);
	tcp_pool_set_limits(stage->pool, limits);
}

static void
stage_close(struct stage *stage)
{
	tcp_pool_free(stage->pool);
	ev_loop_destroy(stage->loop);
	publish_leave();
	publish_free(stage->publish);
}

static struct net_counters
counters_of(const struct stage *stage)
{
	struct net_counters counters = {0};

	tcp_pool_count(stage->pool, &counters);
	return counters;
}

static void
turn(struct stage *stage, int times)
{
	while (times-- > 0)
		ev_run(stage->loop, EVRUN_ONCE);
}

/* A client of 192.0.2.`host`; returns its end. */
static int
client_new(struct stage *stage, unsigned host)
{
	char text[32];
	int fds[2];
	struct sockaddr_storage peer = {0};

	snprintf(text, sizeof(text), "192.0.2.%u", host);
	struct config_address a = address_of(text, 1000);
	memcpy(&peer, &a.socket, a.size);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	tcp_pool_admit(stage->pool, fds[0], &peer);
	return fds[1];
}

/* Whether the server's end is closed now. */
static bool
is_closed(int fd)
{
	uint8_t byte;

	return recv(fd, &byte, 1, MSG_PEEK) == 0;
}

/* Asks and takes all answers that are there. */
static void
keep_active(int fd)
{
	uint8_t frame[2 + FAKE_HEADER], answers[4096];

	frame_make(frame, FAKE_HEADER, 1, FAKE_ECHO, 0);
	(void)!send(fd, frame, sizeof(frame), MSG_NOSIGNAL);
	while (recv(fd, answers, sizeof(answers), 0) > 0)
		;
}

static void
test_admit(void **state)
{
	struct stage stage;
	(void)state;

	stage_open(&stage, &roomy);
	int fd = client_new(&stage, 1);
	assert_int_equal(counters_of(&stage).tcp_open, 1);
	tcp_ask(fd, 5, FAKE_ECHO, 0);
	turn(&stage, 3);
	uint8_t answer[64];
	assert_int_equal(recv(fd, answer, sizeof(answer), 0), 2 + FAKE_HEADER);
	assert_int_equal(wire_peek_u16(answer + 2 + 10), 600); /* the idle time in 100 ms */
	assert_int_equal(counters_of(&stage).tcp_received, 1);
	assert_int_equal(counters_of(&stage).tcp_sent, 1);
	assert_int_equal(counters_of(&stage).tcp_accepted, 1);
	close(fd);
	turn(&stage, 3);
	assert_int_equal(counters_of(&stage).tcp_open, 0);
	stage_close(&stage);
}

static void
test_limit_per_address(void **state)
{
	struct tcp_limits limits = roomy;
	struct stage stage;
	(void)state;

	limits.clients_per_address = 2;
	stage_open(&stage, &limits);
	int one = client_new(&stage, 1), two = client_new(&stage, 1), three = client_new(&stage, 1);
	int other = client_new(&stage, 2);
	assert_true(is_closed(three));
	assert_false(is_closed(one) || is_closed(two) || is_closed(other));
	assert_int_equal(counters_of(&stage).tcp_refused, 1);
	close(one);
	turn(&stage, 3);
	int four = client_new(&stage, 1);
	assert_false(is_closed(four));
	close(two), close(three), close(four), close(other);
	stage_close(&stage);
}

/* The connection that is idle longest goes: not the oldest, which was in use since. */
static void
test_full_evicts_idle(void **state)
{
	struct tcp_limits limits = roomy;
	struct stage stage;
	int fds[4];
	(void)state;

	limits.clients = 3;
	stage_open(&stage, &limits);
	for (unsigned i = 0; i < 3; i++)
		fds[i] = client_new(&stage, i);
	tcp_ask(fds[0], 1, FAKE_ECHO, 0);
	turn(&stage, 3);
	fds[3] = client_new(&stage, 3);
	assert_true(is_closed(fds[1]));
	assert_false(is_closed(fds[0]) || is_closed(fds[2]) || is_closed(fds[3]));
	assert_int_equal(counters_of(&stage).tcp_open, 3);
	assert_int_equal(counters_of(&stage).tcp_refused, 0);
	for (unsigned i = 0; i < 4; i++)
		close(fds[i]);
	stage_close(&stage);
}

static void
test_full_of_busy(void **state)
{
	struct tcp_limits limits = roomy;
	struct stage stage;
	int fds[3];
	(void)state;

	limits.clients = 2;
	stage_open(&stage, &limits);
	for (unsigned i = 0; i < 2; i++) {
		fds[i] = client_new(&stage, i);
		for (unsigned n = 0; n < 50; n++)
			tcp_ask(fds[i], n, FAKE_SIZE, 65535);
	}
	turn(&stage, 3);
	fds[2] = client_new(&stage, 3);
	assert_true(is_closed(fds[2]));
	assert_int_equal(counters_of(&stage).tcp_refused, 1);
	assert_false(tcp_pool_evict(stage.pool));
	/* One takes its answers, is idle again and makes room. */
	static uint8_t bytes[100000];
	size_t got = 0;
	while (got < 50 * (size_t)(2 + 65535)) {
		ssize_t some = recv(fds[0], bytes, sizeof(bytes), 0);
		if (some > 0)
			got += (size_t)some;
		else
			turn(&stage, 1);
	}
	turn(&stage, 2);
	close(fds[2]);
	fds[2] = client_new(&stage, 4);
	assert_true(is_closed(fds[0]));
	assert_false(is_closed(fds[2]));
	for (unsigned i = 0; i < 3; i++)
		close(fds[i]);
	stage_close(&stage);
}

static void
test_idle_time(void **state)
{
	struct tcp_limits limits = roomy;
	struct stage stage;
	(void)state;

	limits.idle_ms = 80;
	stage_open(&stage, &limits);
	uint64_t begin = now_ms();
	int silent = client_new(&stage, 1), slow = client_new(&stage, 2),
	    active = client_new(&stage, 3);
	int busy = client_new(&stage, 4); /* does not take its answers */
	for (unsigned n = 0; n < 50; n++)
		tcp_ask(busy, n, FAKE_SIZE, 65535);
	uint8_t length[2] = {0xff, 0xff}, byte = 0;
	stream_write(slow, length, 2);
	while (now_ms() < begin + LIMIT_MS && (!is_closed(silent) || !is_closed(slow))) {
		/* A query that never ends is no activity. */
		(void)!send(slow, &byte, 1, MSG_NOSIGNAL);
		keep_active(active);
		turn(&stage, 1);
	}
	assert_true(is_closed(silent) && is_closed(slow));
	assert_true(now_ms() - begin >= limits.idle_ms);
	while (counters_of(&stage).tcp_open > 1 && now_ms() < begin + LIMIT_MS) {
		keep_active(active);
		turn(&stage, 1);
	}
	/* The busy one went too, the active one is open. */
	assert_int_equal(counters_of(&stage).tcp_open, 1);
	assert_false(is_closed(active));
	close(silent), close(slow), close(active), close(busy);
	stage_close(&stage);
}

static void
test_total_time(void **state)
{
	struct tcp_limits limits = roomy;
	struct stage stage;
	(void)state;

	limits.total_ms = 80;
	stage_open(&stage, &limits);
	uint64_t begin = now_ms();
	int fd = client_new(&stage, 1);
	while (counters_of(&stage).tcp_open && now_ms() < begin + LIMIT_MS) {
		keep_active(fd);
		turn(&stage, 1);
	}
	assert_int_equal(counters_of(&stage).tcp_open, 0);
	assert_true(now_ms() - begin >= limits.total_ms);
	close(fd);
	stage_close(&stage);
}

static void
test_new_limits(void **state)
{
	struct tcp_limits limits = roomy;
	struct stage stage;
	(void)state;

	stage_open(&stage, &limits);
	int fd = client_new(&stage, 1);
	limits.idle_ms = 1;
	tcp_pool_set_limits(stage.pool, &limits);
	uint64_t end = now_ms() + LIMIT_MS;
	while (!is_closed(fd) && now_ms() < end)
		turn(&stage, 1);
	assert_true(is_closed(fd));
	close(fd);
	stage_close(&stage);
}

/* Many more are open than there may be now: the first newcomer is not what has to pay. */
static void
test_fewer_clients(void **state)
{
	struct tcp_limits limits = roomy;
	struct stage stage;
	int fds[6];
	(void)state;

	stage_open(&stage, &limits);
	for (unsigned i = 0; i < 5; i++)
		fds[i] = client_new(&stage, 1 + i);
	limits.clients = 2;
	tcp_pool_set_limits(stage.pool, &limits);
	assert_int_equal(counters_of(&stage).tcp_open, 5);
	fds[5] = client_new(&stage, 9);
	assert_int_equal(counters_of(&stage).tcp_open, 2);
	assert_int_equal(counters_of(&stage).tcp_refused, 0);
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(is_closed(fds[i]), i < 4);
		close(fds[i]);
	}
	stage_close(&stage);
}

static void
test_finish(void **state)
{
	struct stage stage;
	uint8_t answer[64];
	(void)state;

	stage_open(&stage, &roomy);
	int quiet = client_new(&stage, 1), asked = client_new(&stage, 2),
	    owed = client_new(&stage, 3);
	tcp_ask(asked, 1, FAKE_ECHO, 0);
	for (unsigned n = 0; n < 20; n++)
		tcp_ask(owed, n, FAKE_SIZE, 65535);
	tcp_pool_finish(stage.pool);
	assert_true(is_closed(quiet));
	assert_int_equal(recv(asked, answer, sizeof(answer), 0), 2 + FAKE_HEADER);
	assert_true(is_closed(asked));
	assert_int_equal(counters_of(&stage).tcp_open, 1);
	static uint8_t bytes[100000];
	size_t got = 0;
	while (counters_of(&stage).tcp_open) {
		ssize_t some = recv(owed, bytes, sizeof(bytes), 0);
		if (some > 0)
			got += (size_t)some;
		else
			turn(&stage, 1);
	}
	for (ssize_t some; (some = recv(owed, bytes, sizeof(bytes), 0)) > 0;)
		got += (size_t)some;
	assert_int_equal(got, 20 * (2 + 65535));
	close(quiet), close(asked), close(owed);
	stage_close(&stage);
}

static void
test_clear_and_evict(void **state)
{
	struct stage stage;
	(void)state;

	stage_open(&stage, &roomy);
	assert_false(tcp_pool_evict(stage.pool));
	int one = client_new(&stage, 1), two = client_new(&stage, 1);
	assert_true(tcp_pool_evict(stage.pool));
	assert_true(is_closed(one));
	assert_false(is_closed(two));
	tcp_pool_clear(stage.pool);
	assert_true(is_closed(two));
	assert_int_equal(counters_of(&stage).tcp_open, 0);
	close(one), close(two);
	tcp_pool_free(NULL);
	stage_close(&stage);
}

static void
test_signs_of_life(void **state)
{
	struct lease *lease = lease_new();
	struct net_worker_status before, after;
	struct stage stage;
	uint8_t packet[LEASE_PACKET_SIZE];
	size_t length;
	(void)state;

	stage_open(&stage, &roomy);
	tcp_pool_set_lease(stage.pool, lease, 2);
	int fd = client_new(&stage, 1);
	tcp_pool_read(stage.pool, &before);
	keep_active(fd);
	turn(&stage, 3);
	tcp_pool_read(stage.pool, &after);
	assert_true(after.turns > before.turns);
	assert_int_equal(after.received, 1);
	assert_int_equal(after.sent, 1);
	assert_false(after.busy);
	assert_int_equal(lease_packet_get(lease, 2, packet, &length), 0);
	assert_int_equal(length, 0);
	close(fd);
	stage_close(&stage);
	lease_free(lease);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_admit),
		cmocka_unit_test(test_limit_per_address),
		cmocka_unit_test(test_full_evicts_idle),
		cmocka_unit_test(test_full_of_busy),
		cmocka_unit_test(test_idle_time),
		cmocka_unit_test(test_total_time),
		cmocka_unit_test(test_new_limits),
		cmocka_unit_test(test_fewer_clients),
		cmocka_unit_test(test_finish),
		cmocka_unit_test(test_clear_and_evict),
		cmocka_unit_test(test_signs_of_life),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
