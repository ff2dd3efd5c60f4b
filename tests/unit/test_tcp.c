/* SPDX-License-Identifier: BSD-2-Clause */
#include "net_fixture.h"

#include <fcntl.h>
#include <sys/resource.h>

#include "anyns/lease.h"
#include "net/socket.h"
#include "net/tcp.h"

struct stage {
	struct publish *publish;
	struct answer_view view;
	struct tcp_server *server;
	int fds[2];
};

static const struct tcp_limits roomy = {100, 100, 60000, 60000};

static void
stage_open(struct stage *stage, const struct config_address *addresses, size_t count,
	   const struct tcp_limits *limits)
{
	struct tcp_set *set = tcp_set_new(count, limits);
	struct report report = REPORT_INIT;

	atomic_store(&fake_gate, false);
	atomic_store(&fake_waiting, 0);
	for (size_t i = 0; i < count; i++) {
		struct socket_request request = {SOCKET_TCP, &addresses[i], "test.yaml", 1220};
		stage->fds[i] = socket_open(&request, &report);
		assert_true(stage->fds[i] >= 0);
		tcp_set_add(set, stage->fds[i]);
	}
	stage->publish = publish_new();
	stage->view = fake_view(0);
	assert_null(publish_swap(stage->publish, &stage->view));
	stage->server = tcp_server_new(100, NULL);
	assert_non_null(stage->server);
	tcp_server_hand(stage->server, set);
	tcp_server_wait(stage->server);
	assert_int_equal(tcp_server_start(stage->server, stage->publish), 0);
}

static struct net_counters
counters_of(const struct stage *stage)
{
	struct net_counters counters = {0};

	tcp_server_count(stage->server, &counters);
	return counters;
}

static struct net_counters
stage_close(struct stage *stage)
{
	tcp_server_stop(stage->server);
	tcp_server_join(stage->server);
	struct net_counters counters = counters_of(stage);
	tcp_server_free(stage->server);
	publish_free(stage->publish);
	return counters;
}

static void
ask_once(int fd, unsigned id)
{
	tcp_ask(fd, id, FAKE_ECHO, 0);
	assert_int_equal(tcp_hear(fd, NULL), id);
}

static void
test_both_families(void **state)
{
	struct config_address a[2] = {address_of(own_address(0), 15300),
				      address_of("::1", free_port(AF_INET6))};
	struct stage stage;
	(void)state;

	stage_open(&stage, a, 2, &roomy);
	for (int i = 0; i < 2; i++) {
		uint8_t answer[2 + FAKE_HEADER];
		int fd = client_connect(SOCK_STREAM, &a[i]);
		tcp_ask(fd, 1, FAKE_ECHO, 0);
		assert_true(stream_read(fd, answer, sizeof(answer)));
		assert_int_equal(answer[2 + 8], i == 0 ? 4 : 16);
		close(fd);
	}
	struct net_counters counters = stage_close(&stage);
	assert_int_equal(counters.tcp_accepted, 2);
	assert_int_equal(counters.tcp_received, 2);
	assert_int_equal(counters.tcp_sent, 2);
	assert_int_equal(counters.tcp_open, 0);
}

static void
test_pipelining(void **state)
{
	struct config_address a = address_of(own_address(0), 15300);
	uint8_t frames[100 * (2 + FAKE_HEADER)];
	struct stage stage;
	size_t size = 0;
	(void)state;

	stage_open(&stage, &a, 1, &roomy);
	int fd = client_connect(SOCK_STREAM, &a);
	for (unsigned i = 0; i < 100; i++)
		size += frame_make(frames + size, FAKE_HEADER, i, FAKE_ECHO, 0);
	stream_write(fd, frames, size);
	for (int i = 0; i < 100; i++)
		assert_int_equal(tcp_hear(fd, NULL), i);
	/* And one byte per segment. */
	for (size_t i = 0; i < 2 * (2 + FAKE_HEADER); i++)
		stream_write(fd, frames + i, 1);
	assert_int_equal(tcp_hear(fd, NULL), 0);
	assert_int_equal(tcp_hear(fd, NULL), 1);
	close(fd);
	stage_close(&stage);
}

/* 50 MB of answers to a client that first does not read, then reads all, behind a half-close. */
static void
test_slow_reader_half_closed(void **state)
{
	enum { MANY = 800 };
	struct config_address a = address_of(own_address(0), 15300);
	struct stage stage;
	(void)state;

	stage_open(&stage, &a, 1, &roomy);
	int fd = client_connect(SOCK_STREAM, &a), other = client_connect(SOCK_STREAM, &a);
	for (unsigned i = 0; i < MANY; i++)
		tcp_ask(fd, i, FAKE_SIZE, 65535);
	shutdown(fd, SHUT_WR);
	ask_once(other, 1); /* is not held up */
	/* The server stops reading: all are sent, few are answered. */
	assert_true(counters_of(&stage).tcp_received < MANY);
	for (int i = 0; i < MANY; i++) {
		size_t size;
		assert_int_equal(tcp_hear(fd, &size), i);
		assert_int_equal(size, 65535);
	}
	assert_true(stream_ended(fd));
	close(fd), close(other);
	stage_close(&stage);
}

