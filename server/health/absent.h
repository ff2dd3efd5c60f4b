/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * absent.h - the penalties of prefixes that a reload or a restart has taken out of `announce:`.
 *
 * They are kept, or an operator's script that takes a flapping prefix out and puts it in again
 * would buy it a clean slate with every round. They are paid off by the clock: what is not
 * announced does not flap either.
 */
#ifndef ANYNS_HEALTH_ABSENT_H
#define ANYNS_HEALTH_ABSENT_H

#include "health/state_file.h"

/* All zero: none. */
struct absent {
	struct monotime at; /* the moment that the penalties are told for */
	size_t count;
	struct state_prefix list[STATE_ABSENT];
};

/* Brings the penalties up to `now` and forgets those that are paid. */
void absent_pass(struct absent *absent, const struct backoff_limits *limits, struct monotime now);

/*
 * `prefix` goes, with the penalty that it has at the last absent_pass(); none is none to be kept.
 * Without room the least of all is forgotten.
 */
void absent_add(struct absent *absent, const char *prefix, const struct gate_penalty *penalty);

/* It comes back: its penalty at the last absent_pass(), which is kept no more. false: it has none.
 */
bool absent_take(struct absent *absent, const char *prefix, struct gate_penalty *penalty);

#endif
