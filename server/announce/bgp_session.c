/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bgp_session.c - what connects the pure halves of BGP with the world.
 *
 * Everything that happens is an event for the state machine; its actions are done in order, and
 * none of them calls the state machine again. What they bring about (a connect() that fails at
 * once, an UPDATE that was queued) is noted and becomes an event afterwards, in settle(), which
 * each way in ends with. So there is no recursion, and one place that writes, sends routes and sets
 * the timer.
 */
#include "announce/bgp_session.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "announce/announce_pack.h"
#include "announce/bgp_conn.h"
#include "announce/bgp_fsm.h"
#include "announce/bgp_notification.h"
#include "announce/bgp_socket.h"
#include "announce/routes.h"

enum {
	/* Reads per turn: a peer that sends its full table must not keep the lease from being read.
	 */
	READS_PER_TURN = 8,
};

struct bgp_session {
	const struct config_peer *config;
	struct bgp_peer peer;
	struct bgp_fsm fsm;
	struct ev_loop *loop;
	ev_timer timer;
	struct log *log;
	int waiting; /* an accepted socket that the state machine has not judged yet; -1 none */
	struct bgp_next_hop next_hop;
	struct bgp_session_status status;
	struct routes routes;
	struct bgp_conn conns[BGP_LANES];
};

static struct monotime
now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (struct monotime){t.tv_sec * MONOTIME_S + t.tv_nsec};
}

/* ------------------------------------------------------------ words */

/* Shows that a text did not fit, as snprintf() tells by the size that it wanted. */
static void
mark_cut(char *text, size_t size, int wanted)
{
	if (wanted >= (int)size)
		memcpy(text + size - sizeof "...", "...", sizeof "...");
}

/* A NOTIFICATION as `Cease, Administrative Shutdown, "text"`. */
static void
describe_error(const struct bgp_error *error, char *text, size_t size)
{
	char words[BGP_SHUTDOWN_TEXT_MAX + 1];
	const char *subcode = bgp_error_subcode_name(error->code, error->subcode);
	bgp_notification_text(error, words);
	mark_cut(text, size,
		 snprintf(text, size, "%s%s%s%s%s%s", bgp_error_code_name(error->code),
			  *subcode ? ", " : "", subcode, *words ? ", \"" : "", words,
			  *words ? "\"" : ""));
}

static void
describe(const struct bgp_session *s, const struct bgp_action *report, char text[BGP_SESSION_TEXT])
{
	char words[BGP_SESSION_TEXT];
	const char *what = bgp_event_name(report->why);
	bool heard = report->why == BGP_EVENT_NOTIFICATION || report->why == BGP_EVENT_BAD_UPDATE;
	int error = s->conns[report->lane].error;
	if (report->why == BGP_EVENT_TCP_FAILED) {
		snprintf(text, BGP_SESSION_TEXT, "%s",
			 error ? strerrordesc_np(error) : "the peer closed the connection");
	} else if (report->why == BGP_EVENT_DIAL && report->from == BGP_CONNECT) {
		snprintf(text, BGP_SESSION_TEXT, "%s", "no answer to our connection");
	} else if (report->error.code == BGP_NO_ERROR) {
		snprintf(text, BGP_SESSION_TEXT, "%s", what);
	} else {
		describe_error(&report->error, words, sizeof words);
		mark_cut(text, BGP_SESSION_TEXT,
			 snprintf(text, BGP_SESSION_TEXT, "%s%s %s", what,
				  heard ? ":" : ", told the peer", words));
	}
}

/* A peer that cannot be reached is tried for ever; the same line for ever would help nobody. */
static bool
take_news(struct bgp_session *s, bool up, const char text[BGP_SESSION_TEXT])
{
	if (s->status.serial && s->status.up == up && strcmp(s->status.text, text) == 0)
		return false;
	s->status.serial++;
	s->status.up = up;
	memcpy(s->status.text, text, sizeof s->status.text);
	if (!up)
		memcpy(s->status.failure, text, sizeof s->status.failure);
	return true;
}

static bool
is_failed_attempt(const struct bgp_action *action)
{
	bool was_on_the_way = action->from == BGP_CONNECT || action->from > BGP_ACTIVE;
	bool is_over = action->to == BGP_IDLE || action->to == BGP_ACTIVE;
	return was_on_the_way && is_over && action->why != BGP_EVENT_COLLISION;
}

