/* SPDX-License-Identifier: BSD-2-Clause */
#include "image/name_hash.h"

#include <endian.h>
#include <string.h>

#include "anyns/name.h"

/* Odd constants with a balanced bit pattern; any would do, these are part of format version 1. */
static const uint64_t HASH_ROOT = 0x9e3779b97f4a7c15u;
static const uint64_t HASH_STEP = 0xd6e8feb86659fd93u;

/* Compilers know such vectors without any header, and make of them what the machine has. */
typedef uint8_t block __attribute__((vector_size(16)));

/*
 * Folds 16 bytes at once. Length bytes are at most 63, below 'A', so a whole wire name can be
 * folded without looking at its labels.
 */
static block
fold_block(block bytes)
{
	block capital = (block)(bytes - 'A' < 26);
	return bytes | (capital & 0x20);
}

/* The last bytes of a name when less than a block may be read; `size` is less than one. */
static __attribute__((noinline)) void
fold_rest(uint8_t *to, const uint8_t *wire, size_t size)
{
	uint8_t last[sizeof(block)] = {0};
	block bytes;
	memcpy(last, wire, size);
	memcpy(&bytes, last, sizeof bytes);
	bytes = fold_block(bytes);
	memcpy(to, &bytes, sizeof bytes);
}

/* `to` has a block of spare bytes behind the name; of `wire` `limit` bytes may be read. */
static void
fold_name(uint8_t *to, const uint8_t *wire, size_t size, size_t limit)
{
	block bytes;
	size_t i = 0;
	/* What stands behind a name in a message may be folded with it: nobody looks there. */
	for (; i < size && i + sizeof bytes <= limit; i += sizeof bytes) {
		memcpy(&bytes, wire + i, sizeof bytes);
		bytes = fold_block(bytes);
		memcpy(to + i, &bytes, sizeof bytes);
	}
	if (i < size)
		fold_rest(to + i, wire + i, size - i);
}

static uint64_t
mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * HASH_STEP;
	return hash ^ hash >> 32;
}

/* One more label, its length byte included. Reads whole words: `label` has 8 spare bytes behind it.
 */
static uint64_t
hash_label(uint64_t hash, const uint8_t *label)
{
	const uint8_t *end = label + label[0] + 1;
	for (; end - label > 8; label += 8)
		hash = mix(hash, le64toh(lookup_word(label)));
	/* Of the last word, 1 to 8 bytes, only the label's own count, not what stands behind it. */
	unsigned others = 8u * (unsigned)(8 - (end - label));
	return mix(hash, le64toh(lookup_word(label)) << others >> others);
}

/* Where the labels begin, the root's among them. Returns the name's size; 0: it is none. */
static size_t
cut_labels(struct lookup_name *name, const uint8_t *wire, size_t limit)
{
	size_t end = size_min(limit, DNS_NAME_MAX);
	unsigned labels = 0;
	unsigned seen = 0;

	for (size_t at = 0; at < end; labels++) {
		unsigned length = wire[at];
		name->offsets[labels] = (uint8_t)at;
		at += (size_t)length + 1;
		if (length == 0) {
			name->labels = (uint8_t)labels;
			name->size = (uint8_t)at;
			return seen > DNS_LABEL_MAX ? 0 : at;
		}
		/* One look at all lengths: more than 63 has a bit that 63 and less do not have. */
		seen |= length;
	}
	return 0;
}

size_t
lookup_name_set(struct lookup_name *name, const uint8_t *wire, size_t limit)
{
	size_t size = cut_labels(name, wire, limit);
	if (size == 0)
		return 0;
	fold_name(name->lower, wire, size, limit);

	uint64_t hash = HASH_ROOT;
	uint64_t *to = name->hashes;
	*to = hash;
	for (const uint8_t *offset = name->offsets + name->labels; offset > name->offsets;) {
		hash = hash_label(hash, name->lower + *--offset);
		*++to = hash;
	}
	return size;
}

size_t
lookup_name_known(struct lookup_name *name, const uint8_t *wire)
{
	return lookup_name_set(name, wire, name_length(wire, DNS_NAME_MAX));
}
