/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fields.c - a walk over rdata by the shape of its type.
 *
 * Everything that becomes rdata goes through fields_check(), whether ldns made it of text or RFC
 * 3597's \# gave the bytes: servers that trusted \# of a known type crashed on names with a label
 * of 64 bytes. And ldns makes ill-formed rdata of some text, an SVCB port of no bytes for one.
 */
#include "zone/fields.h"

#include <string.h>

#include "anyns/name.h"
#include "anyns/wire.h"
#include "zone/svcb.h"

struct fields
fields_start(uint16_t type, const uint8_t *bytes, size_t size)
{
	return (struct fields){.shape = shape_of(type), .bytes = bytes, .size = size};
}

/* Bytes of fields that always have as many; 0 for the others. */
static size_t
fixed_size(uint8_t kind)
{
	switch (kind) {
	case LDNS_RDF_TYPE_INT8:
	case LDNS_RDF_TYPE_ALG:
	case LDNS_RDF_TYPE_CERTIFICATE_USAGE:
	case LDNS_RDF_TYPE_SELECTOR:
	case LDNS_RDF_TYPE_MATCHING_TYPE:
	case SHAPE_RELAY_TYPE:
		return 1;
	case LDNS_RDF_TYPE_INT16:
	case LDNS_RDF_TYPE_TYPE:
	case LDNS_RDF_TYPE_CLASS:
	case LDNS_RDF_TYPE_CERT_ALG:
		return 2;
	case LDNS_RDF_TYPE_INT32:
	case LDNS_RDF_TYPE_A:
	case LDNS_RDF_TYPE_TIME:
	case LDNS_RDF_TYPE_PERIOD:
		return 4;
	case LDNS_RDF_TYPE_EUI48:
		return 6;
	case LDNS_RDF_TYPE_EUI64:
	case LDNS_RDF_TYPE_ILNP64:
		return 8;
	case LDNS_RDF_TYPE_AAAA:
	case LDNS_RDF_TYPE_LOC:
		return 16;
	default:
		return 0;
	}
}

/* RFC 4034 4.1.2: ascending windows of 1 to 32 bytes that do not end in zero. */
static const char *
check_bitmap(const uint8_t *p, size_t size)
{
	struct wire_reader r = wire_reader(p, size);
	int last = -1;
	while (wire_left(&r)) {
		int window = wire_get_u8(&r);
		size_t length = wire_get_u8(&r);
		const uint8_t *bits = wire_get_bytes(&r, length);
		if (r.failed || length == 0 || length > 32)
			return "a type bitmap window has a wrong length";
		if (window <= last)
			return "type bitmap windows are not in ascending order";
		if (bits[length - 1] == 0)
			return "a type bitmap window ends in a zero byte";
		last = window;
	}
	return NULL;
}

/* RFC 3123 4: family, prefix, negation and length, address without trailing zeros. */
static const char *
check_apl(const uint8_t *p, size_t size)
{
	unsigned family = wire_peek_u16(p);
	unsigned prefix = p[2];
	size_t length = size - 4;
	bool known = family == 1 || family == 2;
	if (known && (prefix > (family == 1 ? 32 : 128) || length > (family == 1 ? 4 : 16)))
		return "an address prefix is longer than its family's addresses";
	if (length && p[size - 1] == 0)
		return "an address prefix ends in a zero byte";
	return NULL;
}

static const char *
check_tag(const uint8_t *p, size_t size)
{
	if (size < 2)
		return "the property tag is empty";
	for (size_t i = 1; i < size; i++) {
		uint8_t c = name_fold(p[i]);
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
			return "the property tag has other bytes than letters and digits";
	}
	return NULL;
}

static const char *
check_content(uint8_t kind, const uint8_t *p, size_t size)
{
	switch (kind) {
	case LDNS_RDF_TYPE_NSEC:
		return check_bitmap(p, size);
	case LDNS_RDF_TYPE_APL:
		return check_apl(p, size);
	case LDNS_RDF_TYPE_TAG:
		return check_tag(p, size);
	case LDNS_RDF_TYPE_SVCPARAMS:
		return svcb_check(p, size);
	case LDNS_RDF_TYPE_NSEC3_NEXT_OWNER:
		return size < 2 ? "the next hashed owner is empty" : NULL;
	case LDNS_RDF_TYPE_B64:
	case LDNS_RDF_TYPE_HEX:
	case LDNS_RDF_TYPE_WKS:
	case LDNS_RDF_TYPE_NSAP:
	case LDNS_RDF_TYPE_ATMA:
		return size == 0 ? "the last field is empty" : NULL;
	default:
		return NULL;
	}
}

/* RFC 8005 5: HIT length, algorithm, key length, HIT, key. 0 when it does not fit. */
static size_t
hip_size(const uint8_t *p, size_t left)
{
	if (left < 4 || p[0] == 0 || wire_peek_u16(p + 2) == 0)
		return 0;
	size_t size = 4u + p[0] + wire_peek_u16(p + 2);
	return size <= left ? size : 0;
}

