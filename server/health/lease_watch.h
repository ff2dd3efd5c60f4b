/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lease_watch.h - the announcer's side of the lease: does somebody still stand behind it? Pure.
 *
 * Counts the announcer's own ticks, never the clock. When a virtual machine was paused, or both
 * processes were stopped, the clock has jumped but the announcer has not ticked: the server gets
 * its ten ticks like after any other moment, and nothing is withdrawn for nothing.
 */
#ifndef ANYNS_HEALTH_LEASE_WATCH_H
#define ANYNS_HEALTH_LEASE_WATCH_H

#include "anyns/base.h"

/*
 * 20 ms and ten of them: 200 ms is far longer than a busy scheduler keeps a thread waiting, and
 * leaves 50 ms to be withdrawn 250 ms after a stall.
 */
enum { LEASE_TICK_MS = 20, LEASE_TICKS = 10 };

enum lease_status {
	LEASE_UNBORN, /* never renewed */
	LEASE_HOLDS,
	LEASE_LAPSED,
};

/* All zero: nothing seen yet. */
struct lease_watch {
	uint64_t seen;   /* the renewal of the last tick */
	uint64_t term;   /* after a lapse: the term that ended with it */
	unsigned missed; /* ticks in a row without renewal */
	enum lease_status status;
};

/*
 * One tick with what lease_renewal() says now. Announce only while the result is LEASE_HOLDS. A
 * lapsed lease holds again only with a later term: tell the server with every tick until it does.
 */
enum lease_status lease_watch_tick(struct lease_watch *watch, uint64_t renewal);

#endif
