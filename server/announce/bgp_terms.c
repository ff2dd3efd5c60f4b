/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bgp_terms.h"

static bool
is_external(const struct bgp_peer *peer)
{
	return peer->local_as != peer->peer_as;
}

struct bgp_open
bgp_terms_offer(const struct bgp_peer *peer, uint16_t hold)
{
	return (struct bgp_open){
		.as = peer->local_as,
		.id = peer->router_id,
		.hold = hold,
		/* Roles are about the border between two networks (RFC 9234 4). */
		.role = is_external(peer) ? peer->role : BGP_ROLE_NONE,
		.families = peer->families,
		.four_octet_as = true,
		.route_refresh = true,
	};
}

/* RFC 9234 4.2, table 2: the pairs that fit. */
static bool
roles_fit(const struct bgp_peer *peer, uint16_t theirs)
{
	static const uint16_t counterpart[] = {
		[BGP_ROLE_PROVIDER] = BGP_ROLE_CUSTOMER, [BGP_ROLE_RS] = BGP_ROLE_RS_CLIENT,
		[BGP_ROLE_RS_CLIENT] = BGP_ROLE_RS,      [BGP_ROLE_CUSTOMER] = BGP_ROLE_PROVIDER,
		[BGP_ROLE_PEER] = BGP_ROLE_PEER,
	};
	if (!is_external(peer) || peer->role >= ARRAY_LENGTH(counterpart))
		return true;
	if (theirs == BGP_ROLE_NONE)
		return !peer->role_strict;
	return theirs == counterpart[peer->role];
}

/*
 * RFC 9234 5, egress rule 1: to a customer, peer or RS client. Said the other way round, because
 * the role is our own. Towards a provider or route server the attribute would make the route a
 * leak.
 */
static bool
is_marked_only_to_customer(const struct bgp_peer *peer)
{
	return is_external(peer) && (peer->role == BGP_ROLE_PROVIDER || peer->role == BGP_ROLE_RS ||
				     peer->role == BGP_ROLE_PEER);
}

/* RFC 5492 3: the data is the list of the capabilities that we miss. */
static struct bgp_error
missing_families(uint8_t missing)
{
	struct bgp_error error = {.code = BGP_OPEN_ERROR,
				  .subcode = BGP_OPEN_UNSUPPORTED_CAPABILITY};
	struct wire_writer w = wire_writer(error.data, sizeof error.data);
	for (unsigned afi = BGP_IPV4; afi <= BGP_IPV6; afi++) {
		if (!(missing & afi))
			continue;
		wire_put_u16(&w, 0x0104); /* multiprotocol, 4 bytes of value */
		wire_put_u16(&w, (uint16_t)afi);
		wire_put_u16(&w, BGP_SAFI_UNICAST);
	}
	error.size = (uint16_t)w.at;
	return error;
}

static uint8_t
disagreement(const struct bgp_peer *peer, const struct bgp_open *open)
{
	if (open->as != peer->peer_as)
		return BGP_OPEN_BAD_PEER_AS;
	/* RFC 6286 2.1: unique within an AS. It also catches a speaker that talks to itself. */
	if (!is_external(peer) && open->id == peer->router_id)
		return BGP_OPEN_BAD_IDENTIFIER;
	if (!roles_fit(peer, open->role))
		return BGP_OPEN_ROLE_MISMATCH;
	/*
	 * A session that cannot carry our prefix would look well and announce nothing; ending it
	 * makes the router's operator see what is missing.
	 */
	if (peer->families & ~open->families)
		return BGP_OPEN_UNSUPPORTED_CAPABILITY;
	return 0;
}

bool
bgp_terms_agree(const struct bgp_peer *peer, uint16_t hold, const struct bgp_open *open,
		struct bgp_terms *terms, struct bgp_error *error)
{
	uint8_t subcode = disagreement(peer, open);
	if (subcode == BGP_OPEN_UNSUPPORTED_CAPABILITY)
		*error = missing_families(peer->families & (uint8_t)~open->families);
	else if (subcode)
		*error = bgp_error_make(BGP_OPEN_ERROR, subcode, NULL, 0);
	if (subcode)
		return false;
	*terms = (struct bgp_terms){
		.local_as = peer->local_as,
		.peer_id = open->id,
		/* The smaller one; 0, no timers at all, is the smallest (RFC 4271 4.2). */
		.hold = open->hold < hold ? open->hold : hold,
		.families = peer->families,
		.external = is_external(peer),
		.four_octet_as = open->four_octet_as,
		.only_to_customer = is_marked_only_to_customer(peer),
	};
	return true;
}

bool
bgp_terms_we_win(const struct bgp_peer *peer, uint32_t peer_id)
{
	if (peer->router_id != peer_id)
		return peer->router_id > peer_id;
	/* RFC 6286 2.3: different networks may use the same identifier. */
	return peer->local_as > peer->peer_as;
}
