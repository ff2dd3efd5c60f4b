/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chain.c - finding the NSEC or NSEC3 record that denies a name: bisection over the sorted chain.
 */
#define OPENSSL_SUPPRESS_DEPRECATED    /* SHA1_*: the EVP calls that replace them allocate for every \
					  hash */
#include <endian.h>
#include <openssl/sha.h>
#include <string.h>

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

/* Order of two hashes. The first eight bytes nearly always tell. */
static int
compare_hashes(const uint8_t a[IMAGE_HASH_SIZE], const uint8_t b[IMAGE_HASH_SIZE])
{
	uint64_t first;
	uint64_t second;
	memcpy(&first, a, sizeof first);
	memcpy(&second, b, sizeof second);
	if (first == second)
		return memcmp(a, b, IMAGE_HASH_SIZE);
	return be64toh(first) < be64toh(second) ? -1 : 1;
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

	/* Elements below `low` are not above the hash; those from `high` on are. */
	uint32_t low = 0;
	uint32_t high = header->chain_count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (compare_hashes(chain[middle].hash, hash) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	uint32_t found = low ? low - 1 : header->chain_count - 1;
	*exact = compare_hashes(chain[found].hash, hash) == 0;
	return chain[found].record;
}

void
image_nsec3_hash(const struct image *image, const uint8_t *name, size_t size,
		 uint8_t hash[IMAGE_HASH_SIZE])
{
	const struct image_header *header = image_header(image);
	const uint8_t *salt = image_salt(image);
	SHA_CTX sha;
	for (unsigned i = 0; i <= header->nsec3_iterations; i++) {
		SHA1_Init(&sha);
		SHA1_Update(&sha, i ? hash : name, i ? IMAGE_HASH_SIZE : size);
		SHA1_Update(&sha, salt, header->salt_size);
		SHA1_Final(hash, &sha);
	}
}
