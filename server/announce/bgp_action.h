/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bgp_action.h - what the state machine of a peer asks its owner to do.
 */
#ifndef ANNOUNCE_BGP_ACTION_H
#define ANNOUNCE_BGP_ACTION_H

#include "announce/bgp_moves.h"

enum bgp_action_type {
	BGP_ACTION_CONNECT, /* lane out: start a non-blocking connect() */
	BGP_ACTION_ADOPT,   /* lane in: the accepted socket is now the lane's */
	BGP_ACTION_REFUSE,  /* lane in: close the accepted socket */
	/*
	 * Write out what is queued as far as it goes at once, shutdown(SHUT_WR), close. Not close()
	 * alone: with unread bytes it sends a reset, which can overtake the NOTIFICATION.
	 */
	BGP_ACTION_DROP,
	BGP_ACTION_SEND_OPEN,         /* queue `open` */
	BGP_ACTION_SEND_KEEPALIVE,    /* queue one */
	BGP_ACTION_SEND_NOTIFICATION, /* queue `error` */
	BGP_ACTION_ANNOUNCE,          /* send all routes of `families`, then End-of-RIB of each */
	BGP_ACTION_REPORT,            /* a log line: `from`, `to`, `why`, `error` */
};

struct bgp_action {
	enum bgp_action_type type;
	enum bgp_lane_id lane;
	uint8_t families;
	enum bgp_state from;
	enum bgp_state to;
	enum bgp_event_type why;
	struct bgp_open open;
	struct bgp_error error; /* of a report: what was sent or heard; BGP_NO_ERROR when nothing */
};

/* Two lanes that each say, drop and report at once, and one of them opens anew: 10; some spare. */
enum { BGP_ACTIONS_MAX = 16 };

/* To be done in this order. */
struct bgp_actions {
	size_t count;
	struct bgp_action list[BGP_ACTIONS_MAX];
};

void bgp_action_add(struct bgp_actions *actions, const struct bgp_action *action);

/* The message of one of the three SEND actions. Returns its size; 0 for other actions. */
size_t bgp_action_encode(const struct bgp_action *action, uint8_t out[BGP_MESSAGE_MAX]);

#endif
