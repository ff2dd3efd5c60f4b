/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resolve.c - from a question to records.
 *
 * One step answers one name: the question's, then what a CNAME or DNAME leads to, across all zones
 * served here. A step finds the name in its zone and ends the answer, or puts the CNAME into it and
 * says where to go on. The authority section comes behind the whole chain, so what proves a
 * wildcard on the way is collected meanwhile.
 */
#include "answer/resolve.h"

#include <string.h>

#include "answer/denial.h"
#include "anyns/wire.h"

/* Every server has a bound (BIND 12, Knot 5): resolvers ask on from the last name by themselves. */
enum { CHAIN_MAX = 16 };

enum step {
	STEP_DONE,
	STEP_FOLLOW,    /* go on with r->next_at */
	STEP_TRUNCATED, /* something that must be there does not fit */
};

struct resolver {
	struct reply *reply;
	const struct directory *zones;
	const struct query *query;
	struct lookup_name *names;      /* two, used in turn for the names of the chain */
	const struct lookup_name *name; /* being answered now */
	struct owner owner; /* where it stands in the message; size is the set's, filled per use */
	struct scope scope; /* its zone */
	bool lost;          /* an earlier one cannot be trusted, see image_lost() */
	size_t next_at;     /* STEP_FOLLOW: where the next name stands in the message */
	unsigned links;     /* CNAMEs in the answer */
	uint64_t *told;     /* hashes of the names whose CNAME or DNAME is in the answer */
	unsigned told_count;
	struct proofs *proofs;
};

static size_t
full_size(const struct resolver *r, const struct image_node *node)
{
	return read_once(node->name_size) + image_header(&r->scope.image)->apex_size;
}

/* The current name as the owner of a set of `node`. */
static struct owner
owned_by(const struct resolver *r, const struct image_node *node)
{
	return (struct owner){.at = r->owner.at, .size = full_size(r, node)};
}

static enum step
step_if(bool fits)
{
	return fits ? STEP_DONE : STEP_TRUNCATED;
}

/* The image leads nowhere: nothing that was written so far is to be trusted. */
static enum step
fail(struct resolver *r)
{
	reply_clear(r->reply);
	r->proofs->count = 0;
	r->reply->flags = 0;
	r->reply->rcode = DNS_RCODE_SERVFAIL;
	r->reply->error = EDNS_ERROR_INVALID_DATA;
	return STEP_DONE;
}

/* ------------------------------------------------------------ negative answers and referrals */

/* The SOA in the authority section, with the TTL of RFC 2308 5. */
static bool
add_soa(struct resolver *r)
{
	const struct image *image = &r->scope.image;
	const struct image_header *header = image_header(image);
	const struct image_set *soa = image_set_at(image, header->negative_soa);
	struct owner apex = {.at = scope_apex_at(r->reply, &r->scope), .size = header->apex_size};
	size_t place;
	return soa && reply_set(r->reply, REPLY_AUTHORITY, &r->scope, soa, apex,
				r->query->edns.dnssec_ok, &place);
}

static enum step
no_data(struct resolver *r, const struct lookup *found)
{
	if (found->kind == LOOKUP_WILDCARD)
		denial_wildcard_no_data(r->proofs, &r->scope, r->name, found);
	else
		denial_no_data(r->proofs, &r->scope, found->node);
	return step_if(add_soa(r));
}

static enum step
no_name(struct resolver *r, const struct lookup *found)
{
	r->reply->rcode = DNS_RCODE_NXDOMAIN;
	denial_no_name(r->proofs, &r->scope, r->name, found);
	return step_if(add_soa(r));
}

/* RFC 1034 4.3.2 step 3b, RFC 4035 3.1.4: the cut's NS, its DS or the proof that there is none,
 * glue. */
static enum step
refer(struct resolver *r, const struct image_node *cut)
{
	const struct image *image = &r->scope.image;
	/* Without signatures it is no signed zone: its DS proves nothing. */
	bool dnssec = r->query->edns.dnssec_ok && image_header(image)->flags;
	const struct image_set *ns = image_find_set(image, cut, DNS_TYPE_NS);
	const struct image_set *ds = image_find_set(image, cut, DNS_TYPE_DS);
	size_t size = full_size(r, cut);
	struct owner owner = {.size = size};
	size_t ns_place;
	size_t ds_place;
	if (size > r->name->size || !ns)
		return fail(r);
	owner.at = reply_locate(r->reply, r->owner.at, r->name->size - size);
	/* AA tells about the first name (RFC 1034 4.3.2); behind a CNAME it stays as it was. */
	if (r->links == 0)
		r->reply->flags &= (uint16_t)~DNS_FLAG_AA;
	if (!reply_set(r->reply, REPLY_AUTHORITY, &r->scope, ns, owner, false, &ns_place))
		return STEP_TRUNCATED;
	if (dnssec && ds &&
	    !reply_set(r->reply, REPLY_AUTHORITY, &r->scope, ds, owner, true, &ds_place))
		return STEP_TRUNCATED;
	if (dnssec && !ds)
		denial_no_data(r->proofs, &r->scope, cut);
	/* The proof comes before the glue in the message. */
	if (!denial_write(r->proofs, r->reply))
		return STEP_TRUNCATED;
	return step_if(reply_extras(r->reply, &r->scope, ns, owner, ns_place, dnssec));
}

