/* SPDX-License-Identifier: BSD-2-Clause */
#include "proof.h"

#include <assert.h>
#include <openssl/sha.h>
#include <string.h>

#include "anyns/name.h"
#include "anyns/wire.h"

static const struct zone_set *
set_of(const struct zone *zone, const struct zone_name *name, uint16_t type)
{
	for (uint32_t i = 0; i < name->set_count; i++) {
		const struct zone_set *set = &zone->sets[name->first_set + i];
		if (set->type == type && set->rdata_count)
			return set;
	}
	return NULL;
}

/* The denying set with its signatures, each once however many things it denies. */
static void
add(const struct zone *zone, const struct zone_name *name, const struct zone_set *set,
    struct reference_list *out)
{
	const struct zone_rdata *first = &zone->rdatas[set->first_rdata];
	for (size_t i = 0; i < out->count; i++) {
		const struct reference_record *there = &out->items[i];
		/* Parent and child may both have an NSEC at the cut: only the data tells them
		 * apart. */
		if (there->type == set->type && name_equal(there->owner, name->wire) &&
		    there->size == first->size &&
		    memcmp(there->rdata, first->bytes, first->size) == 0)
			return;
	}
	for (uint32_t i = 0; i < set->rdata_count; i++) {
		const struct zone_rdata *rdata = &zone->rdatas[set->first_rdata + i];
		reference_add(out, name->wire, set->type, set->ttl, rdata->bytes, rdata->size);
	}
	for (uint32_t i = 0; i < set->sig_count; i++) {
		const struct zone_rdata *rdata = &zone->rdatas[set->first_sig + i];
		reference_add(out, name->wire, DNS_TYPE_RRSIG, set->sig_ttl, rdata->bytes,
			      rdata->size);
	}
}

void
proof_wildcard(uint8_t wildcard[static DNS_NAME_MAX], const uint8_t *encloser)
{
	size_t size = name_length(encloser, DNS_NAME_MAX);
	assert(size && size + 2 <= DNS_NAME_MAX);
	memcpy(wildcard, "\1*", 2);
	memcpy(wildcard + 2, encloser, size);
}

/* --- NSEC ----------------------------------------------------------------------------------------
 */

static bool
has_nsec(const struct zone *zone)
{
	return set_of(zone, &zone->names[0], DNS_TYPE_NSEC) != NULL;
}

/* The NSEC of `name`, or the one that spans it: owner <= name < next, the last one's next being the
 * apex. */
static void
nsec_for(const struct zone *zone, const uint8_t *name, struct reference_list *out)
{
	for (uint32_t i = 0; i < zone->name_count; i++) {
		const struct zone_name *owner = &zone->names[i];
		const struct zone_set *set = set_of(zone, owner, DNS_TYPE_NSEC);
		if (!set || name_compare(owner->wire, name) > 0)
			continue;
		const uint8_t *next = zone->rdatas[set->first_rdata].bytes;
		if (name_equal(next, zone->apex) || name_compare(name, next) < 0)
			add(zone, owner, set, out);
	}
}

/* --- NSEC3 ---------------------------------------------------------------------------------------
 */

void
proof_hash(uint8_t hash[static 20], const uint8_t *name, const uint8_t *salt, size_t salt_size,
	   unsigned iterations)
{
	uint8_t input[DNS_NAME_MAX + 255];
	size_t size = name_lower(input, name);
	for (unsigned i = 0; i <= iterations; i++) {
		memcpy(input + size, salt, salt_size);
		SHA1(input, size + salt_size, hash);
		memcpy(input, hash, 20);
		size = 20;
	}
}

static const struct zone_rdata *
nsec3param(const struct zone *zone)
{
	const struct zone_set *set = set_of(zone, &zone->names[0], DNS_TYPE_NSEC3PARAM);
	return set ? &zone->rdatas[set->first_rdata] : NULL;
}

