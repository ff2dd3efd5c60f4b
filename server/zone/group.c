/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * group.c - records become names, sets and rdatas.
 *
 * Runs of records under one owner are sorted, not the records: a signed zone has few runs, and most
 * files are sorted already, which costs one pass to see. Empty non-terminals need no search: what a
 * name lacks between itself and what it shares with the name before it does not exist (had it
 * existed, it would stand between them).
 */
#include "zone/group.h"

#include <stdlib.h>
#include <string.h>

#include "zone/rdata.h"
#include "zone/tally.h"

struct group {
	struct draft *draft;
	struct zone *zone;
	struct draft_record *batch; /* the records of the name under way */
	size_t batch_capacity;
	uint32_t path[DNS_LABELS_MAX + 1]; /* by label count: index of the latest name's ancestor */
	struct tally ttls;
};

/* --- names --- */

static int
compare_owners(const void *a, const void *b)
{
	const struct draft_owner *const *x = a;
	const struct draft_owner *const *y = b;
	return draft_owner_compare(*x, *y);
}

static void
sort_owners(struct draft *draft)
{
	for (size_t i = 1; i < draft->owner_count; i++) {
		if (draft_owner_compare(draft->owners[i - 1], draft->owners[i]) > 0) {
			qsort(draft->owners, draft->owner_count, sizeof(struct draft_owner *),
			      compare_owners);
			return;
		}
	}
}

/* Labels that two lower-case names share, from the right. */
static unsigned
shared_labels(const uint8_t *a, unsigned a_labels, const uint8_t *b, unsigned b_labels)
{
	unsigned shared = a_labels < b_labels ? a_labels : b_labels;
	a = name_skip(a, a_labels - shared);
	b = name_skip(b, b_labels - shared);
	/* Beginning at the longest suffixes, every label that differs starts the count anew. */
	unsigned equal = shared;
	for (unsigned left = shared; left; left--, a += 1 + *a, b += 1 + *b)
		if (*a != *b || memcmp(a + 1, b + 1, *a) != 0)
			equal = left - 1;
	return equal;
}

/* How many names to insert before `owner` when `shared` labels of it exist. */
static unsigned
missing_between(unsigned shared, const struct draft_owner *owner)
{
	return owner->labels > shared + 1u ? owner->labels - shared - 1u : 0;
}

static size_t
count_names(const struct draft *draft)
{
	const uint8_t *last = draft->apex;
	unsigned last_labels = draft->apex_labels;
	size_t count = 1; /* the apex, there or not */
	for (size_t i = 0; i < draft->owner_count; i++) {
		const struct draft_owner *owner = draft->owners[i];
		unsigned shared = shared_labels(last, last_labels, owner->wire, owner->labels);
		if (shared == owner->labels && shared == last_labels)
			continue; /* another run of the same name */
		count += 1 + missing_between(shared, owner);
		last = owner->wire;
		last_labels = owner->labels;
	}
	return count;
}

static struct zone_name *
add_name(struct group *group, const uint8_t *wire, unsigned size, unsigned labels)
{
	struct zone *zone = group->zone;
	struct zone_name *name = &zone->names[zone->name_count];
	*name = (struct zone_name){.wire = wire,
				   .size = (uint8_t)size,
				   .labels = (uint8_t)labels,
				   .parent = zone->name_count ? group->path[labels - 1] : ZONE_NONE,
				   .cover = ZONE_NONE,
				   .first_set = zone->set_count};
	group->path[labels] = zone->name_count++;
	return name;
}

static void
add_missing(struct group *group, const struct draft_owner *owner, unsigned shared)
{
	/* The suffixes of the owner are the names: nothing is copied. */
	for (unsigned labels = shared + 1; labels < owner->labels; labels++) {
		const uint8_t *wire = name_skip(owner->wire, owner->labels - labels);
		size_t size = owner->size - (size_t)(wire - owner->wire);
		add_name(group, wire, (unsigned)size, labels)->flags = ZONE_NAME_EMPTY;
	}
}

/* --- sets --- */

static int
compare_records(const void *a, const void *b)
{
	const struct draft_record *x = a;
	const struct draft_record *y = b;
	if (x->set_type != y->set_type)
		return (int)x->set_type - (int)y->set_type;
	bool x_sig = x->type == DNS_TYPE_RRSIG;
	bool y_sig = y->type == DNS_TYPE_RRSIG;
	if (x_sig != y_sig)
		return x_sig ? 1 : -1;
	int order = memcmp(x->order, y->order, size_min(x->size, y->size));
	return order ? order : (int)x->size - (int)y->size;
}

