/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * encode.h - one RRset of a zone to the bytes of a struct image_set (see format.h).
 */
#ifndef ANYNS_IMAGE_ENCODE_H
#define ANYNS_IMAGE_ENCODE_H

#include "anyns/zone.h"
#include "image/format.h"

struct encoder;

/* Scratch space for sets of `zone`, used for one set after the other. NULL when out of memory. */
struct encoder *encoder_new(const struct zone *zone) NODISCARD;
void encoder_free(struct encoder *encoder);

/*
 * Encodes `set` of `owner` with `ttl` (its own, or a smaller one that then bounds the RRSIGs' too)
 * into the encoder's own buffer, valid until the next call. The `node` field of the extras holds
 * the zone's name index plus one, to be replaced by a ref when all nodes have their place.
 *
 * Returns the bytes, `*size` of them, a multiple of 8; NULL when the set does not fit a message.
 */
const void *encoder_set(struct encoder *encoder, const struct zone_name *owner,
			const struct zone_set *set, uint32_t ttl, size_t *size) NODISCARD;

/*
 * The name index of every extra's target must exist in the image: calls `want(context, index)` for
 * each extra of the set encoded last.
 */
void encoder_each_extra(const struct encoder *encoder, void (*want)(void *context, uint32_t index),
			void *context);

#endif