/* ------------------------------------------------------------ positive answers */

static enum step
add_answer(struct resolver *r, const struct lookup *found, const struct image_set *set)
{
	bool dnssec = r->query->edns.dnssec_ok;
	struct owner owner = owned_by(r, found->node);
	size_t place;
	if (!reply_set(r->reply, REPLY_ANSWER, &r->scope, set, owner, dnssec, &place))
		return STEP_TRUNCATED;
	if (found->kind == LOOKUP_WILDCARD)
		denial_wildcard(r->proofs, &r->scope, r->name, found);
	/* The additional section comes last. */
	if (!denial_write(r->proofs, r->reply))
		return STEP_TRUNCATED;
	/* Addresses are only a courtesy here; those that do not fit are left out. */
	reply_extras(r->reply, &r->scope, set, owner, place, dnssec);
	return STEP_DONE;
}

/* All signatures at the name: RRSIGs are not a set with signatures of its own (RFC 4035 2.2). */
static enum step
answer_rrsig(struct resolver *r, const struct lookup *found)
{
	const struct image_set *set = image_first_set(&r->scope.image, found->node);
	bool any = false;
	for (uint32_t read = 1; set; read++) {
		if (set->sig_count && !reply_sigs(r->reply, set, owned_by(r, found->node)))
			return STEP_TRUNCATED;
		any = any || set->sig_count;
		set = read < found->node->set_count ? image_next_set(&r->scope.image, set) : NULL;
	}
	if (!any)
		return no_data(r, found);
	if (found->kind == LOOKUP_WILDCARD)
		denial_wildcard(r->proofs, &r->scope, r->name, found);
	return STEP_DONE;
}

/*
 * Notes that the CNAME or DNAME of this name will be in the answer. false: it is there already,
 * told once is enough (RFC 2181 5.5). Names, not nodes: a wildcard is met under many.
 */
static bool
tell_once(struct resolver *r, uint64_t hash)
{
	for (unsigned i = 0; i < r->told_count; i++)
		if (r->told[i] == hash)
			return false;
	r->told[r->told_count++] = hash;
	return true;
}

static enum step
follow_cname(struct resolver *r, const struct lookup *found, const struct image_set *cname)
{
	if (!tell_once(r, r->name->hashes[r->name->labels]))
		return STEP_DONE; /* a loop */
	size_t place;
	if (!reply_set(r->reply, REPLY_ANSWER, &r->scope, cname, owned_by(r, found->node),
		       r->query->edns.dnssec_ok, &place))
		return STEP_TRUNCATED;
	if (found->kind == LOOKUP_WILDCARD)
		denial_wildcard(r->proofs, &r->scope, r->name, found);
	r->next_at = place + 12;
	return STEP_FOLLOW;
}

/* RFC 1034 4.3.2 step 3a and c: the node is there, by name or by wildcard. */
static enum step
answer_from_node(struct resolver *r, const struct lookup *found)
{
	const struct image *image = &r->scope.image;
	uint16_t type = r->query->type;
	if (type == DNS_TYPE_RRSIG)
		return answer_rrsig(r, found);
	/* RFC 8482 4.1: one RRset of those at the name, the first. */
	const struct image_set *set = type == DNS_TYPE_ANY
					      ? image_first_set(image, found->node)
					      : image_find_set(image, found->node, type);
	if (set)
		return add_answer(r, found, set);
	if (found->node->flags & IMAGE_NODE_CNAME) {
		const struct image_set *cname = image_find_set(image, found->node, DNS_TYPE_CNAME);
		return cname ? follow_cname(r, found, cname) : fail(r);
	}
	return no_data(r, found);
}

/* A delegation by its own name. Its DS belongs to this side of the cut (RFC 4035 3.1.4.1). */
static enum step
answer_at_cut(struct resolver *r, const struct lookup *found)
{
	if (r->query->type != DNS_TYPE_DS)
		return refer(r, found->node);
	const struct image_set *ds = image_find_set(&r->scope.image, found->node, DNS_TYPE_DS);
	return ds ? add_answer(r, found, ds) : no_data(r, found);
}

