/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proof.h - the records that deny, RFC 4035 3.1.3 and RFC 5155 7.2, by linear search.
 *
 * An unsigned zone has none: the functions then add nothing.
 */
#ifndef ANYNS_TEST_PROOF_H
#define ANYNS_TEST_PROOF_H

#include "reference.h"

/* "*." + `encloser`. */
void proof_wildcard(uint8_t wildcard[static DNS_NAME_MAX], const uint8_t *encloser);

/* Bytes 0 to 19: the NSEC3 hash of `name` (RFC 5155 5). */
void proof_hash(uint8_t hash[static 20], const uint8_t *name, const uint8_t *salt, size_t salt_size,
		unsigned iterations);

/* No such name, and no wildcard: `encloser` is the closest encloser of `name`. */
void proof_no_name(const struct zone *zone, const uint8_t *name, const uint8_t *encloser,
		   struct reference_list *out);

/* The name is there, the type is not; a delegation without DS too. */
void proof_no_type(const struct zone *zone, const uint8_t *name, struct reference_list *out);

/* A wildcard matched, the type is not there. */
void proof_no_wildcard_type(const struct zone *zone, const uint8_t *name, const uint8_t *encloser,
			    struct reference_list *out);

/* A wildcard answered: nothing closer was there. */
void proof_wildcard_answer(const struct zone *zone, const uint8_t *name, const uint8_t *encloser,
			   struct reference_list *out);

#endif
