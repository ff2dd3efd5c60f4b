/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bgp_update.h"

#include <assert.h>

enum {
	IPV4_BITS = 32,
	IPV6_BITS = 128,
	IPV6_PREFIX_MAX = 1 + 16,
};

/* The prefixes of the first one's family, as many as fit without using the last `reserve` bytes. */
static size_t
put_prefixes(struct wire_writer *w, size_t reserve, const struct bgp_prefix *prefixes, size_t count)
{
	size_t i = 0;
	while (i < count && prefixes[i].family == prefixes[0].family &&
	       wire_room(w) >= reserve + IPV6_PREFIX_MAX)
		bgp_prefix_put(w, &prefixes[i++]);
	return i;
}

/* Puts a 2-byte length in front of what was written since. */
static void
close_length(struct wire_writer *w, size_t length_at)
{
	if (!w->failed)
		wire_poke_u16(w->bytes + length_at, (uint16_t)(w->at - length_at - 2));
}

/*
 * RFC 7606 5.1: MP_REACH_NLRI goes first, so that a receiver who fails in a later attribute still
 * knows which routes it is about.
 */
static size_t
put_mp_reach(struct wire_writer *w, size_t reserve, const struct bgp_next_hop *next_hop,
	     const struct bgp_prefix *prefixes, size_t count)
{
	assert(next_hop->size == 16 || next_hop->size == 32);
	size_t begun = bgp_attribute_begin(w, BGP_FLAG_OPTIONAL, BGP_ATTRIBUTE_MP_REACH);
	wire_put_u16(w, BGP_IPV6);
	wire_put_u8(w, BGP_SAFI_UNICAST);
	wire_put_u8(w, next_hop->size);
	wire_put_bytes(w, next_hop->bytes, next_hop->size);
	wire_put_u8(w, 0);
	size_t used = put_prefixes(w, reserve, prefixes, count);
	bgp_attribute_end(w, begun);
	return used;
}

size_t
bgp_update_announce(const struct bgp_terms *terms, const struct bgp_attributes *attributes,
		    const struct bgp_next_hop *next_hop, const struct bgp_prefix *prefixes,
		    size_t count, size_t *used, uint8_t out[BGP_MESSAGE_MAX])
{
	bool v4 = prefixes[0].family == BGP_IPV4;
	/* Written aside, because their size decides how many IPv6 prefixes fit before them. */
	uint8_t scratch[BGP_ATTRIBUTES_MAX];
	struct wire_writer rest = wire_writer(scratch, sizeof scratch);
	bgp_attribute_put_all(&rest, terms, attributes, v4 ? next_hop : NULL);
	assert(!rest.failed && count > 0);

	struct wire_writer w = bgp_message_begin(out, BGP_UPDATE);
	wire_put_u16(&w, 0);
	size_t length_at = w.at;
	wire_put_u16(&w, 0);
	if (!v4)
		*used = put_mp_reach(&w, rest.at, next_hop, prefixes, count);
	wire_put_bytes(&w, scratch, rest.at);
	close_length(&w, length_at);
	if (v4)
		*used = put_prefixes(&w, 0, prefixes, count);
	return bgp_message_end(&w);
}

static size_t
put_mp_unreach(struct wire_writer *w, const struct bgp_prefix *prefixes, size_t count)
{
	size_t begun = bgp_attribute_begin(w, BGP_FLAG_OPTIONAL, BGP_ATTRIBUTE_MP_UNREACH);
	wire_put_u16(w, BGP_IPV6);
	wire_put_u8(w, BGP_SAFI_UNICAST);
	size_t used = put_prefixes(w, 0, prefixes, count);
	bgp_attribute_end(w, begun);
	return used;
}

