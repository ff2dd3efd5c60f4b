/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The timers of a session: hold (RFC 4271 6.5), keepalive (4.4, 10) and send-hold (RFC 9687).
 */
#include "announce/bgp_fsm.h"

#include "bgp_fsm_fixture.h"

static const enum bgp_lane_id OUT = BGP_LANE_OUT;

/* Lets `ns` pass and every timer in it fire, with a peer that acknowledges all. Returns the
 * KEEPALIVEs. */
static unsigned
let_pass(struct rig *rig, int64_t ns)
{
	struct monotime end = monotime_add(rig->now, ns);
	unsigned keepalives = 0;
	for (;;) {
		step(rig, OUT, BGP_EVENT_DRAINED);
		struct monotime deadline = bgp_fsm_deadline(&rig->fsm);
		if (deadline.ns > end.ns)
			break;
		rig->now = deadline;
		step(rig, OUT, BGP_EVENT_TIMER);
		for (size_t i = 0; i < rig->actions.count; i++)
			keepalives += rig->actions.list[i].type == BGP_ACTION_SEND_KEEPALIVE;
		if (!bgp_fsm_session(&rig->fsm))
			break;
	}
	rig->now = end;
	return keepalives;
}

static void
test_open_sent_waits_four_minutes(void **state)
{
	(void)state;
	struct rig *rig = rig_with(true, false, 9);
	lead_to(rig, OUT, BGP_OPEN_SENT);
	step(rig, OUT, BGP_EVENT_DRAINED);
	assert_int_equal(step_timer(rig), 240 * MONOTIME_S);
	assert_actions(rig, "NDr");
	assert_notification(rig, 4, 0, "");
	assert_int_equal(action_of(rig, BGP_ACTION_REPORT)->why, BGP_EVENT_HOLD_EXPIRED);
}

static void
test_keepalives_come_every_third_of_the_hold_time(void **state)
{
	(void)state;
	static const uint16_t holds[] = {3, 9, 10, 90};
	for (size_t i = 0; i < ARRAY_LENGTH(holds); i++) {
		struct rig *rig = rig_with(true, false, holds[i]);
		lead_to(rig, OUT, BGP_ESTABLISHED);
		int64_t third = holds[i] * MONOTIME_S / 3;
		for (unsigned n = 0; n < 50; n++) {
			step(rig, OUT, BGP_EVENT_KEEPALIVE);
			step(rig, OUT, BGP_EVENT_DRAINED);
			assert_in_range(step_timer(rig), third * 3 / 4, third);
			assert_actions(rig, "K");
		}
	}
}

static void
test_hold_timer_ends_a_silent_session(void **state)
{
	(void)state;
	struct rig *rig = rig_with(true, false, 9);
	lead_to(rig, OUT, BGP_ESTABLISHED);
	assert_in_range(let_pass(rig, 9 * MONOTIME_S - 1), 2, 4);
	assert_non_null(bgp_fsm_session(&rig->fsm));
	let_pass(rig, 1);
	assert_null(bgp_fsm_session(&rig->fsm));
	assert_actions(rig, "NDr");
	assert_notification(rig, 4, 0, "");
}

static void
test_whatever_the_peer_says_restarts_the_hold_timer(void **state)
{
	(void)state;
	static const enum bgp_event_type said[] = {BGP_EVENT_KEEPALIVE, BGP_EVENT_UPDATE,
						   BGP_EVENT_BAD_UPDATE, BGP_EVENT_REFRESH};
	struct rig *rig = rig_with(true, false, 9);
	lead_to(rig, OUT, BGP_ESTABLISHED);
	for (size_t i = 0; i < ARRAY_LENGTH(said); i++) {
		let_pass(rig, 9 * MONOTIME_S - 1);
		step(rig, OUT, said[i]);
		assert_non_null(bgp_fsm_session(&rig->fsm));
	}
	/* What we send does not. */
	let_pass(rig, 5 * MONOTIME_S);
	step(rig, OUT, BGP_EVENT_QUEUED);
	let_pass(rig, 4 * MONOTIME_S);
	assert_null(bgp_fsm_session(&rig->fsm));
}

static void
test_hold_timer_runs_in_open_confirm(void **state)
{
	(void)state;
	struct rig *rig = rig_with(true, false, 9);
	lead_to(rig, OUT, BGP_OPEN_CONFIRM);
	int64_t waited = 0;
	while (state_of_lane(rig, OUT) == BGP_OPEN_CONFIRM) {
		step(rig, OUT, BGP_EVENT_DRAINED);
		waited += step_timer(rig);
	}
	assert_int_equal(waited, 9 * MONOTIME_S);
	assert_notification(rig, 4, 0, "");
}