/* ------------------------------------------------------------ DNAME */

/* TTL and target of a DNAME; 0: damaged. A copy: what is looked at is what is written. */
static size_t
dname_target(const struct resolver *r, const struct image_set *dname, uint32_t *ttl,
	     uint8_t target[DNS_NAME_MAX])
{
	struct wire_reader record = wire_reader(image_set_data(dname), dname->data_size);
	wire_get_bytes(&record, 6);
	*ttl = wire_get_u32(&record);
	struct wire_reader rdata = wire_carve(&record, wire_get_u16(&record));
	size_t size = read_once(rdata.size);
	struct lookup_name *name = &r->names[0] == r->name ? &r->names[1] : &r->names[0];
	if (rdata.failed || size > DNS_NAME_MAX)
		return 0;
	memcpy(target, rdata.bytes, size);
	return lookup_name_set(name, target, size) == size ? size : 0;
}

/* The name with the DNAME's owner at its end replaced by the target; 0: longer than a name may be.
 */
static size_t
substitute(const struct resolver *r, size_t owner_size, const uint8_t *target, size_t target_size,
	   uint8_t out[DNS_NAME_MAX])
{
	size_t prefix = r->name->size - owner_size;
	if (prefix + target_size > DNS_NAME_MAX)
		return 0;
	/* As the client wrote it: the case of the question is kept (RFC 4343 4.1). */
	for (size_t at = 0; at < prefix; at += (size_t)out[at] + 1) {
		size_t from = reply_locate(r->reply, r->owner.at, at);
		size_t size = (size_t)r->reply->out[from] + 1;
		if (!from || size > prefix - at)
			return 0;
		memcpy(out + at, r->reply->out + from, size);
	}
	memcpy(out + prefix, target, target_size);
	return prefix + target_size;
}

/* RFC 6672 3.2: the DNAME, and a CNAME made from it for those who do not know DNAME. */
static enum step
follow_dname(struct resolver *r, const struct lookup *found)
{
	const struct image_set *dname = image_find_set(&r->scope.image, found->node,
						       DNS_TYPE_DNAME);
	size_t size = full_size(r, found->node);
	if (!dname || size >= r->name->size)
		return fail(r);
	struct owner owner = {.size = size};
	owner.at = reply_locate(r->reply, r->owner.at, r->name->size - size);
	size_t place;
	if (!tell_once(r, r->name->hashes[r->name->labels]))
		return STEP_DONE; /* a loop */
	/* A target below the owner leads to the same DNAME again. */
	if (tell_once(r, r->name->hashes[found->encloser_labels]) &&
	    !reply_set(r->reply, REPLY_ANSWER, &r->scope, dname, owner, r->query->edns.dnssec_ok,
		       &place))
		return STEP_TRUNCATED;

	uint32_t ttl;
	uint8_t target[DNS_NAME_MAX];
	size_t target_size = dname_target(r, dname, &ttl, target);
	if (target_size == 0)
		return fail(r);
	uint8_t name[DNS_NAME_MAX];
	size_t name_size = substitute(r, size, target, target_size, name);
	if (name_size == 0) {
		r->reply->rcode = DNS_RCODE_YXDOMAIN;
		return STEP_DONE;
	}
	r->next_at = r->reply->at + 12;
	if (!reply_record(r->reply, REPLY_ANSWER, r->owner, DNS_TYPE_CNAME, ttl, name, name_size))
		return STEP_TRUNCATED;
	/* Whoever asked for the CNAME has it now. */
	return r->query->type == DNS_TYPE_CNAME ? STEP_DONE : STEP_FOLLOW;
}

/* ------------------------------------------------------------ the chain */

/* Finds the zone of a name. NULL: not served here. */
static const struct zone_entry *
find_zone(const struct directory *zones, const struct lookup_name *name, uint16_t type)
{
	const struct zone_entry *entry = NULL;
	/* The DS of a zone's own name is the parent's, if the parent is served too. */
	if (type == DNS_TYPE_DS && name->labels > 0)
		entry = directory_find(zones, name, name->labels - 1u);
	return entry ? entry : directory_find(zones, name, name->labels);
}

const struct zone_entry *
resolve_zone(const struct directory *zones, const struct query *query)
{
	return find_zone(zones, query->name, query->type);
}

static void
enter_zone(struct resolver *r, const struct zone_entry *entry, struct scope scope)
{
	r->lost |= image_lost(&r->scope.image);
	r->scope = scope;
	r->scope.image = entry->image;
}

/*
 * A DS question went to the zone above, which turns out to have delegated something in between: it
 * is not the parent. The zone of that name, if served here, then says that it has none (RFC
 * 4035 3.1.4.1).
 */
