/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve/pulse.h"

#include "anyns/lease.h"
#include "net_fixture.h"

struct stage {
	struct config config;
	struct config_address listen[1];
	struct publish *publish;
	struct answer_view view;
	struct report report;
	struct net *net;
	struct lease *lease;
	struct pulse pulse;
	bool halted; /* the health thread */
	bool alone;  /* without announcements there is no lease */
	char stuck[32];
};

static int
stage_open(void **state)
{
	static char path[] = "test.yaml";
	struct stage *stage = calloc(1, sizeof(*stage));

	*state = stage;
	stage->listen[0] = address_of(own_address(0), 15300);
	stage->config = (struct config){.path = path,
					.listen = stage->listen,
					.listen_count = 1,
					.workers = 2,
					.tcp_mss = 1220,
					.tcp_clients = 100,
					.tcp_clients_per_address = 100,
					.tcp_idle_ms = 10000,
					.tcp_total_ms = 60000};
	stage->view = fake_view(0);
	atomic_store(&fake_gate, false);
	atomic_store(&fake_waiting, 0);
	stage->lease = lease_new();
	stage->publish = publish_new();
	assert_null(publish_swap(stage->publish, &stage->view));
	stage->net = net_open(&stage->config, NULL, &stage->report);
	assert_non_null(stage->net);
	assert_true(net_start(stage->net, stage->publish, stage->lease, &stage->report));
	return 0;
}

static int
stage_close(void **state)
{
	struct stage *stage = *state;

	atomic_store(&fake_gate, true);
	net_close(stage->net);
	publish_free(stage->publish);
	lease_free(stage->lease);
	report_clear(&stage->report);
	free(stage);
	return 0;
}

/* As supervisor.c calls it; the health thread of these tests renews just before. */
static bool
beats(struct stage *stage)
{
	if (!stage->halted)
		lease_renew(stage->lease);
	return pulse_beats(&stage->pulse, stage->net, &stage->config,
			   stage->alone ? NULL : stage->lease, stage->stuck);
}

/* Waits for a call that returns `wanted`: each true one is what the next compares with. */
static bool
becomes(struct stage *stage, bool wanted)
{
	for (uint64_t end = now_ms() + LIMIT_MS; now_ms() < end; pause_briefly())
		if (beats(stage) == wanted)
			return true;
	return false;
}

static void
test_idle_server_lives(void **state)
{
	/* A worker rests for 100 ms. */
	for (unsigned i = 0; i < 4; i++)
		assert_true(becomes(*state, true));
}

static void
test_without_announcements(void **state)
{
	struct stage *stage = *state;

	stage->alone = true;
	for (unsigned i = 0; i < 4; i++)
		assert_true(becomes(*state, true));
}

static void
test_health_thread_halts(void **state)
{
	struct stage *stage = *state;

	assert_true(beats(stage));
	stage->halted = true;
	for (uint64_t end = now_ms() + 300; now_ms() < end; pause_briefly())
		assert_false(beats(stage));
	assert_string_equal(stage->stuck, "the health thread");
	stage->halted = false;
	assert_true(becomes(stage, true));
}

/* One of two hangs in a packet: the other does not speak for it. */
static void
test_worker_hangs(void **state)
{
	struct stage *stage = *state;
	int udp = client_connect(SOCK_DGRAM, &stage->listen[0]);

	udp_ask(udp, 1, FAKE_WAIT, 0);
	assert_eventually(atomic_load(&fake_waiting) == 1);
	assert_true(beats(stage));
	/* Time for the other one to turn. */
	for (uint64_t end = now_ms() + 300; now_ms() < end; pause_briefly())
		assert_false(beats(stage));
	assert_memory_equal(stage->stuck, "worker ", 7);
	atomic_store(&fake_gate, true);
	assert_int_equal(udp_hear(udp), 1);
	assert_true(becomes(stage, true));
	close(udp);
}

static void
test_tcp_thread_hangs(void **state)
{
	struct stage *stage = *state;
	int tcp = client_connect(SOCK_STREAM, &stage->listen[0]);

	tcp_ask(tcp, 1, FAKE_WAIT, 0);
	assert_eventually(atomic_load(&fake_waiting) == 1);
	assert_true(beats(stage));
	for (uint64_t end = now_ms() + 300; now_ms() < end; pause_briefly())
		assert_false(beats(stage));
	assert_string_equal(stage->stuck, "the TCP thread");
	atomic_store(&fake_gate, true);
	assert_int_equal(tcp_hear(tcp, NULL), 1);
	assert_true(becomes(stage, true));
	close(tcp);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_idle_server_lives, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(test_without_announcements, stage_open,
						stage_close),
		cmocka_unit_test_setup_teardown(test_health_thread_halts, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(test_worker_hangs, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(test_tcp_thread_hangs, stage_open, stage_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
