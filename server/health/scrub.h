/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scrub.h - a thread of low priority that reads all served segments again and again and compares
 * their digests: memory that changes under us is found even where our own queries, answered from
 * the same memory, cannot tell.
 */
#ifndef ANYNS_HEALTH_SCRUB_H
#define ANYNS_HEALTH_SCRUB_H

#include "anyns/publish.h"
#include "health/reason.h"

struct scrub;

struct scrub_status {
	uint64_t passes;     /* over all segments, ended */
	uint64_t mismatches; /* found since the start; never backwards */
	bool bad;            /* found, and no clean pass since */
	struct reason words; /* about the last one */
};

/* NULL when out of memory. */
struct scrub *scrub_new(void) NODISCARD;

/* Starts the thread; `publish` holds a view. Returns 0 or an errno. */
int scrub_start(struct scrub *scrub, const struct publish *publish) NODISCARD;

/* Any thread. */
void scrub_read(struct scrub *scrub, struct scrub_status *status);

/* Returns when the segment being read is done with. May be called on one that never started. */
void scrub_stop(struct scrub *scrub);
void scrub_free(struct scrub *scrub); /* stopped before; NULL is legal */

#endif