/* Fields that begin with their own length; 0 when it does not fit. */
static size_t
counted_size(uint8_t kind, const uint8_t *p, size_t left)
{
	size_t size = 0;
	if (kind == LDNS_RDF_TYPE_DNAME)
		return name_length(p, left);
	if (kind == LDNS_RDF_TYPE_HIP)
		return hip_size(p, left);
	if (kind == LDNS_RDF_TYPE_APL)
		size = left >= 4 ? 4u + (p[3] & 0x7f) : SIZE_MAX;
	else if (left)
		size = 1u + p[0];
	return size <= left ? size : 0;
}

/* The kind and size of a gateway (RFC 4025 2.5, RFC 8777 4.2.4). */
static bool
measure_gateway(const struct fields *fields, struct field *field)
{
	size_t left = fields->size - fields->at;
	switch (fields->bytes[1] & 0x7f) {
	case 0:
		field->size = 0;
		return true;
	case 1:
		field->kind = LDNS_RDF_TYPE_A;
		field->size = 4;
		return left >= 4;
	case 2:
		field->kind = LDNS_RDF_TYPE_AAAA;
		field->size = 16;
		return left >= 16;
	case 3:
		field->kind = LDNS_RDF_TYPE_DNAME;
		field->size = name_length(fields->bytes + fields->at, left);
		return field->size != 0;
	default:
		return false;
	}
}

static bool
measure(const struct fields *fields, struct field *field)
{
	const uint8_t *p = fields->bytes + fields->at;
	size_t left = fields->size - fields->at;
	switch (field->kind) {
	case SHAPE_GATEWAY:
		return measure_gateway(fields, field);
	case SHAPE_DISCOVERY:
		field->size = 0;
		return true;
	case LDNS_RDF_TYPE_DNAME:
	case LDNS_RDF_TYPE_STR:
	case LDNS_RDF_TYPE_TAG:
	case LDNS_RDF_TYPE_APL:
	case LDNS_RDF_TYPE_HIP:
	case LDNS_RDF_TYPE_NSEC3_SALT:
	case LDNS_RDF_TYPE_NSEC3_NEXT_OWNER:
		field->size = counted_size(field->kind, p, left);
		return field->size != 0;
	default:
		/* What has neither a size nor a length of its own is last and takes the rest. */
		field->size = fixed_size(field->kind);
		if (!field->size)
			field->size = left;
		return field->size <= left;
	}
}

/* Kinds that may be there with no bytes at all. */
static bool
may_be_empty(uint8_t kind)
{
	return kind == LDNS_RDF_TYPE_UNKNOWN || kind == LDNS_RDF_TYPE_LONG_STR ||
	       kind == SHAPE_GATEWAY;
}

bool
fields_next(struct fields *fields, struct field *field)
{
	uint8_t kind = shape_kind(&fields->shape, fields->index);
	if (fields->at == fields->size && !may_be_empty(kind)) {
		if (fields->index < fields->shape.minimum)
			fields->wrong = "the rdata is too short";
		return false;
	}
	if (kind == LDNS_RDF_TYPE_NONE) {
		if (fields->at < fields->size)
			fields->wrong = "there are bytes behind the last field";
		return false;
	}
	*field = (struct field){.kind = kind, .at = fields->at};
	if (!measure(fields, field)) {
		fields->wrong = kind == LDNS_RDF_TYPE_DNAME || kind == SHAPE_GATEWAY
					? "an embedded name is not well-formed"
					: "a field reaches past the end of the rdata";
		return false;
	}
	fields->wrong = check_content(field->kind, fields->bytes + field->at, field->size);
	fields->at += field->size;
	fields->index++;
	return fields->wrong == NULL;
}

const char *
fields_check(uint16_t type, const uint8_t *bytes, size_t size)
{
	struct field field;
	struct fields fields = fields_start(type, bytes, size);
	while (fields_next(&fields, &field))
		;
	return fields.wrong;
}

bool
fields_folds(uint16_t type)
{
	/* NSEC is on the list of RFC 4034 6.2 but was taken off by RFC 6840 5.1; HINFO has no name.
	 */
	static const uint8_t types[] = {2,  3,  4,  5,  6,  7,  8,  9,  12, 14, 15, 17,
					18, 21, 24, 26, 30, 33, 35, 36, 38, 39, 46};
	return type <= UINT8_MAX && memchr(types, type, sizeof types) != NULL;
}

void
fields_canonical(uint16_t type, const uint8_t *bytes, size_t size, uint8_t *out)
{
	struct field field;
	if (size)
		memcpy(out, bytes, size);
	if (!fields_folds(type))
		return;
	struct fields fields = fields_start(type, bytes, size);
	while (fields_next(&fields, &field))
		if (field.kind == LDNS_RDF_TYPE_DNAME)
			name_lower(out + field.at, bytes + field.at);
}
