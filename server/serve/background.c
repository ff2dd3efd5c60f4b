/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve/background.h"

#include "anyns/name.h"
#include "base/clock.h"
#include "serve/cache.h"
#include "serve/give_way.h"

static void
compare(struct background *b, const struct loaded_zone *zone)
{
	struct background_result *result = &b->result;
	size_t size;
	(void)segment_bytes(zone->segment, &size);
	/* Another thread, or a pass that was cancelled, may have found it bad already: nobody has
	 * acted on that yet, or the zone would not be in the list. */
	if (segment_trust(zone->segment) == SEGMENT_UNREAD) {
		(void)segment_verify(zone->segment, &b->cancel);
		result->read++;
		result->bytes += size;
	}
	if (segment_trust(zone->segment) == SEGMENT_BAD && result->bad++ == 0)
		(void)name_lower(result->first_bad, zone->apex);
}

static void
compare_all(struct background *b)
{
	struct monotime begin = clock_now();
	for (size_t i = 0; i < b->loaded->count && !atomic_load(&b->cancel); i++) {
		const struct loaded_zone *zone = &b->loaded->zones[i];
		if (zone->segment && segment_trust(zone->segment) != SEGMENT_GOOD)
			compare(b, zone);
	}
	b->result.seconds = (double)monotime_since(clock_now(), begin) / (double)MONOTIME_S;
}

static void
free_all(struct background *b)
{
	while (b->old) {
		struct generation *next = b->old->next;
		generation_free(b->old);
		b->old = next;
	}
}

static void *
run(void *argument)
{
	struct background *b = argument;
	give_way();
	free_all(b);
	compare_all(b);
	/* What was found bad is not written: the digests come first. */
	if (b->write_cache && !atomic_load(&b->cancel))
		b->result.cache_written = cache_write(b->config, b->loaded, &b->result.cached,
						      &b->result.report);
	b->done(b->context);
	return NULL;
}

bool
background_begin(struct background *b, const struct generation *generation, bool write_cache,
		 struct generation *old)
{
	b->result = (struct background_result){.report = REPORT_INIT};
	b->loaded = load_share(generation->loaded);
	b->config = generation->config;
	b->write_cache = write_cache;
	b->old = old;
	atomic_store(&b->cancel, false);
	b->running = pthread_create(&b->thread, NULL, run, b) == 0;
	if (b->running)
		return true;
	load_free(b->loaded);
	free_all(b);
	return false;
}

void
background_end(struct background *b, bool cancel)
{
	if (!b->running)
		return;
	if (cancel)
		atomic_store(&b->cancel, true);
	pthread_join(b->thread, NULL);
	b->running = false;
	load_free(b->loaded);
}
