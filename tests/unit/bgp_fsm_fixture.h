/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bgp_fsm_fixture.h - one peer's state machine, driven by hand under a clock of our own.
 */
#ifndef TESTS_BGP_FSM_FIXTURE_H
#define TESTS_BGP_FSM_FIXTURE_H

#include "announce/bgp_fsm.h"

#include "bgp_fixture.h"

struct rig {
	struct bgp_peer peer;
	struct bgp_fsm fsm;
	struct bgp_actions actions; /* of the last step */
	struct monotime now;
};

enum { PEER_ID = 0x0a000001, OUR_ID = 0x0a000002 };

static inline struct rig *
rig_with(bool dial, bool listen, uint16_t hold)
{
	static struct rig rig;
	rig = (struct rig){
		.peer = {.local_as = 64512,
			 .peer_as = 64496,
			 .router_id = OUR_ID,
			 .hold = hold,
			 .role = BGP_ROLE_NONE,
			 .families = BGP_IPV4,
			 .dial = dial,
			 .listen = listen},
		.now = {1000 * MONOTIME_S},
	};
	bgp_fsm_init(&rig.fsm, &rig.peer, 42, rig.now);
	return &rig;
}

static inline void
step_event(struct rig *rig, const struct bgp_event *event)
{
	bgp_fsm_step(&rig->fsm, event, rig->now, &rig->actions);
}

static inline void
step(struct rig *rig, enum bgp_lane_id lane, enum bgp_event_type type)
{
	struct bgp_event event = {.type = type, .lane = lane};
	step_event(rig, &event);
}

static inline struct bgp_event
open_event(const struct rig *rig, enum bgp_lane_id lane)
{
	return (struct bgp_event){
		.type = BGP_EVENT_OPEN,
		.lane = lane,
		.message = BGP_OPEN,
		.open = {.as = rig->peer.peer_as,
			 .id = PEER_ID,
			 .hold = 90,
			 .role = BGP_ROLE_NONE,
			 .families = BGP_FAMILIES,
			 .four_octet_as = true,
			 .route_refresh = true},
	};
}

static inline void
step_open(struct rig *rig, enum bgp_lane_id lane)
{
	struct bgp_event event = open_event(rig, lane);
	step_event(rig, &event);
}

static inline void
step_notification(struct rig *rig, enum bgp_lane_id lane, uint8_t code, uint8_t subcode)
{
	struct bgp_event event = {.type = BGP_EVENT_NOTIFICATION,
				  .lane = lane,
				  .message = BGP_NOTIFICATION,
				  .error = bgp_error_make(code, subcode, NULL, 0)};
	step_event(rig, &event);
}

/* To the next deadline, and over it. Returns the nanoseconds that took. */
static inline int64_t
step_timer(struct rig *rig)
{
	struct monotime deadline = bgp_fsm_deadline(&rig->fsm);
	assert_false(monotime_is_never(deadline));
	int64_t waited = monotime_since(deadline, rig->now);
	if (deadline.ns > rig->now.ns)
		rig->now = deadline;
	step(rig, BGP_LANE_OUT, BGP_EVENT_TIMER);
	return waited;
}

static inline enum bgp_state
state_of_lane(const struct rig *rig, enum bgp_lane_id lane)
{
	return rig->fsm.lanes[lane].state;
}

/*
 * The last step's actions as letters, in order: C connect, A adopt, R refuse, D drop, O OPEN,
 * K KEEPALIVE, N NOTIFICATION, U announce, r report; those of lane in with a ' behind.
 */
static inline void
assert_actions(const struct rig *rig, const char *expected)
{
	static const char letters[] = {
		[BGP_ACTION_CONNECT] = 'C',
		[BGP_ACTION_ADOPT] = 'A',
		[BGP_ACTION_REFUSE] = 'R',
		[BGP_ACTION_DROP] = 'D',
		[BGP_ACTION_SEND_OPEN] = 'O',
		[BGP_ACTION_SEND_KEEPALIVE] = 'K',
		[BGP_ACTION_SEND_NOTIFICATION] = 'N',
		[BGP_ACTION_ANNOUNCE] = 'U',
		[BGP_ACTION_REPORT] = 'r',
	};
	char text[2 * BGP_ACTIONS_MAX + 1] = "";
	for (size_t i = 0; i < rig->actions.count; i++) {
		const struct bgp_action *action = &rig->actions.list[i];
		char letter[] = {letters[action->type], action->lane == BGP_LANE_IN ? '\'' : 0, 0};
		strcat(text, letter);
	}
	assert_string_equal(text, expected);
}

static inline const struct bgp_action *
action_of(const struct rig *rig, enum bgp_action_type type)
{
	for (size_t i = 0; i < rig->actions.count; i++)
		if (rig->actions.list[i].type == type)
			return &rig->actions.list[i];
	fail_msg("no action of type %u", (unsigned)type);
	return NULL;
}

static inline void
assert_notification(const struct rig *rig, unsigned code, unsigned subcode, const char *data)
{
	assert_error(&action_of(rig, BGP_ACTION_SEND_NOTIFICATION)->error, code, subcode, data);
}

/* Brings a started lane that is Idle, Connect or Active with its timer run out to a later state. */
static inline void
lead_to(struct rig *rig, enum bgp_lane_id lane, enum bgp_state state)
{
	if (!rig->fsm.started)
		step(rig, lane, BGP_EVENT_START);
	if (state >= BGP_OPEN_SENT)
		step(rig, lane, lane == BGP_LANE_OUT ? BGP_EVENT_CONNECTED : BGP_EVENT_ACCEPTED);
	if (state >= BGP_OPEN_CONFIRM)
		step_open(rig, lane);
	if (state >= BGP_ESTABLISHED)
		step(rig, lane, BGP_EVENT_KEEPALIVE);
	assert_int_equal(state_of_lane(rig, lane), state);
}

#endif