static void
report(struct bgp_session *s, const struct bgp_action *action)
{
	const char *name = s->config->address.text;
	const char *from = bgp_state_name(action->from), *to = bgp_state_name(action->to);
	char text[BGP_SESSION_TEXT] = "";
	bool was_up = action->from == BGP_ESTABLISHED, is_up = action->to == BGP_ESTABLISHED;
	describe(s, action, text);
	if (is_up && !was_up) {
		take_news(s, true, text);
		log_notice(s->log, "BGP peer %s AS%u: session is up", name, s->config->as);
	} else if (was_up && action->why == BGP_EVENT_STOP) {
		take_news(s, false, text);
		log_notice(s->log, "BGP peer %s AS%u: session ended: %s", name, s->config->as,
			   text);
	} else if (was_up && !is_up) {
		take_news(s, false, text);
		log_warning(s->log, "BGP peer %s AS%u: session ended, its routes are withdrawn: %s",
			    name, s->config->as, text);
	} else if (is_failed_attempt(action) && s->fsm.started && !s->status.up &&
		   take_news(s, false, text)) {
		log_warning(s->log, "BGP peer %s AS%u: no session: %s; trying on", name,
			    s->config->as, text);
	} else {
		log_info(s->log, "BGP peer %s AS%u: %s connection: %s to %s: %s", name,
			 s->config->as, action->lane == BGP_LANE_OUT ? "our" : "its", from, to,
			 text);
	}
}

/* ------------------------------------------------------------ actions */

static void
begin_session(struct bgp_session *s, const struct bgp_action *action)
{
	struct bgp_conn *conn = &s->conns[action->lane];
	routes_forget(&s->routes);
	s->next_hop = bgp_socket_next_hop(conn->fd, s->config);
	/* Without an own address there is no connection either: it broke this moment. */
	if (!s->next_hop.size)
		bgp_conn_fail(conn, bgp_socket_error(conn->fd));
}

static void
act_on_report(struct bgp_session *s, const struct bgp_action *action)
{
	if (action->to == BGP_ESTABLISHED && action->from != BGP_ESTABLISHED)
		begin_session(s, action);
	else if (action->from == BGP_ESTABLISHED && action->to != BGP_ESTABLISHED)
		routes_forget(&s->routes);
	report(s, action);
}

static void
act(struct bgp_session *s, const struct bgp_action *action)
{
	struct bgp_conn *conn = &s->conns[action->lane];
	uint8_t message[BGP_MESSAGE_MAX];
	int fd = -1;
	switch (action->type) {
	case BGP_ACTION_CONNECT:
		fd = bgp_socket_connect(s->config);
		if (fd >= 0)
			bgp_conn_open(conn, fd, true);
		else
			bgp_conn_fail(conn, errno);
		break;
	case BGP_ACTION_ADOPT:
		bgp_conn_open(conn, s->waiting, false);
		s->waiting = -1;
		break;
	case BGP_ACTION_REFUSE:
		bgp_socket_close(s->waiting);
		s->waiting = -1;
		break;
	case BGP_ACTION_DROP:
		bgp_conn_close(conn);
		break;
	case BGP_ACTION_SEND_OPEN:
	case BGP_ACTION_SEND_KEEPALIVE:
	case BGP_ACTION_SEND_NOTIFICATION:
		/* What does not fit behind all that waits would not be read in time either. */
		(void)bgp_conn_put(conn, message, bgp_action_encode(action, message));
		break;
	case BGP_ACTION_ANNOUNCE:
		routes_send_all(&s->routes, action->families);
		break;
	case BGP_ACTION_REPORT:
		act_on_report(s, action);
		break;
	}
}

static void
step(struct bgp_session *s, const struct bgp_event *event)
{
	struct bgp_actions actions;
	bgp_fsm_step(&s->fsm, event, now(), &actions);
	for (size_t i = 0; i < actions.count; i++)
		act(s, &actions.list[i]);
}

static void
step_lane(struct bgp_session *s, enum bgp_lane_id lane, enum bgp_event_type type)
{
	struct bgp_event event = {.type = type, .lane = lane};
	step(s, &event);
}

/* ------------------------------------------------------------ in and out */

