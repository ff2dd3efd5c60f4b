/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * format.h - the answer image as bytes.
 *
 * A segment is one zone, compiled. It is position-independent: every reference is an offset from
 * the segment's first byte, in units of 8 bytes ("ref"; 0 means none, for the header stands there).
 * Numbers are in the byte order of the machine that compiled, which the header tells; wire bytes
 * are wire bytes.
 *
 *     header | apex name | salt | buckets | nodes and hashed records | chain
 *
 * Buckets, at a multiple of 64: the hash index of all names that exist (RFC 4592 2.2), empty
 * non-terminals and delegations included. What lies below a delegation or a DNAME is no answer to
 * anything and not indexed. A name's hash (name_hash.h) picks a bucket of 8 slots; a full bucket
 * spills into the next, never further than `probe_limit` buckets, so that a lookup is bounded
 * however large the zone.
 *
 * Node: a name. The labels it has below the apex, the "*" below it if there is one, what denies its
 * existence or a type at it, and then its RRsets one after the other by ascending type. Everything
 * a positive answer needs lies in one piece.
 *
 * Set: an RRset as finished wire bytes, its RRSIGs behind it, as they stand in an answer to a
 * question for exactly this name: owner names are pointers to the question (0xC00C), names in RDATA
 * are compressed for that position. An answer to such a question is a copy. For any other place
 * (wildcard, referral, CNAME chain, authority) the owners are rewritten and the list of patches
 * says which two bytes of the RDATA are pointers and what they are relative to. Extras are the
 * nodes with the addresses of the names in the RDATA (RFC 1034 4.3.2 step 6; glue).
 *
 * Chain: NSEC: refs of the nodes that have an NSEC, in canonical order. NSEC3: hashes with the refs
 * of their records, sorted. Both are searched in at most 32 steps.
 *
 * Reading (lookup.c) trusts nothing but the header's geometry, which is checked when a segment is
 * opened: every ref and size is checked where it is used, so that a damaged segment gives a wrong
 * answer or SERVFAIL, never a crash. That holds even for a mapped file that somebody writes to
 * meanwhile: what decides where something is written to is read once (read_once()) and then checked
 * and used; what decides how far is read from a place that was found inside ends within IMAGE_SPARE
 * bytes, and so many may be read behind every mapping (mapping.c).
 */
#ifndef ANYNS_IMAGE_FORMAT_H
#define ANYNS_IMAGE_FORMAT_H

#include "anyns/base.h"

#define IMAGE_MAGIC          "anynsimg"
#define IMAGE_FORMAT_VERSION 1u
#define IMAGE_BYTE_ORDER     0x01020304u
#define IMAGE_REF_UNIT       8u

enum {
	IMAGE_DIGEST_SIZE = 32, /* SHA-256 */
	IMAGE_BUCKET_SLOTS = 8, /* 8 tags and 8 refs fill one cache line */
	IMAGE_HASH_SIZE = 20,   /* NSEC3's only hash is SHA-1, RFC 5155 11 */
	IMAGE_HASH_LABEL = 33,  /* length byte and 32 base32hex digits, RFC 5155 3.3 */
};

enum image_flag {
	IMAGE_NSEC = 1,  /* the chain is of NSEC */
	IMAGE_NSEC3 = 2, /* the chain is of NSEC3 */
};

struct image_header {
	char magic[8];
	uint32_t format_version;
	uint32_t byte_order;
	uint64_t size;                     /* bytes of the segment */
	uint8_t digest[IMAGE_DIGEST_SIZE]; /* of the segment with these bytes zero */
	uint32_t serial;
	uint32_t flags; /* enum image_flag */
	uint32_t bucket_count;
	uint32_t probe_limit;  /* buckets a lookup may read, 1 to IMAGE_PROBE_MAX */
	uint32_t chain_count;  /* elements */
	uint32_t node_count;   /* indexed nodes */
	uint32_t buckets;      /* ref */
	uint32_t chain;        /* ref */
	uint32_t apex_node;    /* ref */
	uint32_t negative_soa; /* ref of a set: the SOA as it stands in negative answers, RFC 2308 5
				*/
	uint16_t nsec3_iterations;
	uint8_t salt_size;
	uint8_t apex_size; /* bytes of the apex name that follows the header; the salt follows it */
	uint8_t apex_labels;
	uint8_t unused[3];
};

/* More than this many full buckets in a row never happens with a load of 3/4; the compiler then
 * enlarges the table. */
enum { IMAGE_PROBE_MAX = 16 };

/* The most that any key allows (RFC 5155 10.3); they are computed for a question, so they bound its
 * cost. */
enum { IMAGE_ITERATIONS_MAX = 2500 };

struct image_bucket {
	uint32_t tags[IMAGE_BUCKET_SLOTS]; /* low half of the name's hash */
	uint32_t
		refs[IMAGE_BUCKET_SLOTS]; /* filled from the front; 0: empty, and the search ends */
};

enum image_node_flag {
	IMAGE_NODE_CUT = 1,     /* delegation */
	IMAGE_NODE_DNAME = 2,   /* owns a DNAME: nothing below exists, RFC 6672 2.4 */
	IMAGE_NODE_CNAME = 4,   /* owns a CNAME */
	IMAGE_NODE_DENIAL = 8,  /* a struct image_denial follows the node */
	IMAGE_NODE_PROVEN = 16, /* its own NSEC or NSEC3 exists and is denial.own */
};

