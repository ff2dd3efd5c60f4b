/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_dnssec.c - signatures, by key.
 *
 * A zone that was not signed again in time has thousands of expired signatures and one cause. So
 * findings are counted per key and told once each, with the place of the first. No signature is
 * verified: that would take minutes for a large zone, and resolvers do it all day.
 */
#include <string.h>
#include <time.h>

#include "anyns/name.h"
#include "anyns/wire.h"
#include "zone/check_zone.h"
#include "zone/group.h"
#include "zone/rdata.h"

enum { KEYS_MAX = 32 };

/* What was found about signatures that name one key. */
struct key_findings {
	uint16_t tag;
	uint8_t algorithm;
	bool known;
	size_t count, expired, early;
	uint32_t expired_at; /* the earliest */
	const struct zone_rdata *first, *first_expired, *first_early;
};

struct signatures {
	const struct zone *zone;
	struct report *report;
	uint32_t now;
	struct key_findings keys[KEYS_MAX];
	size_t key_count;
	size_t foreign; /* signed by another name */
	const struct zone_rdata *first_foreign;
	struct tally unsigned_sets, empty_sets;
	bool is_signed;
};

/* RFC 4034 appendix B. (Its B.1, algorithm 1, is not: RFC 6725 retired that in 2012.) */
static uint16_t
key_tag(const struct zone_rdata *key)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < key->size; i++)
		sum += i & 1 ? key->bytes[i] : (uint32_t)key->bytes[i] << 8;
	sum += sum >> 16;
	return (uint16_t)sum;
}

static bool
has_key(const struct zone *zone, uint16_t tag, uint8_t algorithm)
{
	const struct zone_set *keys = check_set(zone, &zone->names[0], DNS_TYPE_DNSKEY);
	for (uint32_t i = 0; keys && i < keys->rdata_count; i++) {
		const struct zone_rdata *key = &zone->rdatas[keys->first_rdata + i];
		if (key->bytes[3] == algorithm && key_tag(key) == tag)
			return true;
	}
	return false;
}

static struct key_findings *
find_key(struct signatures *signatures, uint16_t tag, uint8_t algorithm)
{
	size_t i = 0;
	for (; i < signatures->key_count; i++)
		if (signatures->keys[i].tag == tag && signatures->keys[i].algorithm == algorithm)
			return &signatures->keys[i];
	if (i == KEYS_MAX) /* a zone of nonsense: count it with the last */
		return &signatures->keys[KEYS_MAX - 1];
	signatures->keys[i] = (struct key_findings){
		.tag = tag,
		.algorithm = algorithm,
		.known = has_key(signatures->zone, tag, algorithm)};
	signatures->key_count++;
	return &signatures->keys[i];
}

/* RFC 4034 3.1.5: times compare by serial number arithmetic. */
static bool
is_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

/* RRSIG rdata: covered 2, algorithm 1, labels 1, TTL 4, expiration 4, inception 4, tag 2, signer.
 */
static void
check_signature(struct signatures *signatures, const struct zone_rdata *sig)
{
	struct key_findings *key = find_key(signatures, wire_peek_u16(sig->bytes + 16),
					    sig->bytes[2]);
	uint32_t expiration = wire_peek_u32(sig->bytes + 8);
	if (key->count++ == 0)
		key->first = sig;
	if (is_before(expiration, signatures->now)) {
		if (key->expired++ == 0) {
			key->first_expired = sig;
			key->expired_at = expiration;
		}
		if (is_before(expiration, key->expired_at))
			key->expired_at = expiration;
	} else if (is_before(signatures->now, wire_peek_u32(sig->bytes + 12))) {
		if (key->early++ == 0)
			key->first_early = sig;
	}
	if (!name_equal(sig->bytes + 18, signatures->zone->apex) && signatures->foreign++ == 0)
		signatures->first_foreign = sig;
}

/* RFC 4035 2.2: what is authoritative is signed; the NS of a delegation and glue are not. */
static bool
wants_signature(const struct zone_name *name, const struct zone_set *set)
{
	if (name->flags & ZONE_NAME_OCCLUDED)
		return false;
	if (name->flags & ZONE_NAME_CUT)
		return set->type == DNS_TYPE_DS || set->type == DNS_TYPE_NSEC;
	return true;
}

