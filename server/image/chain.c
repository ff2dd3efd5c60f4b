/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chain.c - finding the NSEC or NSEC3 record that denies a name: bisection over the sorted chain.
 */
#define OPENSSL_SUPPRESS_DEPRECATED    /* SHA1_*: the EVP calls that replace them allocate for every \
					  hash */
#include <endian.h>
#include <openssl/sha.h>
#include <string.h>

#include "anyns/wire.h"
#include "image/lookup.h"

/* Canonical order of two labels: bytewise, the shorter first. Both are folded; b is the image's. */
static int
compare_labels(const uint8_t *a, const uint8_t *b)
{
	size_t size = read_once(b[0]);
	int order = memcmp(a + 1, b + 1, size_min(a[0], size));
	return order ? order : (int)a[0] - (int)size;
}

/* Offsets of the labels of a node's name; false when its bytes are not so many labels. */
static bool
cut_labels(const struct image_node *node, size_t labels, uint8_t offsets[DNS_LABELS_MAX])
{
	const uint8_t *wire = image_node_name(node);
	size_t size = read_once(node->name_size);
	size_t at = 0;
	if (labels > DNS_LABELS_MAX)
		return false;
	for (size_t i = 0; i < labels; i++) {
		if (at >= size)
			return false;
		offsets[i] = (uint8_t)at;
		at += read_once(wire[at]) + 1;
	}
	return at == size;
}

/* Canonical order of `name` and a node's name: label by label from the apex down. */
static int
compare_with_node(const struct lookup_name *name, unsigned apex_labels,
		  const struct image_node *node)
{
	uint8_t offsets[DNS_LABELS_MAX];
	size_t labels = read_once(node->labels);
	if (!cut_labels(node, labels, offsets))
		return -1; /* a damaged node: any answer will do, the search stays bounded */
	size_t own = (size_t)name->labels - apex_labels;
	for (size_t i = 1; i <= own && i <= labels; i++) {
		int order = compare_labels(name->lower + name->offsets[own - i],
					   image_node_name(node) + offsets[labels - i]);
		if (order)
			return order;
	}
	return (int)own - (int)labels;
}