struct image_node {
	uint16_t flags;    /* enum image_node_flag */
	uint8_t name_size; /* bytes of the labels below the apex; 0 for the apex */
	uint8_t labels;    /* how many */
	uint32_t set_count;
	uint32_t wildcard; /* ref of the node "*" directly below, RFC 4592 */
	uint32_t unused;
	/* struct image_denial, if flagged; then the labels (lower case), padded to 8; then the sets
	 */
};

/*
 * What denies. Refs of nodes with an NSEC, or of hashed records.
 *
 * own       the record that matches this name. Not PROVEN: NSEC: the one that covers it (an empty
 * non-terminal); NSEC3: the one that matches the closest provable encloser (RFC 5155 6, opt-out)
 * closer    NSEC3, not PROVEN: the one that covers the next closer name below that encloser
 * wildcard  the one that covers "*" below this name (NSEC3, not PROVEN: below the provable
 * encloser)
 */
struct image_denial {
	uint32_t own;
	uint32_t closer;
	uint32_t wildcard;
	uint32_t unused;
};

struct image_set {
	uint16_t type;
	uint16_t rr_count;
	uint16_t sig_count;
	uint16_t data_size;   /* bytes of the RRs that follow */
	uint16_t sig_size;    /* bytes of the RRSIG RRs behind them */
	uint16_t patch_count; /* then, at the next even offset, so many uint16_t */
	uint16_t extra_count; /* then, at the next multiple of 4, so many struct image_extra */
	uint16_t unused;
};

/* A patch: the offset of a pointer in the set's data, below 16384, and what the pointer is relative
 * to. */
enum image_patch {
	IMAGE_PATCH_OFFSET = 0x3fff,
	IMAGE_PATCH_BASE = 0xc000,
	IMAGE_PATCH_OWNER = 0x0000, /* to the owner name */
	IMAGE_PATCH_APEX = 0x4000,  /* into the apex name */
	IMAGE_PATCH_SELF = 0x8000,  /* into this set's own data */
};

/* Pointers into a set's own data reach this far only, so that they stay within the 14 bits of a
 * pointer wherever below IMAGE_PLACE_LIMIT in the message the set is put. */
enum { IMAGE_SELF_LIMIT = 8192, IMAGE_PLACE_LIMIT = 8192 };

/* An additional name: where it is written in the data, or IMAGE_EXTRA_OWNER: it is the owner. */
struct image_extra {
	uint32_t node; /* ref; of its sets A and AAAA are wanted */
	uint16_t name_at;
	uint16_t required; /* glue that a referral must carry, RFC 9471 */
};
enum { IMAGE_EXTRA_OWNER = 0xffff };

/* An NSEC3 record: the owner's first label, then one set. */
struct image_hashed {
	uint8_t label[IMAGE_HASH_LABEL];
	uint8_t unused[7];
};

struct image_chain_hash {
	uint8_t hash[IMAGE_HASH_SIZE];
	uint32_t record; /* ref of a struct image_hashed */
};

/* The most that header, apex name and salt take. */
enum { IMAGE_TOP_MAX = sizeof(struct image_header) + 2 * UINT8_MAX };

/* More bytes than any set with all that follows it, or any node without its sets, can have. */
enum { IMAGE_SPARE = 1 << 20 };

_Static_assert(sizeof(struct image_set) + (4u + sizeof(struct image_extra)) * UINT16_MAX + 16 <
		       IMAGE_SPARE,
	       "whatever the numbers of a set say, it ends within the spare bytes");
_Static_assert(sizeof(struct image_header) == 104, "the header has no padding");
_Static_assert(sizeof(struct image_bucket) == 64, "a bucket is a cache line");
_Static_assert(sizeof(struct image_node) == 16, "nodes keep 8-byte alignment");
_Static_assert(sizeof(struct image_denial) == 16, "denial keeps 8-byte alignment");
_Static_assert(sizeof(struct image_set) == 16, "sets keep 8-byte alignment");
_Static_assert(sizeof(struct image_extra) == 8, "extras are packed");
_Static_assert(sizeof(struct image_hashed) == 40, "the set behind is 8-byte aligned");
_Static_assert(sizeof(struct image_chain_hash) == 24, "hashes are packed");

/* Bytes of a set with all that follows it, up to the next set. Every term has 16 bits: no overflow.
 */
static inline size_t
image_set_patches_at(const struct image_set *set)
{
	return align_up(sizeof *set + set->data_size + set->sig_size, 2);
}

static inline size_t
image_set_extras_at(const struct image_set *set)
{
	return align_up(image_set_patches_at(set) + (size_t)set->patch_count * 2, 4);
}

static inline size_t
image_set_size(const struct image_set *set)
{
	return align_up(image_set_extras_at(set) + set->extra_count * sizeof(struct image_extra),
			8);
}

/* Offset of a node's labels, and of its first set, from the node. */
static inline size_t
image_node_name_at(const struct image_node *node)
{
	return sizeof *node + (node->flags & IMAGE_NODE_DENIAL ? sizeof(struct image_denial) : 0);
}

static inline size_t
image_node_sets_at(const struct image_node *node)
{
	return align_up(image_node_name_at(node) + node->name_size, 8);
}

#endif
