/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The input is a master file for example.com. Whatever it says, loading ends in findings or in a
 * zone that keeps every promise of anyns/zone.h, for the image compiler walks it without looking
 * twice.
 */
#include <stdlib.h>

#include "anyns/name.h"
#include "anyns/zone.h"
#include "zone/fields.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool promise)
{
	if (!promise)
		abort();
}

static void
walk_rdatas(const struct zone *zone, uint16_t type, uint32_t first, uint32_t count)
{
	require(first <= zone->rdata_count && count <= zone->rdata_count - first);
	for (uint32_t i = first; i < first + count; i++) {
		const struct zone_rdata *rdata = &zone->rdatas[i];
		require(fields_check(type, rdata->bytes, rdata->size) == NULL);
		require(rdata->place < zone->place_count);
		require(zone->places[rdata->place].file < zone->file_count);
		require(zone->places[rdata->place].line > 0);
	}
}

static void
walk_sets(const struct zone *zone, const struct zone_name *name)
{
	require(name->set_count <= zone->set_count - name->first_set);
	require((name->set_count == 0) == ((name->flags & ZONE_NAME_EMPTY) != 0));
	for (uint32_t i = 0; i < name->set_count; i++) {
		const struct zone_set *set = &zone->sets[name->first_set + i];
		require(i == 0 || set[-1].type < set->type);
		require(set->rdata_count + set->sig_count > 0);
		require(set->ttl <= INT32_MAX && set->sig_ttl <= INT32_MAX);
		require(zone_find_set(zone, name, set->type) == set);
		walk_rdatas(zone, set->type, set->first_rdata, set->rdata_count);
		walk_rdatas(zone, DNS_TYPE_RRSIG, set->first_sig, set->sig_count);
	}
}

static void
walk_names(const struct zone *zone)
{
	require(zone->name_count > 0 && name_equal(zone->names[0].wire, zone->apex));
	for (uint32_t i = 0; i < zone->name_count; i++) {
		const struct zone_name *name = &zone->names[i];
		require(name_length(name->wire, name->size) == name->size);
		require(name_labels(name->wire) == name->labels);
		require((name->parent == ZONE_NONE) == (i == 0));
		require(i == 0 || name_compare(name[-1].wire, name->wire) < 0);
		require(i == 0 || (name->parent < i && name_equal(name_skip(name->wire, 1),
								  zone->names[name->parent].wire)));
		require((name->cover != ZONE_NONE) == ((name->flags & ZONE_NAME_OCCLUDED) != 0));
		require(name->cover == ZONE_NONE || name->cover < i);
		require(zone_find_name(zone, name->wire) == i);
		walk_sets(zone, name);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t apex[] = "\7example\3com";
	struct zone_options options = {.zonemd = size % 2 ? ZONEMD_REQUIRE : ZONEMD_WARN,
				       .now = 1700000000,
				       .no_include = true,
				       .generate_max = 300};
	struct report report = REPORT_INIT;
	struct zone *zone = zone_load_text(apex, "fuzz", (const char *)data, size, &options,
					   &report);
	require((zone == NULL) == (report.errors > 0));
	if (zone)
		walk_names(zone);
	zone_free(zone);
	report_clear(&report);
	return 0;
}
