/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load_zone.c - which source a zone is taken from, in this order:
 *
 *   image    it was named to be served; text beside it is for the day when it cannot be
 *   previous the same files, unchanged since this process read them
 *   cache    the same files, unchanged since an earlier process read them
 *   text     read, check, compile
 *   stale    nothing of this works: better the data of before than SERVFAIL
 *
 * A segment whose digest was found wrong is never taken again.
 */
#include "serve/load_zone.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "anyns/name.h"
#include "anyns/zone.h"
#include "serve/cache.h"

/* ------------------------------------------------------------ files */

void
load_zone_free_files(struct zone_file *files, size_t count)
{
	for (size_t i = 0; files && i < count; i++)
		free(files[i].path);
	free(files);
}

struct zone_file *
load_zone_files(const struct zone_file *files, size_t count)
{
	struct zone_file *copy = calloc(count ? count : 1, sizeof *copy);
	for (size_t i = 0; copy && i < count; i++) {
		copy[i] = files[i];
		copy[i].path = strdup(files[i].path);
		if (!copy[i].path) {
			load_zone_free_files(copy, i);
			copy = NULL;
		}
	}
	return copy;
}

/* Out of memory costs only that the zone is compiled anew next time. */
static void
keep_files(struct loaded_zone *zone, const struct zone_file *files, size_t count)
{
	zone->files = load_zone_files(files, count);
	zone->file_count = zone->files ? count : 0;
}

static bool
is_bad(const struct loaded_zone *zone)
{
	return segment_trust(zone->segment) == SEGMENT_BAD;
}

/*
 * Whether a mapped segment may be served. Read again when its file was written to: what was right
 * then may not be by now; and when it was never read, and something better is being served.
 */
static bool
is_sound(const struct load_sources *sources, struct segment *segment)
{
	enum segment_trust trust = segment_trust(segment);
	if (trust == SEGMENT_BAD)
		return false;
	if (segment_suspect(segment) || (sources->verify && trust == SEGMENT_UNREAD))
		return segment_verify(segment, sources->cancel);
	return true;
}

/* ------------------------------------------------------------ image */

static bool
is_newer(const char *path, struct timespec than)
{
	struct stat status;
	return stat(path, &status) == 0 &&
	       (status.st_mtim.tv_sec > than.tv_sec ||
		(status.st_mtim.tv_sec == than.tv_sec && status.st_mtim.tv_nsec > than.tv_nsec));
}

static struct place
image_place(const struct load_sources *sources)
{
	return (struct place){.file = image_file_path(sources->image)};
}

static const char *
remedy_of(const struct config_zone *configured)
{
	return configured ? "its master file is served instead; compile the image again"
			  : "compile the image again";
}

/* Whether the image's version of the zone may be served; if not, an error says why. */
static bool
image_admits(const struct load_sources *sources, const struct config_zone *configured,
	     const struct image_zone *found, struct loaded_zone *zone)
{
	char text[NAME_TEXT_MAX];
	const char *fault = NULL;
	const char *how = found->fault ? ": " : "";
	if (!found->segment || !is_sound(sources, found->segment))
		fault = "is damaged";
	else if (sources->config->zonemd == ZONEMD_REQUIRE && found->zonemd != ZONEMD_REQUIRE)
		fault = "was compiled without zonemd: require";
	if (fault)
		report_add(&zone->report, SEVERITY_ERROR, image_place(sources),
			   remedy_of(configured), "zone %s in the image %s%s%s",
			   name_text(text, zone->apex), fault, how,
			   found->fault ? found->fault : "");
	return !fault;
}

/* What the operator should know of a zone that comes from an image: nobody checks it again. */
static void
warn_of_image(const struct load_sources *sources, const struct config_zone *configured,
	      struct loaded_zone *zone)
{
	char text[NAME_TEXT_MAX];
	struct timespec made = image_file_modified(sources->image);
	if (zone->expires < sources->now)
		report_add(&zone->report, SEVERITY_WARNING, image_place(sources),
			   "sign the zone and compile the image again",
			   "signatures of zone %s in the image have expired",
			   name_text(text, zone->apex));
	if (configured && is_newer(configured->file, made))
		report_add(&zone->report, SEVERITY_WARNING, image_place(sources),
			   "compile the image again",
			   "the master file of zone %s, %s, is newer than the image, which is what "
			   "is served",
			   name_text(text, zone->apex), configured->file);
}

