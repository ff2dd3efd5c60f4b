/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load.h - all zones of a configuration: read, checked, compiled, on all cores.
 */
#ifndef ANYNS_SERVE_LOAD_H
#define ANYNS_SERVE_LOAD_H

#include <stdatomic.h>

#include "anyns/config.h"
#include "anyns/image.h"

struct loaded_zone {
	uint8_t apex[DNS_NAME_MAX];
	struct segment *segment; /* NULL: could not be loaded, answered with SERVFAIL */
	struct zone_file
		*files; /* what it was read from, to see whether it changed; NULL: do not reuse */
	size_t file_count;
	enum zonemd_policy zonemd; /* it was checked with */
	bool reused;     /* taken over from the previous load, its files have not changed */
	int64_t expires; /* the segment's first signature, seconds since 1970; INT64_MAX: none */
	bool stale;      /* the new files have errors: the previous segment goes on being served */
	struct report report;
};

struct loaded {
	struct loaded_zone *zones;
	size_t count;
	struct directory *directory; /* NULL when zones were only checked */
	struct report report;        /* findings about no single zone */
};

struct load_options {
	const struct loaded
		*previous; /* zones whose files have not changed are taken over; may be NULL */
	unsigned threads;  /* at least 1 */
	bool progress;     /* show how far it is on standard error (a terminal) */
	const atomic_bool *cancel; /* set by another thread: stop soon; may be NULL */
};

/*
 * Loads every zone of `config` and the identity zone. A zone with errors does not stop the others:
 * its report says why, and it is served from the previous load or not at all.
 *
 * NULL with an error in `report` when there is no memory for the whole, or it was cancelled.
 */
struct loaded *load_zones(const struct config *config, const struct load_options *options,
			  struct report *report) NODISCARD;

/* NULL is legal. */
void load_free(struct loaded *loaded);

#endif
