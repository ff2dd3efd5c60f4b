/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_zone.c - rules about names and what they own.
 *
 * Errors are what no answer could be made of, or what servers are known to answer differently: such
 * a zone is not served. Warnings are what an operator would want to know while the zone works as
 * written. BIND, NSD and Knot agree on nearly all of the errors; where they do not, the rule says
 * why.
 */
#include "zone/check_zone.h"

#include "anyns/name.h"
#include "anyns/wire.h"
#include "zone/group.h"
#include "zone/rdata.h"
#include "zone/zonemd.h"

enum { TYPE_KEY = 25 };

struct check {
	struct zone *zone;
	struct report *report;
	struct tally dname_ns, dname_children, wildcards;
	char name[NAME_TEXT_MAX];
	char type[RDATA_TYPE_TEXT_MAX];
};

const struct zone_set *
check_set(const struct zone *zone, const struct zone_name *name, uint16_t type)
{
	const struct zone_set *set = zone_find_set(zone, name, type);
	return set && set->rdata_count ? set : NULL;
}

struct place
check_place(const struct zone *zone, const struct zone_set *set)
{
	/* The signatures follow the records: with none of these, this is the first of those. */
	return group_place(zone, &zone->rdatas[set->first_rdata]);
}

struct place
check_zone_place(const struct zone *zone)
{
	return (struct place){.file = zone->file_count ? zone->files[0].path : NULL};
}

/* --- the apex --- */

static void
check_soa(struct check *check)
{
	struct zone *zone = check->zone;
	const struct zone_set *soa = check_set(zone, &zone->names[0], DNS_TYPE_SOA);
	if (!soa) {
		report_add(check->report, SEVERITY_ERROR, check_zone_place(zone),
			   "is this the file of this zone, and $ORIGIN right?",
			   "%s has no SOA record", name_text(check->name, zone->apex));
		return;
	}
	const struct zone_rdata *rdata = &zone->rdatas[soa->first_rdata];
	/* Behind two names: serial, refresh, retry, expire, minimum. */
	zone->serial = wire_peek_u32(rdata->bytes + rdata->size - 20);
	/* A zone transfer ends with the SOA it began with; equal ones were dropped as duplicates.
	 */
	if (soa->rdata_count > 1)
		report_add(check->report, SEVERITY_ERROR, group_place(zone, rdata + 1), "keep one",
			   "%s has %u different SOA records", name_text(check->name, zone->apex),
			   soa->rdata_count);
}

static void
check_apex(struct check *check)
{
	const struct zone *zone = check->zone;
	check_soa(check);
	if (!check_set(zone, &zone->names[0], DNS_TYPE_NS))
		report_add(check->report, SEVERITY_ERROR, check_zone_place(zone),
			   "add the zone's name servers", "%s has no NS record",
			   name_text(check->name, zone->apex));
}

/* --- one name --- */

/* RFC 1034 3.6.2, 2181 10.1; RRSIG and NSEC belong to any name (RFC 4034 2.5), KEY to RFC 3007's
 * clients. */
static void
check_cname(struct check *check, const struct zone_name *name)
{
	const struct zone *zone = check->zone;
	const struct zone_set *cname = check_set(zone, name, DNS_TYPE_CNAME);
	if (!cname)
		return;
	if (cname->rdata_count > 1)
		report_add(check->report, SEVERITY_ERROR,
			   group_place(zone, &zone->rdatas[cname->first_rdata + 1]), "keep one",
			   "%s has %u CNAME records", name_text(check->name, name->wire),
			   cname->rdata_count);
	for (uint32_t i = 0; i < name->set_count; i++) {
		const struct zone_set *set = &zone->sets[name->first_set + i];
		if (set == cname || !set->rdata_count || set->type == TYPE_KEY ||
		    set->type == DNS_TYPE_RRSIG || set->type == DNS_TYPE_NSEC)
			continue;
		report_add(check->report, SEVERITY_ERROR, check_place(zone, set),
			   "remove the CNAME or the other records",
			   "%s has a CNAME and also %s (RFC 2181 10.1)",
			   name_text(check->name, name->wire),
			   rdata_type_text(check->type, set->type));
	}
}

static void
check_dname(struct check *check, const struct zone_name *name)
{
	const struct zone *zone = check->zone;
	const struct zone_set *dname = check_set(zone, name, DNS_TYPE_DNAME);
	if (!dname)
		return;
	if (dname->rdata_count > 1)
		report_add(check->report, SEVERITY_ERROR,
			   group_place(zone, &zone->rdatas[dname->first_rdata + 1]), "keep one",
			   "%s has %u DNAME records (RFC 6672 2.4)",
			   name_text(check->name, name->wire), dname->rdata_count);
	/* RFC 6672 2.3: the delegation would hide the DNAME. */
	if (name->flags & ZONE_NAME_CUT && tally_next(&check->dname_ns))
		report_add(check->report, SEVERITY_WARNING, check_place(zone, dname),
			   "remove the DNAME or the NS records",
			   "%s has a DNAME and NS records; only the delegation is used",
			   name_text(check->name, name->wire));
}

