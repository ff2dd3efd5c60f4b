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

#include "anyns/base.h"
#include "anyns/dns.h"

struct lookup_name {
	uint8_t lower[DNS_NAME_MAX +
		      9]; /* folded wire name; whole words of 8 may be read past its end */
	uint8_t size;     /* bytes of it */
	uint8_t labels;   /* without the root */
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

#endif