/* A withdrawal of nothing is the End-of-RIB marker of the family. */
static size_t
withdraw(enum bgp_family family, const struct bgp_prefix *prefixes, size_t count, size_t *used,
	 uint8_t out[BGP_MESSAGE_MAX])
{
	struct wire_writer w = bgp_message_begin(out, BGP_UPDATE);
	size_t withdrawn_at = w.at;
	wire_put_u16(&w, 0);
	if (family == BGP_IPV4) {
		*used = put_prefixes(&w, sizeof(uint16_t), prefixes, count);
		close_length(&w, withdrawn_at);
	}
	size_t attributes_at = w.at;
	wire_put_u16(&w, 0);
	if (family == BGP_IPV6) {
		*used = put_mp_unreach(&w, prefixes, count);
		close_length(&w, attributes_at);
	}
	return bgp_message_end(&w);
}

size_t
bgp_update_withdraw(const struct bgp_prefix *prefixes, size_t count, size_t *used,
		    uint8_t out[BGP_MESSAGE_MAX])
{
	assert(count > 0);
	return withdraw(prefixes[0].family, prefixes, count, used, out);
}

size_t
bgp_update_end_of_rib(enum bgp_family family, uint8_t out[BGP_MESSAGE_MAX])
{
	size_t used;
	return withdraw(family, NULL, 0, &used, out);
}

static bool
check_prefixes(struct wire_reader r, unsigned bits)
{
	while (wire_left(&r)) {
		unsigned length = wire_get_u8(&r);
		wire_get_bytes(&r, (length + 7) / 8);
		if (r.failed || length > bits)
			return false;
	}
	return !r.failed;
}

/* The prefixes of MP_REACH_NLRI and MP_UNREACH_NLRI (RFC 4760 3 and 4), of the families we know. */
static bool
check_multiprotocol(unsigned type, struct wire_reader r)
{
	unsigned afi = wire_get_u16(&r);
	unsigned safi = wire_get_u8(&r);
	if (type == BGP_ATTRIBUTE_MP_REACH) {
		wire_get_bytes(&r, wire_get_u8(&r));
		wire_get_u8(&r);
	}
	if (r.failed)
		return false;
	if (safi != BGP_SAFI_UNICAST || (afi != BGP_IPV4 && afi != BGP_IPV6))
		return true;
	return check_prefixes(r, afi == BGP_IPV4 ? IPV4_BITS : IPV6_BITS);
}

/* 0, or the subcode of what is wrong. */
static uint8_t
check_attributes(struct wire_reader r)
{
	bool seen[UINT8_MAX + 1] = {false};
	while (wire_left(&r)) {
		unsigned flags = wire_get_u8(&r);
		unsigned type = wire_get_u8(&r);
		size_t length = flags & BGP_FLAG_EXTENDED ? wire_get_u16(&r) : wire_get_u8(&r);
		struct wire_reader value = wire_carve(&r, length);
		bool multiprotocol = type == BGP_ATTRIBUTE_MP_REACH ||
				     type == BGP_ATTRIBUTE_MP_UNREACH;
		/* RFC 7606 3g: of the other attributes the first one counts. */
		if (r.failed || (multiprotocol && seen[type]))
			return BGP_UPDATE_MALFORMED_ATTRIBUTE_LIST;
		if (multiprotocol && !check_multiprotocol(type, value))
			return BGP_UPDATE_OPTIONAL_ATTRIBUTE;
		seen[type] = true;
	}
	return 0;
}

bool
bgp_update_check(const struct bgp_message *message, struct bgp_error *error)
{
	struct wire_reader r = wire_reader(message->body, message->body_size);
	struct wire_reader withdrawn = wire_carve(&r, wire_get_u16(&r));
	struct wire_reader attributes = wire_carve(&r, wire_get_u16(&r));
	uint8_t subcode = 0;
	if (r.failed)
		subcode = BGP_UPDATE_MALFORMED_ATTRIBUTE_LIST;
	else if (!check_prefixes(withdrawn, IPV4_BITS) || !check_prefixes(r, IPV4_BITS))
		subcode = BGP_UPDATE_INVALID_NETWORK;
	else
		subcode = check_attributes(attributes);
	if (subcode)
		*error = bgp_error_make(BGP_UPDATE_ERROR, subcode, NULL, 0);
	return !subcode;
}