static void
check_one_set(struct signatures *signatures, const struct zone_name *name,
	      const struct zone_set *set)
{
	const struct zone *zone = signatures->zone;
	char text[NAME_TEXT_MAX];
	char type[RDATA_TYPE_TEXT_MAX];
	for (uint32_t i = 0; i < set->sig_count; i++)
		check_signature(signatures, &zone->rdatas[set->first_sig + i]);
	if (!set->rdata_count && tally_next(&signatures->empty_sets))
		report_add(signatures->report, SEVERITY_WARNING, check_place(zone, set),
			   "sign the zone again", "signature over %s %s, which does not exist",
			   name_text(text, name->wire), rdata_type_text(type, set->type));
	if (signatures->is_signed && !set->sig_count && wants_signature(name, set) &&
	    tally_next(&signatures->unsigned_sets))
		report_add(signatures->report, SEVERITY_WARNING, check_place(zone, set),
			   "sign the zone again", "%s %s has no signature in a signed zone",
			   name_text(text, name->wire), rdata_type_text(type, set->type));
}

static void
report_key(const struct signatures *signatures, const struct key_findings *key)
{
	const struct zone *zone = signatures->zone;
	if (!key->known)
		report_add(signatures->report, SEVERITY_WARNING, group_place(zone, key->first),
			   "add the DNSKEY, or sign the zone again",
			   "%zu signatures are by key %u of algorithm %u, which the zone does not "
			   "have",
			   key->count, key->tag, key->algorithm);
	if (key->expired) {
		char date[32] = "";
		/* The nearest moment to now that has these 32 bits. */
		time_t when = (time_t)signatures->now +
			      (int32_t)(key->expired_at - signatures->now);
		struct tm parts;
		if (gmtime_r(&when, &parts))
			strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S UTC", &parts);
		report_add(signatures->report, SEVERITY_WARNING,
			   group_place(zone, key->first_expired), "sign the zone again",
			   "%zu signatures by key %u have expired, the first on %s", key->expired,
			   key->tag, date);
	}
	if (key->early)
		report_add(signatures->report, SEVERITY_WARNING,
			   group_place(zone, key->first_early),
			   "check the clocks here and where the zone is signed",
			   "%zu signatures by key %u are not valid yet", key->early, key->tag);
}

bool
check_has_signatures(const struct zone *zone)
{
	for (uint32_t i = 0; i < zone->set_count; i++)
		if (zone->sets[i].sig_count)
			return true;
	return false;
}

void
check_signatures(const struct zone *zone, time_t now, struct report *report)
{
	struct signatures signatures = {
		.zone = zone,
		.report = report,
		.now = (uint32_t)now,
	};
	const struct zone_set *keys = check_set(zone, &zone->names[0], DNS_TYPE_DNSKEY);
	const char *file = check_zone_place(zone).file;
	signatures.is_signed = keys && check_has_signatures(zone);
	/* A dump whose signatures were left out is one finding, not one per set. */
	if (keys && !signatures.is_signed)
		report_add(report, SEVERITY_WARNING, check_place(zone, keys), "sign the zone",
			   "the zone has keys but not one signature");

	for (uint32_t i = 0; i < zone->name_count; i++) {
		const struct zone_name *name = &zone->names[i];
		for (uint32_t j = 0; j < name->set_count; j++)
			check_one_set(&signatures, name, &zone->sets[name->first_set + j]);
	}
	for (size_t i = 0; i < signatures.key_count; i++)
		report_key(&signatures, &signatures.keys[i]);
	if (signatures.foreign)
		report_add(report, SEVERITY_WARNING, group_place(zone, signatures.first_foreign),
			   "sign the zone again", "%zu signatures are not by the zone's own name",
			   signatures.foreign);
	tally_end(&signatures.empty_sets, report, file, "signatures are over nothing");
	tally_end(&signatures.unsigned_sets, report, file, "sets have no signature");
}
