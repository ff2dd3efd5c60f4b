/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bgp_moves.h - the state machine of RFC 4271 8.2.2 as data: for each state and event what to do
 * and where to go. bgp_fsm.c plays the moves; nothing else changes a state.
 */
#ifndef ANNOUNCE_BGP_MOVES_H
#define ANNOUNCE_BGP_MOVES_H

#include "announce/bgp_event.h"

enum bgp_state {
	BGP_IDLE,         /* nothing open; retries when its timer runs, else parked */
	BGP_CONNECT,      /* lane out: connect() under way */
	BGP_ACTIVE,       /* lane out: waits for the next attempt; lane in: waits for the peer */
	BGP_OPEN_SENT,    /* connected, OPEN sent */
	BGP_OPEN_CONFIRM, /* OPEN received and fine, KEEPALIVE sent */
	BGP_ESTABLISHED,  /* KEEPALIVE received: routes may go */
	BGP_STATES,
};

/* What a move does, always in this order. */
enum bgp_effect {
	BGP_EFFECT_TOLD_BY_PEER = 1 << 0, /* look into the NOTIFICATION for a remedy */
	BGP_EFFECT_NOTIFY = 1 << 1,       /* send NOTIFICATION: the move's code, else the event's */
	BGP_EFFECT_DROP = 1 << 2,         /* close the lane's connection, forget its timers */
	BGP_EFFECT_REFUSE = 1 << 3,       /* close the connection that waits to be accepted */
	BGP_EFFECT_ADOPT = 1 << 4,        /* take it as the lane's connection */
	BGP_EFFECT_BACK_OFF = 1 << 5,     /* an attempt failed: wait longer than the last time */
	BGP_EFFECT_CONNECT = 1 << 6,      /* start connect(), with a time limit */
	BGP_EFFECT_SEND_OPEN = 1 << 7,    /* and wait a long hold time for the answer */
	BGP_EFFECT_SEND_KEEPALIVE = 1 << 8,  /* and start the keepalive timer again */
	BGP_EFFECT_HOLD = 1 << 9,            /* start the negotiated hold timer again */
	BGP_EFFECT_ANNOUNCE_ALL = 1 << 10,   /* all families agreed on */
	BGP_EFFECT_ANNOUNCE_AGAIN = 1 << 11, /* the families the event names */
	BGP_EFFECT_REPORT = 1 << 12,         /* worth a log line though the state stays */
	BGP_EFFECT_QUEUED = 1 << 13,         /* start the send-hold timer if it does not run */
	BGP_EFFECT_DRAINED = 1 << 14,        /* stop it */
};

struct bgp_move {
	enum bgp_state next;
	unsigned effects; /* set of enum bgp_effect */
	uint8_t code;     /* of the NOTIFICATION; 0: the event's */
	uint8_t subcode;
};

/* Never NULL: what is not listed for a state stays there and does nothing. */
struct bgp_move bgp_move_for(enum bgp_state state, enum bgp_event_type event);

/* As the RFC spells it. */
const char *bgp_state_name(enum bgp_state state);

#endif
