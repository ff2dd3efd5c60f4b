/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lookup.h - finding names, sets and proofs in a segment. Pure: no allocation, no lock, nothing
 * written but the result. Bounded: a lookup reads at most 8 * probe_limit buckets (the closest
 * encloser is found by bisection over at most 127 depths), a proof at most 32 chain elements.
 *
 * Every function accepts a segment damaged anywhere behind its header: refs and sizes that lead
 * outside give NULL, LOOKUP_DAMAGED or 0, which the answer room turns into SERVFAIL.
 */
#ifndef ANYNS_IMAGE_LOOKUP_H
#define ANYNS_IMAGE_LOOKUP_H

#include <stdatomic.h>

#include "anyns/image.h"
#include "image/format.h"
#include "image/name_hash.h"

/* A segment as the reader sees it; borrowed from the struct segment that owns the bytes. */
struct image {
	const uint8_t *base; /* 8-byte aligned */
	uint64_t size;
	/* Its geometry was checked, apex and salt follow it. Of a mapped segment a copy: whatever
	 * is written into the file later, no reader leaves the segment. */
	const struct image_header *header;
	const atomic_bool *lost; /* see image_lost(); NULL: cannot be */
};

static inline const struct image_header *
image_header(const struct image *image)
{
	return image->header;
}

/*
 * Whether bytes of the segment could not be read (mapping.h). To be asked after the answer was
 * made: what is found up to then may be zeros that nobody wrote.
 */
static inline bool
image_lost(const struct image *image)
{
	return __builtin_expect(
		image->lost && atomic_load_explicit(image->lost, memory_order_acquire), false);
}

static inline const uint8_t *
image_apex(const struct image *image)
{
	return (const uint8_t *)(image->header + 1);
}

static inline const uint8_t *
image_salt(const struct image *image)
{
	return image_apex(image) + image_header(image)->apex_size;
}

/* ------------------------------------------------------------ the directory: which zone */

/* A zone as the directory has it. */
struct zone_entry {
	struct image image; /* base NULL: configured, but could not be loaded */
};

/*
 * The zone with the longest name that is `name` or above it and has at most `max_labels` labels.
 * NULL: none. DS records are the parent's (RFC 4035 3.1.4.1): pass the labels of `name` less one
 * for them.
 */
const struct zone_entry *directory_find(const struct directory *directory,
					const struct lookup_name *name, unsigned max_labels);

/* ------------------------------------------------------------ names in a zone */

enum lookup_kind {
	LOOKUP_FOUND,     /* node: the name itself; it may be a delegation (IMAGE_NODE_CUT) */
	LOOKUP_BELOW_CUT, /* node: the delegation above the name */
	LOOKUP_DNAME,     /* node: the DNAME's owner above the name */
	LOOKUP_WILDCARD,  /* node: the "*" that is the source of synthesis (RFC 4592 3.3.1) */
	LOOKUP_MISSING,   /* node: NULL */
	LOOKUP_DAMAGED,   /* the segment leads nowhere */
};

struct lookup {
	enum lookup_kind kind;
	const struct image_node *node;
	const struct image_node *encloser; /* closest encloser; the name itself when FOUND */
	unsigned encloser_labels;          /* of its whole name */
};

/* The node of the name itself, or NULL. As with all of these, `name` is at or below the apex. */
const struct image_node *image_find(const struct image *image, const struct lookup_name *name);

struct lookup image_lookup(const struct image *image, const struct lookup_name *name);

/* The same when image_find() was asked already: `node` is what it said. */
struct lookup image_lookup_from(const struct image *image, const struct lookup_name *name,
				const struct image_node *node);

/*
 * Hints to the processor: begin to load what image_lookup() of the name reads first, its bucket;
 * and, once that is there, the node. Both say nothing and cost little when the name is missing.
 */
void image_fetch_bucket(const struct image *image, const struct lookup_name *name);
void image_fetch_node(const struct image *image, const struct lookup_name *name);

/* The node or hashed record at `ref`, wholly inside the segment, or NULL. */
const struct image_node *image_node_at(const struct image *image, uint32_t ref);
const struct image_hashed *image_hashed_at(const struct image *image, uint32_t ref);
const struct image_set *image_set_at(const struct image *image, uint32_t ref);

/* Labels of the node below the apex (node->name_size bytes), and its denial (NULL when it has
 * none). */
const uint8_t *image_node_name(const struct image_node *node);
const struct image_denial *image_node_denial(const struct image_node *node);

/* The node's first set and the one behind `set`; NULL after the last. All of a set lies inside. */
const struct image_set *image_first_set(const struct image *image, const struct image_node *node);
const struct image_set *image_next_set(const struct image *image, const struct image_set *set);

/* The node's set of `type`, or NULL. */
const struct image_set *image_find_set(const struct image *image, const struct image_node *node,
				       uint16_t type);

/* The NSEC3 set of a hashed record. */
const struct image_set *image_hashed_set(const struct image *image,
					 const struct image_hashed *record);

/* The parts of a set. */
const uint8_t *image_set_data(const struct image_set *set); /* data_size + sig_size bytes */
const uint16_t *image_set_patches(const struct image_set *set);
const struct image_extra *image_set_extras(const struct image_set *set);

/* ------------------------------------------------------------ proofs */

/*
 * Ref of the node whose NSEC covers `name`, which does not exist: the last one before it in
 * canonical order (RFC 4034 4.1.1); 0 when there is no chain.
 */
uint32_t image_nsec_cover(const struct image *image, const struct lookup_name *name);

/* Ref of the hashed record with the largest hash not above `hash`, the last one when there is none
 * such (RFC 5155 1.3: covers); 0 when there is no chain. `exact` tells whether it matches. */
uint32_t image_nsec3_find(const struct image *image, const uint8_t hash[IMAGE_HASH_SIZE],
			  bool *exact);

/* The NSEC3 hash of a lower-case wire name (RFC 5155 5) with the segment's parameters. */
void image_nsec3_hash(const struct image *image, const uint8_t *name, size_t size,
		      uint8_t hash[IMAGE_HASH_SIZE]);

#endif
