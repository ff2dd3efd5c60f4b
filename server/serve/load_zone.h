/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load_zone.h - one zone, from wherever it can be had.
 */
#ifndef ANYNS_SERVE_LOAD_ZONE_H
#define ANYNS_SERVE_LOAD_ZONE_H

#include "serve/load.h"

struct cache;

/* All that a zone may come from, the same for all zones of a load. */
struct load_sources {
	const struct config *config;
	const struct image_file *image; /* NULL: none */
	const struct cache *cache;      /* NULL: none */
	bool digest;                    /* files get digests: the cache is to be written */
	bool verify;                    /* digests are compared first: what is served is good */
	const atomic_bool *cancel;      /* stop soon; may be NULL */
	unsigned threads;               /* for one zone */
	int64_t now;                    /* seconds since 1970 */
};

/*
 * Loads a zone whose name stands in `zone`, all else zero: the segment of the image; else that of
 * `previous` or of the cache, when they were made from the same text; else the text, `configured`.
 * When nothing of this can be used, what `previous` had, as stale.
 *
 * `configured` NULL: only the image has it. `previous` NULL: there was none of this name.
 */
void load_zone(const struct load_sources *sources, const struct config_zone *configured,
	       const struct loaded_zone *previous, struct loaded_zone *zone);

/* Frees what a zone holds. */
void load_zone_clear(struct loaded_zone *zone);

/* A copy that lives by itself; NULL when out of memory. */
struct zone_file *load_zone_files(const struct zone_file *files, size_t count);
void load_zone_free_files(struct zone_file *files, size_t count);

#endif
