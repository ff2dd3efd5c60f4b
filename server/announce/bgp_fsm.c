/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bgp_fsm.c - plays the moves of bgp_moves.c.
 *
 * A session should come up soon, but without hammering. One counter does both: each failed attempt
 * doubles the wait, a session that lasted sets it back to nothing, so that a router's restart costs
 * one immediate retry and a wrong AS number one connection a minute. Only lasting resets it.
 * Reaching Established is not enough: a peer that dislikes what comes next would be met in a hot
 * loop. How long a session may be silent stands in bgp_lane.c.
 */
#include "announce/bgp_fsm.h"

#include <assert.h>

enum {
	ATTEMPTS_MAX = 7, /* the longest wait is reached */
	/* A router that is up takes milliseconds; the kernel alone would try for two minutes. */
	DIAL_LIMIT = 10,
	OPEN_HOLD = 240, /* RFC 4271 8.2.2: "a HoldTimer value of 4 minutes is suggested" */
};

/* What a router that refuses a short hold time may take. */
static const uint16_t offers[] = {9, 30, 90, 180};

struct step {
	struct bgp_fsm *fsm;
	const struct bgp_event *event;
	struct bgp_event refused; /* what an OPEN became that we refuse */
	struct monotime now;
	struct bgp_actions *actions;
};

static struct bgp_action *
act(struct step *s, enum bgp_lane_id id, enum bgp_action_type type)
{
	bgp_action_add(s->actions, &(struct bgp_action){.type = type, .lane = id});
	return &s->actions->list[s->actions->count - 1];
}

/* Called while the lane is still in the state that failed. */
static void
back_off(struct step *s, enum bgp_lane_id id)
{
	struct bgp_fsm *fsm = s->fsm;
	struct bgp_lane *lane = &fsm->lanes[id];
	if (bgp_lane_has_lasted(lane, s->now))
		fsm->attempts = 0;
	else if (fsm->attempts < ATTEMPTS_MAX)
		fsm->attempts++;
	lane->retry = bgp_lane_back_off(&fsm->dice, s->now, fsm->attempts);
}

/* Some routers insist on 20 s and more; offering what they take beats never coming up. */
static void
heed(struct bgp_fsm *fsm, const struct bgp_error *error)
{
	if (error->code != BGP_OPEN_ERROR || error->subcode != BGP_OPEN_UNACCEPTABLE_HOLD_TIME)
		return;
	for (size_t i = 0; i < ARRAY_LENGTH(offers); i++) {
		if (offers[i] > fsm->offer) {
			fsm->offer = offers[i];
			return;
		}
	}
}

/* What goes out with the move, or came in with the event; nothing for a move that only follows. */
static struct bgp_error
error_of(const struct bgp_move *move, const struct bgp_event *event, enum bgp_event_type type)
{
	if (!move->code)
		return type == event->type ? event->error : bgp_error_make(0, 0, NULL, 0);
	/* RFC 6608 4: the data of an FSM error is the type of the message. */
	bool unexpected = move->code == BGP_FSM_ERROR;
	return bgp_error_make(move->code, move->subcode, &event->message, unexpected ? 1 : 0);
}

static void
close_lane(struct step *s, enum bgp_lane_id id, const struct bgp_move *move,
	   enum bgp_event_type type, const struct bgp_error *error)
{
	struct bgp_lane *lane = &s->fsm->lanes[id];
	if (move->effects & BGP_EFFECT_TOLD_BY_PEER)
		heed(s->fsm, error);
	if (move->effects & BGP_EFFECT_NOTIFY)
		act(s, id, BGP_ACTION_SEND_NOTIFICATION)->error = *error;
	if (move->effects & BGP_EFFECT_DROP) {
		/* A connect() that we had given up came through all the same: close that. */
		if (lane->open || type == BGP_EVENT_CONNECTED)
			act(s, id, BGP_ACTION_DROP);
		lane->open = false;
		bgp_lane_clear_timers(lane);
	}
	if (move->effects & BGP_EFFECT_REFUSE)
		act(s, id, BGP_ACTION_REFUSE);
	if (move->effects & BGP_EFFECT_BACK_OFF)
		back_off(s, id);
}