static void
test_limits(void **state)
{
	struct config_address a = address_of(own_address(0), 15300);
	struct tcp_limits limits = {3, 2, 60000, 60000};
	struct stage stage;
	(void)state;

	stage_open(&stage, &a, 1, &limits);
	int one = client_connect(SOCK_STREAM, &a), two = client_connect(SOCK_STREAM, &a);
	ask_once(one, 1);
	ask_once(two, 1);
	int three = client_connect(SOCK_STREAM, &a);
	assert_true(stream_ended(three));
	ask_once(one, 2);
	close(one);
	assert_eventually(counters_of(&stage).tcp_open == 1);
	int four = client_connect(SOCK_STREAM, &a);
	ask_once(four, 1);
	close(two), close(three), close(four);
	struct net_counters counters = stage_close(&stage);
	assert_int_equal(counters.tcp_refused, 1);
	assert_int_equal(counters.tcp_accepted, 3);
}

static void
test_idle_time(void **state)
{
	struct config_address a = address_of(own_address(0), 15300);
	struct tcp_limits limits = {3, 2, 50, 60000};
	struct stage stage;
	(void)state;

	stage_open(&stage, &a, 1, &limits);
	uint64_t begin = now_ms();
	int fd = client_connect(SOCK_STREAM, &a);
	assert_true(stream_ended(fd));
	uint64_t took = now_ms() - begin;
	assert_true(took >= 50 && took < LIMIT_MS);
	close(fd);
	stage_close(&stage);
}

/* A client that resets in the middle of everything takes nobody with it. */
static void
test_reset(void **state)
{
	struct config_address a = address_of(own_address(0), 15300);
	struct linger hard = {1, 0};
	struct stage stage;
	(void)state;

	stage_open(&stage, &a, 1, &roomy);
	int other = client_connect(SOCK_STREAM, &a);
	for (int i = 0; i < 20; i++) {
		int fd = client_connect(SOCK_STREAM, &a);
		for (unsigned n = 0; n < 20; n++)
			tcp_ask(fd, n, FAKE_SIZE, 65535);
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
		close(fd);
		ask_once(other, (unsigned)i);
	}
	assert_eventually(counters_of(&stage).tcp_open == 1);
	close(other);
	stage_close(&stage);
}

/* A listener goes: what waits in its queue is served, open connections stay. */
static void
test_hand_over(void **state)
{
	struct config_address a[2] = {address_of(own_address(0), 15300),
				      address_of(own_address(1), 15300)};
	struct stage stage;
	(void)state;

	stage_open(&stage, a, 2, &roomy);
	int open = client_connect(SOCK_STREAM, &a[1]), stays = client_connect(SOCK_STREAM, &a[0]);
	ask_once(open, 1);
	tcp_ask(stays, 1, FAKE_WAIT, 0);
	assert_eventually(atomic_load(&fake_waiting) == 1);
	int queued = client_connect(SOCK_STREAM, &a[1]);
	tcp_ask(queued, 3, FAKE_ECHO, 0);
	struct tcp_set *next = tcp_set_new(1, &roomy);
	tcp_set_add(next, stage.fds[0]);
	tcp_server_hand(stage.server, next);
	atomic_store(&fake_gate, true);
	tcp_server_wait(stage.server);
	assert_int_equal(tcp_hear(queued, NULL), 3);
	assert_int_equal(tcp_hear(stays, NULL), 1);
	ask_once(open, 2);
	int late = client_socket(SOCK_STREAM, &a[1]);
	assert_int_equal(connect(late, &a[1].socket.any, a[1].size), -1);
	assert_int_equal(errno, ECONNREFUSED);
	int again = client_connect(SOCK_STREAM, &a[0]);
	ask_once(again, 4);
	close(open), close(stays), close(queued), close(late), close(again);
	stage_close(&stage);
}

/* Queries that came are answered before the end, those on connections not yet accepted too. */
static void
test_stop_answers(void **state)
{
	struct config_address a = address_of(own_address(0), 15300);
	struct stage stage;
	(void)state;

	stage_open(&stage, &a, 1, &roomy);
	int waits = client_connect(SOCK_STREAM, &a), idle = client_connect(SOCK_STREAM, &a);
	ask_once(idle, 1);
	tcp_ask(waits, 1, FAKE_WAIT, 0);
	assert_eventually(atomic_load(&fake_waiting) == 1);
	int queued = client_connect(SOCK_STREAM, &a);
	tcp_ask(queued, 2, FAKE_ECHO, 0);
	tcp_ask(idle, 3, FAKE_ECHO, 0);
	tcp_server_stop(stage.server);
	atomic_store(&fake_gate, true);
	tcp_server_join(stage.server);
	assert_int_equal(tcp_hear(waits, NULL), 1);
	assert_int_equal(tcp_hear(queued, NULL), 2);
	assert_int_equal(tcp_hear(idle, NULL), 3);
	assert_true(stream_ended(waits) && stream_ended(queued) && stream_ended(idle));
	close(waits), close(queued), close(idle);
	stage_close(&stage);
}

