/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plan.h - random small zones as lists of lines, so that a failing case can be cut down line by
 * line.
 */
#ifndef ANYNS_TEST_PLAN_H
#define ANYNS_TEST_PLAN_H

#include <stdio.h>

#include "anyns/zone.h"

enum { PLAN_ZONES = 3, PLAN_LINES = 40, PLAN_NAME = 64, PLAN_DATA = 300 };

/* A sequence that its seed decides (splitmix64). */
struct random {
	uint64_t state;
};

uint64_t random_next(struct random *random);

/* 0 to `count` - 1. */
unsigned random_below(struct random *random, unsigned count);

/* True `percent` times in a hundred. */
bool random_chance(struct random *random, unsigned percent);

/* PLAN_BARE_NSEC: a chain without any signature, as zones have it whose RRSIGs somebody stripped.
 */
enum plan_signing { PLAN_UNSIGNED, PLAN_BARE_NSEC, PLAN_NSEC, PLAN_NSEC3, PLAN_OPT_OUT };

struct plan_line {
	char owner[PLAN_NAME];
	const char *type;
	char data[PLAN_DATA];
	unsigned ttl;
};

struct plan_zone {
	char apex[PLAN_NAME]; /* absolute, "." for the root */
	enum plan_signing signing;
	unsigned iterations; /* NSEC3 */
	bool salted;         /* NSEC3 */
	struct plan_line lines[PLAN_LINES];
	size_t count;
};

/* Zones that are served together; no two with one apex. */
struct plan {
	struct plan_zone zones[PLAN_ZONES];
	size_t count;
};

void plan_make(struct plan *plan, struct random *random);

/* A name in or near the zones, absolute. */
void plan_name(const struct plan *plan, struct random *random, char name[static PLAN_NAME]);

/* Writes the zone as a master file, without its signatures and denials. */
void plan_print(const struct plan_zone *zone, FILE *stream);

/*
 * Writes what makes the zone a signed one (dummy signatures over all that is authoritative, a right
 * chain of NSEC or NSEC3), as master file lines; `zone` is what plan_print() wrote, loaded.
 */
void plan_sign(const struct plan_zone *plan, const struct zone *zone, FILE *stream);

/* Wire form of the plain names used here. */
void plan_wire(uint8_t wire[static DNS_NAME_MAX], const char *name);

#endif
