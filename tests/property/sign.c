/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signs a small zone with signatures that nobody can verify, and a chain that everybody can: the
 * answers are about which records, not about what they say.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "anyns/name.h"
#include "anyns/wire.h"
#include "plan.h"
#include "proof.h"

static const uint8_t salt[] = {0xab, 0xcd};

struct link {
	uint8_t hash[20];
	uint32_t name;
};

static bool
uses_nsec(const struct plan_zone *plan)
{
	return plan->signing == PLAN_NSEC || plan->signing == PLAN_BARE_NSEC;
}

struct signer {
	const struct plan_zone *plan;
	const struct zone *zone;
	FILE *stream;
	unsigned ttl;     /* of the chain: RFC 9077 */
	unsigned counter; /* makes every signature another one */
	struct link links[512];
	size_t link_count;
};

static void
print_signature(struct signer *s, const char *owner, unsigned type, unsigned labels, unsigned ttl)
{
	char apex[NAME_TEXT_MAX];
	if (s->plan->signing == PLAN_BARE_NSEC)
		return;
	name_text(apex, s->zone->apex);
	/* 64 bytes, as ECDSA P-256 has them; the first three digits tell signatures apart. */
	fprintf(s->stream,
		"%s %u IN RRSIG TYPE%u 13 %u %u 20370101000000 20200101000000 1 %s "
		"%c%c%c%082dA==\n",
		owner, ttl, type, labels, ttl, apex, 'A' + s->counter / 676 % 26,
		'A' + s->counter / 26 % 26, 'A' + s->counter % 26, 0);
	s->counter++;
}

/* RFC 4034 3.1.3: a wildcard's asterisk is not counted. */
static unsigned
signed_labels(const struct zone_name *name)
{
	bool wildcard = name->wire[0] == 1 && name->wire[1] == '*';
	return name->labels - (wildcard ? 1u : 0u);
}

static bool
has_type(const struct signer *s, const struct zone_name *name, uint16_t type)
{
	const struct zone_set *set = zone_find_set(s->zone, name, type);
	return set && set->rdata_count;
}

/* RFC 4035 2.2: of a cut only the DS is authoritative here. */
static bool
is_signed(const struct zone_name *name, uint16_t type)
{
	return !(name->flags & ZONE_NAME_CUT) || type == DNS_TYPE_DS;
}

static void
sign_sets(struct signer *s, const struct zone_name *name)
{
	char owner[NAME_TEXT_MAX];
	name_text(owner, name->wire);
	for (uint32_t i = 0; i < name->set_count; i++) {
		const struct zone_set *set = &s->zone->sets[name->first_set + i];
		if (is_signed(name, set->type))
			print_signature(s, owner, set->type, signed_labels(name), set->ttl);
	}
}

/* The types of a cut that are not authoritative are not in its bitmap, NS apart (RFC 4034 4.1.2).
 */
static void
print_types(struct signer *s, const struct zone_name *name)
{
	bool signatures = false;
	for (uint32_t i = 0; i < name->set_count; i++) {
		uint16_t type = s->zone->sets[name->first_set + i].type;
		signatures |= is_signed(name, type);
		if (is_signed(name, type) || type == DNS_TYPE_NS)
			fprintf(s->stream, " TYPE%u", type);
	}
	if (signatures || uses_nsec(s->plan))
		fprintf(s->stream, " RRSIG");
	if (name->wire == s->zone->names[0].wire && !uses_nsec(s->plan))
		fprintf(s->stream, " NSEC3PARAM");
	if (uses_nsec(s->plan))
		fprintf(s->stream, " NSEC");
	fputc('\n', s->stream);
}

/* --- NSEC ----------------------------------------------------------------------------------------
 */

static void
print_nsec(struct signer *s)
{
	char owner[NAME_TEXT_MAX], next[NAME_TEXT_MAX];
	for (size_t i = 0; i < s->link_count; i++) {
		const struct zone_name *name = &s->zone->names[s->links[i].name];
		const struct zone_name *after =
			&s->zone->names[s->links[(i + 1) % s->link_count].name];
		name_text(owner, name->wire);
		fprintf(s->stream, "%s %u IN NSEC %s", owner, s->ttl, name_text(next, after->wire));
		print_types(s, name);
		print_signature(s, owner, DNS_TYPE_NSEC, signed_labels(name), s->ttl);
	}
}

/* --- NSEC3 ---------------------------------------------------------------------------------------
 */

