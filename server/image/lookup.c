/* SPDX-License-Identifier: BSD-2-Clause */
#include "image/lookup.h"

#include <string.h>

enum { LINE = 64 }; /* bytes of a cache line; another size costs speed only */

/* The `size` bytes at `ref`, or NULL when they are not all inside. */
static const void *
bytes_at(const struct image *image, uint32_t ref, size_t size)
{
	uint64_t at = (uint64_t)ref * IMAGE_REF_UNIT;
	if (ref == 0 || at > image->size || image->size - at < size)
		return NULL;
	return image->base + at;
}

/* How many bytes there are from `part` on; 0 when it lies outside. */
static size_t
left_from(const struct image *image, const void *part)
{
	uint64_t at = (uint64_t)((const uint8_t *)part - image->base);
	return at <= image->size ? image->size - at : 0;
}

const struct image_node *
image_node_at(const struct image *image, uint32_t ref)
{
	const struct image_node *node = bytes_at(image, ref, sizeof *node);
	return node && left_from(image, node) >= image_node_sets_at(node) ? node : NULL;
}

/* What lies at `at` as a set, or NULL when not all of it is inside. */
static const struct image_set *
whole_set(const struct image *image, const uint8_t *at)
{
	const struct image_set *set = (const struct image_set *)(const void *)at;
	size_t left = left_from(image, at);
	return left >= sizeof *set && left >= image_set_size(set) ? set : NULL;
}

const struct image_set *
image_set_at(const struct image *image, uint32_t ref)
{
	const uint8_t *at = bytes_at(image, ref, 0);
	return at ? whole_set(image, at) : NULL;
}

const struct image_hashed *
image_hashed_at(const struct image *image, uint32_t ref)
{
	return bytes_at(image, ref, sizeof(struct image_hashed));
}

const uint8_t *
image_node_name(const struct image_node *node)
{
	return (const uint8_t *)node + image_node_name_at(node);
}

const struct image_denial *
image_node_denial(const struct image_node *node)
{
	return node->flags & IMAGE_NODE_DENIAL ? (const struct image_denial *)(node + 1) : NULL;
}

const struct image_set *
image_first_set(const struct image *image, const struct image_node *node)
{
	if (node->set_count == 0)
		return NULL;
	return whole_set(image, (const uint8_t *)node + image_node_sets_at(node));
}

const struct image_set *
image_next_set(const struct image *image, const struct image_set *set)
{
	const struct image_set *next = whole_set(image, (const uint8_t *)set + image_set_size(set));
	/* Types ascend. A list that does not could keep a reader busy for as long as the segment is
	 * large. */
	return next && next->type > set->type ? next : NULL;
}

const struct image_set *
image_find_set(const struct image *image, const struct image_node *node, uint16_t type)
{
	const struct image_set *set = image_first_set(image, node);
	for (uint32_t read = 1; set; read++) {
		if (set->type >= type)
			return set->type == type ? set : NULL;
		set = read < node->set_count ? image_next_set(image, set) : NULL;
	}
	return NULL;
}

const struct image_set *
image_hashed_set(const struct image *image, const struct image_hashed *record)
{
	return whole_set(image, (const uint8_t *)(record + 1));
}

const uint8_t *
image_set_data(const struct image_set *set)
{
	return (const uint8_t *)(set + 1);
}

const uint16_t *
image_set_patches(const struct image_set *set)
{
	return (const uint16_t *)(const void *)((const uint8_t *)set + image_set_patches_at(set));
}

const struct image_extra *
image_set_extras(const struct image_set *set)
{
	return (const struct image_extra *)(const void *)((const uint8_t *)set +
							  image_set_extras_at(set));
}

static const struct image_bucket *
buckets_of(const struct image *image)
{
	return (const void *)(image->base + (size_t)image_header(image)->buckets * IMAGE_REF_UNIT);
}

/* The bucket in which the search for a hash begins. */
static uint32_t
home_of(const struct image_header *header, uint64_t hash)
{
	return (uint32_t)((hash >> 32) * header->bucket_count >> 32);
}

static void
fetch(const void *at)
{
	__builtin_prefetch(at);
	/* Link-time optimisation drops calls of functions that have no effect, and gcc takes a
	 * prefetch for none. */
	__asm__ volatile("");
}

