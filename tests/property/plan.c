/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Four labels and few levels, so that names meet: wildcards, cuts, aliases and empty non-terminals
 * come to lie above, below and beside each other in most zones.
 *
 * What the RFCs leave undefined is not made: NS and DNAME at a wildcard (RFC 4592 4.2, 4.4).
 */
#include "plan.h"

#include <assert.h>
#include <string.h>

/* A target that together with a few labels is longer than a name may be: YXDOMAIN. */
#define LABEL_60  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define LONG_NAME LABEL_60 "." LABEL_60 "." LABEL_60 "." LABEL_60 ".zzzzz."

uint64_t
random_next(struct random *random)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

unsigned
random_below(struct random *random, unsigned count)
{
	return (unsigned)(random_next(random) % count);
}

bool
random_chance(struct random *random, unsigned percent)
{
	return random_below(random, 100) < percent;
}

void
plan_wire(uint8_t wire[static DNS_NAME_MAX], const char *name)
{
	size_t at = 0;
	while (*name && *name != '.') {
		size_t size = strcspn(name, ".");
		assert(size && size <= DNS_LABEL_MAX && at + size + 2 <= DNS_NAME_MAX);
		wire[at] = (uint8_t)size;
		memcpy(wire + at + 1, name, size);
		at += 1 + size;
		name += size + (name[size] == '.');
	}
	wire[at] = 0;
}

/* --- names ---------------------------------------------------------------------------------------
 */

/* Up to `depth` labels below `parent`. */
static void
name_below(struct random *random, const char *parent, unsigned depth, char name[static PLAN_NAME])
{
	static const char *const labels[] = {"a.", "b.", "c.", "*."};
	char made[PLAN_NAME] = "";
	for (unsigned i = 0; i < depth; i++)
		strcat(made, labels[random_below(random, ARRAY_LENGTH(labels))]);
	snprintf(name, PLAN_NAME, "%s%s", made, strcmp(parent, ".") == 0 && depth ? "" : parent);
}

void
plan_name(const struct plan *plan, struct random *random, char name[static PLAN_NAME])
{
	static const uint8_t depths[] = {0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5};
	const struct plan_zone *zone = &plan->zones[random_below(random, (unsigned)plan->count)];
	unsigned depth = depths[random_below(random, ARRAY_LENGTH(depths))];
	if (random_chance(random, 30) && zone->count) {
		const struct plan_line *line =
			&zone->lines[random_below(random, (unsigned)zone->count)];
		if (strlen(line->owner) + 12 < PLAN_NAME) {
			name_below(random, line->owner, depth > 2 ? 0 : depth, name);
			return;
		}
	}
	name_below(random, zone->apex, depth, name);
}

static bool
is_below(const char *name, const char *ancestor)
{
	size_t a = strlen(name), b = strlen(ancestor);
	return strcmp(ancestor, ".") == 0 || (a >= b && strcmp(name + a - b, ancestor) == 0 &&
					      (a == b || name[a - b - 1] == '.'));
}

/* --- records -------------------------------------------------------------------------------------
 */

static bool
has(const struct plan_zone *zone, const char *owner, const char *type)
{
	for (size_t i = 0; i < zone->count; i++) {
		if (strcmp(zone->lines[i].owner, owner) == 0 &&
		    (!type || strcmp(zone->lines[i].type, type) == 0))
			return true;
	}
	return false;
}

/* Whether a record would break a rule that makes a zone unservable. */
static bool
conflicts(const struct plan_zone *zone, const char *owner, const char *type)
{
	bool is_dname = strcmp(type, "DNAME") == 0;
	bool is_ns = strcmp(type, "NS") == 0;
	if (strcmp(type, "CNAME") == 0 ? has(zone, owner, NULL) : has(zone, owner, "CNAME"))
		return true;
	if ((is_dname || is_ns) && owner[0] == '*')
		return true;
	if (is_dname && (has(zone, owner, "DNAME") || has(zone, owner, "NS")))
		return true;
	if (is_ns && has(zone, owner, "DNAME"))
		return true;
	for (size_t i = 0; i < zone->count; i++) {
		const struct plan_line *line = &zone->lines[i];
		if (strcmp(line->owner, owner) == 0)
			continue;
		if (is_dname && is_below(line->owner, owner))
			return true;
		if (strcmp(line->type, "DNAME") == 0 && is_below(owner, line->owner))
			return true;
	}
	return false;
}

