/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * monotime.h - a point on the monotonic clock, as a type of its own.
 *
 * Pure rooms get the time as a parameter. A struct instead of a bare integer keeps points in time,
 * durations and wall-clock seconds from being mixed up by accident: the compiler refuses.
 * Durations are int64_t nanoseconds. Whoever owns an event loop reads CLOCK_MONOTONIC and passes
 * it.
 */
#ifndef ANYNS_MONOTIME_H
#define ANYNS_MONOTIME_H

#include "anyns/base.h"

struct monotime {
	int64_t ns; /* since an arbitrary start, never negative */
};

#define MONOTIME_MS ((int64_t)1000000)
#define MONOTIME_S  ((int64_t)1000000000)

/* The deadline of a timer that does not run. */
#define MONOTIME_NEVER ((struct monotime){INT64_MAX})

static inline bool
monotime_is_never(struct monotime t)
{
	return t.ns == INT64_MAX;
}

/* `t` moved by `ns` >= 0. Saturates at never, so that huge durations cannot wrap into the past. */
static inline struct monotime
monotime_add(struct monotime t, int64_t ns)
{
	return ns > INT64_MAX - t.ns ? MONOTIME_NEVER : (struct monotime){t.ns + ns};
}

/* Nanoseconds from `then` to `now`; 0 when `then` is still to come. */
static inline int64_t
monotime_since(struct monotime now, struct monotime then)
{
	return now.ns > then.ns ? now.ns - then.ns : 0;
}

/* Whether a timer with this deadline has expired. */
static inline bool
monotime_reached(struct monotime now, struct monotime deadline)
{
	return !monotime_is_never(deadline) && now.ns >= deadline.ns;
}

static inline struct monotime
monotime_sooner(struct monotime a, struct monotime b)
{
	return a.ns < b.ns ? a : b;
}

#endif
