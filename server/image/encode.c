/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * encode.c - RRsets to finished wire bytes.
 *
 * A set is written as if it answered a question for exactly its owner: the question's name stands
 * at offset 12, the set begins right behind the question. A name in RDATA may then point to three
 * places whose offsets are known: the owner name itself, the apex (a suffix of it), and earlier
 * names of the same set. Only the types of RFC 1035 are compressed (RFC 3597 4).
 */
#include "image/encode.h"

#include <stdlib.h>

#include "anyns/name.h"
#include "anyns/wire.h"

enum {
	RR_FIXED_SIZE = 12, /* owner pointer, type, class, TTL, RDLENGTH */
	DICTIONARY_SIZE =
		256, /* names remembered as targets; a set with more gains little from the rest */
	PATCHES_MAX =
		8192, /* more than compressible RRs fit into the 16384 bytes that patches reach */
	EXTRAS_MAX = 8192, /* more than NS RRs (14 bytes at least) fit into a message */
};

struct dictionary_entry {
	const uint8_t *name; /* uncompressed, in the zone's RDATA */
	uint16_t at;         /* where it is written in the data */
};

struct encoder {
	const struct zone *zone;
	const struct zone_name *owner;
	const struct zone_set *set;
	struct dictionary_entry dictionary[DICTIONARY_SIZE];
	size_t dictionary_count;
	size_t patch_count;
	size_t extra_count;
	uint16_t patches[PATCHES_MAX];
	struct image_extra extras[EXTRAS_MAX];
	struct wire_writer data;
	uint8_t data_bytes[2 * DNS_MESSAGE_MAX];
	_Alignas(8) uint8_t result[sizeof(struct image_set) + 2 * DNS_MESSAGE_MAX +
				   PATCHES_MAX * 2 + EXTRAS_MAX * sizeof(struct image_extra) + 16];
};

struct encoder *
encoder_new(const struct zone *zone)
{
	struct encoder *encoder = malloc(sizeof *encoder);
	if (encoder)
		encoder->zone = zone;
	return encoder;
}

void
encoder_free(struct encoder *encoder)
{
	free(encoder);
}

/* ------------------------------------------------------------ names */

/* What a pointer to `name` would be, with its patch base; 0 when nothing to point to is known. */
static uint16_t
find_target(const struct encoder *encoder, const uint8_t *name, uint16_t *base)
{
	const struct zone *zone = encoder->zone;
	const size_t question = DNS_HEADER_SIZE;

	/* A wildcard's owner is rewritten to the question's name: "*" itself cannot be pointed to.
	 */
	bool wildcard = encoder->owner->wire[0] == 1 && encoder->owner->wire[1] == '*';
	if (!wildcard && name_equal(name, encoder->owner->wire)) {
		*base = IMAGE_PATCH_OWNER;
		return (uint16_t)(0xc000 | question);
	}
	if (name_is_below(zone->apex, name)) {
		size_t depth = zone->apex_size - name_length(name, DNS_NAME_MAX);
		*base = IMAGE_PATCH_APEX;
		return (uint16_t)(0xc000 |
				  (question + encoder->owner->size - zone->apex_size + depth));
	}
	for (size_t i = 0; i < encoder->dictionary_count; i++) {
		if (name_equal(name, encoder->dictionary[i].name)) {
			*base = IMAGE_PATCH_SELF;
			return (uint16_t)(0xc000 | (question + encoder->owner->size + 4u +
						    encoder->dictionary[i].at));
		}
	}
	return 0;
}

static void
put_pointer(struct encoder *encoder, uint16_t pointer, uint16_t base)
{
	encoder->patches[encoder->patch_count++] = (uint16_t)(base | encoder->data.at);
	wire_put_u16(&encoder->data, pointer);
}

static void
remember(struct encoder *encoder, const uint8_t *name)
{
	if (encoder->dictionary_count < DICTIONARY_SIZE && encoder->data.at < IMAGE_SELF_LIMIT)
		encoder->dictionary[encoder->dictionary_count++] = (struct dictionary_entry){
			.name = name, .at = (uint16_t)encoder->data.at};
}

