/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_image.c - damaged answer images: whatever is opened can be asked anything without a crash.
 *
 * Input: a byte. 0 to 127: which good image to damage, then 4 bytes for each damage: offset (3
 * bytes) and the new value. From 128: the image's bytes behind its header, which is made to fit
 * them.
 */
#include <stdlib.h>
#include <string.h>

#include "anyns/wire.h"
#include "damage.h"
#include "image/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy of exactly its size, for segment_open() and to damage. */
static uint8_t *
damaged_copy(const uint8_t *data, size_t size, size_t *copied)
{
	static struct segment *good[DAMAGE_ZONES];
	struct segment **segment = &good[data[0] % DAMAGE_ZONES];
	if (!*segment)
		*segment = served_segment(&damage_zones[data[0] % DAMAGE_ZONES]);
	const void *bytes = segment_bytes(*segment, copied);
	uint8_t *copy = malloc(*copied);
	if (!copy)
		return NULL;
	memcpy(copy, bytes, *copied);
	for (size_t at = 1; at + 4 <= size; at += 4) {
		size_t offset = (size_t)wire_peek_u16(data + at) << 8 | data[at + 2];
		copy[offset % *copied] = data[at + 3];
	}
	return copy;
}

static uint8_t *
made_up(const uint8_t *data, size_t size, size_t *copied)
{
	struct image_header header;
	*copied = sizeof header + size - 1;
	uint8_t *copy = calloc(1, *copied);
	if (!copy)
		return NULL;
	memcpy(copy + sizeof header, data + 1, size - 1);
	/* The numbers of the header are the first bytes of the input. */
	memset(&header, 0, sizeof header);
	memcpy(&header, data + 1, size_min(sizeof header, size - 1));
	memcpy(&header, IMAGE_MAGIC, sizeof header.magic);
	header.format_version = IMAGE_FORMAT_VERSION;
	header.byte_order = IMAGE_BYTE_ORDER;
	header.size = *copied;
	header.probe_limit = header.probe_limit % IMAGE_PROBE_MAX + 1;
	header.apex_size = 9;
	header.apex_labels = 1;
	if (size > 200)
		memcpy(copy + sizeof header, "\7example", 9);
	memcpy(copy, &header, sizeof header);
	return copy;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct damage *damage;
	size_t copied;
	if (!damage)
		damage = damage_new();
	if (size == 0 || !damage)
		return 0;
	uint8_t *copy = data[0] < 128 ? damaged_copy(data, size, &copied)
				      : made_up(data, size, &copied);
	if (copy)
		damage_ask(damage, copy, copied);
	free(copy);
	return 0;
}