static void
add_line(struct plan_zone *zone, const char *owner, const char *type, unsigned ttl,
	 const char *data)
{
	if (zone->count == PLAN_LINES || conflicts(zone, owner, type))
		return;
	for (size_t i = 0; i < zone->count; i++) {
		const struct plan_line *line = &zone->lines[i];
		if (strcmp(line->owner, owner) || strcmp(line->type, type))
			continue;
		if (strcmp(line->data, data) == 0)
			return;
		ttl = line->ttl; /* RFC 2181 5.2: one RRset, one TTL */
	}
	struct plan_line *line = &zone->lines[zone->count++];
	*line = (struct plan_line){.type = type, .ttl = ttl};
	snprintf(line->owner, sizeof line->owner, "%s", owner);
	snprintf(line->data, sizeof line->data, "%s", data);
}

static void
make_data(const struct plan *plan, struct random *random, const char *type,
	  char data[static PLAN_DATA])
{
	char name[PLAN_NAME];
	plan_name(plan, random, name);
	if (random_chance(random, 8))
		snprintf(name, sizeof name, "out.example.");
	unsigned n = random_below(random, 4);
	if (strcmp(type, "A") == 0) {
		snprintf(data, PLAN_DATA, "192.0.2.%u", n);
	} else if (strcmp(type, "AAAA") == 0) {
		snprintf(data, PLAN_DATA, "2001:db8::%u", n);
	} else if (strcmp(type, "MX") == 0) {
		snprintf(data, PLAN_DATA, "%u %s", n, name);
	} else if (strcmp(type, "SRV") == 0) {
		snprintf(data, PLAN_DATA, "%u 0 53 %s", n, name);
	} else if (strcmp(type, "TXT") == 0) {
		/* Up to 200 bytes: some answers are then too large for small UDP messages. */
		int length = (int)random_below(random, 200);
		snprintf(data, PLAN_DATA, "\"%0*u\"", length ? length : 1, n);
	} else if (strcmp(type, "DNAME") == 0 && random_chance(random, 10)) {
		snprintf(data, PLAN_DATA, "%s", LONG_NAME);
	} else {
		snprintf(data, PLAN_DATA, "%s", name);
	}
}

static unsigned
make_ttl(struct random *random)
{
	static const unsigned ttls[] = {0, 60, 300, 3600, 86400};
	return ttls[random_below(random, ARRAY_LENGTH(ttls))];
}

static void
add_delegation(const struct plan *plan, struct random *random, struct plan_zone *zone,
	       const char *owner)
{
	static const char *const ds = "1 13 2 000102030405060708090a0b0c0d0e0f"
				      "101112131415161718191a1b1c1d1e1f";
	char data[PLAN_DATA], name[PLAN_NAME];
	size_t before = zone->count;
	make_data(plan, random, "NS", data);
	if (random_chance(random, 60)) { /* with glue */
		name_below(random, owner, random_below(random, 3), name);
		snprintf(data, sizeof data, "%s", name);
	}
	add_line(zone, owner, "NS", make_ttl(random), data);
	if (zone->count == before)
		return;
	if (is_below(data, owner) && random_chance(random, 80))
		add_line(zone, data, "A", make_ttl(random), "192.0.2.9");
	if (is_below(data, owner) && random_chance(random, 30))
		add_line(zone, data, "AAAA", make_ttl(random), "2001:db8::9");
	if (random_chance(random, 40))
		add_line(zone, owner, "DS", make_ttl(random), ds);
}