/* Passes on what the peer has sent, until its connection ends or another one takes the place. */
static void
hear(struct bgp_session *s, enum bgp_lane_id lane)
{
	struct bgp_conn *conn = &s->conns[lane];
	unsigned generation = conn->generation;
	for (unsigned i = 0; i < READS_PER_TURN; i++) {
		if (!bgp_conn_fill(conn))
			return;
		struct bgp_event event;
		while (conn->generation == generation && bgp_conn_take(conn, lane, &event))
			step(s, &event);
		if (conn->generation != generation)
			return;
	}
}

static enum bgp_lane_id
id_of(const struct bgp_session *s, const struct bgp_lane *lane)
{
	return lane == &s->fsm.lanes[BGP_LANE_OUT] ? BGP_LANE_OUT : BGP_LANE_IN;
}

/* Sends the difference between what is wanted and what was sent, as far as there is room. */
static void
send_routes(struct bgp_session *s)
{
	const struct bgp_lane *lane = bgp_fsm_session(&s->fsm);
	if (!lane)
		return;
	enum bgp_lane_id id = id_of(s, lane);
	struct bgp_conn *conn = &s->conns[id];
	bool queued = false;
	while (bgp_conn_has_room(conn)) {
		uint8_t message[BGP_MESSAGE_MAX];
		size_t size = routes_next(&s->routes, &lane->terms, &s->next_hop, message);
		if (!size)
			break;
		(void)bgp_conn_put(conn, message, size);
		bgp_conn_flush(conn);
		queued = true;
	}
	if (queued)
		step_lane(s, id, BGP_EVENT_QUEUED);
}

/* A connection that failed: its last words first, a NOTIFICATION may be among them. */
static void
give_up(struct bgp_session *s, enum bgp_lane_id lane)
{
	struct bgp_conn *conn = &s->conns[lane];
	unsigned generation = conn->generation;
	hear(s, lane);
	if (conn->generation != generation)
		return;
	step_lane(s, lane, BGP_EVENT_TCP_FAILED);
	if (conn->generation == generation) {
		conn->failed = false;
		bgp_conn_close(conn);
	}
}

static void
set_timer(struct bgp_session *s)
{
	struct monotime deadline = bgp_fsm_deadline(&s->fsm);
	ev_timer_stop(s->loop, &s->timer);
	if (monotime_is_never(deadline))
		return;
	/* A millisecond late: early would be in vain. */
	int64_t wait = monotime_since(deadline, now()) + MONOTIME_MS;
	ev_now_update(s->loop);
	ev_timer_set(&s->timer, (double)wait / (double)MONOTIME_S, 0.);
	ev_timer_start(s->loop, &s->timer);
}

static void
settle(struct bgp_session *s)
{
	bool again;
	do {
		again = false;
		send_routes(s);
		for (enum bgp_lane_id lane = BGP_LANE_OUT; lane < BGP_LANES; lane++) {
			bgp_conn_flush(&s->conns[lane]);
			if (s->conns[lane].failed) {
				give_up(s, lane);
				again = true;
			}
		}
	} while (again);
	set_timer(s);
}

/* ------------------------------------------------------------ what happens */

static void
on_socket(struct ev_loop *loop, ev_io *io, int events)
{
	struct bgp_session *s = io->data;
	(void)loop, (void)events;
	for (enum bgp_lane_id lane = BGP_LANE_OUT; lane < BGP_LANES; lane++) {
		struct bgp_conn *conn = &s->conns[lane];
		if (io == &conn->writable && conn->connecting) {
			if (bgp_conn_finish_connect(conn))
				step_lane(s, lane, BGP_EVENT_CONNECTED);
		} else if (io == &conn->readable) {
			hear(s, lane);
		}
	}
	settle(s);
}

/*
 * The sockets first. After a pause of the machine all deadlines have passed, but the peer's
 * KEEPALIVEs lie in the receive buffers.
 */
static void
on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct bgp_session *s = timer->data;
	(void)loop, (void)events;
	for (enum bgp_lane_id lane = BGP_LANE_OUT; lane < BGP_LANES; lane++) {
		hear(s, lane);
		bgp_conn_flush(&s->conns[lane]);
		if (bgp_conn_drained(&s->conns[lane]))
			step_lane(s, lane, BGP_EVENT_DRAINED);
	}
	step_lane(s, BGP_LANE_OUT, BGP_EVENT_TIMER);
	settle(s);
}

/* ------------------------------------------------------------ the owner's */

