/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_chain3.c - the NSEC3 chain (RFC 5155 7.1).
 *
 * The chain is a ring of hashes, so it can be whole and still not be that of the zone's names:
 * every name is hashed and looked up, unless the iterations make that a matter of minutes.
 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "anyns/name.h"
#include "anyns/wire.h"
#include "zone/check_zone.h"
#include "zone/group.h"

enum {
	HASH_SIZE = 20,         /* SHA-1, the only algorithm there is (RFC 5155 11) */
	LABEL_SIZE = 32,        /* of a hash in base32hex */
	ITERATIONS_LIMIT = 500, /* RFC 9276 3.1 wants 0; resolvers give up at 100 to 500 */
};

struct params {
	uint16_t iterations;
	uint8_t salt_size;
	const uint8_t *salt;
};

/* One NSEC3 of the chain. Its owner's hash comes first for bsearch(). */
struct link {
	uint8_t hash[HASH_SIZE];
	bool used; /* a name has this hash */
	const struct zone_rdata *nsec3;
	const uint8_t *next; /* HASH_SIZE bytes */
	const uint8_t *bitmap;
	size_t bitmap_size;
};

struct chain3 {
	const struct zone *zone;
	struct report *report;
	struct params params;
	struct link *links;
	size_t count;
	bool opt_out;
	bool stripped; /* no signature in the whole zone */
	struct tally breaks, strangers, missing, bitmaps, unused;
};

/* RFC 5155 4.2: algorithm, flags, iterations, salt. False for one that no chain here can have. */
static bool
read_params(const struct zone_rdata *rdata, struct params *params)
{
	*params = (struct params){.iterations = wire_peek_u16(rdata->bytes + 2),
				  .salt_size = rdata->bytes[4],
				  .salt = rdata->bytes + 5};
	return rdata->bytes[0] == 1;
}

/* NSEC3 and NSEC3PARAM begin alike, up to the flags. */
static bool
same_params(const struct zone_rdata *rdata, const struct params *params)
{
	return rdata->bytes[0] == 1 && wire_peek_u16(rdata->bytes + 2) == params->iterations &&
	       rdata->bytes[4] == params->salt_size &&
	       memcmp(rdata->bytes + 5, params->salt, params->salt_size) == 0;
}

/* --- the links --- */

/* The owner is 32 digits of base32hex and the apex: master.c admits no other. */
static void
decode_label(uint8_t hash[static HASH_SIZE], const uint8_t *label)
{
	for (size_t group = 0; group < LABEL_SIZE / 8; group++) {
		uint64_t bits = 0;
		for (size_t i = 0; i < 8; i++) {
			uint8_t c = label[group * 8 + i];
			bits = bits << 5 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
		}
		for (size_t i = 0; i < 5; i++)
			hash[group * 5 + i] = (uint8_t)(bits >> (32 - 8 * i));
	}
}

static bool
add_link(struct chain3 *chain, const struct zone_name *name, const struct zone_rdata *nsec3)
{
	const uint8_t *p = nsec3->bytes;
	if (!same_params(nsec3, &chain->params))
		return false;
	const uint8_t *next = p + 5 + p[4];
	if (*next != HASH_SIZE)
		return false;
	struct link *link = &chain->links[chain->count++];
	*link = (struct link){.nsec3 = nsec3, .next = next + 1, .bitmap = next + 1 + HASH_SIZE};
	link->bitmap_size = nsec3->size - (size_t)(link->bitmap - p);
	decode_label(link->hash, name->wire + 1);
	chain->opt_out |= p[1] & 1;
	return true;
}

static void
collect(struct chain3 *chain)
{
	const struct zone *zone = chain->zone;
	char text[NAME_TEXT_MAX];
	for (uint32_t i = 0; i < zone->name_count; i++) {
		const struct zone_name *name = &zone->names[i];
		const struct zone_set *set = check_set(zone, name, DNS_TYPE_NSEC3);
		bool found = false;
		for (uint32_t j = 0; set && j < set->rdata_count && !found; j++)
			found = add_link(chain, name, &zone->rdatas[set->first_rdata + j]);
		if (set && !found && tally_next(&chain->strangers))
			report_add(chain->report, SEVERITY_WARNING, check_place(zone, set),
				   "sign the zone again",
				   "the NSEC3 at %s does not belong to the chain of NSEC3PARAM",
				   name_text(text, name->wire));
	}
}

