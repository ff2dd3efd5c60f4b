/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shape.h - what the rdata of each type consists of: ldns's descriptors, completed where ldns 1.8
 * as distributions build it lacks a type or describes it as a lump. All functions are pure.
 */
#ifndef ZONE_SHAPE_H
#define ZONE_SHAPE_H

#include <ldns/ldns.h>

#include "anyns/base.h"
#include "anyns/dns.h"

enum {
	SHAPE_FIELDS_MAX = 9,
	/* Kinds of our own beside ldns's LDNS_RDF_TYPE_*. */
	SHAPE_GATEWAY = 200, /* none, A, AAAA or a name, as the low 7 bits of rdata byte 1 say */
	SHAPE_DISCOVERY =
		201, /* AMTRELAY's D bit: a text field of its own, in wire the next's high bit */
	SHAPE_RELAY_TYPE = 202, /* the 7 bits that go with it */
};

struct shape {
	const char *name; /* mnemonic; NULL: a type nobody described */
	uint8_t minimum;  /* fields that must be there */
	uint8_t count;    /* fields, the repeated one not counted */
	uint8_t repeated; /* kind of any number of further fields; LDNS_RDF_TYPE_NONE: no more */
	uint8_t kinds[SHAPE_FIELDS_MAX];
};

/* The shape of `type`. An unknown type has no name and one field of kind LDNS_RDF_TYPE_UNKNOWN. */
struct shape shape_of(uint16_t type);

/* Kind of field `index`, LDNS_RDF_TYPE_NONE past the last. */
uint8_t shape_kind(const struct shape *shape, size_t index);

/* The type with this mnemonic, case ignored, or 0. TYPE123 is not looked at. */
uint16_t shape_type(const char *name, size_t size);

#endif
