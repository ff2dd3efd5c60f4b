/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * builder.h - a segment while it is being built; shared by build.c and build_chain.c alone.
 */
#ifndef ANYNS_IMAGE_BUILDER_H
#define ANYNS_IMAGE_BUILDER_H

#include "anyns/zone.h"
#include "image/lookup.h"

struct encoder;

struct builder {
	const struct zone *zone;
	struct encoder *encoder;
	uint8_t *bytes;
	size_t size;
	size_t capacity;
	uint32_t *refs;            /* per name of the zone: its node, 0 none */
	uint8_t *wanted;           /* per name: glue that an extra points to */
	const atomic_bool *cancel; /* may be NULL */
	const char *fault;         /* why building failed */
};

/*
 * Room for `size` more bytes, zeroed, 8-byte aligned; returns their offset, 0 (and `fault`) when
 * there is none. Moves the bytes: pointers into them are invalid afterwards.
 */
size_t builder_room(struct builder *b, size_t size);
bool builder_append(struct builder *b, const void *bytes, size_t size);

/* The ref of whatever is appended next. */
uint32_t builder_ref(const struct builder *b);

/* What is built so far, for reading; valid until the next room is made. */
struct image builder_image(const struct builder *b);

/* Whether to give up, which is asked name by name: millions of them take seconds. */
bool builder_cancelled(struct builder *b);

struct image_header *builder_header(struct builder *b);
struct image_node *builder_node(struct builder *b, uint32_t ref);
const struct zone_name *builder_name(const struct builder *b, uint32_t index);

/* Whether the name exists for a question: not below a cut or DNAME, and not a mere NSEC3 owner (RFC
 * 5155 7.2.8). */
bool builder_indexes(const struct zone_name *name);

/* Appends an encoded set. */
bool builder_append_set(struct builder *b, const struct zone_name *name, const struct zone_set *set,
			uint32_t ttl);

/* The chain of NSEC nodes or NSEC3 records, if the zone has one. Needs the nodes. */
bool build_chain(struct builder *b);

/* What denies each indexed name. Needs everything else: it searches the segment. */
void build_denials(struct builder *b);

#endif