static void
open_lane(struct step *s, enum bgp_lane_id id, const struct bgp_move *move)
{
	struct bgp_lane *lane = &s->fsm->lanes[id];
	if (move->effects & BGP_EFFECT_ADOPT) {
		act(s, id, BGP_ACTION_ADOPT);
		lane->open = true;
	}
	if (move->effects & BGP_EFFECT_CONNECT) {
		act(s, id, BGP_ACTION_CONNECT);
		lane->open = true;
		lane->retry = monotime_add(s->now, DIAL_LIMIT * MONOTIME_S);
	}
	if (move->effects & BGP_EFFECT_SEND_OPEN) {
		act(s, id, BGP_ACTION_SEND_OPEN)->open = bgp_terms_offer(s->fsm->peer,
									 s->fsm->offer);
		lane->retry = MONOTIME_NEVER;
		lane->hold = monotime_add(s->now, OPEN_HOLD * MONOTIME_S);
		bgp_lane_start_send_hold(lane, s->fsm->offer, s->now);
	}
}

static void
keep_lane(struct step *s, enum bgp_lane_id id, const struct bgp_move *move)
{
	struct bgp_lane *lane = &s->fsm->lanes[id];
	uint8_t families = 0;
	if (move->effects & BGP_EFFECT_SEND_KEEPALIVE) {
		act(s, id, BGP_ACTION_SEND_KEEPALIVE);
		bgp_lane_start_keepalive(lane, &s->fsm->dice, s->now);
		bgp_lane_start_send_hold(lane, s->fsm->offer, s->now);
	}
	if (move->effects & BGP_EFFECT_HOLD)
		bgp_lane_start_hold(lane, s->now);
	if (move->effects & BGP_EFFECT_ANNOUNCE_ALL)
		families = lane->terms.families;
	if (move->effects & BGP_EFFECT_ANNOUNCE_AGAIN)
		families = lane->terms.families & s->event->families;
	if (families)
		act(s, id, BGP_ACTION_ANNOUNCE)->families = families;
	if (move->effects & BGP_EFFECT_QUEUED)
		bgp_lane_start_send_hold(lane, s->fsm->offer, s->now);
	if (move->effects & BGP_EFFECT_DRAINED)
		lane->send_hold = MONOTIME_NEVER;
}

/* The only place that changes a state. */
static void
enter(struct step *s, enum bgp_lane_id id, const struct bgp_move *move, enum bgp_event_type why,
      const struct bgp_error *error)
{
	struct bgp_lane *lane = &s->fsm->lanes[id];
	enum bgp_state from = lane->state;
	if (move->next != from || (move->effects & BGP_EFFECT_REPORT)) {
		struct bgp_action *report = act(s, id, BGP_ACTION_REPORT);
		report->from = from;
		report->to = move->next;
		report->why = why;
		report->error = *error;
	}
	if (move->next != from)
		lane->since = s->now;
	lane->state = move->next;
}

/*
 * The peer closed this connection in favour of the other one: nothing failed. Without another one
 * it is a router that still believes in our former life, which is worth waiting for.
 */
static bool
is_benign(const struct step *s, enum bgp_lane_id id, enum bgp_event_type type)
{
	const struct bgp_error *error = &s->event->error;
	return type == BGP_EVENT_NOTIFICATION && error->code == BGP_CEASE &&
	       error->subcode == BGP_CEASE_COLLISION && s->fsm->lanes[!id].state >= BGP_OPEN_SENT;
}

