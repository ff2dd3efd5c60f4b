/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_bgp_message.c - whatever a peer may send, from connecting to Established: never a crash, an
 * answer that is malformed itself, or a state that has no way out.
 *
 * The first byte chooses what we are and how far the session has come; the rest is the stream.
 */
#include <stdlib.h>

#include "announce/bgp_fsm.h"
#include "announce/bgp_notification.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

/* What is sent is always a message that we would accept ourselves. */
static void
check_sent(const struct bgp_action *action)
{
	uint8_t out[BGP_MESSAGE_MAX];
	struct bgp_message message;
	struct bgp_error error;
	size_t size = bgp_action_encode(action, out);
	if (size)
		require(bgp_message_frame(out, size, &message, &error) == BGP_FRAME_READY &&
			message.size == size);
}

static void
check_actions(const struct bgp_event *event, const struct bgp_actions *actions)
{
	require(actions->count <= BGP_ACTIONS_MAX);
	for (size_t i = 0; i < actions->count; i++) {
		const struct bgp_action *action = &actions->list[i];
		check_sent(action);
		if (action->type == BGP_ACTION_SEND_NOTIFICATION) {
			require(event->type != BGP_EVENT_NOTIFICATION);
			require(action->error.code != BGP_NO_ERROR);
			require(i + 1 < actions->count &&
				actions->list[i + 1].type == BGP_ACTION_DROP);
		}
		if (action->type == BGP_ACTION_ANNOUNCE)
			require(action->families != 0);
	}
}

/* A started peer without a session always has something to wait for: a timer or a caller. */
static void
check_fsm(const struct bgp_fsm *fsm, struct monotime now)
{
	const struct bgp_lane *session = bgp_fsm_session(fsm);
	bool listens = fsm->lanes[BGP_LANE_IN].state == BGP_ACTIVE;
	require(session || listens || !monotime_is_never(bgp_fsm_deadline(fsm)));
	if (session) {
		uint16_t hold = session->terms.hold;
		require(hold == 0 || hold >= 3);
		require(hold <= fsm->offer && session->terms.families == fsm->peer->families);
		require((hold == 0) == monotime_is_never(session->hold));
	}
	for (unsigned id = 0; id < BGP_LANES; id++) {
		const struct bgp_lane *lane = &fsm->lanes[id];
		require(lane->open == (lane->state >= BGP_OPEN_SENT || lane->state == BGP_CONNECT));
		require(monotime_is_never(lane->hold) || lane->hold.ns > now.ns);
	}
}

static void
check_text(const struct bgp_event *event)
{
	char text[BGP_SHUTDOWN_TEXT_MAX + 1];
	bgp_notification_text(&event->error, text);
	require(strlen(text) <= BGP_SHUTDOWN_TEXT_MAX);
	for (const char *c = text; *c; c++)
		require((unsigned char)*c >= 0x20 && *c != 0x7f);
}

struct session {
	struct bgp_fsm fsm;
	struct bgp_actions actions;
	struct monotime now;
};

static void
feed(struct session *s, const struct bgp_event *event)
{
	bgp_fsm_step(&s->fsm, event, s->now, &s->actions);
	check_actions(event, &s->actions);
	check_fsm(&s->fsm, s->now);
	check_text(event);
}

static void
feed_type(struct session *s, enum bgp_event_type type, enum bgp_lane_id lane)
{
	struct bgp_event event = {.type = type, .lane = lane, .families = BGP_FAMILIES};
	feed(s, &event);
}

static void
begin(struct session *s, const struct bgp_peer *peer, enum bgp_lane_id lane, unsigned progress)
{
	struct bgp_event open = {.type = BGP_EVENT_OPEN,
				 .lane = lane,
				 .message = BGP_OPEN,
				 .open = {.as = peer->peer_as,
					  .id = 1,
					  .hold = 90,
					  .role = BGP_ROLE_NONE,
					  .families = BGP_FAMILIES}};
	*s = (struct session){.now = {MONOTIME_S}};
	bgp_fsm_init(&s->fsm, peer, 1, s->now);
	feed_type(s, BGP_EVENT_START, lane);
	feed_type(s, lane == BGP_LANE_OUT ? BGP_EVENT_CONNECTED : BGP_EVENT_ACCEPTED, lane);
	if (progress > 0)
		feed(s, &open);
	if (progress > 1)
		feed_type(s, BGP_EVENT_KEEPALIVE, lane);
}

static void
read_stream(struct session *s, enum bgp_lane_id lane, const uint8_t *data, size_t size)
{
	while (size) {
		struct bgp_message message;
		struct bgp_event event;
		struct bgp_error error;
		enum bgp_frame frame = bgp_message_frame(data, size, &message, &error);
		if (frame == BGP_FRAME_MORE)
			return;
		if (frame == BGP_FRAME_BAD) {
			event = bgp_event_of_bad_frame(lane, &error);
			feed(s, &event);
			return;
		}
		require(message.size >= BGP_HEADER_SIZE && message.size <= size);
		event = bgp_event_of_message(lane, &message);
		s->now = monotime_add(s->now, MONOTIME_S);
		feed(s, &event);
		data += message.size;
		size -= message.size;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	unsigned way = data[0];
	struct bgp_peer peer = {.local_as = 64512,
				.peer_as = way & 4 ? 64512 : 65551,
				.router_id = 0x0a000002,
				.hold = way & 8 ? 9 : 0,
				.role = way & 16 ? BGP_ROLE_PEER : BGP_ROLE_NONE,
				.families = way & 32 ? BGP_IPV6 : BGP_IPV4,
				.dial = way & 64,
				.listen = !(way & 64) || way & 128};
	enum bgp_lane_id lane = peer.dial ? BGP_LANE_OUT : BGP_LANE_IN;
	static struct session session;
	begin(&session, &peer, lane, way & 3);
	read_stream(&session, lane, data + 1, size - 1);
	for (unsigned i = 0; i < 4; i++) {
		struct monotime next = bgp_fsm_deadline(&session.fsm);
		if (monotime_is_never(next))
			break;
		if (next.ns > session.now.ns)
			session.now = next;
		feed_type(&session, BGP_EVENT_TIMER, lane);
	}
	return 0;
}
