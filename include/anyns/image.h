/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image.h - the answer image: a zone compiled to one immutable, position-independent block (a
 * segment), and the directory of all segments that are served.
 *
 * Building and opening allocate and report; lookup (server/image/lookup.h) does neither. Segments
 * and directories never change once made; any number of threads may read them.
 */
#ifndef ANYNS_IMAGE_H
#define ANYNS_IMAGE_H

#include <stdatomic.h>

#include "anyns/base.h"
#include "anyns/report.h"

struct zone;
struct segment;
struct directory;

/*
 * Compiles a zone. The segment has one reference, the caller's. NULL with an error in the report
 * when it cannot be: no memory, or larger than a segment may be.
 */
struct segment *segment_build(const struct zone *zone, struct report *report) NODISCARD;

/* The same; stops soon, with an error, when another thread sets `*cancel` (may be NULL). */
struct segment *segment_build_unless(const struct zone *zone, const atomic_bool *cancel,
				     struct report *report) NODISCARD;

/*
 * Takes a segment's bytes (copied) after checking header, sections and index geometry. What lies
 * inside nodes is checked at every use instead, so that opening costs the same whatever the size.
 * NULL with an error when the bytes are not a segment of this format; `name` stands for them in the
 * finding.
 */
struct segment *segment_open(const void *bytes, size_t size, const char *name,
			     struct report *report) NODISCARD;

/* The segment's bytes, as segment_open() takes them; they live as long as the segment. */
const void *segment_bytes(const struct segment *segment, size_t *size);

/*
 * Whether the digest in the header is that of the contents (SHA-256). Reads the whole segment,
 * unless `*cancel` (may be NULL) becomes true: then false. Any thread. What was found is remembered
 * for segment_trust().
 */
bool segment_verify(struct segment *segment, const atomic_bool *cancel);

enum segment_trust {
	SEGMENT_UNREAD, /* its digest was not compared yet */
	SEGMENT_GOOD,   /* compiled by this process, or compared */
	SEGMENT_BAD,    /* it was not equal, or bytes of its file could not be read */
};
enum segment_trust segment_trust(const struct segment *segment);

/*
 * Whether the file that a mapped segment lies in was written to in place, cut short, or could not
 * be read; every change is told once, to the one thread that watches. What lies in a file that was
 * cut is bad from then on, all segments in it. What lies in one that was written to is suspect.
 */
bool segment_file_changed(const struct segment *segment);

/* Whether its bytes may be others than those whose digest was compared: compare it again. */
bool segment_suspect(const struct segment *segment);

/* Whether two segments have the same contents, as their digests tell. */
bool segment_same(const struct segment *a, const struct segment *b);

/* One more reference; the same segment may stand in several directories. Returns `segment`. */
struct segment *segment_share(struct segment *segment);

/* Drops a reference; NULL is legal. Thread-safe. */
void segment_release(struct segment *segment);

/* The zone's name in lower-case wire form, and its serial. */
const uint8_t *segment_apex(const struct segment *segment);
uint32_t segment_serial(const struct segment *segment);

/* How many names exist in it. */
uint32_t segment_names(const struct segment *segment);

/* The digest that its header tells, right or not. */
enum { SEGMENT_DIGEST_SIZE = 32 };
void segment_told_digest(const struct segment *segment, uint8_t digest[SEGMENT_DIGEST_SIZE]);

/* A zone to be served: a segment, or NULL for one that is configured but could not be loaded. */
struct directory_entry {
	const uint8_t *apex; /* lower-case wire name, copied */
	struct segment *segment;
};

/*
 * A directory of zones, no apex twice. Takes a reference to each segment. NULL with an error when
 * out of memory.
 */
struct directory *directory_build(const struct directory_entry *entries, size_t count,
				  struct report *report) NODISCARD;

/* Its zones in the order they were given; `index` < directory_count(). Borrowed. */
size_t directory_count(const struct directory *directory);
const uint8_t *directory_apex(const struct directory *directory, size_t index);
/* NULL: could not be loaded. */
struct segment *directory_segment(const struct directory *directory, size_t index);

/* Drops the references to its segments; NULL is legal. No reader may be left. */
void directory_free(struct directory *directory);

#endif
