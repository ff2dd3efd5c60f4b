/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bgp_fsm.h"

#include "bgp_fsm_fixture.h"

static const enum bgp_lane_id OUT = BGP_LANE_OUT;
static const enum bgp_lane_id IN = BGP_LANE_IN;

static void
assert_state(const struct rig *rig, enum bgp_lane_id lane, enum bgp_state expected)
{
	assert_string_equal(bgp_state_name(state_of_lane(rig, lane)), bgp_state_name(expected));
}

static void
test_active_session(void **state)
{
	(void)state;
	struct rig *rig = rig_with(true, false, 9);
	assert_true(monotime_is_never(bgp_fsm_deadline(&rig->fsm)));
	step(rig, OUT, BGP_EVENT_START);
	assert_actions(rig, "Cr");
	step(rig, OUT, BGP_EVENT_CONNECTED);
	assert_actions(rig, "Or");
	const struct bgp_open *open = &action_of(rig, BGP_ACTION_SEND_OPEN)->open;
	assert_int_equal(open->as, 64512);
	assert_int_equal(open->hold, 9);
	step_open(rig, OUT);
	assert_actions(rig, "rK");
	assert_null(bgp_fsm_session(&rig->fsm));
	step(rig, OUT, BGP_EVENT_KEEPALIVE);
	assert_actions(rig, "rU");
	assert_int_equal(action_of(rig, BGP_ACTION_ANNOUNCE)->families, BGP_IPV4);
	const struct bgp_action *report = action_of(rig, BGP_ACTION_REPORT);
	assert_int_equal(report->from, BGP_OPEN_CONFIRM);
	assert_int_equal(report->to, BGP_ESTABLISHED);
	assert_int_equal(report->why, BGP_EVENT_KEEPALIVE);
	assert_int_equal(report->error.code, BGP_NO_ERROR);
	assert_ptr_equal(bgp_fsm_session(&rig->fsm), &rig->fsm.lanes[OUT]);
	assert_int_equal(bgp_fsm_session(&rig->fsm)->terms.hold, 9);
}

static void
test_passive_session(void **state)
{
	(void)state;
	struct rig *rig = rig_with(false, true, 9);
	step(rig, IN, BGP_EVENT_ACCEPTED); /* not started yet */
	assert_actions(rig, "R'");
	step(rig, IN, BGP_EVENT_START);
	assert_actions(rig, "r'");
	assert_true(monotime_is_never(bgp_fsm_deadline(&rig->fsm)));
	step(rig, IN, BGP_EVENT_ACCEPTED);
	assert_actions(rig, "A'O'r'");
	step_open(rig, IN);
	assert_actions(rig, "r'K'");
	step(rig, IN, BGP_EVENT_KEEPALIVE);
	assert_actions(rig, "r'U'");
	assert_ptr_equal(bgp_fsm_session(&rig->fsm), &rig->fsm.lanes[IN]);
	/* Lost: welcome again at once. */
	rig->now = monotime_add(rig->now, 60 * MONOTIME_S);
	step(rig, IN, BGP_EVENT_TCP_FAILED);
	assert_actions(rig, "D'r'");
	assert_int_equal(step_timer(rig), 0);
	assert_state(rig, IN, BGP_ACTIVE);
}

/* Letters of actions, then the code and subcode of the NOTIFICATION; NULL: nothing at all. */
static void
assert_outcome(const struct rig *rig, const char *expected)
{
	char letters[16] = "";
	const char *code = expected ? strpbrk(expected, "0123456789") : NULL;
	if (expected)
		strncat(letters, expected, strcspn(expected, "0123456789"));
	assert_actions(rig, letters);
	if (code)
		assert_notification(rig, (unsigned)(code[0] - '0'), (unsigned)(code[2] - '0'),
				    code[0] == '5' ? "4d" : "");
}

/*
 * Every state x event on lane out as it plays out: the actions, then the code of the NOTIFICATION.
 * What is not listed does nothing.
 */
