/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file_format.h - the image file as bytes: many segments (format.h), one per zone, under a table.
 *
 *     header | zones | files | findings | texts | segments
 *
 * Everything but the segments is the table; the header's digest covers it, so that at load a table
 * is right or refused. A segment has a digest of its own, in its header and again in the table; it
 * is compared later, in the background, because that means to read the whole segment. So opening
 * costs the same however large the zones are, and a little per zone.
 *
 * Position-independent: offsets are bytes from the start of the file, and what is inside a segment
 * is relative to the segment. Numbers are in the byte order of the machine that compiled, which the
 * header tells. The file is mapped and served as it lies: segments start at multiples of 64, so
 * that index buckets are cache lines, and those of a page or more at multiples of 4,096, so that a
 * zone's first page is its own. The gaps are zeros.
 *
 * Zones stand in canonical order of their names (RFC 4034 6.1), none twice, so that the same zones
 * give the same file, and finding one is a bisection.
 *
 * Files are what a zone was made from: the digest of each file's bytes, and in an image cache where
 * it lay and what tells, without reading it, that it is the same. Findings are the warnings that
 * came up then; an image cache repeats them at every start at a time at which a check would find
 * the same. An image file made by `anyns compile` has digests alone, for its bytes must not depend
 * on when and where it was made.
 *
 * Texts: names and strings, back to back; the first byte is 0 and so is the last. A string is an
 * offset into the texts and ends with a zero byte; the offset 0 is the empty string.
 */
#ifndef ANYNS_IMAGE_FILE_FORMAT_H
#define ANYNS_IMAGE_FILE_FORMAT_H

#include "image/format.h"

#define IMAGE_FILE_MAGIC   "anynszns"
#define IMAGE_FILE_VERSION 2u

enum {
	IMAGE_FILE_ALIGN = 64,   /* of segments */
	IMAGE_FILE_PAGE = 4096,  /* of segments of at least this size */
	IMAGE_FILE_MADE_BY = 24, /* bytes of the compiler's name, ended by zero */
};

struct image_file_header {
	char magic[8];
	uint32_t format_version;           /* of the file and of all that is in it */
	uint32_t byte_order;               /* IMAGE_BYTE_ORDER */
	uint64_t size;                     /* bytes of the file */
	uint8_t digest[IMAGE_DIGEST_SIZE]; /* SHA-256 of header, with these bytes zero, and table */
	char made_by[IMAGE_FILE_MADE_BY];
	uint32_t zone_count;
	uint32_t file_count;
	uint32_t finding_count;
	uint32_t text_size;
	uint8_t unused[8];
};

struct image_file_zone {
	uint64_t offset; /* of the segment */
	uint64_t size;
	uint8_t digest[IMAGE_DIGEST_SIZE]; /* as in the segment's header */
	int64_t expires; /* first signature, seconds since 1970; INT64_MAX: none */
	int64_t since;   /* until then and, */
	int64_t recheck; /* from then on other findings may come up; INT64_MIN, INT64_MAX: never */
	uint32_t apex;   /* text: its wire name, lower case */
	uint32_t serial;
	uint32_t names;
	uint32_t records;
	uint32_t first_file;
	uint32_t file_count;
	uint32_t first_finding;
	uint32_t finding_count;
	uint32_t zonemd; /* enum zonemd_policy it was checked with */
	uint32_t unused;
};

struct image_file_source {
	uint8_t digest[IMAGE_DIGEST_SIZE]; /* SHA-256 of its bytes */
	int64_t size;
	uint64_t device; /* this and what follows: 0 in an image file that is no cache */
	uint64_t inode;
	int64_t modified_s; /* last change of its data, and of anything */
	int64_t changed_s;
	uint32_t modified_ns;
	uint32_t changed_ns;
	uint32_t path; /* string */
	uint32_t unused;
};

struct image_file_finding {
	uint32_t severity; /* enum severity */
	uint32_t line;
	uint32_t column;
	uint32_t file; /* strings; empty: none */
	uint32_t message;
	uint32_t remedy;
};

_Static_assert(sizeof(struct image_file_header) == 104, "the header has no padding");
_Static_assert(sizeof(struct image_file_zone) == 112, "zones are packed");
_Static_assert(sizeof(struct image_file_source) == 88, "sources are packed");
_Static_assert(sizeof(struct image_file_finding) == 24, "findings are packed");

/* Where the parts of the table begin. Counts have 32 bits, so the sums do not overflow. */
static inline uint64_t
image_file_sources_at(const struct image_file_header *header)
{
	return sizeof *header + header->zone_count * (uint64_t)sizeof(struct image_file_zone);
}

static inline uint64_t
image_file_findings_at(const struct image_file_header *header)
{
	return image_file_sources_at(header) +
	       header->file_count * (uint64_t)sizeof(struct image_file_source);
}

static inline uint64_t
image_file_texts_at(const struct image_file_header *header)
{
	return image_file_findings_at(header) +
	       header->finding_count * (uint64_t)sizeof(struct image_file_finding);
}

/* Bytes of header and table. */
static inline uint64_t
image_file_table_end(const struct image_file_header *header)
{
	return image_file_texts_at(header) + header->text_size;
}

#endif
