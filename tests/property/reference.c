/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The algorithm of RFC 1034 4.3.2 as RFC 2308, 4035, 4592, 5155 and 6672 changed it, one function
 * per step. Read it beside them; it is meant to be compared with their text, not to be fast.
 *
 * Where the RFCs leave a choice, this is anyns's: no authority NS beside a positive answer, one
 * RRset for ANY (RFC 8482 4.1), chains end after 16 CNAMEs.
 */
#include "reference.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "anyns/name.h"
#include "anyns/wire.h"
#include "proof.h"

enum { CHAIN_MAX = 16 };

struct search {
	const struct zone *const *zones;
	size_t zone_count;
	uint16_t type;
	bool dnssec;
	uint8_t name[DNS_NAME_MAX]; /* SNAME: what is looked for now, lower case */
	unsigned cnames;
	struct reference_answer *out;
};

/* --- lists ---------------------------------------------------------------------------------------
 */

void
reference_add(struct reference_list *list, const uint8_t *owner, uint16_t type, uint32_t ttl,
	      const uint8_t *rdata, size_t size)
{
	if (list->count == list->room) {
		list->room = list->room ? list->room * 2 : 8;
		list->items = realloc(list->items, list->room * sizeof *list->items);
		assert(list->items);
	}
	struct reference_record *record = &list->items[list->count++];
	assert(size <= sizeof record->rdata);
	memcpy(record->owner, owner, name_length(owner, DNS_NAME_MAX));
	record->type = type;
	record->ttl = ttl;
	record->size = (uint16_t)size;
	if (size)
		memcpy(record->rdata, rdata, size);
}

static bool
may_compress(uint16_t type)
{
	/* RFC 3597 4: the types of RFC 1035. Only in their data may a pointer have changed a
	 * letter's case. */
	return type == DNS_TYPE_NS || type == DNS_TYPE_CNAME || type == DNS_TYPE_SOA ||
	       type == DNS_TYPE_PTR || type == DNS_TYPE_MX;
}

bool
reference_same(const struct reference_record *a, const struct reference_record *b)
{
	if (a->type != b->type || a->size != b->size || !name_equal(a->owner, b->owner))
		return false;
	for (size_t i = 0; i < a->size; i++) {
		uint8_t x = a->rdata[i], y = b->rdata[i];
		if (x != y && (!may_compress(a->type) || name_fold(x) != name_fold(y)))
			return false;
	}
	return true;
}

void
reference_free(struct reference_answer *answer)
{
	free(answer->answer.items);
	free(answer->authority.items);
	free(answer->required.items);
	free(answer->offered.items);
	free(answer->optional.items);
	*answer = (struct reference_answer){0};
}

static bool
holds(const struct reference_list *list, const uint8_t *owner, uint16_t type)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].type == type && name_equal(list->items[i].owner, owner))
			return true;
	}
	return false;
}

static void
add_signatures(const struct zone *zone, const struct zone_set *set, const uint8_t *owner,
	       struct reference_list *list)
{
	for (uint32_t i = 0; i < set->sig_count; i++) {
		const struct zone_rdata *rdata = &zone->rdatas[set->first_sig + i];
		reference_add(list, owner, DNS_TYPE_RRSIG, set->sig_ttl, rdata->bytes, rdata->size);
	}
}

/* A set under `owner`, which is not the zone's own name when a wildcard made it. */
static void
add_set(const struct search *s, const struct zone *zone, const struct zone_set *set,
	const uint8_t *owner, struct reference_list *list)
{
	for (uint32_t i = 0; i < set->rdata_count; i++) {
		const struct zone_rdata *rdata = &zone->rdatas[set->first_rdata + i];
		reference_add(list, owner, set->type, set->ttl, rdata->bytes, rdata->size);
	}
	if (s->dnssec)
		add_signatures(zone, set, owner, list);
}

/* --- names ---------------------------------------------------------------------------------------
 */

static const struct zone_name *
node_of(const struct zone *zone, const uint8_t *name)
{
	for (uint32_t i = 0; i < zone->name_count; i++) {
		/* RFC 5155 7.2.8: a name that owns only NSEC3 does not exist. */
		if (!(zone->names[i].flags & ZONE_NAME_HASHED) &&
		    name_equal(zone->names[i].wire, name))
			return &zone->names[i];
	}
	return NULL;
}