static void
test_what_every_event_does_in_every_state(void **state)
{
	(void)state;
	static const struct {
		const char *actions[BGP_STATES];
	} table[BGP_EVENTS] = {
		[BGP_EVENT_STOP] = {{"", "Dr", "r", "NDr6.2", "NDr6.2", "NDr6.2"}},
		[BGP_EVENT_CONNECTED] = {{"D", "Or", "Dr", "", "", ""}},
		[BGP_EVENT_ACCEPTED] = {{"R", "R", "AOr", "DAOr", "R", "R"}},
		[BGP_EVENT_TCP_FAILED] = {{"", "Dr", "", "Dr", "Dr", "Dr"}},
		[BGP_EVENT_OPEN] = {{"", "Dr", "r", "rK", "NDr5.2", "NDr5.3"}},
		[BGP_EVENT_BAD_HEADER] = {{"", "Dr", "r", "NDr6.2", "NDr6.2", "NDr6.2"}},
		[BGP_EVENT_BAD_OPEN] = {{"", "Dr", "r", "NDr6.2", "NDr5.2", "NDr5.3"}},
		[BGP_EVENT_NOTIFICATION] = {{"", "Dr", "r", "Dr", "Dr", "Dr"}},
		[BGP_EVENT_KEEPALIVE] = {{"", "Dr", "r", "NDr5.1", "rU", ""}},
		[BGP_EVENT_UPDATE] = {{"", "Dr", "r", "NDr5.1", "NDr5.2", ""}},
		[BGP_EVENT_BAD_UPDATE] = {{"", "Dr", "r", "NDr5.1", "NDr5.2", "r"}},
		[BGP_EVENT_REFRESH] = {{"", "Dr", "r", "NDr5.1", "NDr5.2", "U"}},
		[BGP_EVENT_DIAL] = {{"Cr", "Dr", "Cr", "", "", ""}},
		[BGP_EVENT_LISTEN] = {{"r", "", "", "", "", ""}},
		[BGP_EVENT_HOLD_EXPIRED] = {{"", "", "", "NDr4.0", "NDr4.0", "NDr4.0"}},
		[BGP_EVENT_KEEPALIVE_DUE] = {{"", "", "", "", "K", "K"}},
		[BGP_EVENT_SEND_HOLD_EXPIRED] = {{"", "", "", "NDr8.0", "NDr8.0", "NDr8.0"}},
		[BGP_EVENT_COLLISION] = {{"", "Dr", "r", "NDr6.7", "NDr6.7", "NDr6.7"}},
	};
	for (unsigned from = 0; from < BGP_STATES; from++) {
		for (unsigned type = 0; type < BGP_EVENTS; type++) {
			struct rig *rig = rig_with(true, false, 9);
			lead_to(rig, OUT, from <= BGP_ACTIVE ? BGP_CONNECT : (enum bgp_state)from);
			if (from == BGP_IDLE)
				step(rig, OUT, BGP_EVENT_BAD_HEADER);
			if (from == BGP_ACTIVE)
				step(rig, OUT, BGP_EVENT_TCP_FAILED);
			assert_state(rig, OUT, (enum bgp_state)from);
			struct bgp_event event = open_event(rig, OUT);
			event.type = (enum bgp_event_type)type;
			event.families = BGP_FAMILIES;
			event.message = 77;
			event.error = bgp_error_make(BGP_CEASE, BGP_CEASE_SHUTDOWN, NULL, 0);
			step_event(rig, &event);

			assert_outcome(rig, table[type].actions[from]);
			struct bgp_move move = bgp_move_for((enum bgp_state)from, event.type);
			assert_state(rig, OUT, move.next);
		}
	}
}

static void
test_opens_that_are_refused(void **state)
{
	(void)state;
	struct rig *rig = rig_with(true, false, 9);
	lead_to(rig, OUT, BGP_OPEN_SENT);
	struct bgp_event event = open_event(rig, OUT);
	event.open.as = 64497;
	step_event(rig, &event);
	assert_actions(rig, "NDr");
	assert_notification(rig, 2, 2, "");
	const struct bgp_action *report = action_of(rig, BGP_ACTION_REPORT);
	assert_int_equal(report->why, BGP_EVENT_BAD_OPEN);
	assert_int_equal(report->error.code, 2);
	assert_int_equal(report->to, BGP_IDLE);

	rig = rig_with(true, false, 9);
	lead_to(rig, OUT, BGP_OPEN_SENT);
	event.open.as = 64496;
	event.open.families = BGP_IPV6;
	step_event(rig, &event);
	assert_notification(rig, 2, 7, "01 04 0001 00 01");
}

/* Back-off: at once, then 1, 2, 4 ... 60 s, each 0.75 to 1 of it, and no faster ever. */
static void
test_back_off(void **state)
{
	(void)state;
	static const int64_t seconds[] = {1, 2, 4, 8, 16, 32, 60, 60, 60};
	struct rig *rig = rig_with(true, false, 9);
	step(rig, OUT, BGP_EVENT_START);
	for (size_t i = 0; i < ARRAY_LENGTH(seconds); i++) {
		assert_state(rig, OUT, BGP_CONNECT);
		step(rig, OUT, BGP_EVENT_TCP_FAILED);
		assert_state(rig, OUT, BGP_ACTIVE);
		int64_t waited = step_timer(rig);
		assert_in_range(waited, seconds[i] * MONOTIME_S * 3 / 4, seconds[i] * MONOTIME_S);
	}
}