static bool
take_image(const struct load_sources *sources, const struct config_zone *configured,
	   const struct loaded_zone *previous, struct loaded_zone *zone)
{
	if (!sources->image)
		return false;
	size_t index = image_file_find(sources->image, zone->apex);
	if (index == image_file_count(sources->image))
		return false;
	struct image_zone found = image_file_zone(sources->image, index);
	if (!image_admits(sources, configured, &found, zone))
		return false;
	zone->segment = segment_share(found.segment);
	zone->origin = ORIGIN_IMAGE;
	zone->zonemd = found.zonemd;
	zone->expires = found.expires;
	zone->records = found.records;
	zone->reused = previous && previous->segment &&
		       segment_same(previous->segment, zone->segment);
	warn_of_image(sources, configured, zone);
	return true;
}

/* ------------------------------------------------------------ previous load, cache */

/* Whether the files are those of the previous load, so that compiling again would give the same. */
static bool
take_previous(const struct load_sources *sources, const struct config_zone *configured,
	      const struct loaded_zone *previous, struct loaded_zone *zone)
{
	if (!previous || !previous->segment || previous->stale || !previous->files ||
	    previous->file_count == 0 || is_bad(previous) || segment_suspect(previous->segment) ||
	    strcmp(previous->files[0].path, configured->file) != 0 ||
	    previous->zonemd != sources->config->zonemd ||
	    zone_files_changed(previous->files, previous->file_count))
		return false;
	keep_files(zone, previous->files, previous->file_count);
	zone->segment = segment_share(previous->segment);
	zone->origin = previous->origin;
	zone->expires = previous->expires;
	zone->since = previous->since;
	zone->recheck = previous->recheck;
	zone->records = previous->records;
	zone->reused = true;
	report_copy(&zone->known, &previous->known);
	report_copy(&zone->known, &previous->report);
	return true;
}

static bool
take_cache(const struct load_sources *sources, const struct config_zone *configured,
	   const struct loaded_zone *previous, struct loaded_zone *zone)
{
	if (!sources->cache ||
	    /* Its segment was found damaged: the one that the cache still has is the same. */
	    (previous && previous->segment && is_bad(previous)))
		return false;
	struct loaded_zone taken = {.zonemd = zone->zonemd};
	memcpy(taken.apex, zone->apex, sizeof taken.apex);
	if (!cache_take(sources->cache, configured, sources->config->zonemd, sources->now, &taken))
		return false;
	if (!is_sound(sources, taken.segment)) {
		load_zone_clear(&taken);
		return false;
	}
	/* What was found out about the image stays, and comes first. */
	report_move(&zone->report, &taken.report);
	taken.report = zone->report;
	*zone = taken;
	return true;
}

/* ------------------------------------------------------------ text */

static void
take_text(const struct load_sources *sources, const struct config_zone *configured,
	  struct loaded_zone *zone)
{
	struct zone_options options = {.zonemd = sources->config->zonemd,
				       .now = (time_t)sources->now,
				       .threads = sources->threads,
				       .digest = sources->digest,
				       .cancel = sources->cancel};
	struct zone *records = zone_load(configured->name, configured->file, &options,
					 &zone->report);
	if (!records)
		return;
	struct zone_times times = zone_times(records, options.now);
	zone->segment = segment_build_unless(records, sources->cancel, &zone->report);
	zone->origin = ORIGIN_TEXT;
	zone->expires = times.expires;
	zone->since = times.since;
	zone->recheck = times.recheck;
	zone->records = records->rdata_count;
	keep_files(zone, records->files, records->file_count);
	zone_free(records);
}

static void
take_stale(const struct load_sources *sources, const struct loaded_zone *previous,
	   struct loaded_zone *zone)
{
	if (!previous || !previous->segment || !is_sound(sources, previous->segment))
		return;
	zone->segment = segment_share(previous->segment);
	zone->origin = previous->origin;
	zone->expires = previous->expires;
	zone->records = previous->records;
	zone->stale = true;
}

/* When the image does not give it. */
static void
take_other(const struct load_sources *sources, const struct config_zone *configured,
	   const struct loaded_zone *previous, struct loaded_zone *zone)
{
	if (configured && (take_previous(sources, configured, previous, zone) ||
			   take_cache(sources, configured, previous, zone)))
		return;
	if (configured)
		take_text(sources, configured, zone);
	if (!zone->segment)
		take_stale(sources, previous, zone);
}

void
load_zone(const struct load_sources *sources, const struct config_zone *configured,
	  const struct loaded_zone *previous, struct loaded_zone *zone)
{
	zone->zonemd = sources->config->zonemd;
	zone->expires = INT64_MAX;
	zone->since = INT64_MIN;
	zone->recheck = INT64_MAX;
	if (take_image(sources, configured, previous, zone))
		return;
	take_other(sources, configured, previous, zone);
	zone->image_refused = sources->image && image_file_find(sources->image, zone->apex) !=
							image_file_count(sources->image);
}

void
load_zone_clear(struct loaded_zone *zone)
{
	segment_release(zone->segment);
	load_zone_free_files(zone->files, zone->file_count);
	report_clear(&zone->report);
	report_clear(&zone->known);
}