/* The set, without those that consist of stray signatures only. */
static const struct zone_set *
set_of(const struct zone *zone, const uint8_t *name, uint16_t type)
{
	const struct zone_name *node = node_of(zone, name);
	for (uint32_t i = 0; node && i < node->set_count; i++) {
		const struct zone_set *set = &zone->sets[node->first_set + i];
		if (set->type == type && set->rdata_count)
			return set;
	}
	return NULL;
}

/* RFC 4592 2.2.2: a name exists when it or a name below it owns a record. */
static bool
exists(const struct zone *zone, const uint8_t *name)
{
	for (uint32_t i = 0; i < zone->name_count; i++) {
		const struct zone_name *owner = &zone->names[i];
		if (!(owner->flags & ZONE_NAME_HASHED) && owner->set_count &&
		    name_is_below(owner->wire, name))
			return true;
	}
	return false;
}

/* The zone nearest above the name, at it too unless `above`. */
static const struct zone *
nearest_zone(const struct search *s, const uint8_t *name, bool above)
{
	const struct zone *best = NULL;
	for (size_t i = 0; i < s->zone_count; i++) {
		const struct zone *zone = s->zones[i];
		if (!name_is_below(name, zone->apex) || (above && name_equal(name, zone->apex)))
			continue;
		if (!best || zone->apex_labels > best->apex_labels)
			best = zone;
	}
	return best;
}

/* Whether the zone has delegated away a name above `name`, or `name` itself if `from` is 0 and
 * not 1. */
static bool
is_delegated(const struct zone *zone, const uint8_t *name, unsigned from)
{
	unsigned labels = name_labels(name);
	for (unsigned skip = from; labels - skip > zone->apex_labels; skip++) {
		if (set_of(zone, name_skip(name, skip), DNS_TYPE_NS))
			return true;
	}
	return false;
}

/*
 * Step 2. A DS belongs to the parent's side of a cut (RFC 4035 3.1.4.1), if the parent is served
 * here; a zone further up which delegated something in between is not the parent.
 */
static const struct zone *
choose_zone(const struct search *s)
{
	const struct zone *zone = nearest_zone(s, s->name, false);
	if (zone && s->type == DNS_TYPE_DS && name_equal(zone->apex, s->name) &&
	    zone->apex_labels) {
		const struct zone *parent = nearest_zone(s, s->name, true);
		if (parent && !is_delegated(parent, s->name, 1))
			return parent;
	}
	return zone;
}

/*
 * Whether the client gets what proves something. A zone without signatures is no signed zone (RFC
 * 4035 2): its NSEC and DS records prove nothing, and only answer questions for themselves.
 */
static bool
wants_proof(const struct search *s, const struct zone *zone)
{
	return s->dnssec && set_of(zone, zone->apex, DNS_TYPE_SOA)->sig_count;
}

/* --- additional ----------------------------------------------------------------------------------
 */

/* The name in the data whose addresses help, or NULL. */
static const uint8_t *
target_of(uint16_t type, const uint8_t *rdata)
{
	switch (type) {
	case DNS_TYPE_NS:
		return rdata;
	case DNS_TYPE_MX:
		return rdata + 2;
	case DNS_TYPE_SRV:
		return rdata + 6;
	default:
		return NULL;
	}
}

static void
add_addresses(const struct search *s, const struct zone *zone, const uint8_t *name,
	      struct reference_list *list)
{
	static const uint16_t types[] = {DNS_TYPE_A, DNS_TYPE_AAAA};
	for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
		const struct zone_set *set = set_of(zone, name, types[i]);
		if (set)
			add_set(s, zone, set, name, list);
	}
}

/*
 * Step 6. Addresses of the targets of a set. A referral must have the glue at or below its cut (RFC
 * 9471 3.1), and has sibling glue when there is room. Other answers then have what is
 * authoritative; glue is for referrals. What other zones know may always be there.
 */
