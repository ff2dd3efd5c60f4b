/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bgp_attribute.h"

#include <assert.h>

enum { ORIGIN_IGP = 0, AS_SEQUENCE = 2, HEADER_SIZE = 4, SHORT_MAX = 255 };

static_assert(4 + 2 * (4 + 2 + 4 * (1 + BGP_PREPEND_MAX)) + 3 * 7 + 4 + 4 * BGP_COMMUNITIES_MAX +
			      4 + 12 * BGP_LARGE_COMMUNITIES_MAX + 7 <=
		      BGP_ATTRIBUTES_MAX,
	      "the largest set of attributes fits");

size_t
bgp_attribute_begin(struct wire_writer *w, unsigned flags, enum bgp_attribute_type type)
{
	size_t begun = w->at;
	wire_put_u8(w, (uint8_t)(flags | BGP_FLAG_EXTENDED));
	wire_put_u8(w, (uint8_t)type);
	wire_put_u16(w, 0);
	return begun;
}

void
bgp_attribute_end(struct wire_writer *w, size_t begun)
{
	if (w->failed)
		return;
	uint8_t *header = w->bytes + begun;
	size_t length = w->at - begun - HEADER_SIZE;
	wire_poke_u16(header + 2, (uint16_t)length);
	if (length > SHORT_MAX)
		return;
	/* The usual short form, as every other speaker sends it: close the gap of one byte. */
	header[0] = (uint8_t)(header[0] & ~BGP_FLAG_EXTENDED);
	memmove(header + 2, header + 3, length + 1);
	w->at--;
}

static void
put_u32(struct wire_writer *w, unsigned flags, enum bgp_attribute_type type, uint32_t value)
{
	size_t begun = bgp_attribute_begin(w, flags, type);
	wire_put_u32(w, value);
	bgp_attribute_end(w, begun);
}

static void
put_origin(struct wire_writer *w)
{
	size_t begun = bgp_attribute_begin(w, BGP_FLAG_TRANSITIVE, BGP_ATTRIBUTE_ORIGIN);
	wire_put_u8(w, ORIGIN_IGP);
	bgp_attribute_end(w, begun);
}

/* One AS_SEQUENCE of our own number, once and as often as it is prepended. */
static void
put_sequence(struct wire_writer *w, uint32_t as, unsigned prepend, bool four_octets)
{
	wire_put_u8(w, AS_SEQUENCE);
	wire_put_u8(w, (uint8_t)(1 + prepend));
	for (unsigned i = 0; i <= prepend; i++) {
		if (four_octets)
			wire_put_u32(w, as);
		else
			wire_put_u16(w, as > UINT16_MAX ? BGP_AS_TRANS : (uint16_t)as);
	}
}

static void
put_as_path(struct wire_writer *w, const struct bgp_terms *terms, unsigned prepend)
{
	size_t begun = bgp_attribute_begin(w, BGP_FLAG_TRANSITIVE, BGP_ATTRIBUTE_AS_PATH);
	/* RFC 4271 5.1.2: within our own AS the path is empty. */
	if (terms->external)
		put_sequence(w, terms->local_as, prepend, terms->four_octet_as);
	bgp_attribute_end(w, begun);
}

/* RFC 6793 4.2.2: the true path beside one with AS_TRANS, only where something was replaced. */
static void
put_as4_path(struct wire_writer *w, const struct bgp_terms *terms, unsigned prepend)
{
	if (!terms->external || terms->four_octet_as || terms->local_as <= UINT16_MAX)
		return;
	size_t begun = bgp_attribute_begin(w, BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE,
					   BGP_ATTRIBUTE_AS4_PATH);
	put_sequence(w, terms->local_as, prepend, true);
	bgp_attribute_end(w, begun);
}

static void
put_next_hop(struct wire_writer *w, const struct bgp_next_hop *next_hop)
{
	assert(next_hop->size == 4);
	size_t begun = bgp_attribute_begin(w, BGP_FLAG_TRANSITIVE, BGP_ATTRIBUTE_NEXT_HOP);
	wire_put_bytes(w, next_hop->bytes, 4);
	bgp_attribute_end(w, begun);
}

static bool
community_came(const struct bgp_attributes *attributes, size_t i)
{
	for (size_t before = 0; before < i; before++)
		if (attributes->communities[before] == attributes->communities[i])
			return true;
	return false;
}

static void
put_communities(struct wire_writer *w, const struct bgp_attributes *attributes)
{
	assert(attributes->community_count <= BGP_COMMUNITIES_MAX);
	if (attributes->community_count == 0)
		return;
	size_t begun = bgp_attribute_begin(w, BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE,
					   BGP_ATTRIBUTE_COMMUNITIES);
	for (size_t i = 0; i < attributes->community_count; i++)
		if (!community_came(attributes, i))
			wire_put_u32(w, attributes->communities[i]);
	bgp_attribute_end(w, begun);
}

static bool
large_came(const struct bgp_attributes *attributes, size_t i)
{
	const struct bgp_large_community *it = &attributes->large[i];
	for (const struct bgp_large_community *l = attributes->large; l < it; l++)
		if (l->global == it->global && l->local_1 == it->local_1 &&
		    l->local_2 == it->local_2)
			return true;
	return false;
}

/* RFC 8092 3 and 5: no duplicates, never an attribute without a value. */
static void
put_large_communities(struct wire_writer *w, const struct bgp_attributes *attributes)
{
	assert(attributes->large_count <= BGP_LARGE_COMMUNITIES_MAX);
	if (attributes->large_count == 0)
		return;
	size_t begun = bgp_attribute_begin(w, BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE,
					   BGP_ATTRIBUTE_LARGE_COMMUNITIES);
	for (size_t i = 0; i < attributes->large_count; i++) {
		if (large_came(attributes, i))
			continue;
		wire_put_u32(w, attributes->large[i].global);
		wire_put_u32(w, attributes->large[i].local_1);
		wire_put_u32(w, attributes->large[i].local_2);
	}
	bgp_attribute_end(w, begun);
}

void
bgp_attribute_put_all(struct wire_writer *w, const struct bgp_terms *terms,
		      const struct bgp_attributes *attributes, const struct bgp_next_hop *next_hop)
{
	assert(attributes->prepend <= BGP_PREPEND_MAX);
	put_origin(w);
	put_as_path(w, terms, attributes->prepend);
	if (next_hop)
		put_next_hop(w, next_hop);
	if (attributes->has_med)
		put_u32(w, BGP_FLAG_OPTIONAL, BGP_ATTRIBUTE_MED, attributes->med);
	/* RFC 4271 5.1.5: to every internal peer, to no external one. */
	if (!terms->external)
		put_u32(w, BGP_FLAG_TRANSITIVE, BGP_ATTRIBUTE_LOCAL_PREF, attributes->local_pref);
	put_communities(w, attributes);
	put_as4_path(w, terms, attributes->prepend);
	put_large_communities(w, attributes);
	if (terms->only_to_customer)
		put_u32(w, BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE, BGP_ATTRIBUTE_ONLY_TO_CUSTOMER,
			terms->local_as);
}

const char *
bgp_attribute_community_refusal(uint32_t community)
{
	if (community == BGP_COMMUNITY_BLACKHOLE)
		return "BLACKHOLE (65535:666) asks routers to drop the service's queries";
	return NULL;
}
