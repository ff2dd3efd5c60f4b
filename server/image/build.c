/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * build.c - compiles a checked zone to a segment.
 *
 * One pass writes the nodes, in canonical order so that neighbours share pages; places that are not
 * known yet (wildcard below, addresses of targets) hold the zone's name index plus one until a
 * second pass turns them into refs. Then come the glue that somebody needs, the index and the
 * chain. Last, with the segment already searchable, lookup.c itself finds what denies each name:
 * the builder and the reader cannot disagree about it.
 *
 * The same zone gives the same bytes, whatever the machine and the time.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "anyns/name.h"
#include "image/builder.h"
#include "image/encode.h"
#include "image/segment.h"

/* ------------------------------------------------------------ bytes */

size_t
builder_room(struct builder *b, size_t size)
{
	size_t at = b->size;
	size = align_up(size, IMAGE_REF_UNIT);
	if (at + size > b->capacity) {
		size_t capacity = b->capacity * 2 > at + size ? b->capacity * 2 : at + size;
		uint8_t *grown = realloc(b->bytes, capacity);
		if (!grown) {
			b->fault = "out of memory";
			return 0;
		}
		b->bytes = grown;
		b->capacity = capacity;
	}
	if ((at + size) / IMAGE_REF_UNIT > UINT32_MAX) {
		b->fault = "the zone is larger than 32 GiB";
		return 0;
	}
	memset(b->bytes + at, 0, size);
	b->size = at + size;
	return at;
}

bool
builder_append(struct builder *b, const void *bytes, size_t size)
{
	size_t at = builder_room(b, size);
	if (at)
		memcpy(b->bytes + at, bytes, size);
	return at != 0;
}

uint32_t
builder_ref(const struct builder *b)
{
	return (uint32_t)(b->size / IMAGE_REF_UNIT);
}

struct image
builder_image(const struct builder *b)
{
	return (struct image){.base = b->bytes, .size = b->size, .header = (const void *)b->bytes};
}

bool
builder_cancelled(struct builder *b)
{
	bool cancelled = b->cancel && atomic_load_explicit(b->cancel, memory_order_relaxed);
	if (cancelled)
		b->fault = "it was interrupted";
	return cancelled;
}

struct image_header *
builder_header(struct builder *b)
{
	return (struct image_header *)(void *)b->bytes;
}

struct image_node *
builder_node(struct builder *b, uint32_t ref)
{
	return (struct image_node *)(void *)(b->bytes + (size_t)ref * IMAGE_REF_UNIT);
}

/* ------------------------------------------------------------ which names, which sets */

const struct zone_name *
builder_name(const struct builder *b, uint32_t index)
{
	return &b->zone->names[index];
}

bool
builder_indexes(const struct zone_name *name)
{
	return !(name->flags & (ZONE_NAME_OCCLUDED | ZONE_NAME_HASHED));
}

static bool
is_stored(const struct zone_name *name, const struct zone_set *set)
{
	bool address = set->type == DNS_TYPE_A || set->type == DNS_TYPE_AAAA;
	if (set->rdata_count == 0)
		return false; /* RRSIGs over nothing */
	if (set->type == DNS_TYPE_NSEC3)
		return false; /* they live in the chain */
	if (name->flags & ZONE_NAME_OCCLUDED)
		return address;
	if (name->flags & ZONE_NAME_CUT)
		return address || set->type == DNS_TYPE_NS || set->type == DNS_TYPE_DS ||
		       set->type == DNS_TYPE_NSEC;
	return true;
}

static uint32_t
denial_flags(const struct zone *zone)
{
	const struct zone_name *apex = &zone->names[0];
	/* Without signatures it is no signed zone (RFC 4035 2), and a chain proves nothing. */
	if (zone_find_set(zone, apex, DNS_TYPE_SOA)->sig_count == 0)
		return 0;
	if (zone_find_set(zone, apex, DNS_TYPE_NSEC))
		return IMAGE_NSEC;
	if (zone_find_set(zone, apex, DNS_TYPE_NSEC3PARAM))
		return IMAGE_NSEC3;
	return 0;
}

/* ------------------------------------------------------------ header */