static void
add_additional(const struct search *s, const struct zone *zone, const struct zone_set *set,
	       const uint8_t *cut)
{
	for (uint32_t i = 0; i < set->rdata_count; i++) {
		uint8_t target[DNS_NAME_MAX];
		const uint8_t *name = target_of(set->type,
						zone->rdatas[set->first_rdata + i].bytes);
		if (!name)
			continue;
		name_lower(target, name);
		if (cut && name_is_below(target, cut)) {
			add_addresses(s, zone, target, &s->out->required);
			continue;
		}
		/* "." says that there is no such host: RFC 2782, RFC 7505. */
		if (target[0] && name_is_below(target, zone->apex) &&
		    (cut || !is_delegated(zone, target, 0)))
			add_addresses(s, zone, target, &s->out->offered);
		for (size_t z = 0; z < s->zone_count; z++)
			add_addresses(s, s->zones[z], target, &s->out->optional);
	}
}

/* --- step 3 --------------------------------------------------------------------------------------
 */

/* What became of the name: all is said, or SNAME is another one now. */
enum outcome { DONE, RESTART };

/* RFC 2308 3: the SOA with the smaller of its TTL and its last field, the minimum. */
static void
add_negative_soa(const struct search *s, const struct zone *zone)
{
	struct zone_set set = *set_of(zone, zone->apex, DNS_TYPE_SOA);
	const struct zone_rdata *rdata = &zone->rdatas[set.first_rdata];
	uint32_t minimum = wire_peek_u32(rdata->bytes + rdata->size - 4);
	if (set.ttl > minimum)
		set.ttl = minimum;
	if (set.sig_ttl > minimum)
		set.sig_ttl = minimum;
	add_set(s, zone, &set, zone->apex, &s->out->authority);
}

/* 3b: a referral. */
static enum outcome
refer(const struct search *s, const struct zone *zone, const uint8_t *cut)
{
	const struct zone_set *ns = set_of(zone, cut, DNS_TYPE_NS);
	const struct zone_set *ds = set_of(zone, cut, DNS_TYPE_DS);
	/* RFC 1035 4.1.1: AA speaks of the first owner name, which a CNAME before has answered. */
	if (s->cnames == 0)
		s->out->aa = false;
	add_set(s, zone, ns, cut, &s->out->authority);
	if (wants_proof(s, zone) && ds) /* RFC 4035 3.1.4 */
		add_set(s, zone, ds, cut, &s->out->authority);
	else if (wants_proof(s, zone))
		proof_no_type(zone, cut, &s->out->authority);
	add_additional(s, zone, ns, cut);
	return DONE;
}

/* Goes on at `target`, unless the chain is long enough. */
static enum outcome
follow(struct search *s, const uint8_t *target)
{
	name_lower(s->name, target);
	return ++s->cnames < CHAIN_MAX ? RESTART : DONE;
}

/* 3c, the DNAME of RFC 6672 3.2: owner, target and the name are put together anew. */
static enum outcome
substitute(struct search *s, const struct zone *zone, const uint8_t *owner,
	   const struct zone_set *dname)
{
	const uint8_t *target = zone->rdatas[dname->first_rdata].bytes;
	size_t head = name_length(s->name, DNS_NAME_MAX) - name_length(owner, DNS_NAME_MAX);
	size_t tail = name_length(target, DNS_NAME_MAX);
	uint8_t made[2 * DNS_NAME_MAX];
	if (holds(&s->out->answer, s->name, DNS_TYPE_CNAME))
		return DONE; /* a loop; no record twice in an answer (RFC 2181 5) */
	if (!holds(&s->out->answer, owner, DNS_TYPE_DNAME))
		add_set(s, zone, dname, owner, &s->out->answer);
	if (head + tail > DNS_NAME_MAX) {
		s->out->rcode = DNS_RCODE_YXDOMAIN;
		return DONE;
	}
	memcpy(made, s->name, head);
	memcpy(made + head, target, tail);
	/* RFC 6672 3.1: the TTL is the DNAME's, and nobody could have signed it. */
	reference_add(&s->out->answer, s->name, DNS_TYPE_CNAME, dname->ttl, made, head + tail);
	/* 3a: a question for CNAME matches, there is nothing to restart for. */
	return s->type == DNS_TYPE_CNAME ? DONE : follow(s, made);
}

