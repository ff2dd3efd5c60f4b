/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backoff.h - a level that rises with every fault and falls with stable time, and the waiting time
 * that belongs to it: first, 2 x first, 4 x first ... last.
 */
#ifndef ANYNS_HEALTH_BACKOFF_H
#define ANYNS_HEALTH_BACKOFF_H

#include "anyns/base.h"

struct backoff_limits {
	int64_t first_ns; /* waiting time at level 1; > 0 */
	int64_t last_ns;  /* the longest; >= first_ns */
	int64_t decay_ns; /* stable time that takes one level away; > 0 */
};

/* All zero: no fault yet. */
struct backoff {
	unsigned level;
	int64_t stable_ns; /* towards the next decay */
};

/*
 * One fault more: up one level and the stable time starts anew. The level stops where the waiting
 * time does, so that one fault fewer is one doubling fewer after the longest flapping too.
 */
void backoff_fault(struct backoff *backoff, const struct backoff_limits *limits);

/* `ns` >= 0 of stable time. True when the level fell. */
bool backoff_stable(struct backoff *backoff, const struct backoff_limits *limits, int64_t ns);

/* The waiting time at the present level; 0 at level 0. */
int64_t backoff_wait(const struct backoff *backoff, const struct backoff_limits *limits);

#endif