/* Names stand in canonical order, which for owners of a hash is the order of the hashes. */
static void
check_ring(struct chain3 *chain)
{
	char text[NAME_TEXT_MAX];
	for (size_t i = 0; i < chain->count; i++) {
		const struct link *link = &chain->links[i];
		const struct link *next = &chain->links[(i + 1) % chain->count];
		/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): add_link() set it. */
		if (memcmp(link->next, next->hash, HASH_SIZE) == 0 || !tally_next(&chain->breaks))
			continue;
		report_add(chain->report, SEVERITY_WARNING, group_place(chain->zone, link->nsec3),
			   "sign the zone again",
			   "the NSEC3 chain of %s is broken: this does not name the hash behind it",
			   name_text(text, chain->zone->apex));
	}
}

/* --- the names --- */

/* RFC 5155 5: IH(salt, x, 0) = H(x || salt), then k times again. */
static bool
hash_name(EVP_MD_CTX *context, const EVP_MD *sha1, const struct params *params,
	  const struct zone_name *name, uint8_t hash[static HASH_SIZE])
{
	const uint8_t *input = name->wire;
	size_t size = name->size;
	for (unsigned round = 0; round <= params->iterations; round++) {
		if (!EVP_DigestInit_ex2(context, sha1, NULL) ||
		    !EVP_DigestUpdate(context, input, size) ||
		    !EVP_DigestUpdate(context, params->salt, params->salt_size) ||
		    !EVP_DigestFinal_ex(context, hash, NULL))
			return false;
		input = hash;
		size = HASH_SIZE;
	}
	return true;
}

static int
compare_hash(const void *hash, const void *link)
{
	return memcmp(hash, ((const struct link *)link)->hash, HASH_SIZE);
}

static void
check_name(struct chain3 *chain, const struct zone_name *name, const uint8_t *hash, bool needed)
{
	const struct zone *zone = chain->zone;
	char text[NAME_TEXT_MAX];
	struct link *link = bsearch(hash, chain->links, chain->count, sizeof *chain->links,
				    compare_hash);
	if (!link) {
		struct place place = name->set_count
					     ? check_place(zone, &zone->sets[name->first_set])
					     : check_zone_place(zone);
		if (needed && tally_next(&chain->missing))
			report_add(chain->report, SEVERITY_WARNING, place, "sign the zone again",
				   "%s has no NSEC3 in the chain", name_text(text, name->wire));
		return;
	}
	link->used = true;
	if (!check_bitmap(zone, name, DNS_TYPE_NSEC3, chain->stripped, link->bitmap,
			  link->bitmap_size) &&
	    tally_next(&chain->bitmaps))
		report_add(chain->report, SEVERITY_WARNING, group_place(zone, link->nsec3),
			   "sign the zone again", "the NSEC3 of %s lists other types than it has",
			   name_text(text, name->wire));
}

/*
 * RFC 5155 7.1: with opt-out, delegations without DS may be left out of the chain, and with them
 * the empty non-terminals that lead to nothing else. Children come after their parents, so one pass
 * backwards does.
 */
static void
mark_needed(const struct chain3 *chain, bool *needed)
{
	const struct zone *zone = chain->zone;
	for (uint32_t i = zone->name_count; i-- > 0;) {
		const struct zone_name *name = &zone->names[i];
		bool insecure = name->flags & ZONE_NAME_CUT && !check_set(zone, name, DNS_TYPE_DS);
		if (name->flags & (ZONE_NAME_OCCLUDED | ZONE_NAME_HASHED))
			continue;
		if (!(name->flags & ZONE_NAME_EMPTY) || !chain->opt_out)
			needed[i] = !(insecure && chain->opt_out);
		if (needed[i] && name->parent != ZONE_NONE)
			needed[name->parent] = true;
	}
}

static void
check_unused(struct chain3 *chain)
{
	char text[NAME_TEXT_MAX];
	for (size_t i = 0; i < chain->count; i++)
		if (!chain->links[i].used && tally_next(&chain->unused))
			report_add(chain->report, SEVERITY_WARNING,
				   group_place(chain->zone, chain->links[i].nsec3),
				   "sign the zone again", "this NSEC3 is of no name in %s",
				   name_text(text, chain->zone->apex));
}

