/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bgp_terms.h - the two OPENs of a session laid side by side: what is agreed, or why not.
 */
#ifndef ANNOUNCE_BGP_TERMS_H
#define ANNOUNCE_BGP_TERMS_H

#include "announce/bgp_open.h"

/* A configured peer. Constant while its state machine lives. */
struct bgp_peer {
	uint32_t local_as;
	uint32_t peer_as;   /* equal to local_as: iBGP */
	uint32_t router_id; /* ours, host byte order, not 0 */
	uint16_t hold;      /* seconds to offer; 0 or >= 3 */
	uint16_t role;      /* enum bgp_role: what we are to the peer; only with eBGP */
	uint8_t families;   /* set of enum bgp_family that this session must carry; not empty */
	bool role_strict;   /* RFC 9234 4.2: the peer must offer its role */
	bool dial;          /* we connect */
	bool listen;        /* the peer may connect */
};

/* What both sides agreed on, all that messages to this peer depend on. */
struct bgp_terms {
	uint32_t local_as;
	uint32_t peer_id; /* the peer's BGP Identifier, host byte order */
	uint16_t hold;    /* seconds; 0: no hold and keepalive timers */
	uint8_t families; /* set of enum bgp_family to announce in */
	bool external;    /* eBGP */
	bool four_octet_as;
	bool only_to_customer; /* RFC 9234 5: routes get the OTC attribute */
};

/* The OPEN to send to this peer, with a hold time that may differ from the configured one. */
struct bgp_open bgp_terms_offer(const struct bgp_peer *peer, uint16_t hold);

/*
 * Compares a received OPEN with the configuration; `hold` is the one we offered. False: `error` is
 * the NOTIFICATION to answer with.
 */
bool bgp_terms_agree(const struct bgp_peer *peer, uint16_t hold, const struct bgp_open *open,
		     struct bgp_terms *terms, struct bgp_error *error) NODISCARD;

/*
 * Which connection lives when both sides opened one (RFC 4271 6.8): true when it is the one that we
 * opened.
 */
bool bgp_terms_we_win(const struct bgp_peer *peer, uint32_t peer_id);

#endif