static void
fill_zone(const struct plan *plan, struct random *random, struct plan_zone *zone)
{
	static const char *const types[] = {"A",   "A",     "A",     "A",     "AAAA",  "AAAA",
					    "NS",  "NS",    "NS",    "MX",    "TXT",   "TXT",
					    "SRV", "CNAME", "CNAME", "CNAME", "CNAME", "DNAME"};
	char data[PLAN_DATA], owner[PLAN_NAME];
	unsigned wanted = 2 + random_below(random, 14);
	for (unsigned i = 0; i < wanted; i++) {
		const char *type = types[random_below(random, ARRAY_LENGTH(types))];
		name_below(random, zone->apex, random_below(random, 5), owner);
		if (strcmp(type, "NS") == 0 && strcmp(owner, zone->apex)) {
			add_delegation(plan, random, zone, owner);
			continue;
		}
		make_data(plan, random, type, data);
		add_line(zone, owner, type, make_ttl(random), data);
	}
}

static void
start_zone(const struct plan *plan, struct random *random, struct plan_zone *zone)
{
	static const enum plan_signing signings[] = {
		PLAN_UNSIGNED, PLAN_UNSIGNED, PLAN_UNSIGNED, PLAN_BARE_NSEC, PLAN_NSEC,
		PLAN_NSEC,     PLAN_NSEC3,    PLAN_NSEC3,    PLAN_OPT_OUT,   PLAN_OPT_OUT};
	char data[PLAN_DATA];
	zone->signing = signings[random_below(random, ARRAY_LENGTH(signings))];
	zone->iterations = random_below(random, 3);
	zone->salted = random_chance(random, 50);
	snprintf(data, sizeof data, "m. h. 7 1 1 1 %u", make_ttl(random));
	add_line(zone, zone->apex, "SOA", make_ttl(random), data);
	make_data(plan, random, "NS", data);
	add_line(zone, zone->apex, "NS", make_ttl(random), data);
	if (zone->signing != PLAN_UNSIGNED)
		add_line(zone, zone->apex, "DNSKEY", make_ttl(random), "257 3 13 AAECAwQFBgcICQ==");
}

/* An apex that no zone has: mostly below one of them. */
static bool
choose_apex(const struct plan *plan, struct random *random, char apex[static PLAN_NAME])
{
	static const char *const firsts[] = {"z.", "z.", "a.z.", "."};
	if (plan->count == 0)
		snprintf(apex, PLAN_NAME, "%s", firsts[random_below(random, ARRAY_LENGTH(firsts))]);
	else if (random_chance(random, 15))
		snprintf(apex, PLAN_NAME, "y.");
	else
		name_below(random, plan->zones[random_below(random, (unsigned)plan->count)].apex,
			   1 + random_below(random, 2), apex);
	for (size_t i = 0; i < plan->count; i++) {
		if (strcmp(plan->zones[i].apex, apex) == 0)
			return false;
	}
	return strchr(apex, '*') == NULL;
}

void
plan_make(struct plan *plan, struct random *random)
{
	unsigned wanted = 1 + random_below(random, PLAN_ZONES);
	*plan = (struct plan){0};
	while (plan->count < wanted) {
		struct plan_zone *zone = &plan->zones[plan->count];
		while (!choose_apex(plan, random, zone->apex))
			;
		plan->count++;
	}
	for (size_t i = 0; i < plan->count; i++) {
		struct plan_zone *zone = &plan->zones[i];
		start_zone(plan, random, zone);
		for (size_t child = 0; child < plan->count; child++) {
			if (child != i && is_below(plan->zones[child].apex, zone->apex) &&
			    random_chance(random, 60))
				add_delegation(plan, random, zone, plan->zones[child].apex);
		}
		fill_zone(plan, random, zone);
	}
}

void
plan_print(const struct plan_zone *zone, FILE *stream)
{
	for (size_t i = 0; i < zone->count; i++) {
		const struct plan_line *line = &zone->lines[i];
		fprintf(stream, "%s %u IN %s %s\n", line->owner, line->ttl, line->type, line->data);
	}
}
