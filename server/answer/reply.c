/* SPDX-License-Identifier: BSD-2-Clause */
#include "answer/reply.h"

#include <string.h>

#include "anyns/dns.h"
#include "anyns/wire.h"

enum {
	RR_FIXED_SIZE = 12, /* owner pointer, type, class, TTL, RDLENGTH */
	RR_LENGTH_AT = 10,
	HOPS_MAX = 2 * DNS_LABELS_MAX, /* labels and pointers of one name */
};

static void
poke_pointer(uint8_t *p, size_t target)
{
	wire_poke_u16(p, (uint16_t)(0xc000 | target));
}

size_t
reply_locate(const struct reply *reply, size_t name_at, size_t skip)
{
	for (unsigned hops = 0; hops < HOPS_MAX && name_at + 1 < reply->at; hops++) {
		uint8_t length = reply->out[name_at];
		if (length >= 0xc0)
			name_at = wire_peek_u16(reply->out + name_at) & 0x3fff;
		else if (skip == 0)
			return name_at;
		else if (length == 0 || length + 1u > skip)
			return 0;
		else {
			skip -= length + 1u;
			name_at += length + 1u;
		}
	}
	/* The root label may be the last byte written. */
	return skip == 0 && name_at < reply->at && reply->out[name_at] == 0 ? name_at : 0;
}

static size_t
locate_in_scope(const struct reply *reply, const struct scope *scope, size_t skip)
{
	return scope->literal ? scope->name_at + skip : reply_locate(reply, scope->name_at, skip);
}

size_t
scope_apex_at(const struct reply *reply, const struct scope *scope)
{
	size_t apex_size = image_header(&scope->image)->apex_size;
	return locate_in_scope(reply, scope, scope->name_size - apex_size);
}

/* ------------------------------------------------------------ pointers */

/*
 * Gives `count` records of the `size` bytes at `rr` the owner. false: their lengths do not add up,
 * the image is damaged.
 */
static bool
point_owners(uint8_t *rr, size_t size, unsigned count, size_t owner_at)
{
	size_t at = 0;
	for (; count; count--) {
		if (size - at < RR_FIXED_SIZE)
			return false;
		poke_pointer(rr + at, owner_at);
		at += RR_FIXED_SIZE + (size_t)wire_peek_u16(rr + at + RR_LENGTH_AT);
		if (at > size)
			return false;
	}
	return at == size;
}

/*
 * Makes the pointers in RDATA right. They were compiled for a question for the set's own name, of
 * `owner.size` bytes, with the set right behind the question; the difference to where things are
 * now is added. `data_size` bytes were copied to `place`, whatever the set says by now.
 */
static void
apply_patches(const struct reply *reply, const struct scope *scope, const struct image_set *set,
	      size_t data_size, struct owner owner, size_t place)
{
	const size_t question = DNS_HEADER_SIZE;
	const uint16_t *patches = image_set_patches(set);
	size_t apex_size = image_header(&scope->image)->apex_size;
	size_t compiled_apex = question + owner.size - apex_size;
	size_t compiled_place = question + owner.size + 4;
	uint8_t *data = reply->out + place;

	for (size_t i = 0, count = set->patch_count; i < count; i++) {
		size_t patch = read_once(patches[i]);
		size_t at = patch & IMAGE_PATCH_OFFSET;
		if (at + 2 > data_size)
			return; /* damaged; the bytes stay as they are */
		size_t target = wire_peek_u16(data + at) & 0x3fff;
		switch (patch & IMAGE_PATCH_BASE) {
		case IMAGE_PATCH_OWNER:
			target = owner.at;
			break;
		case IMAGE_PATCH_APEX:
			target = locate_in_scope(reply, scope,
						 scope->name_size - apex_size + target -
							 compiled_apex);
			break;
		default:
			target = target - compiled_place + place;
			break;
		}
		poke_pointer(data + at, target & 0x3fff);
	}
}

/* ------------------------------------------------------------ sets */

