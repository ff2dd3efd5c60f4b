/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bgp_fsm.h - the state machine of one peer (RFC 4271 8): an event and the time go in, actions come
 * out. No socket, clock, allocation or randomness of its own.
 *
 * The owner's loop:
 *
 *  - passes every event it meets to bgp_fsm_step() and does the actions in order;
 *  - sets one timer to bgp_fsm_deadline() after each step and passes BGP_EVENT_TIMER when it fires.
 *    Before that it reads its sockets: after a pause of the machine the peer's KEEPALIVEs lie
 *    in the receive buffer, and passing the timer first would end a healthy session;
 *  - passes BGP_EVENT_QUEUED with each UPDATE it queues, and BGP_EVENT_DRAINED when its queue and
 * the kernel's (SIOCOUTQ) are found empty, at the latest before each BGP_EVENT_TIMER.
 */
#ifndef ANNOUNCE_BGP_FSM_H
#define ANNOUNCE_BGP_FSM_H

#include "announce/bgp_action.h"
#include "announce/bgp_lane.h"

struct bgp_fsm {
	const struct bgp_peer *peer;
	struct bgp_lane lanes[BGP_LANES];
	bool started;
	unsigned attempts; /* failed ones in a row: decides the back-off */
	uint16_t offer;    /* hold time to offer; rises when the peer finds it too short */
	uint32_t dice;     /* state of the jitter's generator */
};

/*
 * A peer at rest. `peer` must outlive it. `seed` is any random number: it spreads the retries of
 * many speakers.
 */
void bgp_fsm_init(struct bgp_fsm *fsm, const struct bgp_peer *peer, uint32_t seed,
		  struct monotime now);

/* `actions` is emptied first. Time never goes back between two steps. */
void bgp_fsm_step(struct bgp_fsm *fsm, const struct bgp_event *event, struct monotime now,
		  struct bgp_actions *actions);

/* When BGP_EVENT_TIMER is due; never when no timer runs. */
struct monotime bgp_fsm_deadline(const struct bgp_fsm *fsm);

/* The lane with the session, or NULL while there is none. Valid until the next step. */
const struct bgp_lane *bgp_fsm_session(const struct bgp_fsm *fsm);

#endif