struct bgp_session *
bgp_session_new(const struct bgp_session_setup *setup)
{
	const struct config_peer *config = setup->peer;
	struct bgp_session *s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	s->config = config;
	s->loop = setup->loop;
	s->log = setup->log;
	s->waiting = -1;
	s->peer = (struct bgp_peer){
		.local_as = config->local_as,
		.peer_as = config->as,
		.router_id = setup->router_id,
		.hold = (uint16_t)config->hold,
		.role = (uint16_t)config->role,
		.families = config->address.socket.any.sa_family == AF_INET6 ? BGP_IPV6 : BGP_IPV4,
		.role_strict = config->role_strict,
		.dial = !config->passive,
		.listen = setup->listens,
	};
	bgp_fsm_init(&s->fsm, &s->peer, setup->seed, now());
	routes_init(&s->routes, config, setup->prefixes, setup->prefix_count);
	for (enum bgp_lane_id lane = BGP_LANE_OUT; lane < BGP_LANES; lane++)
		bgp_conn_init(&s->conns[lane], s->loop, on_socket, s);
	ev_init(&s->timer, on_timer);
	s->timer.data = s;
	return s;
}

void
bgp_session_free(struct bgp_session *session)
{
	if (!session)
		return;
	ev_timer_stop(session->loop, &session->timer);
	for (enum bgp_lane_id lane = BGP_LANE_OUT; lane < BGP_LANES; lane++)
		bgp_conn_close(&session->conns[lane]);
	free(session);
}

void
bgp_session_start(struct bgp_session *session)
{
	step_lane(session, BGP_LANE_OUT, BGP_EVENT_START);
	settle(session);
}

bool
bgp_session_is_at(const struct bgp_session *session, const struct config_address *host)
{
	return bgp_socket_same_host(&session->config->address, host);
}

bool
bgp_session_is_peer(const struct bgp_session *session, const struct config_address *from)
{
	return session->peer.listen && bgp_session_is_at(session, from);
}

void
bgp_session_accept(struct bgp_session *session, int fd)
{
	if (!bgp_socket_prepare(fd, session->config)) {
		bgp_socket_close(fd);
		return;
	}
	session->waiting = fd;
	step_lane(session, BGP_LANE_IN, BGP_EVENT_ACCEPTED);
	assert(session->waiting < 0);
	settle(session);
}

void
bgp_session_want(struct bgp_session *session, size_t prefix, const struct attributes *attributes)
{
	if (session->peer.families & session->routes.prefixes[prefix].family)
		routes_want(&session->routes, prefix, attributes);
}

void
bgp_session_push(struct bgp_session *session)
{
	/* Nothing but the difference is looked for: it is called with every tick. */
	if (bgp_fsm_session(&session->fsm) && routes_differ(&session->routes))
		settle(session);
}

enum peer_kind
bgp_session_kind(const struct bgp_session *session)
{
	return session->peer.local_as == session->peer.peer_as ? PEER_INTERNAL : PEER_EXTERNAL;
}

void
bgp_session_change(struct bgp_session *session, const struct config_peer *peer)
{
	bool again = !announce_same_attributes(session->config, peer);
	const struct bgp_lane *lane = bgp_fsm_session(&session->fsm);
	session->config = peer;
	routes_change(&session->routes, peer, again);
	if (!lane || !again)
		return;
	struct bgp_next_hop next_hop = bgp_socket_next_hop(session->conns[id_of(session, lane)].fd,
							   peer);
	if (next_hop.size)
		session->next_hop = next_hop;
	settle(session);
}

bool
bgp_session_has(const struct bgp_session *session, size_t prefix)
{
	return routes_has(&session->routes, prefix);
}

/*
 * The Cease alone withdraws everything. The withdrawals before it are for a router that keeps the
 * routes of a lost session, whatever we offered.
 */
void
bgp_session_stop(struct bgp_session *session, enum bgp_cease_subcode subcode, const char *reason)
{
	struct bgp_event stop = {.type = BGP_EVENT_STOP,
				 .error = bgp_notification_cease(subcode, reason)};
	for (size_t i = 0; i < session->routes.count; i++)
		routes_want(&session->routes, i, NULL);
	send_routes(session);
	step(session, &stop);
	settle(session);
}

const struct bgp_session_status *
bgp_session_status(const struct bgp_session *session)
{
	return &session->status;
}
