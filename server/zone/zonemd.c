/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * zonemd.c - verification of a zone's digest, RFC 8976.
 *
 * The digest runs over all records in canonical form and order, each once. Order within a name is
 * by type, and all RRSIGs are of one type, 46, whatever they cover; here each stands with the set
 * it covers, so they are gone through when the turn of 46 comes. Occluded names count (RFC
 * 8976 3.3.2), what is outside the zone does not.
 *
 * With `warn` a digest that is wrong is told and the zone served; with `require` it must be there
 * and right.
 */
#include "zone/zonemd.h"

#include <openssl/evp.h>
#include <string.h>

#include "anyns/name.h"
#include "anyns/wire.h"
#include "zone/check_zone.h"
#include "zone/fields.h"
#include "zone/group.h"

enum {
	SCHEME_SIMPLE = 1,
	DIGEST_MIN = 12, /* RFC 8976 2.2.4 */
	DIGEST_AT = 6,   /* serial 4, scheme 1, algorithm 1 */
};

struct digester {
	const struct zone *zone;
	EVP_MD_CTX *context;
	bool failed;
	uint8_t folded[UINT16_MAX]; /* one rdata in canonical form */
};

static void
digest(struct digester *digester, const void *bytes, size_t size)
{
	if (!digester->failed && !EVP_DigestUpdate(digester->context, bytes, size))
		digester->failed = true;
}

static void
digest_record(struct digester *digester, const struct zone_name *name, uint16_t type, uint32_t ttl,
	      const struct zone_rdata *rdata)
{
	uint8_t fixed[10];
	wire_poke_u16(fixed, type);
	wire_poke_u16(fixed + 2, DNS_CLASS_IN);
	wire_poke_u32(fixed + 4, ttl);
	wire_poke_u16(fixed + 8, rdata->size);
	digest(digester, name->wire, name->size);
	digest(digester, fixed, sizeof fixed);
	digest(digester, rdata->bytes, rdata->size);
}

/* The records come in canonical order, each once; only the names in them may have capitals. */
static void
digest_rdatas(struct digester *digester, const struct zone_name *name, uint16_t type, uint32_t ttl,
	      const struct zone_rdata *rdatas, size_t count)
{
	bool folds = fields_folds(type);
	for (size_t i = 0; i < count; i++) {
		struct zone_rdata rdata = rdatas[i];
		if (folds) {
			fields_canonical(type, rdata.bytes, rdata.size, digester->folded);
			rdata.bytes = digester->folded;
		}
		digest_record(digester, name, type, ttl, &rdata);
	}
}

/* RFC 8976 3.3.1 item 3: the apex's ZONEMD and the signatures over it cannot be in their own
 * digest. */
static bool
is_excluded(const struct zone_name *name, const struct zone_set *set)
{
	return set->type == DNS_TYPE_ZONEMD && name->parent == ZONE_NONE;
}

static void
digest_signatures(struct digester *digester, const struct zone_name *name)
{
	const struct zone *zone = digester->zone;
	/* Rdata begins with the covered type, so going by sets is the order of the rdata. */
	for (uint32_t i = 0; i < name->set_count; i++) {
		const struct zone_set *set = &zone->sets[name->first_set + i];
		if (!is_excluded(name, set))
			digest_rdatas(digester, name, DNS_TYPE_RRSIG, set->sig_ttl,
				      &zone->rdatas[set->first_sig], set->sig_count);
	}
}

static void
digest_name(struct digester *digester, const struct zone_name *name)
{
	const struct zone *zone = digester->zone;
	bool signatures = false;
	for (uint32_t i = 0; i < name->set_count; i++) {
		const struct zone_set *set = &zone->sets[name->first_set + i];
		if (!signatures && set->type >= DNS_TYPE_RRSIG) {
			digest_signatures(digester, name);
			signatures = true;
		}
		if (!is_excluded(name, set))
			digest_rdatas(digester, name, set->type, set->ttl,
				      &zone->rdatas[set->first_rdata], set->rdata_count);
	}
	if (!signatures)
		digest_signatures(digester, name);
}