/* RFC 5155 4.2: algorithm, flags, iterations (2 bytes), salt length, salt. The zone room checked
 * the lengths. */
static const struct zone_rdata *
nsec3_parameters(const struct zone *zone)
{
	const struct zone_set *set = zone_find_set(zone, &zone->names[0], DNS_TYPE_NSEC3PARAM);
	return set && set->rdata_count ? &zone->rdatas[set->first_rdata] : NULL;
}

static bool
append_header(struct builder *b)
{
	const struct zone *zone = b->zone;
	struct image_header header = {
		.magic = IMAGE_MAGIC,
		.format_version = IMAGE_FORMAT_VERSION,
		.byte_order = IMAGE_BYTE_ORDER,
		.serial = zone->serial,
		.flags = denial_flags(zone),
		.apex_size = zone->apex_size,
		.apex_labels = zone->apex_labels,
	};
	uint8_t tail[DNS_NAME_MAX + UINT8_MAX];
	memcpy(tail, zone->apex, zone->apex_size);
	const struct zone_rdata *nsec3 = nsec3_parameters(zone);
	if ((header.flags & IMAGE_NSEC3) && nsec3 && nsec3->size >= 5 &&
	    nsec3->size >= 5 + nsec3->bytes[4]) {
		header.nsec3_iterations = (uint16_t)(nsec3->bytes[2] << 8 | nsec3->bytes[3]);
		header.salt_size = nsec3->bytes[4];
		if (header.nsec3_iterations > IMAGE_ITERATIONS_MAX) {
			b->fault = "it has more than 2500 NSEC3 iterations (RFC 5155 10.3)";
			return false;
		}
		memcpy(tail + zone->apex_size, nsec3->bytes + 5, header.salt_size);
	}
	b->bytes = malloc(b->capacity);
	if (!b->bytes) {
		b->fault = "out of memory";
		return false;
	}
	memcpy(b->bytes, &header, sizeof header);
	b->size = sizeof header;
	return builder_append(b, tail, (size_t)zone->apex_size + header.salt_size);
}

/* ------------------------------------------------------------ nodes */

static void
want_target(void *context, uint32_t index)
{
	struct builder *b = context;
	b->wanted[index] = 1;
}

bool
builder_append_set(struct builder *b, const struct zone_name *name, const struct zone_set *set,
		   uint32_t ttl)
{
	size_t size;
	const void *bytes = encoder_set(b->encoder, name, set, ttl, &size);
	if (!bytes) {
		b->fault = "an RRset does not fit a message";
		return false;
	}
	encoder_each_extra(b->encoder, want_target, b);
	return builder_append(b, bytes, size);
}

static bool
append_node(struct builder *b, uint32_t index)
{
	const struct zone_name *name = builder_name(b, index);
	bool denial = builder_indexes(name) && builder_header(b)->flags;
	struct image_node node = {
		.flags = denial ? IMAGE_NODE_DENIAL : 0,
		.name_size = (uint8_t)(name->size - b->zone->apex_size),
		.labels = (uint8_t)(name->labels - b->zone->apex_labels),
	};
	if (name->flags & ZONE_NAME_CUT)
		node.flags |= IMAGE_NODE_CUT;
	uint32_t ref = builder_ref(b);
	size_t at = builder_room(b, image_node_sets_at(&node));
	if (!at)
		return false;
	memcpy(b->bytes + at + image_node_name_at(&node), name->wire, node.name_size);

	for (uint32_t i = 0; i < name->set_count; i++) {
		const struct zone_set *set = &b->zone->sets[name->first_set + i];
		if (!is_stored(name, set))
			continue;
		if (!builder_append_set(b, name, set, set->ttl))
			return false;
		node.set_count++;
		if (set->type == DNS_TYPE_CNAME)
			node.flags |= IMAGE_NODE_CNAME;
		if (set->type == DNS_TYPE_DNAME)
			node.flags |= IMAGE_NODE_DNAME;
	}
	memcpy(b->bytes + at, &node, sizeof node);
	b->refs[index] = ref;
	return true;
}

