/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quiet.h - whether an address gets hardly any queries any more, so that lingering can end.
 */
#ifndef ANYNS_HEALTH_QUIET_H
#define ANYNS_HEALTH_QUIET_H

#include "anyns/monotime.h"

/*
 * 30 s: resolvers repeat an unanswered query within a few seconds, so what still has our route
 * shows itself in that time. At most 30 queries in it: scanners never stop and must not hold a
 * server back; they hardly bring one query per second.
 */
#define QUIET_WINDOW_NS (30 * MONOTIME_S)
enum { QUIET_QUERIES = 30 };

/* All zero: nothing seen yet. */
struct quiet {
	bool begun;
	bool quiet;
	struct monotime window;
	uint64_t queries; /* at the start of the window */
};

/*
 * `queries`: received by the address since the start, our own not counted. Returns whether the
 * address is quiet: the last full window was, and the one under way still is.
 */
bool quiet_count(struct quiet *quiet, uint64_t queries, struct monotime now);

#endif
