/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * segment.h - what the image room itself knows about a segment, beyond anyns/image.h.
 */
#ifndef ANYNS_IMAGE_SEGMENT_H
#define ANYNS_IMAGE_SEGMENT_H

#include "anyns/image.h"
#include "image/lookup.h"
#include "image/mapping.h"

/*
 * Takes over `bytes` (from malloc, `size` of them, a complete segment) with one reference. NULL
 * when out of memory; then the bytes stay the caller's.
 */
struct segment *segment_adopt(uint8_t *bytes, size_t size) NODISCARD;

/*
 * Opens the segment of `size` bytes at `offset` of `mapping` (both inside) where it lies, otherwise
 * as segment_open(); it keeps the mapping alive. The offset is a multiple of 8. NULL: `*fault` says
 * what is wrong with it, NULL too when out of memory.
 */
struct segment *segment_map(struct mapping *mapping, size_t offset, size_t size,
			    const char **fault) NODISCARD;

/* The digest of a segment: SHA-256 of all bytes, those of the digest itself taken as zero. */
bool segment_digest(const uint8_t *bytes, size_t size, uint8_t digest[IMAGE_DIGEST_SIZE]);

/* The segment for reading; valid as long as the segment. */
struct image segment_image(const struct segment *segment);

#endif
