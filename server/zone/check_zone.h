/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_zone.h - what is wrong with a grouped zone as a whole. Findings go to the report with file
 * and line; only check_zone() changes the zone, and only its serial.
 */
#ifndef ZONE_CHECK_ZONE_H
#define ZONE_CHECK_ZONE_H

#include "anyns/zone.h"
#include "zone/tally.h"

/*
 * Runs all checks and sets the serial. `complete` is false when some lines of the files could not
 * be read: signatures, chains and the digest are not looked at then.
 */
void check_zone(struct zone *zone, const struct zone_options *options, bool complete,
		struct report *report);

/* check_target.c: NS, MX and SRV targets that have no address or are aliases. */
void check_targets(const struct zone *zone, struct report *report);

/* check_dnssec.c: signatures without key, expired, not yet valid, missing. */
void check_signatures(const struct zone *zone, time_t now, struct report *report);

/* check_chain.c and check_chain3.c: the NSEC and the NSEC3 chain. */
void check_nsec(const struct zone *zone, struct report *report);
void check_nsec3(const struct zone *zone, struct report *report);

/* The set of `type` at `name` when it has records and not only signatures, else NULL. */
const struct zone_set *check_set(const struct zone *zone, const struct zone_name *name,
				 uint16_t type);

/* Where the first record, or signature, of a set stands. The set has one. */
struct place check_place(const struct zone *zone, const struct zone_set *set);

/* A place that stands for the zone as a whole. */
struct place check_zone_place(const struct zone *zone);

/* Whether there is any signature in the zone. */
bool check_has_signatures(const struct zone *zone);

/*
 * Whether a type bitmap lists just the types that NSEC or NSEC3 (`chain_type`) must for this name.
 * In a zone whose signatures were all taken out (`stripped`), RRSIG may be listed all the same.
 */
bool check_bitmap(const struct zone *zone, const struct zone_name *name, uint16_t chain_type,
		  bool stripped, const uint8_t *bitmap, size_t size);

#endif