uint32_t
image_nsec_cover(const struct image *image, const struct lookup_name *name)
{
	const struct image_header *header = image_header(image);
	const uint32_t *chain = (const void *)(image->base +
					       (size_t)header->chain * IMAGE_REF_UNIT);
	if (!(header->flags & IMAGE_NSEC) || header->chain_count == 0)
		return 0;

	/* Elements below `low` are before the name; those from `high` on are not. */
	uint32_t low = 0;
	uint32_t high = header->chain_count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct image_node *node = image_node_at(image, chain[middle]);
		if (!node)
			return 0;
		if (compare_with_node(name, header->apex_labels, node) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return chain[low ? low - 1 : header->chain_count - 1];
}

/* The first eight bytes of a hash, which nearly always tell the order of two. */
static uint64_t
prefix(const uint8_t hash[IMAGE_HASH_SIZE])
{
	uint64_t word;
	memcpy(&word, hash, sizeof word);
	return be64toh(word);
}

/* The last of `count` elements that is not above the hash, or the first when all are. */
static const struct image_chain_hash *
bisect(const struct image_chain_hash *first, size_t count, const uint8_t hash[IMAGE_HASH_SIZE])
{
	while (count > 1) {
		size_t half = count / 2;
		if (memcmp(first[half].hash, hash, IMAGE_HASH_SIZE) <= 0)
			first += half;
		count -= half;
	}
	return first;
}

/* The same by prefixes alone: no branch depends on what is compared. */
static const struct image_chain_hash *
bisect_prefixes(const struct image_chain_hash *first, size_t count, uint64_t wanted)
{
	while (count > 1) {
		size_t half = count / 2;
		first += prefix(first[half].hash) <= wanted ? half : 0;
		count -= half;
	}
	return first;
}

/*
 * Narrows the search to where a hash stands in a chain of evenly spread ones, as hashes are: some
 * square roots of their number around its share of the whole. A chain that is not like that is
 * searched all.
 */
static void
narrow(const struct image_chain_hash **first, size_t *count, uint64_t wanted)
{
	size_t reach = (size_t)2 << (32 - __builtin_clz((unsigned)*count)) / 2;
	size_t guess = (size_t)((wanted >> 32) * *count >> 32);
	if (guess < reach || *count - guess <= reach)
		return;
	const struct image_chain_hash *low = *first + guess - reach;
	if (prefix(low->hash) >= wanted || prefix(low[2 * reach].hash) <= wanted)
		return;
	*first = low;
	*count = 2 * reach;
}

uint32_t
image_nsec3_find(const struct image *image, const uint8_t hash[IMAGE_HASH_SIZE], bool *exact)
{
	const struct image_header *header = image_header(image);
	const struct image_chain_hash *chain = (const void *)(image->base + (size_t)header->chain *
										    IMAGE_REF_UNIT);
	*exact = false;
	if (!(header->flags & IMAGE_NSEC3) || header->chain_count == 0)
		return 0;

	const struct image_chain_hash *first = chain;
	size_t count = header->chain_count;
	uint64_t wanted = prefix(hash);
	narrow(&first, &count, wanted);
	const struct image_chain_hash *found = bisect_prefixes(first, count, wanted);
	uint64_t nearest = prefix(found->hash);
	bool above = nearest > wanted;
	/* The prefix does not tell: it is the hash itself, or a rare neighbour of it. */
	if (nearest == wanted) {
		found = bisect(chain, header->chain_count, hash);
		int order = memcmp(found->hash, hash, IMAGE_HASH_SIZE);
		*exact = order == 0;
		above = order > 0;
	}
	/* Before the first one: the last covers it. */
	return above ? chain[header->chain_count - 1].record : found->record;
}

/* What SHA-1 appends to a message: a one bit, zeros, the length in bits. */
enum { SHA_PADDING = 9 };

/*
 * Hashes a name and a salt that fit into one block, as all but very long ones do. The library's
 * calls for messages of any length cost as much as a third of the hash.
 */
static void
hash_block(const uint8_t *name, size_t size, const uint8_t *salt, size_t salt_size,
	   uint8_t hash[IMAGE_HASH_SIZE])
{
	uint8_t block[SHA_CBLOCK] = {0};
	SHA_CTX sha;
	memcpy(block, name, size);
	memcpy(block + size, salt, salt_size);
	block[size + salt_size] = 0x80;
	wire_poke_u16(block + SHA_CBLOCK - 2, (uint16_t)(8 * (size + salt_size)));
	SHA1_Init(&sha);
	SHA1_Transform(&sha, block);
	wire_poke_u32(hash, sha.h0);
	wire_poke_u32(hash + 4, sha.h1);
	wire_poke_u32(hash + 8, sha.h2);
	wire_poke_u32(hash + 12, sha.h3);
	wire_poke_u32(hash + 16, sha.h4);
}

static void
hash_message(const uint8_t *name, size_t size, const uint8_t *salt, size_t salt_size,
	     uint8_t hash[IMAGE_HASH_SIZE])
{
	SHA_CTX sha;
	if (size + salt_size + SHA_PADDING <= SHA_CBLOCK) {
		hash_block(name, size, salt, salt_size, hash);
		return;
	}
	SHA1_Init(&sha);
	SHA1_Update(&sha, name, size);
	SHA1_Update(&sha, salt, salt_size);
	SHA1_Final(hash, &sha);
}

void
image_nsec3_hash(const struct image *image, const uint8_t *name, size_t size,
		 uint8_t hash[IMAGE_HASH_SIZE])
{
	const struct image_header *header = image_header(image);
	const uint8_t *salt = image_salt(image);
	hash_message(name, size, salt, header->salt_size, hash);
	for (unsigned i = 0; i < header->nsec3_iterations; i++)
		hash_message(hash, IMAGE_HASH_SIZE, salt, header->salt_size, hash);
}