static void
play(struct step *s, enum bgp_lane_id id, enum bgp_event_type type)
{
	struct bgp_lane *lane = &s->fsm->lanes[id];
	struct bgp_move move = bgp_move_for(lane->state, type);
	struct bgp_error error = error_of(&move, s->event, type);
	if (is_benign(s, id, type))
		move.effects &= ~(unsigned)BGP_EFFECT_BACK_OFF;
	close_lane(s, id, &move, type, &error);
	open_lane(s, id, &move);
	enter(s, id, &move, type, &error);
	keep_lane(s, id, &move);
	/* The peer calls whenever it likes; only Idle makes it wait. */
	if (id == BGP_LANE_IN && lane->state == BGP_ACTIVE)
		lane->retry = MONOTIME_NEVER;
}

/*
 * RFC 4271 6.8. An established session beats any newcomer; of two that are on the way the higher
 * identifier's own connection lives. True: the lane of the event is the one that goes on.
 */
static bool
survives_collision(struct step *s, uint32_t peer_id)
{
	enum bgp_lane_id id = s->event->lane;
	enum bgp_lane_id other = !id;
	enum bgp_state state = s->fsm->lanes[other].state;
	if (state < BGP_OPEN_CONFIRM)
		return true;
	enum bgp_lane_id winner = bgp_terms_we_win(s->fsm->peer, peer_id) ? BGP_LANE_OUT
									  : BGP_LANE_IN;
	if (state == BGP_ESTABLISHED)
		winner = other;
	play(s, winner == id ? other : id, BGP_EVENT_COLLISION);
	return winner == id;
}

static void
play_open(struct step *s)
{
	struct bgp_fsm *fsm = s->fsm;
	enum bgp_lane_id id = s->event->lane;
	struct bgp_lane *lane = &fsm->lanes[id];
	struct bgp_terms terms;
	if (lane->state != BGP_OPEN_SENT) {
		play(s, id, BGP_EVENT_OPEN);
	} else if (!bgp_terms_agree(fsm->peer, fsm->offer, &s->event->open, &terms,
				    &s->refused.error)) {
		s->refused.type = BGP_EVENT_BAD_OPEN;
		s->refused.lane = id;
		s->event = &s->refused;
		play(s, id, BGP_EVENT_BAD_OPEN);
	} else if (survives_collision(s, terms.peer_id)) {
		lane->terms = terms;
		play(s, id, BGP_EVENT_OPEN);
	}
}

static void
play_timers(struct step *s, enum bgp_lane_id id)
{
	struct bgp_lane *lane = &s->fsm->lanes[id];
	if (monotime_reached(s->now, lane->hold))
		play(s, id, BGP_EVENT_HOLD_EXPIRED);
	if (monotime_reached(s->now, lane->send_hold))
		play(s, id, BGP_EVENT_SEND_HOLD_EXPIRED);
	if (monotime_reached(s->now, lane->keepalive))
		play(s, id, BGP_EVENT_KEEPALIVE_DUE);
	if (monotime_reached(s->now, lane->retry)) {
		lane->retry = MONOTIME_NEVER;
		play(s, id, id == BGP_LANE_OUT ? BGP_EVENT_DIAL : BGP_EVENT_LISTEN);
	}
}

static bool
is_enabled(const struct bgp_peer *peer, enum bgp_lane_id id)
{
	return id == BGP_LANE_OUT ? peer->dial : peer->listen;
}

static enum bgp_state
furthest(const struct bgp_fsm *fsm)
{
	enum bgp_state out = fsm->lanes[BGP_LANE_OUT].state;
	enum bgp_state in = fsm->lanes[BGP_LANE_IN].state;
	return out > in ? out : in;
}

/* A lane in Idle that waits for nothing: beside a session it rests, without one it works again. */
static void
revive(struct step *s, enum bgp_lane_id id)
{
	struct bgp_fsm *fsm = s->fsm;
	if (id == BGP_LANE_IN)
		play(s, id, BGP_EVENT_LISTEN);
	else /* never at once: what parked it may still be there */
		fsm->lanes[id].retry = bgp_lane_back_off(&fsm->dice, s->now,
							 fsm->attempts ? fsm->attempts : 1);
}