static bool
append_nodes(struct builder *b)
{
	for (uint32_t i = 0; i < b->zone->name_count && !builder_cancelled(b); i++)
		if (builder_indexes(builder_name(b, i)) && !append_node(b, i))
			return false;
	/* Glue last, and only what a set of a node above asked for. */
	for (uint32_t i = 0; i < b->zone->name_count; i++)
		if (b->wanted[i] && !b->refs[i] && !append_node(b, i))
			return false;
	return !builder_cancelled(b);
}

/* ------------------------------------------------------------ references between nodes */

static void
resolve_extras(struct builder *b, uint32_t ref)
{
	struct image image = builder_image(b);
	const struct image_node *node = image_node_at(&image, ref);
	const struct image_set *set = image_first_set(&image, node);
	for (uint32_t i = 0; i < node->set_count; i++) {
		uint8_t *extras = (uint8_t *)(b->bytes + ((const uint8_t *)set - b->bytes) +
					      image_set_extras_at(set));
		for (unsigned n = 0; n < set->extra_count; n++) {
			struct image_extra extra;
			memcpy(&extra, extras + n * sizeof extra, sizeof extra);
			extra.node = b->refs[extra.node - 1];
			memcpy(extras + n * sizeof extra, &extra, sizeof extra);
		}
		if (i + 1 < node->set_count)
			set = image_next_set(&image, set);
	}
}

static void
resolve_references(struct builder *b)
{
	for (uint32_t i = 0; i < b->zone->name_count; i++) {
		if (!b->refs[i])
			continue;
		const struct zone_name *name = builder_name(b, i);
		resolve_extras(b, b->refs[i]);
		bool wildcard = name->wire[0] == 1 && name->wire[1] == '*';
		if (wildcard && builder_indexes(name) && name->parent != ZONE_NONE)
			builder_node(b, b->refs[name->parent])->wildcard = b->refs[i];
	}
}

/* ------------------------------------------------------------ index */

/* A bucket is anywhere in the index: a batch of names waits for memory once, not each by itself. */
enum { INDEX_BATCH = 32 };

struct hashed_ref {
	uint64_t hash;
	uint32_t ref;
};

/* Zeros up to the next multiple of `step`: a bucket is to lie in one cache line. */
static bool
builder_align(struct builder *b, size_t step)
{
	size_t gap = align_up(b->size, step) - b->size;
	return gap == 0 || builder_room(b, gap) != 0;
}

static bool
insert(struct builder *b, uint32_t buckets, uint32_t ref, uint64_t hash)
{
	struct image_header *header = builder_header(b);
	struct image_bucket *all = (void *)(b->bytes + (size_t)buckets * IMAGE_REF_UNIT);
	uint32_t at = (uint32_t)((hash >> 32) * header->bucket_count >> 32);
	for (uint32_t probes = 1; probes <= IMAGE_PROBE_MAX; probes++) {
		for (unsigned i = 0; i < IMAGE_BUCKET_SLOTS; i++) {
			if (all[at].refs[i])
				continue;
			all[at].tags[i] = (uint32_t)hash;
			all[at].refs[i] = ref;
			if (header->probe_limit < probes)
				header->probe_limit = probes;
			return true;
		}
		at = at + 1 < header->bucket_count ? at + 1 : 0;
	}
	return false;
}

/* The next indexed names from `*i` on: their hashes, and their buckets on the way into the cache.
 */
static unsigned
gather_hashes(struct builder *b, uint32_t buckets, uint32_t *i, struct hashed_ref *batch)
{
	const uint32_t count = builder_header(b)->bucket_count;
	const uint8_t *all = b->bytes + (size_t)buckets * IMAGE_REF_UNIT;
	struct lookup_name name;
	unsigned gathered = 0;
	for (; *i < b->zone->name_count && gathered < INDEX_BATCH; ++*i) {
		if (!builder_indexes(builder_name(b, *i)))
			continue;
		lookup_name_known(&name, builder_name(b, *i)->wire);
		uint64_t hash = name.hashes[name.labels];
		__builtin_prefetch(all + ((hash >> 32) * count >> 32) * sizeof(struct image_bucket),
				   1);
		batch[gathered++] = (struct hashed_ref){hash, b->refs[*i]};
	}
	return gathered;
}

