/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * name_hash.h - a name made ready for lookup: folded, cut into labels, hashed at every depth.
 *
 * The hash of a name is that of its parent mixed with one more label, so one pass from the root
 * down gives the hashes of all ancestors, which zone search and closest-encloser search need. It is
 * part of the image format: 64-bit multiplications only, so that a reader in the kernel can do the
 * same.
 */
#ifndef ANYNS_IMAGE_NAME_HASH_H
#define ANYNS_IMAGE_NAME_HASH_H

#include <endian.h>
#include <string.h>

#include "anyns/base.h"
#include "anyns/dns.h"

struct lookup_name {
	/* Folded wire name. Whole words of 8 may be read past its end, and a block of 16 be
	 * written. */
	uint8_t lower[DNS_NAME_MAX + 17];
	uint8_t size;   /* bytes of it */
	uint8_t labels; /* without the root */
	uint8_t offsets[DNS_LABELS_MAX +
			1]; /* offsets[i]: where the suffix without the first i labels starts */
	uint64_t hashes[DNS_LABELS_MAX + 1]; /* hashes[n]: of the suffix of n labels */
};

/*
 * Prepares the uncompressed name at `wire`, of which `limit` bytes may be read. Returns its size,
 * or 0 when it is not a well-formed name (then `name` is undefined). Only the parts of `name` that
 * the name needs are written.
 */
size_t lookup_name_set(struct lookup_name *name, const uint8_t *wire, size_t limit);

/* The same of a name that is known to be well-formed. */
size_t lookup_name_known(struct lookup_name *name, const uint8_t *wire);

/* Where the suffix of `labels` labels starts, and its size in bytes. labels is at most
 * name->labels. */
static inline const uint8_t *
lookup_name_suffix(const struct lookup_name *name, unsigned labels)
{
	return name->lower + name->offsets[name->labels - labels];
}

static inline size_t
lookup_name_suffix_size(const struct lookup_name *name, unsigned labels)
{
	return (size_t)name->size - name->offsets[name->labels - labels];
}

static inline uint64_t
lookup_word(const uint8_t *at)
{
	uint64_t word;
	memcpy(&word, at, sizeof word);
	return word;
}

/*
 * Whether `size` bytes are the same. Of both, a whole word of 8 can be read. Names are short: words
 * cost less than a call.
 */
static inline bool
lookup_same(const uint8_t *a, const uint8_t *b, size_t size)
{
	const size_t word = sizeof(uint64_t);
	if (size <= word)
		return size == 0 ||
		       le64toh(lookup_word(a) ^ lookup_word(b)) << 8 * (word - size) == 0;
	for (size_t i = 0; i + word < size; i += word)
		if (lookup_word(a + i) != lookup_word(b + i))
			return false;
	/* The last one overlaps the one before. */
	return lookup_word(a + size - word) == lookup_word(b + size - word);
}

#endif
