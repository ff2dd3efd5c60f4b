/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_target.c - names that NS, MX and SRV point to.
 *
 * They must have addresses and must not be aliases (RFC 2181 10.3). Only what the zone itself
 * decides is judged: a target outside, or below another delegation, is somebody else's.
 */
#include <string.h>

#include "anyns/name.h"
#include "zone/check_zone.h"
#include "zone/group.h"

struct targets {
	const struct zone *zone;
	struct report *report;
	struct tally aliases, missing, glue;
};

enum target {
	TARGET_GOOD,
	TARGET_FOREIGN, /* not for this zone to say */
	TARGET_ALIAS,
	TARGET_MISSING, /* no such name, or no address there */
	TARGET_NO_GLUE, /* at or below a cut, without address here */
};

static enum target
judge_name(const struct zone *zone, const struct zone_name *name)
{
	bool address = check_set(zone, name, DNS_TYPE_A) || check_set(zone, name, DNS_TYPE_AAAA);
	if (name->flags & (ZONE_NAME_CUT | ZONE_NAME_OCCLUDED))
		return address ? TARGET_GOOD : TARGET_NO_GLUE;
	if (check_set(zone, name, DNS_TYPE_CNAME))
		return TARGET_ALIAS;
	return address ? TARGET_GOOD : TARGET_MISSING;
}

/* The name that a wildcard, a delegation or a DNAME would make of one that does not exist. */
static enum target
judge_absent(const struct zone *zone, const uint8_t *target)
{
	uint8_t wildcard[DNS_NAME_MAX + 2] = {1, '*'};
	uint32_t index = ZONE_NONE;
	/* The apex exists, so the closest encloser is found before the labels end. */
	while (index == ZONE_NONE) {
		target = name_skip(target, 1);
		index = zone_find_name(zone, target);
	}
	const struct zone_name *encloser = &zone->names[index];
	if (encloser->flags & (ZONE_NAME_CUT | ZONE_NAME_OCCLUDED))
		return TARGET_NO_GLUE;
	if (check_set(zone, encloser, DNS_TYPE_DNAME))
		return TARGET_ALIAS;
	memcpy(wildcard + 2, encloser->wire, encloser->size);
	index = encloser->size + 2u <= DNS_NAME_MAX ? zone_find_name(zone, wildcard) : ZONE_NONE;
	return index == ZONE_NONE ? TARGET_MISSING : judge_name(zone, &zone->names[index]);
}

/* `cut` is the delegation the NS record makes, NULL for other records. */
static enum target
judge(const struct zone *zone, const uint8_t *target, const struct zone_name *cut)
{
	if (!name_is_below(target, zone->apex))
		return TARGET_FOREIGN;
	uint32_t index = zone_find_name(zone, target);
	enum target verdict = index == ZONE_NONE ? judge_absent(zone, target)
						 : judge_name(zone, &zone->names[index]);
	/* Glue is due only for servers inside the very delegation (RFC 9471 2.1). */
	if (verdict == TARGET_NO_GLUE && !(cut && name_is_below(target, cut->wire)))
		return TARGET_FOREIGN;
	return verdict;
}

static void
check_target(struct targets *targets, const struct zone_rdata *rdata, size_t offset,
	     const char *type, const struct zone_name *cut)
{
	uint8_t target[DNS_NAME_MAX];
	char text[NAME_TEXT_MAX];
	name_lower(target, rdata->bytes + offset);
	struct place place = group_place(targets->zone, rdata);
	/* The root as target means "no service" (RFC 2782, 7505). */
	enum target verdict = *target ? judge(targets->zone, target, cut) : TARGET_FOREIGN;

	if (verdict == TARGET_ALIAS && tally_next(&targets->aliases))
		report_add(targets->report, SEVERITY_WARNING, place, "name the host itself",
			   "%s target %s is an alias (RFC 2181 10.3)", type,
			   name_text(text, target));
	if (verdict == TARGET_MISSING && tally_next(&targets->missing))
		report_add(targets->report, SEVERITY_WARNING, place, "add A or AAAA records for it",
			   "%s target %s has no address", type, name_text(text, target));
	if (verdict == TARGET_NO_GLUE && tally_next(&targets->glue))
		report_add(targets->report, SEVERITY_WARNING, place,
			   "add A or AAAA records as glue",
			   "%s target %s lies in the delegation but has no address here", type,
			   name_text(text, target));
}

static void
check_set_targets(struct targets *targets, const struct zone_name *name, const struct zone_set *set)
{
	static const struct {
		uint16_t type;
		uint8_t offset; /* of the target in the rdata */
		const char *text;
	} kinds[] = {{DNS_TYPE_NS, 0, "NS"}, {DNS_TYPE_MX, 2, "MX"}, {DNS_TYPE_SRV, 6, "SRV"}};

	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
		if (kinds[i].type != set->type)
			continue;
		for (uint32_t j = 0; j < set->rdata_count; j++)
			check_target(targets, &targets->zone->rdatas[set->first_rdata + j],
				     kinds[i].offset, kinds[i].text,
				     name->flags & ZONE_NAME_CUT ? name : NULL);
	}
}

void
check_targets(const struct zone *zone, struct report *report)
{
	struct targets targets = {.zone = zone, .report = report};
	for (uint32_t i = 0; i < zone->name_count; i++) {
		const struct zone_name *name = &zone->names[i];
		if (name->flags & ZONE_NAME_OCCLUDED)
			continue;
		for (uint32_t j = 0; j < name->set_count; j++)
			check_set_targets(&targets, name, &zone->sets[name->first_set + j]);
	}
	const char *file = check_zone_place(zone).file;
	tally_end(&targets.aliases, report, file, "targets are aliases");
	tally_end(&targets.missing, report, file, "targets have no address");
	tally_end(&targets.glue, report, file, "targets lack glue");
}