/* A client that never reads holds the stop up for a second, not for ever. */
static void
test_stop_is_bounded(void **state)
{
	struct config_address a = address_of(own_address(0), 15300);
	struct stage stage;
	(void)state;

	stage_open(&stage, &a, 1, &roomy);
	int fd = client_connect(SOCK_STREAM, &a);
	for (unsigned i = 0; i < 200; i++)
		tcp_ask(fd, i, FAKE_SIZE, 65535);
	assert_eventually(counters_of(&stage).tcp_received > 0);
	uint64_t begin = now_ms();
	stage_close(&stage);
	assert_true(now_ms() - begin < LIMIT_MS);
	close(fd);
}

/* Without a free descriptor the longest idle connection makes room for the new one. */
static void
test_no_descriptors(void **state)
{
	struct config_address a = address_of(own_address(0), 15300);
	struct rlimit before, tight;
	struct stage stage;
	(void)state;

	stage_open(&stage, &a, 1, &roomy);
	int idle = client_connect(SOCK_STREAM, &a);
	ask_once(idle, 1);
	int fd = client_socket(SOCK_STREAM, &a);
	int next = dup(fd);
	close(next);
	getrlimit(RLIMIT_NOFILE, &before);
	tight = (struct rlimit){(rlim_t)next, before.rlim_max};
	setrlimit(RLIMIT_NOFILE, &tight);
	int connected = connect(fd, &a.socket.any, a.size);
	tcp_ask(fd, 2, FAKE_ECHO, 0);
	int heard = tcp_hear(fd, NULL);
	setrlimit(RLIMIT_NOFILE, &before);
	assert_int_equal(connected, 0);
	assert_int_equal(heard, 2);
	assert_true(stream_ended(idle));
	close(idle), close(fd);
	stage_close(&stage);
}

static void
test_never_started(void **state)
{
	struct config_address a = address_of(own_address(0), 15300);
	struct socket_request request = {SOCKET_TCP, &a, "test.yaml", 0};
	struct report report = REPORT_INIT;
	struct tcp_server *server = tcp_server_new(1, NULL);
	struct tcp_set *set = tcp_set_new(1, &roomy);
	int fd = socket_open(&request, &report);
	(void)state;

	tcp_set_add(set, fd);
	tcp_server_hand(server, set);
	tcp_server_wait(server);
	tcp_server_stop(server);
	tcp_server_join(server);
	tcp_server_free(server);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	tcp_server_free(NULL);
	tcp_set_free(NULL);
}

static struct net_worker_status
status_of(const struct stage *stage)
{
	struct net_worker_status status;

	tcp_server_read(stage->server, &status);
	return status;
}

static void
test_signs_of_life(void **state)
{
	struct config_address a = address_of(own_address(0), 15300);
	struct lease *lease = lease_new();
	struct stage stage;
	(void)state;

	stage_open(&stage, &a, 1, &roomy);
	tcp_server_set_lease(stage.server, lease, 7); /* no connection yet */
	uint64_t turns = status_of(&stage).turns;
	int fd = client_connect(SOCK_STREAM, &a);
	ask_once(fd, 1);
	assert_true(status_of(&stage).turns > turns);
	tcp_ask(fd, 2, FAKE_WAIT, 0);
	assert_eventually(atomic_load(&fake_waiting) == 1);
	assert_true(lease_packet_busy(lease, 7));
	assert_true(status_of(&stage).busy);
	turns = status_of(&stage).turns;
	atomic_store(&fake_gate, true);
	assert_int_equal(tcp_hear(fd, NULL), 2);
	assert_eventually(status_of(&stage).turns > turns);
	assert_eventually(!status_of(&stage).busy);
	assert_eventually(status_of(&stage).received == 2);
	assert_int_equal(status_of(&stage).sent, 2);
	close(fd);
	stage_close(&stage);
	lease_free(lease);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_families),
		cmocka_unit_test(test_pipelining),
		cmocka_unit_test(test_slow_reader_half_closed),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_idle_time),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_hand_over),
		cmocka_unit_test(test_stop_answers),
		cmocka_unit_test(test_stop_is_bounded),
		cmocka_unit_test(test_no_descriptors),
		cmocka_unit_test(test_never_started),
		cmocka_unit_test(test_signs_of_life),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
