/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * last_stand.h - may this site step back, or is it one of the last that serve?
 *
 * Soft evidence often has one cause everywhere: the zone that was pushed, the check that looks at
 * the same dead backend. Sites that each decide for themselves then all step back within seconds
 * (Facebook, 4 October 2021). So soft evidence counts only while at least K others are seen to
 * answer. What is not known to be up counts as down: a site that cannot see the others is, for
 * all it knows, the last. Hard evidence is never vetoed; who cannot answer helps nobody.
 */
#ifndef ANYNS_HEALTH_LAST_STAND_H
#define ANYNS_HEALTH_LAST_STAND_H

#include "anyns/monotime.h"

/* Another site, as the NSID probes to its own address see it. */
struct last_stand_site {
	bool answered;               /* ever, and with an NSID other than ours */
	struct monotime answered_at; /* the last time */
};

/* How many sites answered within the last `fresh_ns`. */
unsigned last_stand_known_up(const struct last_stand_site *sites, size_t count, struct monotime now,
			     int64_t fresh_ns);

/* Whether soft evidence may step back. `required` (K) of 0: no last-stand configured, it may. */
bool last_stand_may_step_back(unsigned required, unsigned known_up);

#endif
