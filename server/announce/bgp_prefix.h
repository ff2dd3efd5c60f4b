/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bgp_prefix.h - a prefix, and which prefixes this speaker refuses to announce.
 *
 * A speaker for a service address has no business with others' addresses: the rules stop the
 * mistakes that make the news (a default route, half the Internet, a more-specific that leaks).
 */
#ifndef ANNOUNCE_BGP_PREFIX_H
#define ANNOUNCE_BGP_PREFIX_H

#include "announce/bgp_message.h"

struct bgp_prefix {
	enum bgp_family family;
	uint8_t length;    /* bits */
	uint8_t bytes[16]; /* network byte order; the first 4 with IPv4 */
};

/* Writes length and the bytes that carry it (RFC 4271 4.3). */
void bgp_prefix_put(struct wire_writer *w, const struct bgp_prefix *prefix);

/*
 * Why the prefix must not be announced, as words for a finding, or NULL when it may. `long_allowed`
 * is the operator's word that more than /24 or /48 is meant; all other refusals are final.
 */
const char *bgp_prefix_refusal(const struct bgp_prefix *prefix, bool long_allowed);

#endif
