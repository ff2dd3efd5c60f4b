/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bgp_event.h - what can happen to the state machine of a peer (RFC 4271 8.1).
 *
 * A peer has two lanes, because a session can begin in two ways at once: the connection that we
 * open and the one that the peer opens (RFC 4271 6.8). Each runs the state machine on its own.
 */
#ifndef ANNOUNCE_BGP_EVENT_H
#define ANNOUNCE_BGP_EVENT_H

#include "announce/bgp_message.h"
#include "announce/bgp_open.h"

enum bgp_lane_id {
	BGP_LANE_OUT, /* we connect */
	BGP_LANE_IN,  /* the peer connects */
	BGP_LANES,
};

/* In brackets the numbers of RFC 4271 8.1 (29: RFC 9687). */
enum bgp_event_type {
	/* From the owner, for the whole peer. */
	BGP_EVENT_START, /* (1) */
	BGP_EVENT_STOP,  /* (2) `error` is the NOTIFICATION to leave with */
	BGP_EVENT_TIMER, /* a deadline has come; becomes one of the timers' events below */

	/* From the sockets, for one lane. */
	BGP_EVENT_CONNECTED,  /* (16) lane out: our connect() succeeded */
	BGP_EVENT_ACCEPTED,   /* (17) lane in: a connection from the peer's address waits */
	BGP_EVENT_TCP_FAILED, /* (18) connect() failed, the peer closed, or an I/O error */
	BGP_EVENT_QUEUED,  /* an UPDATE was queued; restarts nothing, see send-hold in bgp_fsm.h */
	BGP_EVENT_DRAINED, /* all that was queued has been acknowledged by the peer's TCP */

	/* From bytes, by bgp_event_of_message() and bgp_event_of_bad_frame(). */
	BGP_EVENT_OPEN,         /* (19) `open` is filled */
	BGP_EVENT_BAD_HEADER,   /* (21) `error` is the answer, also of the next */
	BGP_EVENT_BAD_OPEN,     /* (22) */
	BGP_EVENT_NOTIFICATION, /* (24, 25) `error` is what the peer said */
	BGP_EVENT_KEEPALIVE,    /* (26) */
	BGP_EVENT_UPDATE,       /* (27) */
	BGP_EVENT_BAD_UPDATE,   /* (28) `error` is for the log */
	BGP_EVENT_REFRESH,      /* `families` is what the peer wants again; 0 is legal */

	/* Made by the state machine itself; not to be passed in. */
	BGP_EVENT_DIAL,              /* (3, 9, 13) lane out: connect-retry or idle-hold expired */
	BGP_EVENT_LISTEN,            /* (5, 13) lane in: welcome connections again */
	BGP_EVENT_HOLD_EXPIRED,      /* (10) */
	BGP_EVENT_KEEPALIVE_DUE,     /* (11) */
	BGP_EVENT_SEND_HOLD_EXPIRED, /* (29) */
	BGP_EVENT_COLLISION,         /* (23) the other lane has won */
	BGP_EVENTS,
};

struct bgp_event {
	enum bgp_event_type type;
	enum bgp_lane_id lane;
	uint8_t message; /* type of the message it was, 0 when none */
	uint8_t families;
	struct bgp_open open;
	struct bgp_error error;
};

/* The event that a received message is, all of it checked. */
struct bgp_event bgp_event_of_message(enum bgp_lane_id lane, const struct bgp_message *message);

/* The event that a stream is which cannot be read on (BGP_FRAME_BAD). */
struct bgp_event bgp_event_of_bad_frame(enum bgp_lane_id lane, const struct bgp_error *error);

/* A few words for logs, such as "hold timer expired". */
const char *bgp_event_name(enum bgp_event_type type);

#endif