/* RFC 4592 4.2 and 4.4: undefined for NS, and discouraged for DNAME. */
static void
check_wildcard(struct check *check, const struct zone_name *name)
{
	static const uint16_t types[] = {DNS_TYPE_NS, DNS_TYPE_DNAME};
	if (name->wire[0] != 1 || name->wire[1] != '*')
		return;
	for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
		const struct zone_set *set = check_set(check->zone, name, types[i]);
		if (set && tally_next(&check->wildcards))
			report_add(check->report, SEVERITY_WARNING, check_place(check->zone, set),
				   "name each owner", "the wildcard %s owns %s (RFC 4592 4)",
				   name_text(check->name, name->wire),
				   rdata_type_text(check->type, types[i]));
	}
}

/*
 * What an answer with one set takes at least: header, question, and per record a pointer to the
 * owner and 10 fixed bytes, or for signatures alike. An OPT of 11 bytes asked for them.
 */
static size_t
answer_size(const struct zone *zone, const struct zone_name *name, const struct zone_set *set)
{
	size_t size = DNS_HEADER_SIZE + name->size + 4u + 11u;
	for (uint32_t i = 0; i < set->rdata_count; i++)
		size += 12u + zone->rdatas[set->first_rdata + i].size;
	for (uint32_t i = 0; i < set->sig_count; i++)
		size += 12u + zone->rdatas[set->first_sig + i].size;
	return size;
}

static void
check_sizes(struct check *check, const struct zone_name *name)
{
	for (uint32_t i = 0; i < name->set_count; i++) {
		const struct zone_set *set = &check->zone->sets[name->first_set + i];
		size_t size = answer_size(check->zone, name, set);
		if (size > DNS_MESSAGE_MAX)
			report_add(check->report, SEVERITY_ERROR, check_place(check->zone, set),
				   "remove or shorten records",
				   "%s %s needs a message of %zu bytes; the largest has 65,535",
				   name_text(check->name, name->wire),
				   rdata_type_text(check->type, set->type), size);
	}
}

static void
check_soa_below(struct check *check, const struct zone_name *name)
{
	const struct zone_set *soa = check_set(check->zone, name, DNS_TYPE_SOA);
	if (soa && name->parent != ZONE_NONE)
		report_add(check->report, SEVERITY_ERROR, check_place(check->zone, soa),
			   "give a zone below a file of its own",
			   "SOA at %s, which is not the apex", name_text(check->name, name->wire));
}

/* --- names below a DNAME --- */

/*
 * RFC 6672 2.4 forbids them. Knot refuses the zone; BIND and NSD load it and never answer from
 * them, which is what the flag ZONE_NAME_OCCLUDED does. One warning per DNAME: its names stand
 * together.
 */
static void
check_occluded(struct check *check)
{
	const struct zone *zone = check->zone;
	for (uint32_t i = 1, end; i < zone->name_count; i = end) {
		uint32_t cover = zone->names[i].cover;
		const struct zone_set *first = NULL;
		size_t count = 0;
		for (end = i; end < zone->name_count && zone->names[end].cover == cover; end++) {
			if (!zone->names[end].set_count)
				continue;
			if (count++ == 0)
				first = &zone->sets[zone->names[end].first_set];
		}
		if (cover == ZONE_NONE || zone->names[cover].flags & ZONE_NAME_CUT || !first)
			continue;
		if (tally_next(&check->dname_children))
			report_add(check->report, SEVERITY_WARNING, check_place(zone, first),
				   "remove them or the DNAME",
				   "%zu names stand below the DNAME at %s and are never answered "
				   "(RFC 6672 2.4)",
				   count, name_text(check->name, zone->names[cover].wire));
	}
}

static void
check_names(struct check *check)
{
	const struct zone *zone = check->zone;
	for (uint32_t i = 0; i < zone->name_count; i++) {
		const struct zone_name *name = &zone->names[i];
		check_soa_below(check, name);
		check_cname(check, name);
		check_dname(check, name);
		check_wildcard(check, name);
		check_sizes(check, name);
	}
	check_occluded(check);
	const char *file = check_zone_place(zone).file;
	tally_end(&check->dname_ns, check->report, file, "names have a DNAME and NS records");
	tally_end(&check->dname_children, check->report, file, "DNAMEs have names below them");
	tally_end(&check->wildcards, check->report, file, "wildcards own NS or DNAME");
}

void
check_zone(struct zone *zone, const struct zone_options *options, bool complete,
	   struct report *report)
{
	struct check check = {.zone = zone, .report = report};
	check_apex(&check);
	check_names(&check);
	check_targets(zone, report);
	if (!complete || zone_cancelled(options))
		return;
	check_signatures(zone, options->now, report);
	check_nsec(zone, report);
	check_nsec3(zone, report);
	zonemd_check(zone, options->zonemd, report);
}