bool
reply_set(struct reply *reply, enum reply_section section, const struct scope *scope,
	  const struct image_set *set, struct owner owner, bool sigs, size_t *place)
{
	size_t data_size = read_once(set->data_size);
	size_t size = data_size + (sigs ? read_once(set->sig_size) : 0);
	unsigned records = set->rr_count + (sigs ? set->sig_count : 0u);
	*place = reply->at;
	if (reply->at + size > reply->limit)
		return false;
	memcpy(reply->out + reply->at, image_set_data(set), size);
	/* The common case, a question for exactly this name, is done: everything was compiled for
	 * it. */
	bool exact = owner.at == DNS_HEADER_SIZE && reply->at == reply->question_end &&
		     owner.size + DNS_HEADER_SIZE + 4 == reply->question_end;
	if (!exact) {
		if (owner.at != DNS_HEADER_SIZE &&
		    !point_owners(reply->out + reply->at, size, records, owner.at))
			return false;
		apply_patches(reply, scope, set, data_size, owner, reply->at);
	}
	reply->at += size;
	reply->counts[section] = (uint16_t)(reply->counts[section] + records);
	return true;
}

/* Writes the labels and the zone's name: as a pointer, or for the root, which is shorter, as it is.
 */
static void
put_name(uint8_t *out, size_t apex_size, size_t apex_at, const uint8_t *labels, size_t labels_size)
{
	/* A size that is known costs a few instructions instead of a call: the hashes of NSEC3. */
	if (labels_size == IMAGE_HASH_LABEL)
		memcpy(out, labels, IMAGE_HASH_LABEL);
	else
		memcpy(out, labels, labels_size);
	if (apex_size == 1)
		out[labels_size] = 0;
	else
		poke_pointer(out + labels_size, apex_at);
}

/*
 * The same record by record, with the name written out each time: behind the first 16 KiB of the
 * message nothing can be pointed to, and the apex is no more than a pointer itself.
 */
static bool
named_records(struct reply *reply, const struct scope *scope, const uint8_t *data, size_t left,
	      unsigned records, const uint8_t *labels, size_t labels_size)
{
	size_t apex_at = scope_apex_at(reply, scope);
	size_t apex_size = image_header(&scope->image)->apex_size;
	size_t owner = labels_size + (apex_size == 1 ? 1 : 2);
	size_t at = reply->at;

	for (; records; records--) {
		if (left < RR_FIXED_SIZE)
			return false; /* damaged */
		size_t size = RR_FIXED_SIZE + read_once(wire_peek_u16(data + RR_LENGTH_AT));
		/* All but the pointer it was compiled with. */
		size_t rest = size - 2;
		if (size > left || at + owner + rest > reply->limit)
			return false;
		put_name(reply->out + at, apex_size, apex_at, labels, labels_size);
		memcpy(reply->out + at + owner, data + 2, rest);
		at += owner + rest;
		data += size;
		left -= size;
	}
	reply->at = at;
	return true;
}

/* The same in one piece: the first record has the name, the others point to it. */
static bool
named_piece(struct reply *reply, const struct scope *scope, const uint8_t *data, size_t size,
	    unsigned records, const uint8_t *labels, size_t labels_size)
{
	size_t apex_size = image_header(&scope->image)->apex_size;
	size_t owner = labels_size + (apex_size == 1 ? 1 : 2);
	/* Where the set would begin if its first owner were a pointer, as it was compiled. */
	uint8_t *place = reply->out + reply->at + owner - 2;

	if (size < RR_FIXED_SIZE || reply->at + owner + size - 2 > reply->limit)
		return false;
	memcpy(place + 2, data + 2, size - 2);
	put_name(reply->out + reply->at, apex_size, scope_apex_at(reply, scope), labels,
		 labels_size);
	size_t first = RR_FIXED_SIZE + (size_t)wire_peek_u16(place + RR_LENGTH_AT);
	if (first > size || !point_owners(place + first, size - first, records - 1, reply->at))
		return false;
	reply->at += owner + size - 2;
	return true;
}

bool
reply_named_set(struct reply *reply, enum reply_section section, const struct scope *scope,
		const struct image_set *set, const uint8_t *labels, size_t labels_size, bool sigs)
{
	unsigned records = set->rr_count + (sigs ? set->sig_count : 0u);
	size_t size = read_once(set->data_size) + (sigs ? read_once(set->sig_size) : 0);
	const uint8_t *data = image_set_data(set);
	labels_size = read_once(labels_size);
	bool each = labels_size == 0 || reply->at >= DNS_POINTER_LIMIT;

	if (records == 0)
		return true;
	if (each ? !named_records(reply, scope, data, size, records, labels, labels_size)
		 : !named_piece(reply, scope, data, size, records, labels, labels_size))
		return false;
	reply->counts[section] = (uint16_t)(reply->counts[section] + records);
	return true;
}