/* Base32hex without padding, RFC 4648 7: 32 digits are 20 bytes. */
static void
decode_owner(uint8_t hash[static 20], const uint8_t *owner)
{
	memset(hash, 0, 20);
	assert(owner[0] == 32);
	for (size_t i = 0; i < 32 * 5; i++) {
		uint8_t c = name_fold(owner[1 + i / 5]);
		unsigned digit = (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
		if (digit >> (4 - i % 5) & 1)
			hash[i / 8] |= (uint8_t)(0x80 >> i % 8);
	}
}

enum nsec3_relation { NSEC3_MATCHES = 1, NSEC3_COVERS = 2 };

/* The NSEC3 that stands in one of the relations to the name. Whether there is one. */
static bool
nsec3_for(const struct zone *zone, const uint8_t *name, unsigned relations,
	  struct reference_list *out)
{
	const uint8_t *param = nsec3param(zone)->bytes;
	uint8_t hash[20];
	proof_hash(hash, name, param + 5, param[4], wire_peek_u16(param + 2));
	for (uint32_t i = 0; i < zone->name_count; i++) {
		const struct zone_name *owner = &zone->names[i];
		const struct zone_set *set = set_of(zone, owner, DNS_TYPE_NSEC3);
		if (!set)
			continue;
		uint8_t from[20];
		decode_owner(from, owner->wire);
		const uint8_t *rdata = zone->rdatas[set->first_rdata].bytes;
		const uint8_t *to = rdata + 5 + rdata[4] + 1;
		int after = memcmp(hash, from, 20);
		bool last = memcmp(from, to, 20) >= 0;
		bool before = memcmp(hash, to, 20) < 0;
		bool covers = last ? after > 0 || before : after > 0 && before;
		if ((after == 0 && relations & NSEC3_MATCHES) ||
		    (after != 0 && covers && relations & NSEC3_COVERS)) {
			if (out)
				add(zone, owner, set, out);
			return true;
		}
	}
	return false;
}

/*
 * The closest provable encloser (RFC 5155 7.2.4): the longest ancestor that has an NSEC3. Under
 * opt-out a name that exists may have none. The name's own NSEC3 does not count.
 */
static const uint8_t *
provable_encloser(const struct zone *zone, const uint8_t *name)
{
	const uint8_t *encloser = name_skip(name, 1);
	while (!nsec3_for(zone, encloser, NSEC3_MATCHES, NULL))
		encloser = name_skip(encloser, 1);
	return encloser;
}

/* The ancestor of `name` one label longer than `encloser`. */
static const uint8_t *
next_closer(const uint8_t *name, const uint8_t *encloser)
{
	return name_skip(name, name_labels(name) - name_labels(encloser) - 1);
}

/* RFC 5155 7.2.1. Returns the encloser that was proved. */
static const uint8_t *
nsec3_encloser_proof(const struct zone *zone, const uint8_t *name, struct reference_list *out)
{
	const uint8_t *encloser = provable_encloser(zone, name);
	nsec3_for(zone, encloser, NSEC3_MATCHES, out);
	nsec3_for(zone, next_closer(name, encloser), NSEC3_COVERS, out);
	return encloser;
}

/* --- the cases -----------------------------------------------------------------------------------
 */

void
proof_no_name(const struct zone *zone, const uint8_t *name, const uint8_t *encloser,
	      struct reference_list *out)
{
	uint8_t wildcard[DNS_NAME_MAX];
	if (has_nsec(zone)) { /* RFC 4035 3.1.3.2 */
		proof_wildcard(wildcard, encloser);
		nsec_for(zone, name, out);
		nsec_for(zone, wildcard, out);
	} else if (nsec3param(zone)) { /* RFC 5155 7.2.2 */
		const uint8_t *proved = nsec3_encloser_proof(zone, name, out);
		proof_wildcard(wildcard, proved);
		/* A wildcard at an encloser further up than the real one may exist: then nothing
		 * covers it, and the opt-out span says that nothing is proved. */
		nsec3_for(zone, wildcard, NSEC3_COVERS, out);
	}
}

void
proof_no_type(const struct zone *zone, const uint8_t *name, struct reference_list *out)
{
	if (has_nsec(zone)) /* RFC 4035 3.1.3.1; an empty non-terminal is spanned */
		nsec_for(zone, name, out);
	else if (nsec3param(zone) && !nsec3_for(zone, name, NSEC3_MATCHES, out))
		nsec3_encloser_proof(zone, name, out); /* RFC 5155 7.2.4, 7.2.7: opt-out */
}

void
proof_no_wildcard_type(const struct zone *zone, const uint8_t *name, const uint8_t *encloser,
		       struct reference_list *out)
{
	uint8_t wildcard[DNS_NAME_MAX];
	proof_wildcard(wildcard, encloser);
	if (has_nsec(zone)) { /* RFC 4035 3.1.3.4 */
		nsec_for(zone, name, out);
		nsec_for(zone, wildcard, out);
	} else if (nsec3param(zone)) { /* RFC 5155 7.2.5 */
		nsec3_encloser_proof(zone, name, out);
		/* Under opt-out an empty wildcard may have no NSEC3; then as for any such name. */
		proof_no_type(zone, wildcard, out);
	}
}

void
proof_wildcard_answer(const struct zone *zone, const uint8_t *name, const uint8_t *encloser,
		      struct reference_list *out)
{
	if (has_nsec(zone)) /* RFC 4035 3.1.3.3 */
		nsec_for(zone, name, out);
	else if (nsec3param(
			 zone)) /* RFC 5155 7.2.6: the encloser follows from the RRSIG's labels */
		nsec3_for(zone, next_closer(name, encloser), NSEC3_COVERS, out);
}