static const char *
algorithm_name(unsigned algorithm)
{
	switch (algorithm) {
	case ZONEMD_SHA384:
		return "SHA384";
	case ZONEMD_SHA512:
		return "SHA512";
	default:
		return NULL;
	}
}

size_t
zonemd_digest(const struct zone *zone, unsigned algorithm, uint8_t out[static ZONEMD_DIGEST_MAX])
{
	const char *hash = algorithm_name(algorithm);
	unsigned size = 0;
	if (!hash)
		return 0;
	EVP_MD *md = EVP_MD_fetch(NULL, hash, NULL);
	struct digester digester;
	digester.zone = zone;
	digester.context = EVP_MD_CTX_new();
	digester.failed = false;
	if (md && digester.context && EVP_DigestInit_ex2(digester.context, md, NULL)) {
		for (uint32_t i = 0; i < zone->name_count; i++)
			digest_name(&digester, &zone->names[i]);
		if (digester.failed || !EVP_DigestFinal_ex(digester.context, out, &size))
			size = 0;
	}
	EVP_MD_CTX_free(digester.context);
	EVP_MD_free(md);
	return size;
}

/* RFC 8976 4 item 4: records with the scheme and algorithm of another one are none. */
static bool
is_repeated(const struct zone *zone, const struct zone_set *set, const struct zone_rdata *rdata)
{
	for (uint32_t i = 0; i < set->rdata_count; i++) {
		const struct zone_rdata *other = &zone->rdatas[set->first_rdata + i];
		if (other != rdata && memcmp(other->bytes + 4, rdata->bytes + 4, 2) == 0)
			return true;
	}
	return false;
}

enum verdict { VERDICT_RIGHT, VERDICT_WRONG, VERDICT_UNUSABLE };

/* `why` says what is wrong with a record that is not right. */
static enum verdict
verify(const struct zone *zone, const struct zone_set *set, const struct zone_rdata *rdata,
       const char **why)
{
	uint8_t digest_bytes[ZONEMD_DIGEST_MAX];
	unsigned algorithm = rdata->bytes[5];
	size_t size = rdata->size - (size_t)DIGEST_AT;
	*why = "the scheme or algorithm is not supported";
	if (rdata->bytes[4] != SCHEME_SIMPLE || !algorithm_name(algorithm))
		return VERDICT_UNUSABLE;
	*why = "there is another one with this scheme and algorithm";
	if (is_repeated(zone, set, rdata))
		return VERDICT_UNUSABLE;
	*why = "its serial is not that of the SOA";
	if (wire_peek_u32(rdata->bytes) != zone->serial)
		return VERDICT_WRONG;
	*why = "the digest of the zone is another one";
	if (size < DIGEST_MIN || zonemd_digest(zone, algorithm, digest_bytes) != size ||
	    memcmp(digest_bytes, rdata->bytes + DIGEST_AT, size) != 0)
		return VERDICT_WRONG;
	return VERDICT_RIGHT;
}

void
zonemd_check(const struct zone *zone, enum zonemd_policy policy, struct report *report)
{
	const struct zone_set *set = check_set(zone, &zone->names[0], DNS_TYPE_ZONEMD);
	enum severity severity = policy == ZONEMD_REQUIRE ? SEVERITY_ERROR : SEVERITY_WARNING;
	const char *first_why = NULL;
	if (policy == ZONEMD_OFF)
		return;
	if (!set) {
		if (policy == ZONEMD_REQUIRE)
			report_add(report, severity, check_zone_place(zone),
				   "add one, or set zonemd: warn",
				   "the zone has no ZONEMD record, which is required");
		return;
	}
	/* RFC 8976 4: one that verifies is enough. */
	for (uint32_t i = 0; i < set->rdata_count; i++) {
		const char *why;
		if (verify(zone, set, &zone->rdatas[set->first_rdata + i], &why) == VERDICT_RIGHT)
			return;
		if (!first_why)
			first_why = why;
	}
	report_add(report, severity, check_place(zone, set),
		   "get the zone again; it was changed, or signed wrongly",
		   "ZONEMD does not verify: %s", first_why);
}
