/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * background.h - what is done about a generation while it is served already: digests of mapped
 * segments are compared, the image cache is written, the generation before is freed. A thread of
 * its own, of low priority.
 */
#ifndef ANYNS_SERVE_BACKGROUND_H
#define ANYNS_SERVE_BACKGROUND_H

#include <pthread.h>
#include <stdatomic.h>

#include "serve/generation.h"

/* What came of it; valid from the end on. */
struct background_result {
	size_t read; /* segments whose digests were compared, */
	size_t bad;  /* how many were wrong, */
	uint64_t bytes;
	double seconds;
	uint8_t first_bad[DNS_NAME_MAX]; /* and of which zone the first one was */
	bool cache_written;
	size_t cached;        /* zones in it */
	struct report report; /* why the cache was not written */
};

struct background {
	pthread_t thread;
	bool running;
	atomic_bool cancel;
	void (*done)(void *context); /* called by the thread, as the last it does */
	void *context;
	struct loaded *loaded;
	const struct config *config; /* of the generation that is served: the cache's place */
	bool write_cache;
	struct generation *old;
	struct background_result result;
};

/*
 * Starts with `generation`, which must live until background_end(). `old` (a list,
 * may be NULL) is freed by the thread: no reader may be left. Without a thread to be had it is
 * freed here, and false says that the rest was not done. Nothing may be running.
 */
bool background_begin(struct background *background, const struct generation *generation,
		      bool write_cache, struct generation *old);

/*
 * Waits for the end; soon when `cancel`. Nothing running is legal. The result stays until the next
 * begin; the caller clears its report.
 */
void background_end(struct background *background, bool cancel);

#endif