/*
 * What one lane's state means for the other, looked at after each step instead of at each cause, so
 * that no cause can be forgotten.
 */
static void
settle(struct step *s)
{
	struct bgp_fsm *fsm = s->fsm;
	enum bgp_state best = furthest(fsm);
	for (enum bgp_lane_id id = BGP_LANE_OUT; id < BGP_LANES; id++) {
		struct bgp_lane *lane = &fsm->lanes[id];
		bool enabled = fsm->started && is_enabled(fsm->peer, id);
		bool idle = lane->state == BGP_IDLE;
		bool waits = !monotime_is_never(lane->retry);
		if (idle && waits && (!enabled || best == BGP_ESTABLISHED))
			bgp_lane_clear_timers(lane);
		else if (idle && !waits && enabled && best < BGP_OPEN_CONFIRM)
			revive(s, id);
		else if (!idle && lane->state < BGP_OPEN_SENT && best == BGP_ESTABLISHED)
			play(s, id, BGP_EVENT_COLLISION);
	}
}

static void
start(struct step *s)
{
	if (s->fsm->started)
		return;
	s->fsm->started = true;
	s->fsm->attempts = 0;
	for (enum bgp_lane_id id = BGP_LANE_OUT; id < BGP_LANES; id++) {
		if (is_enabled(s->fsm->peer, id))
			s->fsm->lanes[id].retry = s->now;
		play_timers(s, id);
	}
}

static void
stop(struct step *s)
{
	s->fsm->started = false;
	for (enum bgp_lane_id id = BGP_LANE_OUT; id < BGP_LANES; id++)
		play(s, id, BGP_EVENT_STOP);
}

void
bgp_fsm_init(struct bgp_fsm *fsm, const struct bgp_peer *peer, uint32_t seed, struct monotime now)
{
	assert(peer->router_id != 0 && peer->families != 0);
	assert(peer->hold == 0 || peer->hold >= 3);
	/* xorshift never leaves 0. */
	*fsm = (struct bgp_fsm){.peer = peer, .offer = peer->hold, .dice = seed ? seed : 1};
	for (enum bgp_lane_id id = BGP_LANE_OUT; id < BGP_LANES; id++) {
		fsm->lanes[id].since = now;
		bgp_lane_clear_timers(&fsm->lanes[id]);
	}
}

void
bgp_fsm_step(struct bgp_fsm *fsm, const struct bgp_event *event, struct monotime now,
	     struct bgp_actions *actions)
{
	struct step s = {.fsm = fsm, .event = event, .now = now, .actions = actions};
	actions->count = 0;
	switch (event->type) {
	case BGP_EVENT_START:
		start(&s);
		break;
	case BGP_EVENT_STOP:
		stop(&s);
		break;
	case BGP_EVENT_TIMER:
		for (enum bgp_lane_id id = BGP_LANE_OUT; id < BGP_LANES; id++)
			play_timers(&s, id);
		break;
	case BGP_EVENT_OPEN:
		play_open(&s);
		break;
	default:
		play(&s, event->lane, event->type);
		break;
	}
	settle(&s);
}

struct monotime
bgp_fsm_deadline(const struct bgp_fsm *fsm)
{
	return monotime_sooner(bgp_lane_deadline(&fsm->lanes[BGP_LANE_OUT]),
			       bgp_lane_deadline(&fsm->lanes[BGP_LANE_IN]));
}

const struct bgp_lane *
bgp_fsm_session(const struct bgp_fsm *fsm)
{
	for (enum bgp_lane_id id = BGP_LANE_OUT; id < BGP_LANES; id++)
		if (fsm->lanes[id].state == BGP_ESTABLISHED)
			return &fsm->lanes[id];
	return NULL;
}