void
image_fetch_bucket(const struct image *image, const struct lookup_name *name)
{
	uint32_t home = home_of(image_header(image), name->hashes[name->labels]);
	fetch(&buckets_of(image)[home]);
}

void
image_fetch_node(const struct image *image, const struct lookup_name *name)
{
	uint64_t hash = name->hashes[name->labels];
	const struct image_bucket *bucket = &buckets_of(image)[home_of(image_header(image), hash)];

	for (unsigned i = 0; i < IMAGE_BUCKET_SLOTS; i++) {
		if (bucket->tags[i] != (uint32_t)hash)
			continue;
		const uint8_t *node = bytes_at(image, bucket->refs[i], 2 * LINE);
		if (!node)
			continue;
		/* Node, name and a small set are rarely more than two lines. */
		fetch(node);
		fetch(node + LINE);
	}
}

/* The indexed node of the suffix of `labels` labels, or NULL. */
static const struct image_node *
probe(const struct image *image, const struct lookup_name *name, unsigned labels)
{
	const struct image_header *header = image_header(image);
	const struct image_bucket *buckets = buckets_of(image);
	const uint8_t *wire = lookup_name_suffix(name, labels);
	size_t size = lookup_name_suffix_size(name, labels) - header->apex_size;
	uint64_t hash = name->hashes[labels];
	uint32_t at = home_of(header, hash);

	for (uint32_t n = 0; n < header->probe_limit; n++) {
		const struct image_bucket *bucket = &buckets[at];
		for (unsigned i = 0; i < IMAGE_BUCKET_SLOTS; i++) {
			if (bucket->tags[i] != (uint32_t)hash || bucket->refs[i] == 0)
				continue;
			const struct image_node *node = image_node_at(image, bucket->refs[i]);
			if (node && node->name_size == size &&
			    lookup_same(image_node_name(node), wire, size))
				return node;
		}
		if (bucket->refs[IMAGE_BUCKET_SLOTS - 1] == 0)
			return NULL;
		at = at + 1 < header->bucket_count ? at + 1 : 0;
	}
	return NULL;
}

/*
 * The deepest existing ancestor. Every ancestor of an existing name exists (empty non-terminals are
 * indexed), so depth is monotone and can be bisected: a name of 127 labels costs 7 probes, not 126.
 */
static const struct image_node *
closest_encloser(const struct image *image, const struct lookup_name *name, unsigned *labels)
{
	const struct image_header *header = image_header(image);
	unsigned exists = header->apex_labels;
	unsigned missing = name->labels;
	const struct image_node *node = image_node_at(image, header->apex_node);

	while (exists + 1 < missing) {
		unsigned middle = exists + (missing - exists) / 2;
		const struct image_node *found = probe(image, name, middle);
		if (found) {
			node = found;
			exists = middle;
		} else {
			missing = middle;
		}
	}
	*labels = exists;
	return node;
}

const struct image_node *
image_find(const struct image *image, const struct lookup_name *name)
{
	return probe(image, name, name->labels);
}

struct lookup
image_lookup(const struct image *image, const struct lookup_name *name)
{
	return image_lookup_from(image, name, image_find(image, name));
}

struct lookup
image_lookup_from(const struct image *image, const struct lookup_name *name,
		  const struct image_node *node)
{
	struct lookup result = {.kind = LOOKUP_FOUND,
				.node = node,
				.encloser = node,
				.encloser_labels = name->labels};
	if (node)
		return result;
	result.encloser = closest_encloser(image, name, &result.encloser_labels);
	if (!result.encloser || result.encloser_labels >= name->labels) {
		result.kind = LOOKUP_DAMAGED;
	} else if (result.encloser->flags & IMAGE_NODE_CUT) {
		result.kind = LOOKUP_BELOW_CUT;
		result.node = result.encloser;
	} else if (result.encloser->flags & IMAGE_NODE_DNAME) {
		result.kind = LOOKUP_DNAME;
		result.node = result.encloser;
	} else if (result.encloser->wildcard) {
		result.node = image_node_at(image, result.encloser->wildcard);
		result.kind = result.node ? LOOKUP_WILDCARD : LOOKUP_DAMAGED;
	} else {
		result.kind = LOOKUP_MISSING;
	}
	return result;
}