static void
test_hold_time_zero_has_no_timers(void **state)
{
	(void)state;
	struct rig *rig = rig_with(true, false, 0);
	lead_to(rig, OUT, BGP_ESTABLISHED);
	step(rig, OUT, BGP_EVENT_DRAINED);
	assert_true(monotime_is_never(bgp_fsm_deadline(&rig->fsm)));
	step(rig, OUT, BGP_EVENT_KEEPALIVE);
	assert_true(monotime_is_never(bgp_fsm_deadline(&rig->fsm)));
}

/* From the first byte that is not taken, however often more is queued behind it. */
static void
test_send_hold(void **state)
{
	(void)state;
	static const struct {
		uint16_t hold;
		int64_t seconds;
	} cases[] = {{3, 10}, {10, 10}, {11, 11}, {90, 90}, {0, 480}};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct rig *rig = rig_with(true, false, cases[i].hold);
		lead_to(rig, OUT, BGP_ESTABLISHED);
		step(rig, OUT, BGP_EVENT_DRAINED);
		step(rig, OUT, BGP_EVENT_QUEUED);
		int64_t waited = 0;
		while (bgp_fsm_session(&rig->fsm)) {
			step(rig, OUT, BGP_EVENT_QUEUED);
			step(rig, OUT, BGP_EVENT_KEEPALIVE);
			waited += step_timer(rig);
		}
		assert_int_equal(waited, cases[i].seconds * MONOTIME_S);
		assert_actions(rig, "NDrCr");
		assert_notification(rig, 8, 0, "");
		assert_int_equal(action_of(rig, BGP_ACTION_REPORT)->why,
				 BGP_EVENT_SEND_HOLD_EXPIRED);
	}
}

static void
test_send_hold_covers_open_and_keepalive(void **state)
{
	(void)state;
	struct rig *rig = rig_with(true, false, 9);
	lead_to(rig, OUT, BGP_OPEN_SENT);
	assert_int_equal(step_timer(rig), 10 * MONOTIME_S);
	assert_notification(rig, 8, 0, "");
	/* A KEEPALIVE that nobody takes is noticed as well. */
	rig = rig_with(true, false, 30);
	lead_to(rig, OUT, BGP_ESTABLISHED);
	step(rig, OUT, BGP_EVENT_DRAINED);
	int64_t first = step_timer(rig);
	assert_actions(rig, "K");
	int64_t waited = 0;
	while (bgp_fsm_session(&rig->fsm)) {
		step(rig, OUT, BGP_EVENT_KEEPALIVE);
		waited += step_timer(rig);
	}
	assert_int_equal(waited, 30 * MONOTIME_S);
	assert_true(first < 10 * MONOTIME_S + 1);
}

static void
test_two_timers_at_once(void **state)
{
	(void)state;
	struct rig *rig = rig_with(true, false, 9);
	lead_to(rig, OUT, BGP_ESTABLISHED);
	/*
	 * After a pause of an hour all have expired: one end, said once. The session had lasted, so
	 * the next attempt is due at once.
	 */
	rig->now = monotime_add(rig->now, 3600 * MONOTIME_S);
	step(rig, OUT, BGP_EVENT_TIMER);
	assert_actions(rig, "NDrCr");
	assert_notification(rig, 4, 0, "");
}

/* The socket was read first: what the peer had sent in the pause saves the session. */
static void
test_reading_before_the_timer_survives_a_pause(void **state)
{
	(void)state;
	struct rig *rig = rig_with(true, false, 9);
	lead_to(rig, OUT, BGP_ESTABLISHED);
	rig->now = monotime_add(rig->now, 3600 * MONOTIME_S);
	step(rig, OUT, BGP_EVENT_KEEPALIVE);
	step(rig, OUT, BGP_EVENT_DRAINED);
	step(rig, OUT, BGP_EVENT_TIMER);
	assert_actions(rig, "K");
	assert_non_null(bgp_fsm_session(&rig->fsm));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_sent_waits_four_minutes),
		cmocka_unit_test(test_keepalives_come_every_third_of_the_hold_time),
		cmocka_unit_test(test_hold_timer_ends_a_silent_session),
		cmocka_unit_test(test_whatever_the_peer_says_restarts_the_hold_timer),
		cmocka_unit_test(test_hold_timer_runs_in_open_confirm),
		cmocka_unit_test(test_hold_time_zero_has_no_timers),
		cmocka_unit_test(test_send_hold),
		cmocka_unit_test(test_send_hold_covers_open_and_keepalive),
		cmocka_unit_test(test_two_timers_at_once),
		cmocka_unit_test(test_reading_before_the_timer_survives_a_pause),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
