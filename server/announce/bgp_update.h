/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bgp_update.h - UPDATE messages: ours made, others' looked over.
 *
 * A message is at most BGP_MESSAGE_MAX bytes, so a long list of prefixes takes several calls:
 *
 *	for (size_t at = 0, used; at < count; at += used)
 *		send(out, bgp_update_withdraw(prefixes + at, count - at, &used, out));
 *
 * Each message carries the prefixes of one family and one kind, which is what RFC 7606 5.1 asks
 *for.
 */
#ifndef ANNOUNCE_BGP_UPDATE_H
#define ANNOUNCE_BGP_UPDATE_H

#include "announce/bgp_attribute.h"
#include "announce/bgp_prefix.h"

/*
 * Announces the first prefixes of the list (count >= 1), all of the first one's family, as many as
 * fit. `used` is their number, at least 1. `next_hop` is of the same family. Returns the message's
 * size.
 */
size_t bgp_update_announce(const struct bgp_terms *terms, const struct bgp_attributes *attributes,
			   const struct bgp_next_hop *next_hop, const struct bgp_prefix *prefixes,
			   size_t count, size_t *used, uint8_t out[BGP_MESSAGE_MAX]);

/* Withdraws in the same manner. */
size_t bgp_update_withdraw(const struct bgp_prefix *prefixes, size_t count, size_t *used,
			   uint8_t out[BGP_MESSAGE_MAX]);

/* "That was all" of one family (RFC 4724 2, used without graceful restart too). */
size_t bgp_update_end_of_rib(enum bgp_family family, uint8_t out[BGP_MESSAGE_MAX]);

/*
 * Looks over a received UPDATE before it is thrown away: do all lengths stay inside each other, is
 * every prefix possible? False: `error` has the code for the log. It is not for the wire: nothing
 * is installed, so nothing of a bad UPDATE can do harm, and a NOTIFICATION would only take our own
 * route away (the spirit of RFC 7606).
 */
bool bgp_update_check(const struct bgp_message *message, struct bgp_error *error) NODISCARD;

#endif
