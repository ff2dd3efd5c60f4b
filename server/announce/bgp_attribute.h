/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bgp_attribute.h - the path attributes of the routes we announce (RFC 4271 5).
 */
#ifndef ANNOUNCE_BGP_ATTRIBUTE_H
#define ANNOUNCE_BGP_ATTRIBUTE_H

#include "announce/bgp_terms.h"

#define BGP_COMMUNITY_GRACEFUL_SHUTDOWN 0xffff0000u /* 65535:0, RFC 8326 */
#define BGP_COMMUNITY_BLACKHOLE         0xffff029au /* 65535:666, RFC 7999 */
#define BGP_COMMUNITY_NO_EXPORT         0xffffff01u /* RFC 1997 */
#define BGP_COMMUNITY_NO_PEER           0xffffff04u /* RFC 3765 */

/* Bounds of a configuration, so that every set of attributes fits a message with room to spare. */
enum {
	BGP_PREPEND_MAX = 32,
	BGP_COMMUNITIES_MAX = 128,
	BGP_LARGE_COMMUNITIES_MAX = 64,
	BGP_ATTRIBUTES_MAX = 2048, /* bytes on the wire, NLRI and MP_REACH_NLRI not counted */
};

struct bgp_large_community { /* RFC 8092 */
	uint32_t global;
	uint32_t local_1;
	uint32_t local_2;
};

/* How a route looks to one peer in one state of the gate. Arrays belong to the caller. */
struct bgp_attributes {
	uint8_t prepend; /* our AS this many times more; eBGP only, iBGP has nothing to prepend to
			  */
	bool has_med;
	uint32_t med;
	uint32_t local_pref;         /* iBGP only, where it is mandatory */
	const uint32_t *communities; /* host byte order; those that come twice go out once */
	size_t community_count;      /* <= BGP_COMMUNITIES_MAX */
	const struct bgp_large_community *large;
	size_t large_count; /* <= BGP_LARGE_COMMUNITIES_MAX */
};

/* IPv4: 4 bytes. IPv6: 16, or 32 with the link-local one behind where the router shares the link.
 */
struct bgp_next_hop {
	uint8_t size;
	uint8_t bytes[32];
};

/* Why a community (host byte order) must not be configured, or NULL when it may. */
const char *bgp_attribute_community_refusal(uint32_t community);

enum bgp_attribute_type {
	BGP_ATTRIBUTE_ORIGIN = 1,
	BGP_ATTRIBUTE_AS_PATH = 2,
	BGP_ATTRIBUTE_NEXT_HOP = 3,
	BGP_ATTRIBUTE_MED = 4,
	BGP_ATTRIBUTE_LOCAL_PREF = 5,
	BGP_ATTRIBUTE_COMMUNITIES = 8,
	BGP_ATTRIBUTE_MP_REACH = 14,
	BGP_ATTRIBUTE_MP_UNREACH = 15,
	BGP_ATTRIBUTE_AS4_PATH = 17,
	BGP_ATTRIBUTE_LARGE_COMMUNITIES = 32,
	BGP_ATTRIBUTE_ONLY_TO_CUSTOMER = 35,
};

enum bgp_attribute_flags {
	BGP_FLAG_OPTIONAL = 0x80,
	BGP_FLAG_TRANSITIVE = 0x40,
	BGP_FLAG_EXTENDED = 0x10, /* two bytes of length */
};

/*
 * An attribute whose length is known only at its end: begin, write the value, end. Both flags of
 * length are handled here: one byte up to 255, two bytes beyond.
 */
size_t bgp_attribute_begin(struct wire_writer *w, unsigned flags, enum bgp_attribute_type type);
void bgp_attribute_end(struct wire_writer *w, size_t begun);

/*
 * All attributes of a route in ascending order, MP_REACH_NLRI excepted. `next_hop` NULL leaves
 * NEXT_HOP out, which is right for IPv6.
 */
void bgp_attribute_put_all(struct wire_writer *w, const struct bgp_terms *terms,
			   const struct bgp_attributes *attributes,
			   const struct bgp_next_hop *next_hop);

#endif