static bool
same_rrset(const struct draft_record *a, const struct draft_record *b)
{
	return a->set_type == b->set_type &&
	       (a->type == DNS_TYPE_RRSIG) == (b->type == DNS_TYPE_RRSIG);
}

static void
report_ttls(struct group *group, const struct zone_name *name, const struct draft_record *record,
	    uint32_t ttl)
{
	struct draft *draft = group->draft;
	const struct zone_place *at = &draft->places[record->place];
	struct place place = {.file = draft->files[at->file].path, .line = at->line};
	char text[NAME_TEXT_MAX];
	char type[RDATA_TYPE_TEXT_MAX];
	if (!tally_next(&group->ttls))
		return;
	report_add(
		draft->report, SEVERITY_WARNING, place, "give all records of the set one TTL",
		"%s %s has records with different TTLs; the smallest, %u, is used (RFC 2181 5.2)",
		name_text(text, name->wire), rdata_type_text(type, record->type), ttl);
}

/* Adds the equal-typed records at the head of `records` as rdatas; returns how many records those
 * were. */
static size_t
add_rdatas(struct group *group, const struct zone_name *name, const struct draft_record *records,
	   size_t count, uint32_t *ttl)
{
	struct zone *zone = group->zone;
	size_t i = 0, differing = 0;
	*ttl = records->ttl;
	for (; i < count && same_rrset(records, &records[i]); i++) {
		const struct draft_record *record = &records[i];
		if (record->ttl != records->ttl)
			differing = i;
		if (record->ttl < *ttl)
			*ttl = record->ttl;
		if (i && compare_records(record, &records[i - 1]) == 0)
			continue;
		zone->rdatas[zone->rdata_count++] = (struct zone_rdata){
			.bytes = record->rdata, .size = record->size, .place = record->place};
	}
	if (differing)
		report_ttls(group, name, &records[differing], *ttl);
	return i;
}

static void
add_sets(struct group *group, struct zone_name *name, const struct draft_record *records,
	 size_t count)
{
	struct zone *zone = group->zone;
	for (size_t i = 0; i < count;) {
		struct zone_set *set = &zone->sets[zone->set_count++];
		*set = (struct zone_set){.type = records[i].set_type,
					 .first_rdata = zone->rdata_count,
					 .first_sig = zone->rdata_count};
		if (records[i].type != DNS_TYPE_RRSIG) {
			i += add_rdatas(group, name, &records[i], count - i, &set->ttl);
			set->rdata_count = zone->rdata_count - set->first_rdata;
			set->first_sig = zone->rdata_count;
		}
		if (i < count && records[i].type == DNS_TYPE_RRSIG &&
		    records[i].set_type == set->type) {
			i += add_rdatas(group, name, &records[i], count - i, &set->sig_ttl);
			set->sig_count = zone->rdata_count - set->first_sig;
		}
		name->set_count++;
	}
}

/* The records of all runs [first, end) of one name, sorted. NULL when out of memory. */
static const struct draft_record *
gather(struct group *group, size_t first, size_t end, size_t *count)
{
	const struct draft *draft = group->draft;
	size_t total = 0;
	for (size_t i = first; i < end; i++)
		total += draft->owners[i]->record_count;
	*count = total;
	if (total == 1) /* by far the most frequent: nothing to copy or sort */
		for (size_t i = first; i < end; i++)
			if (draft->owners[i]->record_count)
				return &draft->records[draft->owners[i]->first_record];
	if (total > group->batch_capacity) {
		free(group->batch);
		group->batch_capacity = total * 2;
		group->batch = malloc(group->batch_capacity * sizeof *group->batch);
		if (!group->batch)
			return NULL;
	}
	size_t at = 0;
	bool sorted = true;
	for (size_t i = first; i < end; i++) {
		const struct draft_owner *owner = draft->owners[i];
		for (size_t j = 0; j < owner->record_count; j++, at++) {
			group->batch[at] = draft->records[owner->first_record + j];
			if (at && compare_records(&group->batch[at - 1], &group->batch[at]) > 0)
				sorted = false;
		}
	}
	if (!sorted)
		qsort(group->batch, total, sizeof *group->batch, compare_records);
	return group->batch;
}

