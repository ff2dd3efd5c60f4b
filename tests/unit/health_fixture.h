/* SPDX-License-Identifier: BSD-2-Clause */
/* health_fixture.h - what the unit tests of the health room include. */
#ifndef HEALTH_FIXTURE_H
#define HEALTH_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "anyns/monotime.h"

#define MS MONOTIME_MS
#define S  MONOTIME_S

/* Not zero: a clock that starts at 0 hides bugs. */
#define START ((struct monotime){12345 * MONOTIME_S})

/* xorshift64: the same sequence on every machine. */
static inline uint64_t
next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* True `percent` times of 100. */
static inline bool
by_chance(uint64_t *seed, unsigned percent)
{
	return (next_random(seed) >> 11) % 100 < percent;
}

#endif
