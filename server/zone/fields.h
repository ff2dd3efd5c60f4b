/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fields.h - rdata in wire form, field by field. What passes fields_check() can be walked without
 * further checks of lengths: every embedded name is well-formed and inside. All functions are pure.
 */
#ifndef ZONE_FIELDS_H
#define ZONE_FIELDS_H

#include "zone/shape.h"

struct field {
	uint8_t kind; /* LDNS_RDF_TYPE_* or SHAPE_*; a gateway that is a name is LDNS_RDF_TYPE_DNAME
		       */
	size_t at;    /* first byte in the rdata */
	size_t size;
};

struct fields {
	struct shape shape;
	const uint8_t *bytes;
	size_t size;
	size_t at;
	size_t index;
	const char *wrong; /* why the walk ended before the rdata did; NULL: it is well-formed */
};

struct fields fields_start(uint16_t type, const uint8_t *bytes, size_t size);

/* The next field. False at the end, or with `wrong` set. */
bool fields_next(struct fields *fields, struct field *field);

/* NULL when the rdata is well-formed for its type, else what is wrong with it. */
const char *fields_check(uint16_t type, const uint8_t *bytes, size_t size);

/* Whether names in rdata of this type are folded in canonical form (RFC 4034 6.2, RFC 6840 5.1). */
bool fields_folds(uint16_t type);

/* Copies well-formed rdata in canonical form to `out` (as many bytes). */
void fields_canonical(uint16_t type, const uint8_t *bytes, size_t size, uint8_t *out);

#endif
