/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * zone.c - the room that turns master files into checked records. Its parts, in the order in which
 * a zone passes through them:
 *
 *   source.c      a file, whole, in memory
 *   lexer.c       its text as entries of tokens: parentheses, quotes, comments
 *   master.c      directives, and owner, TTL and class, which may be left out
 *   pieces.c      a large file on several threads
 *   generate.c    $GENERATE
 *   rdata.c       the rest of a record as wire rdata
 *   rdata_field.c one field of it, by ldns, from the shapes that ldns and shape.c know
 *   fields.c      what came out, walked and checked; svcb.c for service parameters
 *   draft.c       the records in the order they came
 *   group.c       names in canonical order, sets, empty non-terminals, what is occluded by what
 *   check_*.c     what is wrong with the zone as a whole
 *   zonemd.c      its digest
 *   times.c       when its signatures begin and end to count
 *
 * Outside data is never trusted and never asserted about: whatever a file holds ends in a zone or
 * in findings, and findings say where. A zone with an error is not returned at all.
 */
#include "anyns/zone.h"

#include <string.h>
#include <sys/stat.h>

#include "anyns/name.h"
#include "zone/check_zone.h"
#include "zone/group.h"
#include "zone/master.h"

static struct zone *
build(struct draft *draft, struct source *source)
{
	struct report *report = draft->report;
	size_t errors = report->errors;
	struct place place = {.file = source->file.path};
	master_read(draft, source);
	/* Its path died with the source; the draft has a copy. */
	place.file = draft->file_count ? draft->files[0].path : NULL;
	bool cancelled = zone_cancelled(draft->options);
	struct zone *zone = draft->no_memory || cancelled ? NULL : group_draft(draft);
	if (!zone) {
		report_add(report, SEVERITY_ERROR, place, NULL,
			   cancelled ? "reading was interrupted" : "out of memory");
		return NULL;
	}
	/* What a broken line took away would break chains and digests too: those findings mislead.
	 */
	check_zone(zone, draft->options, report->errors == errors, report);
	if (zone_cancelled(draft->options))
		report_add(report, SEVERITY_ERROR, place, NULL, "checking was interrupted");
	if (report->errors == errors)
		return zone;
	zone_free(zone);
	return NULL;
}

static struct zone *
load(const uint8_t *apex, struct source *source, const struct zone_options *options,
     struct report *report)
{
	struct draft draft;
	struct zone *zone = NULL;
	if (!source)
		return NULL;
	if (draft_start(&draft, apex, options, report)) {
		zone = build(&draft, source);
	} else {
		report_add(report, SEVERITY_ERROR, (struct place){.file = source->file.path}, NULL,
			   "out of memory");
		source_free(source);
	}
	draft_free(&draft);
	return zone;
}

struct zone *
zone_load(const uint8_t *apex, const char *path, const struct zone_options *options,
	  struct report *report)
{
	return load(apex, source_read(path, (struct place){.file = path}, report), options, report);
}

struct zone *
zone_load_text(const uint8_t *apex, const char *name, const char *text, size_t size,
	       const struct zone_options *options, struct report *report)
{
	return load(apex, source_text(name, text, size, report), options, report);
}

void
zone_free(struct zone *zone)
{
	/* The zone itself lies in its arena. */
	if (zone)
		arena_free(zone->arena);
}

/* Whether a file is the one that was read, as far as its inode can tell. */
static bool
looks_the_same(const struct zone_file *file, const struct stat *status)
{
	return file->changed.tv_sec != 0 && (uint64_t)status->st_dev == file->device &&
	       (uint64_t)status->st_ino == file->inode && status->st_size == file->size &&
	       status->st_mtim.tv_sec == file->modified.tv_sec &&
	       status->st_mtim.tv_nsec == file->modified.tv_nsec &&
	       status->st_ctim.tv_sec == file->changed.tv_sec &&
	       status->st_ctim.tv_nsec == file->changed.tv_nsec;
}

bool
zone_files_changed(const struct zone_file *files, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct stat status;
		if (files[i].inode == 0) /* text that never was a file */
			continue;
		if (stat(files[i].path, &status) < 0 || !looks_the_same(&files[i], &status))
			return true;
	}
	return false;
}

static bool
file_differs(struct zone_file *file)
{
	struct stat status;
	uint8_t digest[ZONE_DIGEST_SIZE];
	if (stat(file->path, &status) < 0 || status.st_size != file->size)
		return true;
	if (looks_the_same(file, &status))
		return false;
	/* Whatever is wrong with it will be found when it is read as a zone. */
	struct report report = REPORT_INIT;
	struct source *source = source_read(file->path, (struct place){.file = file->path},
					    &report);
	bool same = source && source_digest(source, digest) &&
		    memcmp(digest, file->digest, sizeof digest) == 0;
	if (same) {
		file->device = source->file.device;
		file->inode = source->file.inode;
		file->modified = source->file.modified;
		file->changed = source->file.changed;
	}
	source_free(source);
	report_clear(&report);
	return !same;
}

bool
zone_files_differ(struct zone_file *files, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (file_differs(&files[i]))
			return true;
	return false;
}

const struct zone_set *
zone_find_set(const struct zone *zone, const struct zone_name *name, uint16_t type)
{
	/* A handful, ascending: a search would be slower. */
	for (uint32_t i = 0; i < name->set_count; i++) {
		const struct zone_set *set = &zone->sets[name->first_set + i];
		if (set->type >= type)
			return set->type == type ? set : NULL;
	}
	return NULL;
}

uint32_t
zone_find_name(const struct zone *zone, const uint8_t *wire)
{
	uint32_t low = 0;
	uint32_t high = zone->name_count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = name_compare(zone->names[middle].wire, wire);
		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return ZONE_NONE;
}