static void
put_name(struct encoder *encoder, const uint8_t *name)
{
	for (; *name; name += *name + 1) {
		uint16_t base = 0;
		bool reachable = encoder->data.at <= IMAGE_PATCH_OFFSET &&
				 encoder->patch_count < PATCHES_MAX;
		uint16_t pointer = reachable ? find_target(encoder, name, &base) : 0;
		if (pointer) {
			put_pointer(encoder, pointer, base);
			return;
		}
		remember(encoder, name);
		wire_put_bytes(&encoder->data, name, *name + 1u);
	}
	wire_put_u8(&encoder->data, 0);
}

/* ------------------------------------------------------------ RDATA */

/* How many compressible names RDATA of `type` has, and where the first begins. */
static unsigned
compressible_names(uint16_t type, size_t *at)
{
	*at = type == DNS_TYPE_MX ? 2 : 0;
	switch (type) {
	case DNS_TYPE_NS:
	case DNS_TYPE_CNAME:
	case DNS_TYPE_PTR:
	case DNS_TYPE_MX:
		return 1;
	case DNS_TYPE_SOA:
		return 2;
	default:
		return 0;
	}
}

static void
put_rdata(struct encoder *encoder, const struct zone_rdata *rdata)
{
	size_t at;
	unsigned names = compressible_names(encoder->set->type, &at);
	wire_put_bytes(&encoder->data, rdata->bytes, names ? at : rdata->size);
	if (!names)
		return;
	for (; names; names--) {
		put_name(encoder, rdata->bytes + at);
		at += name_length(rdata->bytes + at, rdata->size - at);
	}
	wire_put_bytes(&encoder->data, rdata->bytes + at, rdata->size - at);
}

/* Where the name stands whose addresses belong into the additional section; SIZE_MAX: there is
 * none. */
static size_t
additional_name_at(uint16_t type)
{
	switch (type) {
	case DNS_TYPE_NS:
		return 0;
	case DNS_TYPE_MX:
	case DNS_TYPE_SVCB:
	case DNS_TYPE_HTTPS:
		return 2;
	case DNS_TYPE_SRV:
		return 6;
	default:
		return SIZE_MAX;
	}
}

/* Addresses below a cut are glue: right in referrals, no data of this zone anywhere else (RFC
 * 2181 5.4.1). */
static bool
has_addresses(const struct encoder *encoder, const struct zone_name *name)
{
	if (encoder->set->type != DNS_TYPE_NS &&
	    (name->flags & (ZONE_NAME_OCCLUDED | ZONE_NAME_CUT)))
		return false;
	if (zone_find_set(encoder->zone, name, DNS_TYPE_A) ||
	    zone_find_set(encoder->zone, name, DNS_TYPE_AAAA))
		return true;
	/* RFC 9460 4.1: the records an alias leads to are wanted as well. */
	return (encoder->set->type == DNS_TYPE_SVCB || encoder->set->type == DNS_TYPE_HTTPS) &&
	       zone_find_set(encoder->zone, name, encoder->set->type);
}

/* Adds the extra for the name in this RDATA, of which `at` is the place in the data. */
static void
add_extra(struct encoder *encoder, const struct zone_rdata *rdata, size_t data_at)
{
	size_t at = additional_name_at(encoder->set->type);
	if (at >= rdata->size || encoder->extra_count == EXTRAS_MAX)
		return;
	uint8_t target[DNS_NAME_MAX];
	name_lower(target, rdata->bytes + at);
	size_t name_at = data_at + at;
	/* RFC 9460 2.5.2: "." in ServiceMode stands for the owner itself. */
	if (target[0] == 0 && at == 2 && encoder->set->type != DNS_TYPE_MX) {
		if (wire_peek_u16(rdata->bytes) == 0)
			return;
		memcpy(target, encoder->owner->wire, encoder->owner->size);
		name_at = IMAGE_EXTRA_OWNER;
	}
	uint32_t index = zone_find_name(encoder->zone, target);
	if (index == ZONE_NONE || !has_addresses(encoder, &encoder->zone->names[index]))
		return;
	for (size_t i = 0; i < encoder->extra_count; i++)
		if (encoder->extras[i].node == index + 1)
			return;
	bool required = (encoder->owner->flags & ZONE_NAME_CUT) &&
			name_is_below(target, encoder->owner->wire);
	encoder->extras[encoder->extra_count++] = (struct image_extra){
		.node = index + 1, .name_at = (uint16_t)name_at, .required = required};
}

