/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * identity_zone.h - the zone of `identity-name:`: every instance answers it for itself, so that a
 * probe behind a resolver learns which one the resolver reaches (RFC 7108, as L-root's
 * identity.l.root-servers.org).
 */
#ifndef ANYNS_SERVE_IDENTITY_ZONE_H
#define ANYNS_SERVE_IDENTITY_ZONE_H

#include "anyns/config.h"
#include "anyns/image.h"
#include "anyns/zone.h"

/*
 * SOA, NS, TXT with the instance, A and AAAA of `identity-addresses:`, all with TTL 0. The caller's
 * (zone_free). NULL with an error in the report.
 */
struct zone *identity_zone_make(const struct config *config, struct report *report) NODISCARD;

/*
 * Whether resolvers that validate reach the identity name through `parent`: a signed zone above it
 * must delegate it without DS. Adds an error at the place of `identity-name:` when they do not.
 */
void identity_zone_check_parent(const struct config *config, const struct segment *parent,
				struct report *report);

#endif
