/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load.c - the load line: master file, zone, answer image, directory.
 *
 * Zones are independent of each other, so threads take them from a common counter one by one. Each
 * zone has its own report; they are read in order when all is done, whoever finished first.
 */
#include "serve/load.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "anyns/name.h"
#include "anyns/wire.h"
#include "anyns/zone.h"
#include "serve/identity_zone.h"

struct job {
	const struct config *config;
	const struct load_options *options;
	struct loaded *loaded;
	const struct loaded_zone **previous; /* by zone; NULL: none of that name */
	size_t identity_parent; /* the zone closest above `identity-name:`; count: none */
	atomic_size_t next;
	atomic_size_t done;
	pthread_mutex_t lock; /* of loaded->report, which is seldom written */
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

static void
free_files(struct zone_file *files, size_t count)
{
	for (size_t i = 0; files && i < count; i++)
		free(files[i].path);
	free(files);
}

/* NULL when out of memory: the zone is then compiled anew next time. */
static struct zone_file *
copy_files(const struct zone_file *files, size_t count)
{
	struct zone_file *copy = calloc(count ? count : 1, sizeof *copy);
	for (size_t i = 0; copy && i < count; i++) {
		copy[i] = files[i];
		copy[i].path = strdup(files[i].path);
		if (!copy[i].path) {
			free_files(copy, i);
			copy = NULL;
		}
	}
	return copy;
}

/* ------------------------------------------------------------ one zone */

/* Whether the files are those of the previous load, so that compiling again would give the same. */
static bool
reuse(const struct job *job, size_t index, const struct loaded_zone *previous)
{
	struct loaded_zone *zone = &job->loaded->zones[index];
	const char *path = job->config->zones[index].file;
	if (!previous || !previous->segment || previous->stale || !previous->files ||
	    previous->file_count == 0 || strcmp(previous->files[0].path, path) != 0 ||
	    previous->zonemd != job->config->zonemd ||
	    /* The parent of the identity name is checked against it when it is read. */
	    index == job->identity_parent ||
	    zone_files_changed(previous->files, previous->file_count))
		return false;
	zone->files = copy_files(previous->files, previous->file_count);
	zone->file_count = zone->files ? previous->file_count : 0;
	zone->segment = segment_share(previous->segment);
	zone->expires = previous->expires;
	zone->reused = true;
	return true;
}

static void
check_identity(struct job *job, const struct zone *zone)
{
	struct report report = REPORT_INIT;
	identity_zone_check_parent(job->config, zone, &report);
	pthread_mutex_lock(&job->lock);
	report_move(&job->loaded->report, &report);
	pthread_mutex_unlock(&job->lock);
	report_clear(&report);
}

/*
 * When the first signature that can be in an answer expires. RRSIG rdata: covered 2, algorithm 1,
 * labels 1, TTL 4, expiration 4. Its times are serial numbers (RFC 4034 3.1.5), which mean a moment
 * only near another one.
 */
static int64_t
first_expiry(const struct zone *zone, time_t now)
{
	enum { EXPIRATION_AT = 8 };
	int64_t first = INT64_MAX;
	for (uint32_t n = 0; n < zone->name_count; n++) {
		const struct zone_name *name = &zone->names[n];
		if (name->flags & ZONE_NAME_OCCLUDED)
			continue;
		for (uint32_t s = name->first_set; s < name->first_set + name->set_count; s++) {
			const struct zone_set *set = &zone->sets[s];
			for (uint32_t i = 0; i < set->sig_count; i++) {
				const uint8_t *sig = zone->rdatas[set->first_sig + i].bytes;
				uint32_t expiration = wire_peek_u32(sig + EXPIRATION_AT);
				int64_t moment = now + (int32_t)(expiration - (uint32_t)now);
				if (moment < first)
					first = moment;
			}
		}
	}
	return first;
}

static void
load_one(struct job *job, size_t index)
{
	const struct config_zone *configured = &job->config->zones[index];
	const struct loaded_zone *previous = job->previous[index];
	struct loaded_zone *zone = &job->loaded->zones[index];
	zone->zonemd = job->config->zonemd;
	zone->expires = INT64_MAX;
	if (reuse(job, index, previous))
		return;
	struct zone_options options = {.zonemd = job->config->zonemd, .now = time(NULL)};
	struct zone *records = zone_load(configured->name, configured->file, &options,
					 &zone->report);
	if (records) {
		if (index == job->identity_parent)
			check_identity(job, records);
		zone->segment = segment_build(records, &zone->report);
		zone->expires = first_expiry(records, options.now);
		zone->files = copy_files(records->files, records->file_count);
		zone->file_count = zone->files ? records->file_count : 0;
		zone_free(records);
	}
	if (!zone->segment && previous && previous->segment) {
		zone->segment = segment_share(previous->segment);
		zone->expires = previous->expires;
		zone->stale = true;
	}
}

static void
load_identity(struct job *job, struct loaded_zone *zone)
{
	struct zone *records = identity_zone_make(job->config, &zone->report);
	if (records)
		zone->segment = segment_build(records, &zone->report);
	zone->expires = INT64_MAX; /* never signed */
	zone_free(records);
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
		if (i < job->config->zone_count)
			load_one(job, i);
		else
			load_identity(job, &job->loaded->zones[i]);
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

/* The zone that resolvers come through to the identity name. */
static size_t
find_identity_parent(const struct config *config)
{
	size_t parent = config->zone_count;
	unsigned depth = 0;
	for (size_t i = 0; config->has_identity_name && i < config->zone_count; i++) {
		const uint8_t *name = config->zones[i].name;
		bool closer = parent == config->zone_count || name_labels(name) > depth;
		if (!closer || !name_is_below(config->identity_name, name))
			continue;
		parent = i;
		depth = name_labels(name);
	}
	return parent;
}

static void
name_zones(struct loaded *loaded, const struct config *config)
{
	for (size_t i = 0; i < config->zone_count; i++)
		name_lower(loaded->zones[i].apex, config->zones[i].name);
	if (config->has_identity_name)
		name_lower(loaded->zones[config->zone_count].apex, config->identity_name);
}

struct loaded *
load_zones(const struct config *config, const struct load_options *options, struct report *report)
{
	size_t count = config->zone_count + config->has_identity_name;
	struct loaded *loaded = calloc(1, sizeof *loaded);
	struct job job = {.config = config, .options = options, .loaded = loaded};
	if (loaded) {
		loaded->count = count;
		loaded->zones = calloc(count + 1, sizeof *loaded->zones);
	}
	job.previous = calloc(count + 1, sizeof(*job.previous));
	bool ok = loaded && loaded->zones && job.previous;
	if (ok) {
		name_zones(loaded, config);
		job.identity_parent = find_identity_parent(config);
		ok = find_previous(&job);
	}
	if (!ok)
		report_errno(report, SEVERITY_ERROR, (struct place){.file = config->path}, NULL,
			     "cannot load %zu zones", count);
	if (ok) {
		pthread_mutex_init(&job.lock, NULL);
		load_all(&job);
		pthread_mutex_destroy(&job.lock);
		ok = !cancelled(&job) && build_directory(loaded, report);
	}
	free(job.previous);
	if (!ok) {
		if (cancelled(&job))
			report_add(report, SEVERITY_ERROR, (struct place){0}, NULL,
				   "loading was interrupted");
		load_free(loaded);
		return NULL;
	}
	return loaded;
}

void
load_free(struct loaded *loaded)
{
	if (!loaded)
		return;
	for (size_t i = 0; loaded->zones && i < loaded->count; i++) {
		segment_release(loaded->zones[i].segment);
		free_files(loaded->zones[i].files, loaded->zones[i].file_count);
		report_clear(&loaded->zones[i].report);
	}
	directory_free(loaded->directory);
	report_clear(&loaded->report);
	free(loaded->zones);
	free(loaded);
}
