/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load.c - the load line: image file, or master file, zone, answer image; then the directory.
 *
 * Zones are independent of each other, so threads take them from a common counter one by one. Each
 * zone has its own report; they are read in order when all is done, whoever finished first.
 */
#include "serve/load.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "anyns/name.h"
#include "serve/cache.h"
#include "serve/identity_zone.h"
#include "serve/load_zone.h"

struct job {
	const struct config *config;
	const struct load_options *options;
	struct loaded *loaded;
	struct load_sources sources;
	struct cache *cache;
	const struct loaded_zone **previous; /* by zone; NULL: none of that name */
	atomic_size_t next;
	atomic_size_t done;
};

/* ------------------------------------------------------------ the previous load */

static int
compare_zones(const void *a, const void *b)
{
	const struct loaded_zone *const *left = a;
	const struct loaded_zone *const *right = b;
	return name_compare((*left)->apex, (*right)->apex);
}

/* The zone of the same name in the previous load, by bisection: there may be 100,000. */
static bool
find_previous(struct job *job)
{
	const struct loaded *previous = job->options->previous;
	size_t count = previous ? previous->count : 0;
	const struct loaded_zone **sorted = calloc(count + 1, sizeof(*sorted));
	if (!sorted)
		return false;
	for (size_t i = 0; i < count; i++)
		sorted[i] = &previous->zones[i];
	qsort(sorted, count, sizeof(*sorted), compare_zones);
	for (size_t i = 0; i < job->loaded->count; i++) {
		const struct loaded_zone *key = &job->loaded->zones[i];
		const struct loaded_zone **found = bsearch(&key, sorted, count, sizeof(*sorted),
							   compare_zones);
		job->previous[i] = found ? *found : NULL;
	}
	free(sorted);
	return true;
}

/* ------------------------------------------------------------ the image */

/*
 * The image that `image:` names: that of the previous load when it has not changed and nobody
 * doubts it, or when the new one cannot be used. Most loads have none.
 */
static void
open_image(struct job *job)
{
	struct loaded *loaded = job->loaded;
	const char *path = job->config->image;
	const struct loaded *previous = job->options->previous;
	struct image_file *before = previous ? previous->image : NULL;
	if (!path || job->options->text_only)
		return;
	loaded->image_seen = image_stamp_of(path);
	bool same = before && !previous->image_kept && !image_file_doubtful(before) &&
		    strcmp(image_file_path(before), path) == 0 && image_file_is(before, path);
	if (!same)
		loaded->image = image_file_open(path, &loaded->report);
	if (loaded->image || !before)
		return;
	loaded->image = image_file_share(before);
	loaded->image_kept = !same;
}

/* Whether a zone of the image has no master file: then it is known by the image alone. */
static bool
is_image_only(const struct job *job, const struct config_zone *const *sorted, const uint8_t *apex)
{
	const struct config *config = job->config;
	if (config->has_identity_name && name_equal(apex, config->identity_name))
		return false;
	size_t low = 0;
	size_t high = config->zone_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = name_compare(sorted[middle]->name, apex);
		if (order == 0)
			return false;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return true;
}

static int
compare_configured(const void *a, const void *b)
{
	const struct config_zone *const *left = a;
	const struct config_zone *const *right = b;
	return name_compare((*left)->name, (*right)->name);
}

/* ------------------------------------------------------------ the list of zones */

/* Those of the configuration first, so that indexes are the same; then the identity zone; then what
 * only the image has. */
static bool
list_zones(struct job *job)
{
	const struct config *config = job->config;
	struct loaded *loaded = job->loaded;
	size_t most = loaded->image ? image_file_count(loaded->image) : 0;
	const struct config_zone **sorted = calloc(config->zone_count + 1, sizeof(*sorted));
	loaded->zones = calloc(config->zone_count + 1 + most, sizeof *loaded->zones);
	if (!sorted || !loaded->zones) {
		free(sorted);
		return false;
	}
	for (size_t i = 0; i < config->zone_count; i++) {
		sorted[i] = &config->zones[i];
		name_lower(loaded->zones[loaded->count++].apex, config->zones[i].name);
	}
	if (config->has_identity_name && !job->options->text_only)
		name_lower(loaded->zones[loaded->count++].apex, config->identity_name);
	if (most)
		qsort(sorted, config->zone_count, sizeof(*sorted), compare_configured);
	for (size_t i = 0; i < most; i++) {
		const uint8_t *apex = image_file_apex(loaded->image, i);
		if (is_image_only(job, sorted, apex))
			name_lower(loaded->zones[loaded->count++].apex, apex);
	}
	free(sorted);
	return true;
}