/* The node's data for the type asked: how many records were added. */
static size_t
add_data(const struct search *s, const struct zone *zone, const uint8_t *source)
{
	const struct zone_name *node = node_of(zone, source);
	struct reference_list *list = &s->out->answer;
	size_t before = list->count;
	for (uint32_t i = 0; node && i < node->set_count; i++) {
		const struct zone_set *set = &zone->sets[node->first_set + i];
		if (s->type == DNS_TYPE_RRSIG) {
			add_signatures(zone, set, s->name, list);
		} else if (set->rdata_count && (set->type == s->type || s->type == DNS_TYPE_ANY)) {
			add_set(s, zone, set, s->name, list);
			add_additional(s, zone, set, NULL);
			break;
		}
	}
	return list->count - before;
}

/*
 * 3a: the name is there, or a wildcard stands for it. `source` owns the data; `encloser` is NULL or
 * what the wildcard is right below.
 */
static enum outcome
match(struct search *s, const struct zone *zone, const uint8_t *source, const uint8_t *encloser)
{
	struct reference_list *authority = &s->out->authority;
	const struct zone_set *cname = set_of(zone, source, DNS_TYPE_CNAME);
	bool found = add_data(s, zone, source) > 0;
	/* RRSIG stands beside a CNAME and belongs to it, never to its target (RFC 4035 2.5). */
	bool alias = !found && cname && s->type != DNS_TYPE_RRSIG;
	if (alias && holds(&s->out->answer, s->name, DNS_TYPE_CNAME))
		return DONE; /* a loop, and all of it is in the answer */
	if (alias)
		add_set(s, zone, cname, s->name, &s->out->answer);
	if ((found || alias) && encloser && wants_proof(s, zone))
		proof_wildcard_answer(zone, s->name, encloser, authority);
	if (alias)
		return follow(s, zone->rdatas[cname->first_rdata].bytes);
	if (found)
		return DONE;
	add_negative_soa(s, zone);
	if (wants_proof(s, zone) && encloser)
		proof_no_wildcard_type(zone, s->name, encloser, authority);
	else if (wants_proof(s, zone))
		proof_no_type(zone, s->name, authority);
	return DONE;
}

/* 3c: the name is not there and `encloser` is its closest ancestor that is (RFC 4592 3.3.1). */
static enum outcome
miss(struct search *s, const struct zone *zone, const uint8_t *encloser)
{
	uint8_t wildcard[DNS_NAME_MAX];
	proof_wildcard(wildcard, encloser);
	if (exists(zone, wildcard))
		return match(s, zone, wildcard, encloser);
	s->out->rcode = DNS_RCODE_NXDOMAIN;
	add_negative_soa(s, zone);
	if (wants_proof(s, zone))
		proof_no_name(zone, s->name, encloser, &s->out->authority);
	return DONE;
}

/* Step 3: down from the apex, label by label. */
static enum outcome
walk(struct search *s, const struct zone *zone)
{
	unsigned labels = name_labels(s->name);
	uint8_t name[DNS_NAME_MAX]; /* s->name changes under way */
	name_lower(name, s->name);
	for (unsigned depth = zone->apex_labels;; depth++) {
		const uint8_t *node = name_skip(name, labels - depth);
		if (!exists(zone, node))
			return miss(s, zone, name_skip(node, 1));
		bool at_parent = depth == labels && s->type == DNS_TYPE_DS;
		if (depth > zone->apex_labels && set_of(zone, node, DNS_TYPE_NS) && !at_parent)
			return refer(s, zone, node);
		if (depth == labels)
			return match(s, zone, node, NULL);
		const struct zone_set *dname = set_of(zone, node, DNS_TYPE_DNAME);
		if (dname)
			return substitute(s, zone, node, dname);
	}
}

void
reference_resolve(const struct zone *const *zones, size_t zone_count,
		  const struct reference_question *question, struct reference_answer *answer)
{
	struct search s = {.zones = zones,
			   .zone_count = zone_count,
			   .type = question->type,
			   .dnssec = question->dnssec,
			   .out = answer};
	*answer = (struct reference_answer){.rcode = DNS_RCODE_REFUSED};
	name_lower(s.name, question->name);
	const struct zone *zone = choose_zone(&s);
	if (!zone)
		return;
	answer->rcode = DNS_RCODE_NOERROR;
	answer->aa = true;
	while (zone && walk(&s, zone) == RESTART)
		zone = choose_zone(&s);
}
