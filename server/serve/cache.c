/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cache.c - one image file per configuration, with all its zones: 100,000 zones are one file too,
 * and replacing it leaves nothing old behind. It is written beside and renamed, so that two
 * processes that write at once do not meet: the later one wins, and both are right.
 *
 * A zone in it is taken when its text is the same: the digest of every file that was read decides.
 * A file that looks the same to the last detail (device, inode, size, both times, the second of
 * which nobody can set) is taken for the same without being read; see zone_files_differ().
 *
 * Findings of the compilation are kept and repeated at every start. Those that time brings are not
 * lost either, nor do they outlive it: they hold from one moment that a signature names to the
 * next, and at any other time the zone is read again. When the cache was written does not count, so
 * a clock that was wrong then, ahead or behind, does no harm once it is right.
 */
#include "serve/cache.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "anyns/name.h"
#include "serve/load_zone.h"

struct cache {
	struct image_file *file;
};

/*
 * FOLDER/anyns-HASH.cache: configurations share a folder. FNV-1a of the configuration's path;
 * should two ever collide they take turns, and each still takes only what is its own.
 */
static char *
cache_path(const struct config *config)
{
	char *absolute = realpath(config->path, NULL);
	const char *text = absolute ? absolute : config->path;
	uint64_t hash = 0xcbf29ce484222325u;
	char *path;
	for (const char *p = text; *p; p++)
		hash = (hash ^ (uint8_t)*p) * 0x100000001b3u;
	free(absolute);
	if (asprintf(&path, "%s/anyns-%016" PRIx64 ".cache", config->image_cache, hash) < 0)
		return NULL;
	return path;
}

/* The cache is no reason to stop: what was an error in a file becomes a warning about speed. */
static void
take_over(struct report *report, const struct report *errors)
{
	for (size_t i = 0; i < errors->count; i++) {
		const struct finding *finding = &errors->findings[i];
		report_add(report, SEVERITY_WARNING, (struct place){.file = finding->file},
			   "zones are compiled from text, and the cache is written anew",
			   "the image cache cannot be used: %s", finding->message);
	}
}

/* What anybody else put into the folder may say whatever he likes of our zones. */
static bool
is_ours(const struct image_file *file)
{
	uid_t owner = image_file_owner(file);
	return owner == 0 || owner == geteuid();
}

/* One line for all: what is lost is a moment of the start. */
static void
warn_of_damaged(const struct image_file *file, struct report *report)
{
	char text[NAME_TEXT_MAX];
	size_t first = image_file_count(file);
	size_t damaged = 0;
	for (size_t i = image_file_count(file); i-- > 0;) {
		if (image_file_zone(file, i).segment)
			continue;
		first = i;
		damaged++;
	}
	if (damaged)
		report_add(report, SEVERITY_WARNING, (struct place){.file = image_file_path(file)},
			   "they are compiled from text, and the cache is written anew",
			   "%zu zones of the image cache are damaged, the first %s: %s", damaged,
			   name_text(text, image_file_apex(file, first)),
			   image_file_zone(file, first).fault);
}

struct cache *
cache_open(const struct config *config, struct report *report)
{
	if (!config->image_cache)
		return NULL;
	struct cache *cache = calloc(1, sizeof *cache);
	char *path = cache_path(config);
	struct report errors = REPORT_INIT;
	if (cache && path && (access(path, F_OK) == 0 || errno != ENOENT))
		cache->file = image_file_open(path, &errors);
	if (cache && cache->file && !is_ours(cache->file)) {
		report_add(&errors, SEVERITY_ERROR, (struct place){.file = path}, NULL,
			   "it belongs to another user");
		image_file_release(cache->file);
		cache->file = NULL;
	}
	take_over(report, &errors);
	if (cache && cache->file)
		warn_of_damaged(cache->file, report);
	report_clear(&errors);
	free(path);
	if (cache && cache->file)
		return cache;
	free(cache);
	return NULL;
}

void
cache_close(struct cache *cache)
{
	if (cache)
		image_file_release(cache->file);
	free(cache);
}

size_t
cache_count(const struct cache *cache)
{
	return image_file_count(cache->file);
}

bool
cache_take(const struct cache *cache, const struct config_zone *configured,
	   enum zonemd_policy zonemd, int64_t now, struct loaded_zone *zone)
{
	size_t index = image_file_find(cache->file, zone->apex);
	if (index == image_file_count(cache->file) ||
	    strcmp(image_file_made_by(cache->file), "anyns " ANYNS_VERSION) != 0)
		return false;
	struct image_zone found = image_file_zone(cache->file, index);
	if (!found.segment || found.zonemd != zonemd || now < found.since || now >= found.recheck ||
	    found.file_count == 0)
		return false;
	for (size_t i = 0; i < found.file_count; i++)
		if (!found.files[i].path)
			return false;
	if (strcmp(found.files[0].path, configured->file) != 0)
		return false;
	struct zone_file *files = load_zone_files(found.files, found.file_count);
	if (!files || zone_files_differ(files, found.file_count)) {
		load_zone_free_files(files, found.file_count);
		return false;
	}
	for (size_t i = 0; i < found.file_count; i++)
		zone->refreshed |= files[i].inode != found.files[i].inode ||
				   files[i].changed.tv_sec != found.files[i].changed.tv_sec ||
				   files[i].changed.tv_nsec != found.files[i].changed.tv_nsec;
	zone->files = files;
	zone->file_count = found.file_count;
	zone->segment = segment_share(found.segment);
	zone->origin = ORIGIN_CACHE;
	zone->expires = found.expires;
	zone->since = found.since;
	zone->recheck = found.recheck;
	zone->records = found.records;
	image_file_findings(cache->file, index, &zone->report);
	return true;
}

/* Findings that were cut away cannot be repeated, so such a zone is compiled at every start. */
static bool
is_cacheable(const struct loaded_zone *zone)
{
	return zone->segment && zone->origin != ORIGIN_IMAGE && !zone->stale && zone->files &&
	       zone->report.dropped + zone->known.dropped == 0 &&
	       segment_trust(zone->segment) != SEGMENT_BAD;
}

bool
cache_write(const struct config *config, const struct loaded *loaded, size_t *count,
	    struct report *report)
{
	struct image_zone *zones = calloc(loaded->count + 1, sizeof *zones);
	struct report *known = calloc(loaded->count + 1, sizeof *known);
	char *path = cache_path(config);
	struct report errors = REPORT_INIT;
	bool ok = zones && known && path;
	*count = 0;
	for (size_t i = 0; ok && i < loaded->count; i++) {
		const struct loaded_zone *zone = &loaded->zones[i];
		if (!is_cacheable(zone))
			continue;
		report_copy(&known[*count], &zone->known);
		report_copy(&known[*count], &zone->report);
		zones[*count] = (struct image_zone){.segment = zone->segment,
						    .zonemd = zone->zonemd,
						    .expires = zone->expires,
						    .since = zone->since,
						    .recheck = zone->recheck,
						    .records = zone->records,
						    .files = zone->files,
						    .file_count = zone->file_count,
						    .report = &known[*count]};
		++*count;
	}
	ok = ok && image_file_write(path, zones, *count, NULL, &errors);
	if (!ok)
		report_add(report, SEVERITY_WARNING, (struct place){.file = path},
			   "make room, or let the user of anyns write to the folder",
			   "%s; the next start may have to compile all zones again",
			   errors.count ? errors.findings[0].message
					: "no memory for the image cache");
	report_clear(&errors);
	for (size_t i = 0; known && i < loaded->count; i++)
		report_clear(&known[i]);
	free(path);
	free(known);
	free(zones);
	return ok;
}