static bool
fill_index(struct builder *b, uint32_t buckets)
{
	struct hashed_ref batch[INDEX_BATCH];
	for (uint32_t i = 0; i < b->zone->name_count;) {
		unsigned count = gather_hashes(b, buckets, &i, batch);
		for (unsigned n = 0; n < count; n++)
			if (!insert(b, buckets, batch[n].ref, batch[n].hash))
				return false;
	}
	return true;
}

static bool
append_index(struct builder *b)
{
	uint32_t nodes = 0;
	for (uint32_t i = 0; i < b->zone->name_count; i++)
		nodes += builder_indexes(builder_name(b, i));
	const size_t start = b->size;
	/* 6 of 8 slots used on average; more room in the rare case that a run of buckets is full.
	 */
	for (uint64_t count = nodes / 6 + 1; count <= UINT32_MAX; count += count / 4 + 1) {
		b->size = start;
		if (!builder_align(b, sizeof(struct image_bucket)))
			return false;
		uint32_t buckets = builder_ref(b);
		if (!builder_room(b, count * sizeof(struct image_bucket)))
			return false;
		struct image_header *header = builder_header(b);
		header->node_count = nodes;
		header->bucket_count = (uint32_t)count;
		header->buckets = buckets;
		header->probe_limit = 1;
		header->apex_node = b->refs[0];
		if (fill_index(b, buckets))
			return true;
	}
	b->fault = "too many names for an index";
	return false;
}

/* ------------------------------------------------------------ all together */

/* RFC 2308 5: the SOA of a negative answer lives no longer than its MINIMUM, the last field, says.
 */
static bool
append_negative_soa(struct builder *b)
{
	const struct zone_name *apex = builder_name(b, 0);
	const struct zone_set *soa = zone_find_set(b->zone, apex, DNS_TYPE_SOA);
	const struct zone_rdata *rdata = &b->zone->rdatas[soa->first_rdata];
	const uint8_t *p = rdata->bytes + rdata->size - 4;
	uint32_t minimum = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	uint32_t ref = builder_ref(b);
	bool ok = builder_append_set(b, apex, soa, soa->ttl < minimum ? soa->ttl : minimum);
	builder_header(b)->negative_soa = ref;
	return ok;
}

static bool
build(struct builder *b)
{
	if (!append_header(b) || !append_nodes(b) || !append_negative_soa(b))
		return false;
	resolve_references(b);
	if (builder_cancelled(b) || !append_index(b) || !build_chain(b) || builder_cancelled(b))
		return false;
	builder_header(b)->size = b->size;
	build_denials(b);
	if (builder_cancelled(b))
		return false;
	if (!segment_digest(b->bytes, b->size, builder_header(b)->digest)) {
		b->fault = "the crypto library refuses SHA-256";
		return false;
	}
	return true;
}

struct segment *
segment_build(const struct zone *zone, struct report *report)
{
	return segment_build_unless(zone, NULL, report);
}

struct segment *
segment_build_unless(const struct zone *zone, const atomic_bool *cancel, struct report *report)
{
	struct builder b = {
		.zone = zone, .cancel = cancel, .fault = "out of memory", .capacity = 1024};
	b.encoder = encoder_new(zone);
	b.refs = calloc(zone->name_count, sizeof *b.refs);
	b.wanted = calloc(zone->name_count, sizeof *b.wanted);

	struct segment *segment = NULL;
	if (b.encoder && b.refs && b.wanted && build(&b)) {
		uint8_t *fitted = realloc(b.bytes, b.size);
		b.bytes = fitted ? fitted : b.bytes;
		segment = segment_adopt(b.bytes, b.size);
	}
	if (!segment) {
		char text[NAME_TEXT_MAX];
		struct place place = {.file = zone->file_count ? zone->files[0].path : NULL};
		report_add(report, SEVERITY_ERROR, place, NULL, "cannot compile zone %s: %s",
			   name_text(text, zone->apex), b.fault);
		free(b.bytes);
	}
	encoder_free(b.encoder);
	free(b.refs);
	free(b.wanted);
	return segment;
}
