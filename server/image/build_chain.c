/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * build_chain.c - the NSEC or NSEC3 chain of a segment, and for each name what denies it or a type
 * at it.
 */
#include <stdlib.h>
#include <string.h>

#include "image/base32hex.h"
#include "image/builder.h"
#include "image/lookup.h"

static bool
append_nsec_chain(struct builder *b)
{
	uint32_t count = 0;
	uint32_t chain = builder_ref(b);
	size_t at = builder_room(b, (size_t)b->zone->name_count * sizeof(uint32_t));
	if (!at)
		return false;
	for (uint32_t i = 0; i < b->zone->name_count; i++) {
		const struct zone_name *name = builder_name(b, i);
		const struct zone_set *set = zone_find_set(b->zone, name, DNS_TYPE_NSEC);
		if (!builder_indexes(name) || !set || !set->rdata_count)
			continue;
		memcpy(b->bytes + at + count * sizeof count, &b->refs[i], sizeof count);
		builder_node(b, b->refs[i])->flags |= IMAGE_NODE_PROVEN;
		count++;
	}
	/* The room beyond the last element is given back. */
	b->size = at + align_up((size_t)count * sizeof count, IMAGE_REF_UNIT);
	builder_header(b)->chain = chain;
	builder_header(b)->chain_count = count;
	return true;
}

/* The NSEC3 set of a name that is a hash of this zone's chain, or NULL. */
static const struct zone_set *
hashed_set(const struct builder *b, const struct zone_name *name, uint8_t hash[IMAGE_HASH_SIZE])
{
	const struct zone_set *set = zone_find_set(b->zone, name, DNS_TYPE_NSEC3);
	if (!set || !set->rdata_count || name->labels != b->zone->apex_labels + 1 ||
	    !base32hex_decode(name->wire, hash))
		return NULL;
	/* A zone may hold a second chain while it changes parameters: only that of NSEC3PARAM
	 * counts. */
	const struct zone_rdata *nsec3 = &b->zone->rdatas[set->first_rdata];
	const struct image_header *header = (const void *)b->bytes;
	const uint8_t *salt = b->bytes + sizeof *header + header->apex_size;
	bool ours = nsec3->size >= 5 + header->salt_size &&
		    (nsec3->bytes[2] << 8 | nsec3->bytes[3]) == header->nsec3_iterations &&
		    nsec3->bytes[4] == header->salt_size &&
		    memcmp(nsec3->bytes + 5, salt, header->salt_size) == 0;
	return ours ? set : NULL;
}

static bool
append_hashed(struct builder *b, const struct zone_name *name, const struct zone_set *set)
{
	struct image_hashed record = {{0}, {0}};
	memcpy(record.label, name->wire, IMAGE_HASH_LABEL);
	return builder_append(b, &record, sizeof record) &&
	       builder_append_set(b, name, set, set->ttl);
}

/*
 * The records first, then the array; hashes are in order because base32hex keeps order and the
 * zone's names are sorted.
 */
static bool
append_nsec3_chain(struct builder *b)
{
	uint32_t count = 0;
	struct image_chain_hash *elements = calloc(b->zone->name_count, sizeof *elements);
	bool ok = elements != NULL;
	for (uint32_t i = 0; ok && i < b->zone->name_count; i++) {
		struct image_chain_hash *element = &elements[count];
		const struct zone_set *set = hashed_set(b, builder_name(b, i), element->hash);
		if (!set)
			continue;
		element->record = builder_ref(b);
		ok = append_hashed(b, builder_name(b, i), set);
		count++;
	}
	uint32_t chain = builder_ref(b);
	ok = ok && builder_append(b, elements, count * sizeof *elements);
	free(elements);
	if (!ok)
		return false;
	builder_header(b)->chain = chain;
	builder_header(b)->chain_count = count;
	return true;
}

bool
build_chain(struct builder *b)
{
	if (builder_header(b)->flags & IMAGE_NSEC)
		return append_nsec_chain(b);
	if (builder_header(b)->flags & IMAGE_NSEC3)
		return append_nsec3_chain(b);
	builder_header(b)->chain = builder_ref(b);
	return true;
}

/* ------------------------------------------------------------ denial */

static uint32_t
find_hash(const struct image *image, const uint8_t *name, size_t size, bool *exact)
{
	uint8_t hash[IMAGE_HASH_SIZE];
	image_nsec3_hash(image, name, size, hash);
	return image_nsec3_find(image, hash, exact);
}

/* "*" below `name` into `wire`; 0 when that would be no name: then nothing below can be asked for
 * either. */
static size_t
wildcard_below(uint8_t wire[DNS_NAME_MAX], const struct zone_name *name)
{
	if (name->size + 2u > DNS_NAME_MAX)
		return 0;
	wire[0] = 1;
	wire[1] = '*';
	memcpy(wire + 2, name->wire, name->size);
	return name->size + 2u;
}

static void
deny_nsec(const struct image *image, const struct zone_name *name, const struct image_node *node,
	  uint32_t ref, struct image_denial *denial)
{
	struct lookup_name wanted;
	uint8_t wire[DNS_NAME_MAX];
	denial->own = ref;
	if (!(node->flags & IMAGE_NODE_PROVEN)) {
		lookup_name_known(&wanted, name->wire);
		denial->own = image_nsec_cover(image, &wanted);
	}
	if (!node->wildcard && wildcard_below(wire, name)) {
		lookup_name_known(&wanted, wire);
		denial->wildcard = image_nsec_cover(image, &wanted);
	}
}

/* RFC 5155 7.2.1: the closest encloser that has an NSEC3, and what covers the name one label below
 * it. */
static void
deny_nsec3(const struct image *image, const struct zone *zone, const struct zone_name *name,
	   struct image_node *node, struct image_denial *denial)
{
	const struct zone_name *encloser = name;
	bool exact;
	uint8_t wire[DNS_NAME_MAX];
	denial->own = find_hash(image, name->wire, name->size, &exact);
	if (exact)
		node->flags |= IMAGE_NODE_PROVEN;
	while (!exact && encloser->parent != ZONE_NONE) {
		const struct zone_name *closer = encloser;
		encloser = &zone->names[encloser->parent];
		denial->closer = find_hash(image, closer->wire, closer->size, &exact);
		denial->own = find_hash(image, encloser->wire, encloser->size, &exact);
	}
	size_t size = wildcard_below(wire, encloser);
	if (size) {
		uint32_t found = find_hash(image, wire, size, &exact);
		denial->wildcard = exact ? 0 : found;
	}
}

void
build_denials(struct builder *b)
{
	struct image image = builder_image(b);
	uint32_t flags = image_header(&image)->flags;
	for (uint32_t i = 0; flags && i < b->zone->name_count && !builder_cancelled(b); i++) {
		if (!builder_indexes(builder_name(b, i)))
			continue;
		struct image_node *node = builder_node(b, b->refs[i]);
		struct image_denial *denial = (struct image_denial *)(node + 1);
		if (flags & IMAGE_NSEC)
			deny_nsec(&image, builder_name(b, i), node, b->refs[i], denial);
		else
			deny_nsec3(&image, b->zone, builder_name(b, i), node, denial);
	}
}
