/* SPDX-License-Identifier: BSD-2-Clause */
#include "answer/denial.h"

#include "anyns/dns.h"

static bool
is_hashed(const struct scope *scope)
{
	return image_header(&scope->image)->flags & IMAGE_NSEC3;
}

/* What is known about the node, when the client wants proofs and the zone has them; or NULL. */
static const struct image_denial *
denial_of(const struct proofs *proofs, const struct image_node *node)
{
	return proofs->wanted ? image_node_denial(node) : NULL;
}

static void
add(struct proofs *proofs, const struct scope *scope, uint32_t ref)
{
	if (ref == 0 || proofs->count == PROOFS_MAX)
		return;
	for (unsigned i = 0; i < proofs->count; i++)
		if (proofs->items[i].ref == ref &&
		    proofs->items[i].scope.image.base == scope->image.base)
			return;
	proofs->items[proofs->count++] = (struct proof){.scope = *scope, .ref = ref};
}

/* What covers the name itself (NSEC), or the name one label below the closest encloser (NSEC3). */
static uint32_t
cover_next_closer(const struct scope *scope, const struct lookup_name *name,
		  const struct lookup *found)
{
	uint8_t hash[IMAGE_HASH_SIZE];
	bool exact;
	if (!is_hashed(scope))
		return image_nsec_cover(&scope->image, name);
	unsigned labels = found->encloser_labels + 1;
	image_nsec3_hash(&scope->image, lookup_name_suffix(name, labels),
			 lookup_name_suffix_size(name, labels), hash);
	return image_nsec3_find(&scope->image, hash, &exact);
}

void
denial_no_data(struct proofs *proofs, const struct scope *scope, const struct image_node *node)
{
	const struct image_denial *denial = denial_of(proofs, node);
	if (!denial)
		return;
	add(proofs, scope, denial->own);
	/* Opt-out: the name has no NSEC3 of its own, the closest provable encloser speaks for it.
	 */
	add(proofs, scope, denial->closer);
}

/* The closest encloser proof of RFC 5155 7.2.1; with NSEC one record says it all. */
static void
add_encloser(struct proofs *proofs, const struct scope *scope, const struct lookup_name *name,
	     const struct lookup *found)
{
	const struct image_denial *denial = denial_of(proofs, found->encloser);
	if (!denial)
		return;
	if (!is_hashed(scope)) {
		add(proofs, scope, image_nsec_cover(&scope->image, name));
		return;
	}
	add(proofs, scope, denial->own);
	if (found->encloser->flags & IMAGE_NODE_PROVEN)
		add(proofs, scope, cover_next_closer(scope, name, found));
	else
		add(proofs, scope, denial->closer);
}

void
denial_no_name(struct proofs *proofs, const struct scope *scope, const struct lookup_name *name,
	       const struct lookup *found)
{
	const struct image_denial *denial = denial_of(proofs, found->encloser);
	add_encloser(proofs, scope, name, found);
	if (denial)
		add(proofs, scope, denial->wildcard);
}

void
denial_wildcard(struct proofs *proofs, const struct scope *scope, const struct lookup_name *name,
		const struct lookup *found)
{
	if (denial_of(proofs, found->encloser))
		add(proofs, scope, cover_next_closer(scope, name, found));
}

void
denial_wildcard_no_data(struct proofs *proofs, const struct scope *scope,
			const struct lookup_name *name, const struct lookup *found)
{
	add_encloser(proofs, scope, name, found);
	/* Under opt-out an empty wildcard may have no NSEC3 either. */
	denial_no_data(proofs, scope, found->node);
}

static bool
write_one(const struct proof *proof, struct reply *reply)
{
	const struct scope *scope = &proof->scope;
	const struct image *image = &scope->image;
	const struct image_set *set;
	const uint8_t *labels;
	size_t size;
	if (is_hashed(scope)) {
		const struct image_hashed *record = image_hashed_at(image, proof->ref);
		set = record ? image_hashed_set(image, record) : NULL;
		labels = record ? record->label : NULL;
		size = IMAGE_HASH_LABEL;
	} else {
		const struct image_node *node = image_node_at(image, proof->ref);
		set = node ? image_find_set(image, node, DNS_TYPE_NSEC) : NULL;
		labels = node ? image_node_name(node) : NULL;
		size = node ? node->name_size : 0;
	}
	return !set || reply_named_set(reply, REPLY_AUTHORITY, scope, set, labels, size, true);
}

bool
denial_write_some(struct proofs *proofs, struct reply *reply)
{
	bool fits = true;
	for (unsigned i = 0; fits && i < proofs->count; i++)
		fits = write_one(&proofs->items[i], reply);
	proofs->count = 0;
	return fits;
}
