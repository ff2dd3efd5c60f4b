/* SPDX-License-Identifier: BSD-2-Clause */
#include "image/name_hash.h"

#include <endian.h>
#include <string.h>

/* Odd constants with a balanced bit pattern; any would do, these are part of format version 1. */
static const uint64_t HASH_ROOT = 0x9e3779b97f4a7c15u;
static const uint64_t HASH_STEP = 0xd6e8feb86659fd93u;

static uint64_t
load_word(const uint8_t *p)
{
	uint64_t word;
	memcpy(&word, p, sizeof word);
	return word;
}

/*
 * Folds eight bytes at once. Length bytes are at most 63, below 'A', so a whole wire name can be
 * folded without looking at its labels. A byte is a capital when adding (128 - 'A') sets its high
 * bit and adding (127 - 'Z') does not; bytes above 127 are masked out first.
 */
static uint64_t
fold_word(uint64_t word)
{
	const uint64_t ones = 0x0101010101010101u;
	uint64_t low = word & (0x7f * ones);
	uint64_t from_a = low + (0x80 - 'A') * ones;
	uint64_t past_z = low + (0x7f - 'Z') * ones;
	uint64_t capital = from_a & ~past_z & ~word & (0x80 * ones);
	return word | capital >> 2;
}

/* The last `left` bytes, less than 8, of the `size` at `wire`, then zeros; nothing behind is read.
 */
static uint64_t
last_word(const uint8_t *wire, size_t size, size_t left)
{
	uint64_t word = 0;
	if (left == 0)
		return 0;
	if (size >= 8)
		return htole64(le64toh(load_word(wire + size - 8)) >> 8 * (8 - left));
	for (size_t i = 0; i < left; i++)
		word |= (uint64_t)wire[i] << 8 * i;
	return htole64(word);
}

/* `to` has 8 spare bytes behind the name. */
static void
fold_name(uint8_t *to, const uint8_t *wire, size_t size)
{
	uint64_t word;
	size_t i = 0;
	for (; i + 8 <= size; i += 8) {
		word = fold_word(load_word(wire + i));
		memcpy(to + i, &word, sizeof word);
	}
	word = fold_word(last_word(wire, size, size - i));
	memcpy(to + i, &word, sizeof word);
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
	unsigned left = label[0] + 1u;
	for (; left > 8; left -= 8, label += 8)
		hash = mix(hash, le64toh(load_word(label)));
	/* Of the last word only the label's own bytes count, not what stands behind it. */
	return mix(hash, le64toh(load_word(label)) & UINT64_MAX >> (64 - 8 * left));
}

size_t
lookup_name_set(struct lookup_name *name, const uint8_t *wire, size_t limit)
{
	unsigned labels = 0;
	size_t at = 0;
	limit = size_min(limit, DNS_NAME_MAX);
	for (;; labels++) {
		if (at >= limit || wire[at] > DNS_LABEL_MAX)
			return 0;
		name->offsets[labels] = (uint8_t)at;
		if (wire[at] == 0)
			break;
		at += (size_t)wire[at] + 1;
	}
	name->size = (uint8_t)(at + 1);
	name->labels = (uint8_t)labels;

	fold_name(name->lower, wire, name->size);
	uint64_t hash = HASH_ROOT;
	name->hashes[0] = hash;
	for (unsigned n = 1; n <= labels; n++) {
		hash = hash_label(hash, name->lower + name->offsets[labels - n]);
		name->hashes[n] = hash;
	}
	return name->size;
}