static void
test_back_off_spreads(void **state)
{
	(void)state;
	int64_t least = INT64_MAX;
	int64_t most = 0;
	for (uint32_t seed = 0; seed < 200; seed++) {
		struct rig *rig = rig_with(true, false, 9);
		bgp_fsm_init(&rig->fsm, &rig->peer, seed * 2654435761u, rig->now);
		step(rig, OUT, BGP_EVENT_START);
		step(rig, OUT, BGP_EVENT_TCP_FAILED);
		int64_t waited = step_timer(rig);
		least = waited < least ? waited : least;
		most = waited > most ? waited : most;
	}
	assert_in_range(least, 750 * MONOTIME_MS, 800 * MONOTIME_MS);
	assert_in_range(most, 950 * MONOTIME_MS, 1000 * MONOTIME_MS);
}

static void
test_connect_has_a_time_limit(void **state)
{
	(void)state;
	struct rig *rig = rig_with(true, false, 9);
	step(rig, OUT, BGP_EVENT_START);
	assert_int_equal(step_timer(rig), 10 * MONOTIME_S);
	assert_actions(rig, "Dr");
	assert_state(rig, OUT, BGP_ACTIVE);
}

/* A wrong AS number: the session never comes up, attempts grow rare. */
static void
test_errors_make_idle_hold_grow(void **state)
{
	(void)state;
	struct rig *rig = rig_with(true, false, 9);
	step(rig, OUT, BGP_EVENT_START);
	int64_t last = 0;
	for (unsigned i = 0; i < 7; i++) {
		step(rig, OUT, BGP_EVENT_CONNECTED);
		step_notification(rig, OUT, BGP_OPEN_ERROR, BGP_OPEN_BAD_PEER_AS);
		assert_actions(rig, "Dr");
		assert_int_equal(action_of(rig, BGP_ACTION_REPORT)->error.subcode, 2);
		assert_state(rig, OUT, BGP_IDLE);
		int64_t waited = step_timer(rig);
		assert_true(waited > last);
		last = waited;
		assert_actions(rig, "Cr");
	}
	assert_true(last >= 45 * MONOTIME_S);
}

/* A session that lasted costs one retry at once; one that only came up counts as a failure. */
static void
test_only_a_lasting_session_resets_the_back_off(void **state)
{
	(void)state;
	static const struct {
		uint16_t hold;
		int64_t seconds;
	} cases[] = {{3, 10}, {9, 10}, {30, 30}, {0, 10}};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		for (int64_t short_of = 0; short_of <= 1; short_of++) {
			struct rig *rig = rig_with(true, false, cases[i].hold);
			lead_to(rig, OUT, BGP_CONNECT);
			step(rig, OUT, BGP_EVENT_TCP_FAILED);
			step_timer(rig);
			lead_to(rig, OUT, BGP_ESTABLISHED);
			rig->now = monotime_add(rig->now, cases[i].seconds * MONOTIME_S - short_of);
			step(rig, OUT, BGP_EVENT_TCP_FAILED);
			int64_t waited = step_timer(rig);
			if (short_of)
				assert_in_range(waited, 1500 * MONOTIME_MS, 2 * MONOTIME_S);
			else
				assert_int_equal(waited, 0);
			/* The one retry at once; the next waits. */
			step(rig, OUT, BGP_EVENT_TCP_FAILED);
			assert_true(step_timer(rig) >= 750 * MONOTIME_MS);
		}
	}
}

static void
test_idle_hold_refuses_callers(void **state)
{
	(void)state;
	struct rig *rig = rig_with(false, true, 9);
	lead_to(rig, IN, BGP_OPEN_SENT);
	step(rig, IN, BGP_EVENT_KEEPALIVE);
	assert_actions(rig, "N'D'r'");
	step(rig, IN, BGP_EVENT_ACCEPTED);
	assert_actions(rig, "R'");
	assert_in_range(step_timer(rig), 750 * MONOTIME_MS, MONOTIME_S);
	assert_state(rig, IN, BGP_ACTIVE);
	step(rig, IN, BGP_EVENT_ACCEPTED);
	assert_actions(rig, "A'O'r'");
}

/* A router that connected again before saying OPEN has forgotten the first connection. */
static void
test_newcomer_replaces_who_has_not_spoken(void **state)
{
	(void)state;
	struct rig *rig = rig_with(false, true, 9);
	lead_to(rig, IN, BGP_OPEN_SENT);
	rig->now = monotime_add(rig->now, 100 * MONOTIME_S);
	step(rig, IN, BGP_EVENT_ACCEPTED);
	assert_actions(rig, "D'A'O'r'");
	step(rig, IN, BGP_EVENT_DRAINED);
	assert_int_equal(step_timer(rig), 240 * MONOTIME_S); /* the wait begins anew */
	assert_notification(rig, 4, 0, "");
}

