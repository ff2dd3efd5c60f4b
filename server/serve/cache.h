/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cache.h - `image-cache:`, compiled zones of an earlier process.
 */
#ifndef ANYNS_SERVE_CACHE_H
#define ANYNS_SERVE_CACHE_H

#include "serve/load.h"

struct cache;

/*
 * Opens the cache that `config` has in its folder. NULL when there is none to be used: no
 * `image-cache:`, none written yet, or a warning in the report. The server runs without it.
 */
struct cache *cache_open(const struct config *config, struct report *report);

/* NULL is legal. */
void cache_close(struct cache *cache);

/* How many zones it has. */
size_t cache_count(const struct cache *cache);

/*
 * Fills `zone`, whose name it has, from the cache, findings included. false, and nothing changed:
 * it is not there, or was made from other text, with another policy, by another version of the
 * program, or so long ago that signatures have expired since. Thread-safe.
 */
bool cache_take(const struct cache *cache, const struct config_zone *configured,
		enum zonemd_policy zonemd, int64_t now, struct loaded_zone *zone);

/*
 * Writes the zones of `loaded` that were made from text. `*count` is how many. false with a warning
 * in the report; then the old cache stays.
 */
bool cache_write(const struct config *config, const struct loaded *loaded, size_t *count,
		 struct report *report);

#endif