static bool
enter_own_zone(struct resolver *r)
{
	if (r->query->type != DNS_TYPE_DS)
		return false;
	const struct zone_entry *entry = directory_find(r->zones, r->name, r->name->labels);
	if (!entry || !entry->image.base || entry->image.base == r->scope.image.base)
		return false;
	enter_zone(r, entry,
		   (struct scope){.name_at = r->owner.at,
				  .name_size = r->name->size,
				  .literal = r->links == 0});
	return true;
}

static enum step answer_name(struct resolver *r);

static enum step
answer_found(struct resolver *r, const struct lookup *found)
{
	switch (found->kind) {
	case LOOKUP_FOUND:
		if (found->node->flags & IMAGE_NODE_CUT)
			return answer_at_cut(r, found);
		return answer_from_node(r, found);
	case LOOKUP_WILDCARD:
		return answer_from_node(r, found);
	case LOOKUP_BELOW_CUT:
		return enter_own_zone(r) ? answer_name(r) : refer(r, found->node);
	case LOOKUP_DNAME:
		return follow_dname(r, found);
	case LOOKUP_MISSING:
		return no_name(r, found);
	case LOOKUP_DAMAGED:
		break;
	}
	return fail(r);
}

static enum step
answer_name(struct resolver *r)
{
	struct lookup found = image_lookup(&r->scope.image, r->name);
	return answer_found(r, &found);
}

/* The possibly compressed name at `at` of the message, written out. Returns its size, 0: damaged.
 */
static size_t
read_name(const struct reply *reply, size_t at, uint8_t out[DNS_NAME_MAX])
{
	size_t size = 0;
	for (;;) {
		at = reply_locate(reply, at, 0);
		size_t step = at ? (size_t)reply->out[at] + 1 : 0;
		if (step == 0 || step > DNS_NAME_MAX - size || at + step > reply->at)
			return 0;
		memcpy(out + size, reply->out + at, step);
		size += step;
		if (step == 1)
			return size;
		at += step;
	}
}

/* Makes the name at next_at the current one. false: the chain ends here. */
static bool
enter_next(struct resolver *r)
{
	uint8_t wire[DNS_NAME_MAX];
	struct lookup_name *next = r->name == &r->names[0] ? &r->names[1] : &r->names[0];
	size_t size = read_name(r->reply, r->next_at, wire);
	/* Beyond the limit the rest could not be pointed into any more. */
	if (size == 0 || ++r->links == CHAIN_MAX || r->reply->at > IMAGE_PLACE_LIMIT)
		return false;
	/* Only a damaged image holds a name that is none. */
	if (lookup_name_set(next, wire, size) != size)
		return false;
	r->name = next;
	r->owner.at = r->next_at;

	const struct zone_entry *entry = find_zone(r->zones, next, r->query->type);
	if (!entry || !entry->image.base)
		return false;
	if (entry->image.base != r->scope.image.base)
		enter_zone(r, entry, (struct scope){.name_at = r->next_at, .name_size = size});
	return true;
}

void
resolve(struct reply *reply, const struct directory *zones, const struct zone_entry *zone,
	const struct image_node *node, const struct query *query, struct lookup_name names[2])
{
	/* Not zeroed: most answers use neither. */
	uint64_t told[2 * CHAIN_MAX];
	struct proofs proofs;
	proofs.wanted = query->edns.dnssec_ok;
	proofs.count = 0;
	struct resolver r = {.reply = reply,
			     .zones = zones,
			     .query = query,
			     .names = names,
			     .name = query->name,
			     .told = told,
			     .proofs = &proofs};
	r.owner.at = DNS_HEADER_SIZE;
	if (!zone || !zone->image.base) {
		reply->rcode = zone ? DNS_RCODE_SERVFAIL : DNS_RCODE_REFUSED;
		reply->error = zone ? EDNS_ERROR_INVALID_DATA : EDNS_ERROR_NOT_AUTHORITATIVE;
		return;
	}
	enter_zone(&r, zone,
		   (struct scope){.name_at = DNS_HEADER_SIZE,
				  .name_size = query->name->size,
				  .literal = true});
	reply->flags |= DNS_FLAG_AA;

	struct lookup found = image_lookup_from(&zone->image, query->name, node);
	enum step step = answer_found(&r, &found);
	while (step == STEP_FOLLOW && enter_next(&r))
		step = answer_name(&r);
	if (step == STEP_TRUNCATED || !denial_write(&proofs, reply))
		reply_truncate(reply);
	/* Last: only now is all read that the answer is made of. */
	if (r.lost || image_lost(&r.scope.image)) {
		reply->truncated = false;
		fail(&r);
	}
}
