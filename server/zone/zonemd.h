/* SPDX-License-Identifier: BSD-2-Clause */
/* zonemd.h - the digest of a zone (RFC 8976). */
#ifndef ZONE_ZONEMD_H
#define ZONE_ZONEMD_H

#include "anyns/zone.h"

enum zonemd_hash { ZONEMD_SHA384 = 1, ZONEMD_SHA512 = 2 };

/* Bytes of the longest digest. */
enum { ZONEMD_DIGEST_MAX = 64 };

/*
 * The SIMPLE digest of the zone into `out`; returns its size, 0 when memory or OpenSSL fails or
 * the algorithm is unknown.
 */
size_t zonemd_digest(const struct zone *zone, unsigned algorithm,
		     uint8_t out[static ZONEMD_DIGEST_MAX]);

/* Verifies the apex's ZONEMD records as the policy says; findings go to the report. */
void zonemd_check(const struct zone *zone, enum zonemd_policy policy, struct report *report);

#endif