/* ------------------------------------------------------------ sets */

static void
put_rr(struct encoder *encoder, uint16_t type, uint32_t ttl, const struct zone_rdata *rdata)
{
	struct wire_writer *data = &encoder->data;
	wire_put_u16(data, 0xc000 | DNS_HEADER_SIZE);
	wire_put_u16(data, type);
	wire_put_u16(data, encoder->zone->class);
	wire_put_u32(data, ttl);
	size_t length_at = data->at;
	wire_put_u16(data, 0);
	if (type == DNS_TYPE_RRSIG) {
		wire_put_bytes(data, rdata->bytes, rdata->size);
	} else {
		add_extra(encoder, rdata, data->at);
		put_rdata(encoder, rdata);
	}
	if (!data->failed)
		wire_poke_u16(data->bytes + length_at, (uint16_t)(data->at - length_at - 2));
}

/* The extras of required names come first: a referral that has to leave glue out leaves the rest
 * out. */
static void
sort_extras(struct encoder *encoder)
{
	size_t required = 0;
	for (size_t i = 0; i < encoder->extra_count; i++) {
		if (!encoder->extras[i].required)
			continue;
		struct image_extra extra = encoder->extras[i];
		memmove(&encoder->extras[required + 1], &encoder->extras[required],
			(i - required) * sizeof extra);
		encoder->extras[required++] = extra;
	}
}

static const void *
assemble(struct encoder *encoder, size_t data_size, size_t *size)
{
	struct image_set header = {
		.type = encoder->set->type,
		.rr_count = (uint16_t)encoder->set->rdata_count,
		.sig_count = (uint16_t)encoder->set->sig_count,
		.data_size = (uint16_t)data_size,
		.sig_size = (uint16_t)(encoder->data.at - data_size),
		.patch_count = (uint16_t)encoder->patch_count,
		.extra_count = (uint16_t)encoder->extra_count,
	};
	*size = image_set_size(&header);
	memset(encoder->result, 0, *size);
	memcpy(encoder->result, &header, sizeof header);
	memcpy(encoder->result + sizeof header, encoder->data_bytes, encoder->data.at);
	memcpy(encoder->result + image_set_patches_at(&header), encoder->patches,
	       encoder->patch_count * sizeof encoder->patches[0]);
	memcpy(encoder->result + image_set_extras_at(&header), encoder->extras,
	       encoder->extra_count * sizeof encoder->extras[0]);
	return encoder->result;
}

const void *
encoder_set(struct encoder *encoder, const struct zone_name *owner, const struct zone_set *set,
	    uint32_t ttl, size_t *size)
{
	encoder->owner = owner;
	encoder->set = set;
	encoder->dictionary_count = 0;
	encoder->patch_count = 0;
	encoder->extra_count = 0;
	encoder->data = wire_writer(encoder->data_bytes, sizeof encoder->data_bytes);

	const struct zone_rdata *rdatas = encoder->zone->rdatas;
	for (uint32_t i = 0; i < set->rdata_count; i++)
		put_rr(encoder, set->type, ttl, &rdatas[set->first_rdata + i]);
	size_t data_size = encoder->data.at;
	uint32_t sig_ttl = ttl < set->ttl && ttl < set->sig_ttl ? ttl : set->sig_ttl;
	for (uint32_t i = 0; i < set->sig_count; i++)
		put_rr(encoder, DNS_TYPE_RRSIG, sig_ttl, &rdatas[set->first_sig + i]);

	if (encoder->data.failed || data_size > DNS_MESSAGE_MAX ||
	    encoder->data.at - data_size > DNS_MESSAGE_MAX)
		return NULL;
	sort_extras(encoder);
	return assemble(encoder, data_size, size);
}

void
encoder_each_extra(const struct encoder *encoder, void (*want)(void *context, uint32_t index),
		   void *context)
{
	for (size_t i = 0; i < encoder->extra_count; i++)
		want(context, encoder->extras[i].node - 1);
}
