/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bgp_lane.h - one way to a session, ours or the peer's, and the timers that run on it.
 */
#ifndef ANNOUNCE_BGP_LANE_H
#define ANNOUNCE_BGP_LANE_H

#include "announce/bgp_moves.h"
#include "announce/bgp_terms.h"
#include "anyns/monotime.h"

struct bgp_lane {
	enum bgp_state state;
	struct monotime since; /* when it entered the state */
	bool open;             /* a connection is the lane's */
	/* Deadlines; never: does not run. */
	struct monotime retry; /* Idle: idle hold; Connect: time limit; Active: connect retry */
	struct monotime hold;
	struct monotime keepalive;
	struct monotime send_hold;
	struct bgp_terms terms; /* from OpenConfirm on */
};

/* Stops all timers. */
void bgp_lane_clear_timers(struct bgp_lane *lane);

/* The earliest deadline. */
struct monotime bgp_lane_deadline(const struct bgp_lane *lane);

/*
 * `ns` from now times 0.75 to 1 (RFC 4271 10), so that speakers that began together do not stay
 * together. `dice` is the generator's state, not 0.
 */
struct monotime bgp_lane_jitter(uint32_t *dice, struct monotime now, int64_t ns);

/* How long to wait after so many failures in a row: 0, then 1, 2, 4 ... 60 s, with jitter. */
struct monotime bgp_lane_back_off(uint32_t *dice, struct monotime now, unsigned attempts);

/* Starts hold and keepalive timers as agreed; with a hold time of 0 neither runs. */
void bgp_lane_start_hold(struct bgp_lane *lane, struct monotime now);
void bgp_lane_start_keepalive(struct bgp_lane *lane, uint32_t *dice, struct monotime now);

/*
 * Starts the send-hold timer unless it runs: from the first message that is on its way on, more of
 * them change nothing. `offer` is the hold time to go by while none is agreed.
 */
void bgp_lane_start_send_hold(struct bgp_lane *lane, uint16_t offer, struct monotime now);

/* Whether it is a session that has proven itself: established for a hold time, at least 10 s. */
bool bgp_lane_has_lasted(const struct bgp_lane *lane, struct monotime now);

#endif