/* ------------------------------------------------------------ one zone */

static void
load_identity(struct job *job, struct loaded_zone *zone)
{
	struct zone *records = identity_zone_make(job->config, &zone->report);
	if (records)
		zone->segment = segment_build(records, &zone->report);
	zone->expires = INT64_MAX; /* never signed */
	zone_free(records);
}

static void
load_one(struct job *job, size_t index)
{
	const struct config *config = job->config;
	struct loaded_zone *zone = &job->loaded->zones[index];
	bool configured = index < config->zone_count;
	if (!configured && config->has_identity_name && index == config->zone_count)
		load_identity(job, zone);
	else
		load_zone(&job->sources, configured ? &config->zones[index] : NULL,
			  job->previous[index], zone);
}

/* ------------------------------------------------------------ all zones */

static bool
cancelled(const struct job *job)
{
	return job->options->cancel && atomic_load(job->options->cancel);
}

static void
show_progress(struct job *job)
{
	size_t done = atomic_fetch_add(&job->done, 1) + 1;
	/* Every hundredth: often enough to see it move, seldom enough to cost nothing. */
	size_t step = job->loaded->count / 100 + 1;
	if (job->options->progress && (done % step == 0 || done == job->loaded->count))
		fprintf(stderr, "\rloading zones: %zu of %zu%s", done, job->loaded->count,
			done == job->loaded->count ? "\n" : "");
}

static void *
load_some(void *argument)
{
	struct job *job = argument;
	for (;;) {
		size_t i = atomic_fetch_add(&job->next, 1);
		if (i >= job->loaded->count || cancelled(job))
			return NULL;
		load_one(job, i);
		show_progress(job);
	}
}

/* The calling thread works too, so that the load comes to its end even when no other thread can be
 * had. */
static void
load_all(struct job *job)
{
	enum { THREADS_MAX = 256 };
	pthread_t threads[THREADS_MAX];
	size_t wanted = size_min(size_min(job->options->threads, THREADS_MAX), job->loaded->count);
	size_t started = 0;
	while (started + 1 < wanted && pthread_create(&threads[started], NULL, load_some, job) == 0)
		started++;
	load_some(job);
	while (started > 0)
		pthread_join(threads[--started], NULL);
}

static bool
build_directory(struct loaded *loaded, struct report *report)
{
	struct directory_entry *entries = calloc(loaded->count + 1, sizeof *entries);
	for (size_t i = 0; entries && i < loaded->count; i++)
		entries[i] = (struct directory_entry){.apex = loaded->zones[i].apex,
						      .segment = loaded->zones[i].segment};
	if (entries)
		loaded->directory = directory_build(entries, loaded->count, report);
	else
		report_errno(report, SEVERITY_ERROR, (struct place){0}, NULL, "cannot list zones");
	free(entries);
	return loaded->directory != NULL;
}

/* The zone that resolvers come through to the identity name must let them. */
static void
check_identity(struct job *job)
{
	struct loaded *loaded = job->loaded;
	const struct loaded_zone *parent = NULL;
	const uint8_t *name = job->config->identity_name;
	if (!job->config->has_identity_name || job->options->text_only)
		return;
	for (size_t i = 0; i < loaded->count; i++) {
		const struct loaded_zone *zone = &loaded->zones[i];
		if (!name_equal(zone->apex, name) && name_is_below(name, zone->apex) &&
		    (!parent || name_labels(zone->apex) > name_labels(parent->apex)))
			parent = zone;
	}
	if (parent && parent->segment)
		identity_zone_check_parent(job->config, parent->segment, &loaded->report);
}

