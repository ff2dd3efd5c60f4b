/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bgp_lane.c - how long things may take.
 *
 * A session has two ways to be dead. The hold timer is about what we hear. The send-hold timer (RFC
 * 9687) is about what the peer takes: when it stops reading, a withdrawal would sit in our queue
 * while the route stays. RFC 9687 suggests the larger of 8 minutes and twice the hold time, because
 * a router loses a full table by ending a session too early. We lose one route that comes back
 * within a second, and by ending too late we keep attracting queries that nobody answers: so it is
 * the hold time.
 */
#include "announce/bgp_lane.h"

enum {
	BACK_OFF_MAX = 60, /* seconds */
	/*
	 * The least send-hold time: with hold 3 a few lost packets in a row (TCP waits 0.2, 0.4 ...
	 * 3.2 s: 6.3 s) are not yet a peer that does not read. And what a session must last.
	 */
	PATIENCE_MIN = 10,
	SEND_HOLD_WITHOUT_HOLD = 480, /* no hold time, no measure of ours: RFC 9687's 8 minutes */
};

void
bgp_lane_clear_timers(struct bgp_lane *lane)
{
	lane->retry = MONOTIME_NEVER;
	lane->hold = MONOTIME_NEVER;
	lane->keepalive = MONOTIME_NEVER;
	lane->send_hold = MONOTIME_NEVER;
}

struct monotime
bgp_lane_deadline(const struct bgp_lane *lane)
{
	struct monotime sessions = monotime_sooner(lane->hold, lane->keepalive);
	return monotime_sooner(monotime_sooner(lane->retry, lane->send_hold), sessions);
}

struct monotime
bgp_lane_jitter(uint32_t *dice, struct monotime now, int64_t ns)
{
	/* xorshift32: any spread will do, nothing here is a secret. */
	*dice ^= *dice << 13;
	*dice ^= *dice >> 17;
	*dice ^= *dice << 5;
	return monotime_add(now, ns / 4 * 3 + ns / 4 / 1024 * (*dice % 1025));
}

struct monotime
bgp_lane_back_off(uint32_t *dice, struct monotime now, unsigned attempts)
{
	int64_t seconds = attempts ? 1 : 0;
	for (unsigned i = 1; i < attempts && seconds < BACK_OFF_MAX; i++)
		seconds *= 2;
	if (seconds > BACK_OFF_MAX)
		seconds = BACK_OFF_MAX;
	return bgp_lane_jitter(dice, now, seconds * MONOTIME_S);
}

void
bgp_lane_start_hold(struct bgp_lane *lane, struct monotime now)
{
	lane->hold = lane->terms.hold ? monotime_add(now, lane->terms.hold * MONOTIME_S)
				      : MONOTIME_NEVER;
}

void
bgp_lane_start_keepalive(struct bgp_lane *lane, uint32_t *dice, struct monotime now)
{
	/* RFC 4271 4.4: a third of the hold time, so that two may get lost. */
	if (lane->terms.hold)
		lane->keepalive = bgp_lane_jitter(dice, now, lane->terms.hold * MONOTIME_S / 3);
}

static int64_t
patience(uint16_t hold)
{
	return (hold > PATIENCE_MIN ? hold : PATIENCE_MIN) * MONOTIME_S;
}

void
bgp_lane_start_send_hold(struct bgp_lane *lane, uint16_t offer, struct monotime now)
{
	uint16_t hold = lane->state >= BGP_OPEN_CONFIRM ? lane->terms.hold : offer;
	int64_t limit = hold ? patience(hold) : SEND_HOLD_WITHOUT_HOLD * MONOTIME_S;
	if (monotime_is_never(lane->send_hold))
		lane->send_hold = monotime_add(now, limit);
}

bool
bgp_lane_has_lasted(const struct bgp_lane *lane, struct monotime now)
{
	return lane->state == BGP_ESTABLISHED &&
	       monotime_since(now, lane->since) >= patience(lane->terms.hold);
}