/* Base32hex without padding, RFC 4648 7. */
static void
encode_hash(char text[static 33], const uint8_t hash[static 20])
{
	for (size_t digit = 0; digit < 32; digit++) {
		unsigned value = 0;
		for (size_t bit = 5 * digit; bit < 5 * digit + 5; bit++)
			value = value << 1 | ((unsigned)hash[bit / 8] >> (7 - bit % 8) & 1u);
		text[digit] = "0123456789abcdefghijklmnopqrstuv"[value];
	}
	text[32] = '\0';
}

static int
compare_links(const void *a, const void *b)
{
	const struct link *x = a, *y = b;
	return memcmp(x->hash, y->hash, 20);
}

static void
print_nsec3(struct signer *s)
{
	char apex[NAME_TEXT_MAX], hash[33], next[33], owner[34 + NAME_TEXT_MAX];
	unsigned apex_labels = s->zone->apex_labels;
	const char *salt_text = s->plan->salted ? "abcd" : "-";
	name_text(apex, s->zone->apex);
	fprintf(s->stream, "%s 0 IN NSEC3PARAM 1 0 %u %s\n", apex, s->plan->iterations, salt_text);
	print_signature(s, apex, DNS_TYPE_NSEC3PARAM, apex_labels, 0);
	for (size_t i = 0; i < s->link_count; i++) {
		struct link *link = &s->links[i];
		proof_hash(link->hash, s->zone->names[link->name].wire, salt,
			   s->plan->salted ? sizeof salt : 0, s->plan->iterations);
	}
	qsort(s->links, s->link_count, sizeof *s->links, compare_links);
	for (size_t i = 0; i < s->link_count; i++) {
		encode_hash(hash, s->links[i].hash);
		encode_hash(next, s->links[(i + 1) % s->link_count].hash);
		snprintf(owner, sizeof owner, "%s.%s", hash, apex_labels ? apex : "");
		fprintf(s->stream, "%s %u IN NSEC3 1 %d %u %s %s", owner, s->ttl,
			s->plan->signing == PLAN_OPT_OUT, s->plan->iterations, salt_text, next);
		print_types(s, &s->zone->names[s->links[i].name]);
		print_signature(s, owner, DNS_TYPE_NSEC3, apex_labels + 1, s->ttl);
	}
}

/* --- the chain's names ---------------------------------------------------------------------------
 */

/* Opt-out leaves out most insecure delegations (RFC 5155 6), never all: both kinds shall be met. */
static bool
is_opted_out(const struct signer *s, const struct zone_name *name)
{
	return s->plan->signing == PLAN_OPT_OUT && name->flags & ZONE_NAME_CUT &&
	       !has_type(s, name, DNS_TYPE_DS) && name->size % 4 != 0;
}

/* Whether the name owns something that the chain speaks of. */
static bool
is_owner(const struct signer *s, const struct zone_name *name)
{
	return !(name->flags & (ZONE_NAME_OCCLUDED | ZONE_NAME_HASHED | ZONE_NAME_EMPTY)) &&
	       !is_opted_out(s, name);
}

/* RFC 5155 7.1: NSEC3 also for empty non-terminals, when something in the chain is below them. */
static bool
leads_to_owner(const struct signer *s, const struct zone_name *name)
{
	for (uint32_t i = 0; i < s->zone->name_count; i++) {
		const struct zone_name *other = &s->zone->names[i];
		if (is_owner(s, other) && name_is_below(other->wire, name->wire))
			return true;
	}
	return false;
}

void
plan_sign(const struct plan_zone *plan, const struct zone *zone, FILE *stream)
{
	struct signer s = {.plan = plan, .zone = zone, .stream = stream};
	const struct zone_set *soa = zone_find_set(zone, &zone->names[0], DNS_TYPE_SOA);
	const struct zone_rdata *rdata = &zone->rdatas[soa->first_rdata];
	uint32_t minimum = wire_peek_u32(rdata->bytes + rdata->size - 4);
	s.ttl = soa->ttl < minimum ? soa->ttl : minimum;
	for (uint32_t i = 0; i < zone->name_count; i++) {
		const struct zone_name *name = &zone->names[i];
		bool owner = is_owner(&s, name);
		bool empty = !uses_nsec(plan) && name->flags & ZONE_NAME_EMPTY &&
			     !(name->flags & ZONE_NAME_OCCLUDED) && leads_to_owner(&s, name);
		if (!(name->flags & (ZONE_NAME_OCCLUDED | ZONE_NAME_HASHED | ZONE_NAME_EMPTY)))
			sign_sets(&s, name);
		if (owner || empty) {
			assert(s.link_count < ARRAY_LENGTH(s.links));
			s.links[s.link_count++].name = i;
		}
	}
	if (uses_nsec(plan))
		print_nsec(&s);
	else
		print_nsec3(&s);
}