bool
reply_sigs(struct reply *reply, const struct image_set *set, struct owner owner)
{
	size_t size = read_once(set->sig_size);
	unsigned count = (unsigned)read_once(set->sig_count);
	if (reply->at + size > reply->limit)
		return false;
	memcpy(reply->out + reply->at, image_set_data(set) + set->data_size, size);
	if (!point_owners(reply->out + reply->at, size, count, owner.at))
		return false;
	reply->at += size;
	reply->counts[REPLY_ANSWER] = (uint16_t)(reply->counts[REPLY_ANSWER] + count);
	return true;
}

bool
reply_record(struct reply *reply, enum reply_section section, struct owner owner, uint16_t type,
	     uint32_t ttl, const uint8_t *rdata, size_t size)
{
	struct wire_writer w = wire_writer(reply->out + reply->at, reply->limit - reply->at);
	wire_put_u16(&w, (uint16_t)(0xc000 | owner.at));
	wire_put_u16(&w, type);
	wire_put_u16(&w, DNS_CLASS_IN);
	wire_put_u32(&w, ttl);
	wire_put_u16(&w, (uint16_t)size);
	wire_put_bytes(&w, rdata, size);
	if (w.failed)
		return false;
	reply->at += w.at;
	reply->counts[section]++;
	return true;
}

void
reply_clear(struct reply *reply)
{
	reply->at = reply->question_end;
	memset(reply->counts, 0, sizeof reply->counts);
}

void
reply_truncate(struct reply *reply)
{
	reply_clear(reply);
	reply->truncated = true;
}

/* ------------------------------------------------------------ additional addresses */

/* Where the extra's name stands in the message. A name that is only a pointer is not pointed to
 * itself: some parsers count hops. */
static size_t
extra_name_at(const struct reply *reply, size_t name_at, struct owner owner, size_t place)
{
	if (name_at == IMAGE_EXTRA_OWNER)
		return owner.at;
	const uint8_t *p = reply->out + place + name_at;
	return p[0] >= 0xc0 ? wire_peek_u16(p) & 0x3fffu : place + name_at;
}

static bool
add_addresses(struct reply *reply, const struct scope *scope, const struct image_node *node,
	      const struct image_set *set, size_t name_at, bool sigs)
{
	struct owner owner = {
		.at = name_at,
		.size = (size_t)node->name_size + image_header(&scope->image)->apex_size,
	};
	size_t unused;
	/* Behind the reach of pointers, in answers of more than 16 KiB, the name is written out. */
	if (name_at >= DNS_POINTER_LIMIT)
		return reply_named_set(reply, REPLY_ADDITIONAL, scope, set, image_node_name(node),
				       node->name_size, sigs);
	return reply_set(reply, REPLY_ADDITIONAL, scope, set, owner, sigs, &unused);
}

bool
reply_extras(struct reply *reply, const struct scope *scope, const struct image_set *set,
	     struct owner owner, size_t place, bool dnssec)
{
	const struct image_extra *extras = image_set_extras(set);
	bool service = set->type == DNS_TYPE_SVCB || set->type == DNS_TYPE_HTTPS;
	/* RFC 9460 4.1: an alias's target may lead to the same type again. */
	const uint16_t types[] = {DNS_TYPE_A, DNS_TYPE_AAAA, set->type};
	/* The set may say more by now than was copied; what was written ends here. */
	size_t end = size_min(place + set->data_size, reply->at);

	for (size_t i = 0, count = set->extra_count; i < count; i++) {
		const struct image_extra *extra = &extras[i];
		const struct image_node *node = image_node_at(&scope->image, extra->node);
		size_t at = read_once(extra->name_at);
		if (!node || (at != IMAGE_EXTRA_OWNER && place + at + 2 > end))
			continue;
		size_t name_at = extra_name_at(reply, at, owner, place);
		unsigned wanted = service && at != IMAGE_EXTRA_OWNER ? 3 : 2;
		for (unsigned n = 0; n < wanted; n++) {
			const struct image_set *found = image_find_set(&scope->image, node,
								       types[n]);
			if (found && !add_addresses(reply, scope, node, found, name_at, dnssec) &&
			    extra->required)
				return false;
		}
	}
	return true;
}
