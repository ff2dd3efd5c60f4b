/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bgp_lane.h"

#include "bgp_fixture.h"

static const struct monotime now = {1000 * MONOTIME_S};

static struct bgp_lane
lane_with(enum bgp_state state, uint16_t hold)
{
	struct bgp_lane lane = {.state = state, .since = now, .terms = {.hold = hold}};
	bgp_lane_clear_timers(&lane);
	return lane;
}

static void
test_deadline_is_the_earliest(void **state)
{
	(void)state;
	struct bgp_lane lane = lane_with(BGP_IDLE, 0);
	assert_true(monotime_is_never(bgp_lane_deadline(&lane)));
	struct monotime *timers[] = {&lane.retry, &lane.hold, &lane.keepalive, &lane.send_hold};
	for (size_t i = 0; i < ARRAY_LENGTH(timers); i++) {
		for (size_t j = 0; j < ARRAY_LENGTH(timers); j++)
			timers[j]->ns = i == j ? 5 : 6;
		assert_int_equal(bgp_lane_deadline(&lane).ns, 5);
	}
	bgp_lane_clear_timers(&lane);
	for (size_t i = 0; i < ARRAY_LENGTH(timers); i++)
		assert_true(monotime_is_never(*timers[i]));
}

static void
test_jitter_stays_within_three_quarters_and_one(void **state)
{
	(void)state;
	uint32_t dice = 1;
	int64_t least = INT64_MAX;
	int64_t most = 0;
	for (unsigned i = 0; i < 10000; i++) {
		int64_t ns = monotime_since(bgp_lane_jitter(&dice, now, MONOTIME_S), now);
		assert_in_range(ns, 750 * MONOTIME_MS, MONOTIME_S);
		least = ns < least ? ns : least;
		most = ns > most ? ns : most;
	}
	assert_true(least < 752 * MONOTIME_MS && most > 998 * MONOTIME_MS);
	assert_int_equal(bgp_lane_jitter(&dice, now, 0).ns, now.ns);
}

static void
test_back_off_doubles_up_to_a_minute(void **state)
{
	(void)state;
	static const int64_t seconds[] = {0, 1, 2, 4, 8, 16, 32, 60, 60};
	uint32_t dice = 7;
	for (unsigned i = 0; i < ARRAY_LENGTH(seconds); i++)
		assert_in_range(monotime_since(bgp_lane_back_off(&dice, now, i), now),
				seconds[i] * 750 * MONOTIME_MS, seconds[i] * MONOTIME_S);
	int64_t endless = monotime_since(bgp_lane_back_off(&dice, now, UINT32_MAX), now);
	assert_in_range(endless, 45 * MONOTIME_S, 60 * MONOTIME_S);
}

static void
test_hold_and_keepalive(void **state)
{
	(void)state;
	uint32_t dice = 7;
	struct bgp_lane lane = lane_with(BGP_ESTABLISHED, 90);
	bgp_lane_start_hold(&lane, now);
	bgp_lane_start_keepalive(&lane, &dice, now);
	assert_int_equal(lane.hold.ns, now.ns + 90 * MONOTIME_S);
	assert_in_range(lane.keepalive.ns, now.ns + 22500 * MONOTIME_MS, now.ns + 30 * MONOTIME_S);
	lane = lane_with(BGP_ESTABLISHED, 0);
	lane.hold = now; /* the long one of OpenSent, which ends here */
	bgp_lane_start_hold(&lane, now);
	bgp_lane_start_keepalive(&lane, &dice, now);
	assert_true(monotime_is_never(bgp_lane_deadline(&lane)));
}

static void
test_send_hold(void **state)
{
	(void)state;
	static const struct {
		enum bgp_state state;
		uint16_t agreed;
		uint16_t offer;
		int64_t seconds;
	} cases[] = {
		{BGP_ESTABLISHED, 3, 90, 10},  {BGP_ESTABLISHED, 11, 90, 11},
		{BGP_ESTABLISHED, 0, 90, 480}, {BGP_OPEN_CONFIRM, 30, 90, 30},
		{BGP_OPEN_SENT, 0, 90, 90},    {BGP_OPEN_SENT, 0, 9, 10},
		{BGP_OPEN_SENT, 0, 0, 480},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct bgp_lane lane = lane_with(cases[i].state, cases[i].agreed);
		bgp_lane_start_send_hold(&lane, cases[i].offer, now);
		assert_int_equal(lane.send_hold.ns, now.ns + cases[i].seconds * MONOTIME_S);
		bgp_lane_start_send_hold(&lane, cases[i].offer, monotime_add(now, 1));
		assert_int_equal(lane.send_hold.ns, now.ns + cases[i].seconds * MONOTIME_S);
	}
}

static void
test_lasting(void **state)
{
	(void)state;
	struct bgp_lane lane = lane_with(BGP_ESTABLISHED, 3);
	assert_false(bgp_lane_has_lasted(&lane, monotime_add(now, 10 * MONOTIME_S - 1)));
	assert_true(bgp_lane_has_lasted(&lane, monotime_add(now, 10 * MONOTIME_S)));
	lane.terms.hold = 30;
	assert_false(bgp_lane_has_lasted(&lane, monotime_add(now, 30 * MONOTIME_S - 1)));
	assert_true(bgp_lane_has_lasted(&lane, monotime_add(now, 30 * MONOTIME_S)));
	lane.state = BGP_OPEN_CONFIRM;
	assert_false(bgp_lane_has_lasted(&lane, monotime_add(now, 3600 * MONOTIME_S)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deadline_is_the_earliest),
		cmocka_unit_test(test_jitter_stays_within_three_quarters_and_one),
		cmocka_unit_test(test_back_off_doubles_up_to_a_minute),
		cmocka_unit_test(test_hold_and_keepalive),
		cmocka_unit_test(test_send_hold),
		cmocka_unit_test(test_lasting),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
