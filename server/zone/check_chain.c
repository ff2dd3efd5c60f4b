/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_chain.c - the NSEC chain (RFC 4034 4, RFC 4035 2.3).
 *
 * Every name with authoritative records has an NSEC that names the next one in canonical order,
 * which is the order they stand in here; the last names the apex. A break makes resolvers refuse
 * denials.
 */
#include "anyns/name.h"
#include "zone/check_zone.h"
#include "zone/group.h"

/* --- type bitmaps, for NSEC3 too --- */

static bool
bitmap_has(const uint8_t *bitmap, size_t size, uint16_t type)
{
	size_t byte = type % 256u / 8u;
	for (size_t at = 0; at + 2 <= size; at += 2u + bitmap[at + 1])
		if (bitmap[at] == type >> 8)
			return byte < bitmap[at + 1] &&
			       bitmap[at + 2 + byte] & (0x80u >> type % 8u);
	return false;
}

static unsigned
bitmap_count(const uint8_t *bitmap, size_t size)
{
	unsigned count = 0;
	for (size_t at = 0; at + 2 <= size; at += 2u + bitmap[at + 1])
		for (size_t i = 0; i < bitmap[at + 1]; i++)
			count += (unsigned)__builtin_popcount(bitmap[at + 2 + i]);
	return count;
}

bool
check_bitmap(const struct zone *zone, const struct zone_name *name, uint16_t chain_type,
	     bool stripped, const uint8_t *bitmap, size_t size)
{
	unsigned expected = 0;
	bool has_signature = false;
	for (uint32_t i = 0; i < name->set_count; i++) {
		const struct zone_set *set = &zone->sets[name->first_set + i];
		/* RFC 4035 2.3: glue at a cut is not listed. Nor are NSEC3's own records. */
		if (name->flags & ZONE_NAME_CUT && set->type != DNS_TYPE_NS &&
		    set->type != DNS_TYPE_DS && set->type != chain_type)
			continue;
		if (set->type == DNS_TYPE_NSEC3 ||
		    (set->type == DNS_TYPE_NSEC && chain_type == DNS_TYPE_NSEC3))
			continue;
		has_signature |= set->sig_count != 0;
		if (!set->rdata_count)
			continue;
		if (!bitmap_has(bitmap, size, set->type))
			return false;
		expected++;
	}
	bool lists_signature = bitmap_has(bitmap, size, DNS_TYPE_RRSIG);
	if (lists_signature != has_signature && !stripped)
		return false;
	return bitmap_count(bitmap, size) == expected + lists_signature;
}

/* --- the chain --- */

struct chain {
	const struct zone *zone;
	struct report *report;
	bool stripped;
	struct tally missing, next, bitmaps, several;
};

static bool
in_chain(const struct zone_name *name)
{
	return name->set_count && !(name->flags & (ZONE_NAME_OCCLUDED | ZONE_NAME_HASHED));
}

/* The NSEC of `name` says that `next` comes after it. */
static void
check_link(struct chain *chain, const struct zone_name *name, const struct zone_name *next)
{
	const struct zone *zone = chain->zone;
	const struct zone_set *set = check_set(zone, name, DNS_TYPE_NSEC);
	char text[NAME_TEXT_MAX], next_text[NAME_TEXT_MAX];
	if (!set) {
		if (tally_next(&chain->missing))
			report_add(chain->report, SEVERITY_WARNING,
				   check_place(zone, &zone->sets[name->first_set]),
				   "sign the zone again", "%s has no NSEC in a zone with NSEC",
				   name_text(text, name->wire));
		return;
	}
	const struct zone_rdata *nsec = &zone->rdatas[set->first_rdata];
	size_t size = name_length(nsec->bytes, nsec->size);
	struct place place = group_place(zone, nsec);
	if (set->rdata_count > 1 && tally_next(&chain->several))
		report_add(chain->report, SEVERITY_WARNING, place, "sign the zone again",
			   "%s has %u NSEC records", name_text(text, name->wire), set->rdata_count);
	if (!name_equal(nsec->bytes, next->wire) && tally_next(&chain->next))
		report_add(chain->report, SEVERITY_WARNING, place, "sign the zone again",
			   "the NSEC chain is broken: behind %s comes %s, which its NSEC does not "
			   "name",
			   name_text(text, name->wire), name_text(next_text, next->wire));
	if (!check_bitmap(zone, name, DNS_TYPE_NSEC, chain->stripped, nsec->bytes + size,
			  nsec->size - size) &&
	    tally_next(&chain->bitmaps))
		report_add(chain->report, SEVERITY_WARNING, place, "sign the zone again",
			   "the NSEC of %s lists other types than it has",
			   name_text(text, name->wire));
}

static bool
has_nsec(const struct zone *zone)
{
	for (uint32_t i = 0; i < zone->name_count; i++)
		if (!(zone->names[i].flags & ZONE_NAME_OCCLUDED) &&
		    check_set(zone, &zone->names[i], DNS_TYPE_NSEC))
			return true;
	return false;
}

void
check_nsec(const struct zone *zone, struct report *report)
{
	struct chain chain = {
		.zone = zone, .report = report, .stripped = !check_has_signatures(zone)};
	const struct zone_name *last = NULL;
	if (!has_nsec(zone))
		return;
	for (uint32_t i = 0; i < zone->name_count; i++) {
		const struct zone_name *name = &zone->names[i];
		if (!in_chain(name))
			continue;
		if (last)
			check_link(&chain, last, name);
		last = name;
	}
	if (last)
		check_link(&chain, last, &zone->names[0]);
	const char *file = check_zone_place(zone).file;
	tally_end(&chain.missing, report, file, "names have no NSEC");
	tally_end(&chain.several, report, file, "names have several NSEC records");
	tally_end(&chain.next, report, file, "NSEC records name a wrong next name");
	tally_end(&chain.bitmaps, report, file, "NSEC records list other types than there are");
}
