/* SPDX-License-Identifier: BSD-2-Clause */
/* Detector and gate together, for simulated days: what withdraws, and what must not. */
#include "detector_fixture.h"

#include "health/gate.h"

#define HOUR (3600 * MONOTIME_S)

struct site {
	struct address address;
	struct gate gate;
	unsigned withdraws;
	unsigned degradations;
};

static const struct gate_limits default_limits = GATE_LIMITS_INIT;

static void
decide(struct site *site)
{
	const struct detector_verdict *verdict = &site->address.verdict;
	struct gate_input input = {
		.hard = verdict->hard,
		.soft = verdict->soft,
		.proven = verdict->proven,
	};
	struct gate_step moved = gate_step(&site->gate, &input, site->address.now);

	if (moved.changed && gate_state_announced(moved.from) &&
	    !gate_state_announced(site->gate.state))
		site->withdraws++;
	site->degradations += moved.changed && site->gate.state == GATE_DEGRADED;
}

static void
site_begin(struct site *site, enum detector_policy policy, bool soft_withdraws)
{
	struct gate_limits limits = default_limits;

	memset(site, 0, sizeof(*site));
	limits.withdraw_on_soft = soft_withdraws;
	address_begin(&site->address);
	site->address.limits.policy = policy;
	gate_init(&site->gate, &limits, NULL, false, site->address.now);
	for (int i = 0; i < 40; i++) {
		serve(&site->address, 0);
		decide(site);
	}
	assert_int_equal(site->gate.state, GATE_UP);
}

/* Ticks of 100 ms with four own queries each, as many as a real thread sends. */
static void
lose(struct site *site, unsigned percent, int64_t time)
{
	struct monotime begin = site->address.now;

	while (monotime_since(site->address.now, begin) < time) {
		serve(&site->address, percent);
		decide(site);
		site->address.now = monotime_add(site->address.now, TICK);
	}
}

static void
test_probe_loss(void **state)
{
	static struct site site;
	(void)state;

	for (unsigned percent = 10; percent <= 30; percent += 10) {
		/* Even where the operator lets soft evidence withdraw. */
		site_begin(&site, DETECTOR_ABSORB, true);
		lose(&site, percent, 24 * HOUR);
		print_message("  %u %% of own queries lost for 24 h, absorb: %u withdraws, "
			      "%u degradations\n",
			      percent, site.withdraws, site.degradations);
		assert_int_equal(site.withdraws, 0);
		assert_int_equal(site.degradations, 0);
	}
	site_begin(&site, DETECTOR_SHED, false);
	lose(&site, 30, 24 * HOUR);
	print_message("  30 %%, shed: %u withdraws, %u degradations\n", site.withdraws,
		      site.degradations);
	assert_int_equal(site.withdraws, 0);
}

/* Queues full all the time, buffers that overflow, almost no own query answered. */
static void
test_overload(void **state)
{
	static struct site site;
	(void)state;

	for (int policy = DETECTOR_ABSORB; policy <= DETECTOR_SHED; policy++) {
		site_begin(&site, (enum detector_policy)policy, false);
		for (unsigned i = 0; i < 24 * 3600 * 10; i++) {
			for (unsigned w = 0; w < WORKERS; w++)
				site.address.workers[w].waiting = true;
			site.address.input.dropped += 5000;
			site.address.input.answered += 10000;
			serve(&site.address, 97);
			decide(&site);
			site.address.now = monotime_add(site.address.now, TICK);
		}
		print_message("  overload for 24 h, %s: %u withdraws, %u degradations\n",
			      policy == DETECTOR_SHED ? "shed" : "absorb", site.withdraws,
			      site.degradations);
		assert_int_equal(site.withdraws, 0);
		assert_int_equal(site.degradations, policy == DETECTOR_SHED);
	}
}

/* One of four stops turning at an arbitrary time; the others serve on. */
static void
test_time_to_withdraw(void **state)
{
	static struct site site;
	int64_t longest = 0;
	(void)state;

	for (int64_t shift = 0; shift < TICK; shift += MS) {
		site_begin(&site, DETECTOR_ABSORB, false);
		int64_t fault = site.address.now.ns + shift;
		site.address.workers[1].waiting = true;
		uint64_t turns = site.address.workers[1].turns + 1;
		while (!site.withdraws) {
			serve(&site.address, 0);
			site.address.workers[1].turns = turns;
			decide(&site);
			assert_true(site.address.now.ns - fault < S);
		}
		longest = site.address.now.ns - fault > longest ? site.address.now.ns - fault
								: longest;
	}
	print_message("  one worker stuck: withdrawn after at most %u ms of detection\n",
		      (unsigned)(longest / MS));
	assert_true(longest <= 650 * MS);
}

/* Wrong for half a second, right for half a second, through both. */
static void
test_oscillation(void **state)
{
	static struct site site;
	(void)state;

	site_begin(&site, DETECTOR_ABSORB, false);
	for (unsigned i = 0; i < 3600 * 20; i++) {
		if (i % 20 < 10) {
			site.address.input.probes_wrong++;
			site.address.round = 0;
		}
		serve(&site.address, 0);
		decide(&site);
	}
	print_message("  wrong at 1 Hz for an hour: %u withdraws\n", site.withdraws);
	assert_in_range(site.withdraws, 1, 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_probe_loss),
		cmocka_unit_test(test_overload),
		cmocka_unit_test(test_time_to_withdraw),
		cmocka_unit_test(test_oscillation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
