/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image_file.h - compiled zones as a file, served as it lies on the disk (mapped, not read).
 *
 * An open file never changes; any number of threads may use it. What its format is like stands in
 * server/image/file_format.h.
 *
 * To replace a file that is served, write another one beside it and rename that, as
 * image_file_write() does: whoever maps the old one keeps it whole. A file that is cut short in
 * place costs its zones (they are answered with SERVFAIL), not the process.
 */
#ifndef ANYNS_IMAGE_FILE_H
#define ANYNS_IMAGE_FILE_H

#include <sys/types.h>

#include "anyns/image.h"
#include "anyns/zone.h"

struct image_file;

/* A zone in the file, for those who write one and those who read one. */
struct image_zone {
	struct segment *segment;   /* read: NULL when it is damaged, */
	const char *fault;         /* and how; written: not looked at */
	enum zonemd_policy zonemd; /* it was checked with */
	int64_t expires;           /* its first signature, seconds since 1970; INT64_MAX: none */
	int64_t since;             /* from when on its findings hold, likewise; INT64_MIN: ever */
	int64_t recheck;           /* when other findings may come up, likewise; INT64_MAX: never */
	uint32_t names;            /* read only: those that exist */
	uint32_t records;
	const struct zone_file *files; /* it was made from, with digests; path NULL: not told */
	size_t file_count;
	const struct report *report; /* written only: findings to repeat; may be NULL */
};

/*
 * Opens the file at `path` and checks all of it but the insides of segments: a time that depends on
 * how many zones there are, not on how large they are. NULL with one error in the report. A zone
 * whose segment is damaged stands in an open file without one.
 */
struct image_file *image_file_open(const char *path, struct report *report) NODISCARD;

/* One more reference. Returns `file`. */
struct image_file *image_file_share(struct image_file *file);

/* NULL is legal. Segments that were shared live on. Thread-safe. */
void image_file_release(struct image_file *file);

/* Whether the file at `path` is still this one, unchanged since it was opened. */
bool image_file_is(const struct image_file *file, const char *path);

/*
 * Whether it should be opened anew even if it looks unchanged: a zone of it was found damaged, or
 * it was written to, which nobody sees who writes in the same tick of the clock.
 */
bool image_file_doubtful(const struct image_file *file);

const char *image_file_path(const struct image_file *file);
const char *image_file_made_by(const struct image_file *file); /* "anyns 1.2" */
uint64_t image_file_size(const struct image_file *file);
uid_t image_file_owner(const struct image_file *file);
struct timespec image_file_modified(const struct image_file *file);

/* The zones are in canonical order of their names. `index` < image_file_count(). Borrowed. */
size_t image_file_count(const struct image_file *file);
const uint8_t *image_file_apex(const struct image_file *file, size_t index);
struct image_zone image_file_zone(const struct image_file *file, size_t index);

/* Index of the zone `apex` (a well-formed wire name, lower case); image_file_count(): none. */
size_t image_file_find(const struct image_file *file, const uint8_t *apex);

/* Adds the findings of a zone to the report. */
void image_file_findings(const struct image_file *file, size_t index, struct report *report);

/*
 * Writes a file with `count` zones, no name twice, in any order. Whole or not at all: `path` is
 * replaced once everything is on the disk. The same zones give the same bytes. `*size` is how many;
 * may be NULL. false with one error in the report; then nothing is left behind, and the error says
 * so should the file have been replaced all the same: only that it lasts is not known.
 */
bool image_file_write(const char *path, const struct image_zone *zones, size_t count,
		      uint64_t *size, struct report *report) NODISCARD;

#endif