static void
test_stop_and_start(void **state)
{
	(void)state;
	struct rig *rig = rig_with(true, true, 9);
	lead_to(rig, OUT, BGP_ESTABLISHED);
	struct bgp_event stop = {.type = BGP_EVENT_STOP,
				 .error = bgp_error_make(BGP_CEASE, BGP_CEASE_SHUTDOWN, "\2ok", 3)};
	step_event(rig, &stop);
	assert_actions(rig, "NDr");
	assert_notification(rig, 6, 2, "02 6f6b");
	assert_true(monotime_is_never(bgp_fsm_deadline(&rig->fsm)));
	assert_null(bgp_fsm_session(&rig->fsm));
	step(rig, IN, BGP_EVENT_ACCEPTED);
	assert_actions(rig, "R'");
	/* Leftovers of the sockets set nothing in motion. */
	step(rig, OUT, BGP_EVENT_CONNECTED);
	assert_actions(rig, "D");
	step(rig, OUT, BGP_EVENT_TIMER);
	assert_actions(rig, "");
	assert_true(monotime_is_never(bgp_fsm_deadline(&rig->fsm)));
	step_event(rig, &stop);
	assert_actions(rig, "");
	step(rig, OUT, BGP_EVENT_START);
	assert_actions(rig, "Crr'");
	step(rig, OUT, BGP_EVENT_START);
	assert_actions(rig, "");
}

/* A router's minimum hold time is met half way: 9, 30, 90, 180 are offered in turn. */
static void
test_hold_time_that_the_peer_refuses(void **state)
{
	(void)state;
	static const uint16_t ladder[] = {3, 9, 30, 90, 180, 180};
	struct rig *rig = rig_with(true, false, 3);
	step(rig, OUT, BGP_EVENT_START);
	for (size_t i = 0; i < ARRAY_LENGTH(ladder); i++) {
		step(rig, OUT, BGP_EVENT_CONNECTED);
		assert_int_equal(action_of(rig, BGP_ACTION_SEND_OPEN)->open.hold, ladder[i]);
		step_notification(rig, OUT, BGP_OPEN_ERROR, BGP_OPEN_UNACCEPTABLE_HOLD_TIME);
		step_timer(rig);
	}
	/* Other complaints change nothing. */
	rig = rig_with(true, false, 3);
	lead_to(rig, OUT, BGP_OPEN_SENT);
	step_notification(rig, OUT, BGP_OPEN_ERROR, BGP_OPEN_ROLE_MISMATCH);
	step_timer(rig);
	step(rig, OUT, BGP_EVENT_CONNECTED);
	assert_int_equal(action_of(rig, BGP_ACTION_SEND_OPEN)->open.hold, 3);
}

static void
test_refresh_answers_for_what_was_agreed(void **state)
{
	(void)state;
	struct rig *rig = rig_with(true, false, 9);
	lead_to(rig, OUT, BGP_ESTABLISHED);
	static const uint8_t wanted[] = {0, BGP_IPV6, BGP_IPV4, BGP_FAMILIES};
	for (size_t i = 0; i < ARRAY_LENGTH(wanted); i++) {
		struct bgp_event event = {.type = BGP_EVENT_REFRESH, .families = wanted[i]};
		step_event(rig, &event);
		assert_actions(rig, wanted[i] & BGP_IPV4 ? "U" : "");
		if (wanted[i] & BGP_IPV4)
			assert_int_equal(action_of(rig, BGP_ACTION_ANNOUNCE)->families, BGP_IPV4);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_active_session),
		cmocka_unit_test(test_passive_session),
		cmocka_unit_test(test_what_every_event_does_in_every_state),
		cmocka_unit_test(test_opens_that_are_refused),
		cmocka_unit_test(test_back_off),
		cmocka_unit_test(test_back_off_spreads),
		cmocka_unit_test(test_connect_has_a_time_limit),
		cmocka_unit_test(test_errors_make_idle_hold_grow),
		cmocka_unit_test(test_only_a_lasting_session_resets_the_back_off),
		cmocka_unit_test(test_idle_hold_refuses_callers),
		cmocka_unit_test(test_newcomer_replaces_who_has_not_spoken),
		cmocka_unit_test(test_stop_and_start),
		cmocka_unit_test(test_hold_time_that_the_peer_refuses),
		cmocka_unit_test(test_refresh_answers_for_what_was_agreed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
