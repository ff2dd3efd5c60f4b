/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shape.c - ldns's list of types, and where it falls short.
 *
 *   IPSECKEY     a lump to ldns, whose relative gateway names never get the origin
 *   AMTRELAY     RFC 8777; a build option of ldns that Debian leaves off, and a lump as IPSECKEY
 *   NINFO, RKEY, AVC, DOA     likewise left off
 *   NSAP-PTR     a character string to ldns, a name to RFC 1348
 *   KEY          may have no key (RFC 2535 3.1.2), which ldns demands
 *   TA, DSYNC, RESINFO, WALLET, CLA     younger than ldns 1.8, or forgotten by its table
 */
#include "zone/shape.h"

#include <string.h>
#include <strings.h>

enum {
	NONE = LDNS_RDF_TYPE_NONE,
	INT8 = LDNS_RDF_TYPE_INT8,
	INT16 = LDNS_RDF_TYPE_INT16,
	INT32 = LDNS_RDF_TYPE_INT32,
	ALG = LDNS_RDF_TYPE_ALG,
	NAME = LDNS_RDF_TYPE_DNAME,
	STR = LDNS_RDF_TYPE_STR,
	HEX = LDNS_RDF_TYPE_HEX,
	B64 = LDNS_RDF_TYPE_B64,
	TYPE = LDNS_RDF_TYPE_TYPE,
};

static const struct own_shape {
	uint16_t type;
	struct shape shape;
} own_shapes[] = {
	{23, {"NSAP-PTR", 1, 1, NONE, {NAME}}},
	{25, {"KEY", 3, 4, NONE, {INT16, INT8, ALG, B64}}},
	{45, {"IPSECKEY", 3, 5, NONE, {INT8, INT8, INT8, SHAPE_GATEWAY, B64}}},
	{56, {"NINFO", 1, 0, STR, {0}}},
	{57, {"RKEY", 4, 4, NONE, {INT16, INT8, ALG, B64}}},
	{66, {"DSYNC", 4, 4, NONE, {TYPE, INT8, INT16, NAME}}},
	{258, {"AVC", 1, 0, STR, {0}}},
	{259, {"DOA", 4, 5, NONE, {INT32, INT32, INT8, STR, B64}}},
	{260, {"AMTRELAY", 3, 4, NONE, {INT8, SHAPE_DISCOVERY, SHAPE_RELAY_TYPE, SHAPE_GATEWAY}}},
	{261, {"RESINFO", 1, 0, STR, {0}}},
	{262, {"WALLET", 1, 0, STR, {0}}},
	{263, {"CLA", 1, 0, STR, {0}}},
	{32768, {"TA", 4, 4, NONE, {INT16, ALG, INT8, HEX}}},
};

static const struct shape *
own_shape(uint16_t type)
{
	for (size_t i = 0; i < ARRAY_LENGTH(own_shapes); i++)
		if (own_shapes[i].type == type)
			return &own_shapes[i].shape;
	return NULL;
}

struct shape
shape_of(uint16_t type)
{
	const struct shape *own = own_shape(type);
	const ldns_rr_descriptor *described = ldns_rr_descript(type);
	if (own)
		return *own;
	/* ldns names what it does not know TYPEnnn, or nothing, and gives it the number of NULL. */
	if (!described->_name || described->_type != (ldns_rr_type)type ||
	    described->_maximum > SHAPE_FIELDS_MAX)
		return (struct shape){.count = 1, .kinds = {LDNS_RDF_TYPE_UNKNOWN}};
	struct shape shape = {.name = described->_name,
			      .minimum = described->_minimum,
			      .count = described->_maximum,
			      .repeated = (uint8_t)described->_variable};
	for (size_t i = 0; i < shape.count; i++)
		shape.kinds[i] = (uint8_t)described->_wireformat[i];
	return shape;
}

uint8_t
shape_kind(const struct shape *shape, size_t index)
{
	return index < shape->count ? shape->kinds[index] : shape->repeated;
}

uint16_t
shape_type(const char *name, size_t size)
{
	char text[32]; /* mnemonics are shorter */
	if (size == 0 || size >= sizeof text)
		return 0;
	memcpy(text, name, size);
	text[size] = '\0';
	for (size_t i = 0; i < ARRAY_LENGTH(own_shapes); i++)
		if (strcasecmp(own_shapes[i].shape.name, text) == 0)
			return own_shapes[i].type;
	/* ldns would take any TYPE12x for TYPE12; that form is text_generic_type()'s. */
	if (strncasecmp(text, "TYPE", 4) == 0)
		return 0;
	return (uint16_t)ldns_get_rr_type_by_name(text);
}
