/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bgp_moves.h"

#include "bgp_fixture.h"

/* I(dle) C(onnect) A(ctive) e: OpenSent, f: OpenConfirm, D: Established; a dot stays. */
static enum bgp_state
state_of(char letter, enum bgp_state stays)
{
	static const char letters[] = "ICAefD";
	const char *found = strchr(letters, letter);
	return letter == '.' ? stays : (enum bgp_state)(found - letters);
}

/*
 * RFC 4271 8.2.2, with the departures that stand at the head of bgp_moves.c. A row for each event,
 * a column for each state in the order of the enum: where it leads.
 */
static void
test_where_every_event_leads_in_every_state(void **state)
{
	(void)state;
	static const char next[BGP_EVENTS][BGP_STATES + 1] = {
		[BGP_EVENT_START] = "......",
		[BGP_EVENT_STOP] = ".IIIII",
		[BGP_EVENT_TIMER] = "......",
		[BGP_EVENT_CONNECTED] = ".eI...",
		[BGP_EVENT_ACCEPTED] = "..e...",
		[BGP_EVENT_TCP_FAILED] = ".A.AII",
		[BGP_EVENT_QUEUED] = "......",
		[BGP_EVENT_DRAINED] = "......",
		[BGP_EVENT_OPEN] = ".IIfII",
		[BGP_EVENT_BAD_HEADER] = ".IIIII",
		[BGP_EVENT_BAD_OPEN] = ".IIIII",
		[BGP_EVENT_NOTIFICATION] = ".IIIII",
		[BGP_EVENT_KEEPALIVE] = ".IIID.",
		[BGP_EVENT_UPDATE] = ".IIII.",
		[BGP_EVENT_BAD_UPDATE] = ".IIII.",
		[BGP_EVENT_REFRESH] = ".IIII.",
		[BGP_EVENT_DIAL] = "CAC...",
		[BGP_EVENT_LISTEN] = "A.....",
		[BGP_EVENT_HOLD_EXPIRED] = "...III",
		[BGP_EVENT_KEEPALIVE_DUE] = "......",
		[BGP_EVENT_SEND_HOLD_EXPIRED] = "...III",
		[BGP_EVENT_COLLISION] = ".IIIII",
	};
	for (unsigned event = 0; event < BGP_EVENTS; event++) {
		assert_int_equal(strlen(next[event]), BGP_STATES);
		for (unsigned from = 0; from < BGP_STATES; from++) {
			enum bgp_state expected = state_of(next[event][from], (enum bgp_state)from);
			struct bgp_move move = bgp_move_for((enum bgp_state)from,
							    (enum bgp_event_type)event);
			if (move.next != expected)
				fail_msg("%s, %s: %s, not %s", bgp_state_name((enum bgp_state)from),
					 bgp_event_name((enum bgp_event_type)event),
					 bgp_state_name(move.next), bgp_state_name(expected));
		}
	}
}

static void
check_move(enum bgp_state from, enum bgp_event_type event, struct bgp_move move)
{
	bool drops = move.effects & BGP_EFFECT_DROP;
	bool notifies = move.effects & BGP_EFFECT_NOTIFY;
	/* Leaving a state with a connection for one without closes it. */
	if (from != BGP_IDLE && from != BGP_ACTIVE && move.next < BGP_OPEN_SENT &&
	    move.next != BGP_CONNECT)
		assert_true(drops);
	/* Last words are the last, and only to whom we said OPEN. */
	if (notifies)
		assert_true(drops && from >= BGP_OPEN_SENT && move.next == BGP_IDLE);
	if (move.code)
		assert_true(notifies);
	/* A NOTIFICATION is never answered by one (RFC 4271 6.4). */
	if (event == BGP_EVENT_NOTIFICATION)
		assert_false(notifies);
	/* Routes go only in Established, and OPEN is said once per connection. */
	if (move.effects & (BGP_EFFECT_ANNOUNCE_ALL | BGP_EFFECT_ANNOUNCE_AGAIN))
		assert_int_equal(move.next, BGP_ESTABLISHED);
	if (move.effects & BGP_EFFECT_SEND_OPEN)
		assert_int_equal(move.next, BGP_OPEN_SENT);
	if (move.next == BGP_ESTABLISHED && from != BGP_ESTABLISHED)
		assert_true(from == BGP_OPEN_CONFIRM && event == BGP_EVENT_KEEPALIVE);
	/* Whoever must wait after a failure backs off; a stop and a lost collision are none. */
	bool failure = drops && event != BGP_EVENT_STOP && event != BGP_EVENT_COLLISION &&
		       event != BGP_EVENT_ACCEPTED;
	assert_int_equal(failure, (move.effects & BGP_EFFECT_BACK_OFF) != 0);
	/* Every accepted connection is adopted or closed. */
	unsigned taken = move.effects & (BGP_EFFECT_ADOPT | BGP_EFFECT_REFUSE);
	assert_int_equal(event == BGP_EVENT_ACCEPTED, taken != 0);
}

static void
test_properties_of_every_move(void **state)
{
	(void)state;
	for (unsigned from = 0; from < BGP_STATES; from++)
		for (unsigned event = 0; event < BGP_EVENTS; event++)
			check_move((enum bgp_state)from, (enum bgp_event_type)event,
				   bgp_move_for((enum bgp_state)from, (enum bgp_event_type)event));
}

static void
test_state_names(void **state)
{
	(void)state;
	assert_string_equal(bgp_state_name(BGP_IDLE), "Idle");
	assert_string_equal(bgp_state_name(BGP_OPEN_CONFIRM), "OpenConfirm");
	assert_string_equal(bgp_state_name(BGP_ESTABLISHED), "Established");
	assert_string_equal(bgp_state_name(BGP_STATES), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_where_every_event_leads_in_every_state),
		cmocka_unit_test(test_properties_of_every_move),
		cmocka_unit_test(test_state_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
