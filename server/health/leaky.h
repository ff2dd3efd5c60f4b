/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * leaky.h - a counter that turns noisy observations into steady evidence, after gdnsd's
 * up/ok/down thresholds.
 *
 * A run of consecutive failures is the wrong detector twice over: noise of 10 % makes three in a
 * row every 1,110 observations, and a service that fails every second one never does. This one
 * counts failures that need not be consecutive, and forgets them only after a clean run.
 */
#ifndef ANYNS_HEALTH_LEAKY_H
#define ANYNS_HEALTH_LEAKY_H

#include "anyns/base.h"

struct leaky_limits {
	unsigned down; /* failures that make it bad, with never `ok` good ones in a row between */
	unsigned ok;   /* good ones in a row that forget the failures so far */
	unsigned up;   /* good ones in a row that end the bad time */
};

/*
 * gdnsd's numbers. Observed once a second: ten seconds until evidence, which soft evidence has;
 * twenty clean ones until it is taken back, twice as many, so that what sits on the edge stays bad.
 * With failures at random: false evidence every 1.2e5 observations at 5 %, 1,340 at 10 %.
 */
#define LEAKY_INIT                             \
	{                                      \
		.down = 10, .ok = 10, .up = 20 \
	}
#define LEAKY_DEFAULT ((struct leaky_limits)LEAKY_INIT)

/* All zero: good, nothing counted. */
struct leaky {
	unsigned failures;
	unsigned successes; /* in a row */
	bool bad;
};

/* Counts one observation and returns whether there is evidence now. */
bool leaky_count(struct leaky *leaky, const struct leaky_limits *limits, bool ok);

#endif