static bool
fill(struct group *group)
{
	const struct draft *draft = group->draft;
	struct zone *zone = group->zone;
	struct zone_name *name = add_name(group, zone->apex, zone->apex_size, zone->apex_labels);
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): group->batch is freed at the very end */
	for (size_t i = 0, end; i < draft->owner_count; i = end) {
		const struct draft_owner *owner = draft->owners[i];
		size_t count;
		for (end = i + 1; end < draft->owner_count; end++)
			if (draft_owner_compare(owner, draft->owners[end]) != 0)
				break;
		const struct draft_record *records = gather(group, i, end, &count);
		if (!records)
			return false;
		if (owner->labels > zone->apex_labels) {
			add_missing(group, owner,
				    shared_labels(name->wire, name->labels, owner->wire,
						  owner->labels));
			name = add_name(group, owner->wire, owner->size, owner->labels);
		}
		add_sets(group, name, records, count);
	}
	if (zone->names[0].set_count == 0)
		zone->names[0].flags = ZONE_NAME_EMPTY;
	return true;
}

/* --- flags --- */

/* Names that own NSEC3 alone and have nothing below them. Parents come before their children. */
static void
flag_hashed(struct zone *zone)
{
	for (uint32_t i = 1; i < zone->name_count; i++) {
		struct zone_name *name = &zone->names[i];
		zone->names[name->parent].flags &= (uint16_t)~ZONE_NAME_HASHED;
		if (name->set_count == 1 && zone->sets[name->first_set].type == DNS_TYPE_NSEC3)
			name->flags |= ZONE_NAME_HASHED;
	}
}

static bool
has_records(const struct zone *zone, const struct zone_name *name, uint16_t type)
{
	const struct zone_set *set = zone_find_set(zone, name, type);
	return set && set->rdata_count;
}

static void
flag_occluded(struct zone *zone)
{
	for (uint32_t i = 1; i < zone->name_count; i++) {
		struct zone_name *name = &zone->names[i];
		const struct zone_name *parent = &zone->names[name->parent];
		if (name->flags & ZONE_NAME_HASHED)
			continue;
		if (parent->flags & ZONE_NAME_OCCLUDED)
			name->cover = parent->cover;
		else if (parent->flags & ZONE_NAME_CUT || has_records(zone, parent, DNS_TYPE_DNAME))
			name->cover = name->parent;
		if (name->cover != ZONE_NONE)
			name->flags |= ZONE_NAME_OCCLUDED;
		else if (has_records(zone, name, DNS_TYPE_NS))
			name->flags |= ZONE_NAME_CUT;
	}
}

/* --- the zone --- */

/* Arrays for all that can come; the exact number of sets is not known before. */
static bool
allocate(struct zone *zone, const struct draft *draft)
{
	size_t names = count_names(draft);
	if (names >= ZONE_NONE)
		return false;
	zone->names = arena_alloc(zone->arena, names * sizeof *zone->names);
	zone->sets = arena_alloc(zone->arena, draft->record_count * sizeof *zone->sets);
	zone->rdatas = arena_alloc(zone->arena, draft->record_count * sizeof *zone->rdatas);
	return zone->names && zone->sets && zone->rdatas;
}

static bool
adopt(struct arena *arena, void *block)
{
	if (!block || arena_adopt(arena, block))
		return true;
	free(block);
	return false;
}

static struct zone *
start_zone(struct draft *draft)
{
	struct zone *zone = arena_alloc(draft->keep, sizeof *zone);
	if (!zone)
		return NULL;
	*zone = (struct zone){.apex_size = draft->apex_size,
			      .apex_labels = draft->apex_labels,
			      .class = DNS_CLASS_IN,
			      .arena = draft->keep};
	memcpy(zone->apex, draft->apex, sizeof zone->apex);
	return zone;
}

/* Hands the lists over that zone and draft have alike. */
static bool
take_lists(struct zone *zone, struct draft *draft)
{
	zone->places = draft->places;
	zone->place_count = (uint32_t)draft->place_count;
	zone->files = draft->files;
	zone->file_count = (uint32_t)draft->file_count;
	draft->places = NULL;
	draft->files = NULL;
	bool places = adopt(zone->arena, zone->places);
	bool files = adopt(zone->arena, zone->files);
	return places && files;
}

struct zone *
group_draft(struct draft *draft)
{
	struct group group = {.draft = draft, .zone = start_zone(draft)};
	sort_owners(draft);
	bool ok = group.zone && allocate(group.zone, draft) && fill(&group);
	free(group.batch);
	if (!ok || !take_lists(group.zone, draft))
		return NULL;
	tally_end(&group.ttls, draft->report, group.zone->files[0].path,
		  "sets have records with different TTLs");
	flag_hashed(group.zone);
	flag_occluded(group.zone);
	draft->keep = NULL;
	return group.zone;
}

struct place
group_place(const struct zone *zone, const struct zone_rdata *rdata)
{
	const struct zone_place *at = &zone->places[rdata->place];
	return (struct place){.file = zone->files[at->file].path, .line = at->line};
}
