/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * segment.h - what the image room itself knows about a segment, beyond anyns/image.h.
 */
#ifndef ANYNS_IMAGE_SEGMENT_H
#define ANYNS_IMAGE_SEGMENT_H

#include "anyns/image.h"
#include "image/lookup.h"

/*
 * Takes over `bytes` (from malloc, `size` of them, a complete segment) with one reference. NULL
 * when out of memory; then the bytes stay the caller's.
 */
struct segment *segment_adopt(uint8_t *bytes, size_t size) NODISCARD;

/* The digest of a segment: SHA-256 of all bytes, those of the digest itself taken as zero. */
bool segment_digest(const uint8_t *bytes, size_t size, uint8_t digest[IMAGE_DIGEST_SIZE]);

/* The segment for reading; valid as long as the segment. */
struct image segment_image(const struct segment *segment);

#endif