/* Whether a later start would gain by a new cache. */
static bool
is_cache_due(const struct job *job)
{
	const struct loaded *loaded = job->loaded;
	size_t taken = 0;
	for (size_t i = 0; i < loaded->count; i++) {
		const struct loaded_zone *zone = &loaded->zones[i];
		if (zone->segment && zone->files && !zone->reused &&
		    (zone->origin == ORIGIN_TEXT || zone->refreshed))
			return true;
		taken += zone->origin == ORIGIN_CACHE;
	}
	/* What it has beyond that is no longer configured. */
	return job->sources.cache && !job->options->previous &&
	       taken != cache_count(job->sources.cache);
}

/* Whether a later look at the image may find something better than what this load could use. */
static bool
is_image_due(const struct job *job)
{
	const struct loaded *loaded = job->loaded;
	if (!job->config->image || job->options->text_only)
		return false;
	bool due = !loaded->image || loaded->image_kept;
	for (size_t i = 0; !due && i < loaded->count; i++)
		due = loaded->zones[i].image_refused;
	return due;
}

static void
find_witnesses(struct loaded *loaded)
{
	for (size_t i = 0; i < loaded->count; i++) {
		const struct loaded_zone *zone = &loaded->zones[i];
		if (zone->segment && zone->origin != ORIGIN_TEXT)
			loaded->witnesses[zone->origin == ORIGIN_CACHE] = zone->segment;
	}
}

static bool
prepare(struct job *job)
{
	struct loaded *loaded = job->loaded;
	open_image(job);
	if (!list_zones(job))
		return false;
	job->previous = calloc(loaded->count + 1, sizeof(*job->previous));
	if (!job->previous || !find_previous(job))
		return false;
	struct cache *cache = job->options->text_only ? NULL
						      : cache_open(job->config, &loaded->report);
	job->sources = (struct load_sources){
		.config = job->config,
		.image = loaded->image,
		.cache = cache,
		.digest = job->options->text_only || job->config->image_cache,
		/* Of few zones some may be large; many keep all threads busy by themselves. */
		.threads = job->options->threads /
			   (unsigned)size_min(loaded->count ? loaded->count : 1, UINT_MAX),
		/* A start has nothing better to serve meanwhile, and is to answer at once. */
		.verify = job->options->previous != NULL,
		.cancel = job->options->cancel,
		.now = time(NULL),
	};
	job->cache = cache;
	return true;
}

static bool
run(struct job *job, struct report *report)
{
	struct loaded *loaded = job->loaded;
	if (loaded->count == 0) {
		report_move(report, &loaded->report);
		report_add(report, SEVERITY_ERROR, (struct place){.file = job->config->path},
			   "name zones, or an image that has some", "no zone to serve");
		return false;
	}
	load_all(job);
	if (cancelled(job)) {
		report_add(report, SEVERITY_ERROR, (struct place){0}, NULL,
			   "loading was interrupted");
		return false;
	}
	check_identity(job);
	find_witnesses(loaded);
	loaded->image_due = is_image_due(job);
	loaded->cache_due = job->config->image_cache && !job->options->text_only &&
			    is_cache_due(job);
	return build_directory(loaded, report);
}

struct loaded *
load_zones(const struct config *config, const struct load_options *options, struct report *report)
{
	struct loaded *loaded = calloc(1, sizeof *loaded);
	struct job job = {.config = config, .options = options, .loaded = loaded};
	if (loaded) {
		atomic_init(&loaded->references, 1);
		loaded->serial = options->previous ? options->previous->serial + 1 : 1;
	}
	bool ok = loaded && prepare(&job);
	if (ok)
		ok = run(&job, report);
	else
		report_errno(report, SEVERITY_ERROR, (struct place){.file = config->path}, NULL,
			     "cannot load zones");
	cache_close(job.cache);
	free(job.previous);
	if (ok)
		return loaded;
	load_free(loaded);
	return NULL;
}

struct loaded *
load_share(struct loaded *loaded)
{
	atomic_fetch_add_explicit(&loaded->references, 1, memory_order_relaxed);
	return loaded;
}

void
load_free(struct loaded *loaded)
{
	if (!loaded || atomic_fetch_sub_explicit(&loaded->references, 1, memory_order_acq_rel) != 1)
		return;
	for (size_t i = 0; loaded->zones && i < loaded->count; i++)
		load_zone_clear(&loaded->zones[i]);
	directory_free(loaded->directory);
	image_file_release(loaded->image);
	report_clear(&loaded->report);
	free(loaded->zones);
	free(loaded);
}
