/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bgp_open.h - OPEN messages and their capabilities (RFC 4271 4.2, RFC 5492).
 *
 * Offered: multiprotocol per configured family (RFC 4760), route refresh (RFC 2918), 4-octet AS
 * (RFC 6793), role (RFC 9234). Never offered: graceful restart and its long-lived form (64, 71).
 * They ask the router to keep our routes when the session dies, and a dying session is our
 * dead-man.
 */
#ifndef ANNOUNCE_BGP_OPEN_H
#define ANNOUNCE_BGP_OPEN_H

#include "announce/bgp_message.h"

/* What a speaker is to its neighbour, as in RFC 9234 4.1. */
enum bgp_role {
	BGP_ROLE_PROVIDER = 0,
	BGP_ROLE_RS = 1,
	BGP_ROLE_RS_CLIENT = 2,
	BGP_ROLE_CUSTOMER = 3,
	BGP_ROLE_PEER = 4,
	BGP_ROLE_NONE = 256,      /* not configured, or not offered */
	BGP_ROLE_AMBIGUOUS = 257, /* received twice with two values */
};

/* The AS number that stands in 2-octet fields for those that do not fit (RFC 6793 9). */
enum { BGP_AS_TRANS = 23456 };

struct bgp_open {
	uint32_t as;      /* the 4-octet one when there is one */
	uint32_t id;      /* BGP Identifier, host byte order */
	uint16_t hold;    /* seconds; 0 or >= 3 */
	uint16_t role;    /* enum bgp_role, or a number yet unknown */
	uint8_t families; /* set of enum bgp_family, unicast */
	bool four_octet_as;
	bool route_refresh;
};

/* Writes the OPEN. Returns its size. */
size_t bgp_open_encode(const struct bgp_open *open, uint8_t out[BGP_MESSAGE_MAX]);

/*
 * Reads a received OPEN: everything that is wrong for whatever peer sends it. Unknown capabilities
 * are passed over. False: `error` is the NOTIFICATION to answer with. Whether it is the OPEN of the
 * peer we mean is for bgp_terms_agree().
 */
bool bgp_open_decode(const struct bgp_message *message, struct bgp_open *open,
		     struct bgp_error *error) NODISCARD;

#endif