/* False when OpenSSL or memory fails. */
static bool
check_all_names(struct chain3 *chain)
{
	const struct zone *zone = chain->zone;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_MD *sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
	bool *needed = calloc(zone->name_count, sizeof *needed);
	bool ok = context && sha1 && needed;
	if (ok)
		mark_needed(chain, needed);
	for (uint32_t i = 0; ok && i < zone->name_count; i++) {
		uint8_t hash[HASH_SIZE];
		const struct zone_name *name = &zone->names[i];
		if (name->flags & (ZONE_NAME_OCCLUDED | ZONE_NAME_HASHED))
			continue;
		ok = hash_name(context, sha1, &chain->params, name, hash);
		if (ok)
			check_name(chain, name, hash, needed[i]);
	}
	if (ok)
		check_unused(chain);
	free(needed);
	EVP_MD_free(sha1);
	EVP_MD_CTX_free(context);
	return ok;
}

/* --- the parameters --- */

static size_t
count_nsec3(const struct zone *zone, const struct zone_set **first)
{
	size_t count = 0;
	for (uint32_t i = 0; i < zone->name_count; i++) {
		const struct zone_set *set = check_set(zone, &zone->names[i], DNS_TYPE_NSEC3);
		if (set && count++ == 0)
			*first = set;
	}
	return count;
}

static bool
choose_params(struct chain3 *chain, const struct zone_set *set)
{
	for (uint32_t i = 0; i < set->rdata_count; i++)
		if (read_params(&chain->zone->rdatas[set->first_rdata + i], &chain->params))
			return true;
	report_add(chain->report, SEVERITY_WARNING, check_place(chain->zone, set),
		   "sign with algorithm 1", "no NSEC3PARAM with a hash algorithm that is known");
	return false;
}

/* Whether there is a chain to check; `count` is how many NSEC3 owners there are. */
static bool
check_params(struct chain3 *chain, size_t count, const struct zone_set *first)
{
	const struct zone *zone = chain->zone;
	const struct zone_set *set = check_set(zone, &zone->names[0], DNS_TYPE_NSEC3PARAM);
	if (!set) {
		if (count)
			report_add(chain->report, SEVERITY_WARNING, check_place(zone, first),
				   "sign the zone again",
				   "NSEC3 records without NSEC3PARAM at the apex are not used");
		return false;
	}
	/* A hash label and the apex must be a name: servers have crashed when they were not. */
	if (zone->apex_size + 1u + LABEL_SIZE > DNS_NAME_MAX) {
		report_add(chain->report, SEVERITY_ERROR, check_place(zone, set),
			   "use NSEC, or a shorter name",
			   "the zone's name is too long for NSEC3: its owners need 33 bytes more");
		return false;
	}
	if (!choose_params(chain, set))
		return false;
	if (chain->params.iterations > ITERATIONS_LIMIT)
		report_add(chain->report, SEVERITY_WARNING, check_place(zone, set),
			   "sign with 0 iterations (RFC 9276)",
			   "%u NSEC3 iterations: resolvers treat the zone as unsigned or fail",
			   chain->params.iterations);
	if (!count)
		report_add(chain->report, SEVERITY_WARNING, check_place(zone, set),
			   "sign the zone again, or remove NSEC3PARAM",
			   "NSEC3PARAM but not one NSEC3 record");
	return count != 0;
}

static void
check_chain(struct chain3 *chain)
{
	collect(chain);
	if (chain->count)
		check_ring(chain);
	if (chain->params.iterations <= ITERATIONS_LIMIT && !check_all_names(chain))
		report_add(chain->report, SEVERITY_WARNING, check_zone_place(chain->zone), NULL,
			   "the NSEC3 chain could not be compared with the names");
}

void
check_nsec3(const struct zone *zone, struct report *report)
{
	struct chain3 chain = {
		.zone = zone, .report = report, .stripped = !check_has_signatures(zone)};
	const struct zone_set *first = NULL;
	const char *file = check_zone_place(zone).file;
	size_t count = count_nsec3(zone, &first);
	if (!check_params(&chain, count, first))
		return;
	chain.links = calloc(count, sizeof *chain.links);
	if (!chain.links) {
		report_add(report, SEVERITY_ERROR, check_zone_place(zone), NULL, "out of memory");
		return;
	}
	check_chain(&chain);
	free(chain.links);
	tally_end(&chain.strangers, report, file, "NSEC3 do not belong to the chain");
	tally_end(&chain.breaks, report, file, "breaks in the NSEC3 chain");
	tally_end(&chain.missing, report, file, "names have no NSEC3");
	tally_end(&chain.bitmaps, report, file, "NSEC3 list other types than there are");
	tally_end(&chain.unused, report, file, "NSEC3 are of no name");
}
