/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/routes.h"

#include <assert.h>
#include <string.h>

/* Arrays for a struct bgp_attributes. */
struct scratch {
	uint32_t communities[BGP_COMMUNITIES_MAX];
	struct bgp_large_community large[BGP_LARGE_COMMUNITIES_MAX];
};

/* Prefixes of one family that can share a message, and where they are in `of`. */
struct batch {
	size_t count;
	struct bgp_prefix prefixes[LEASE_GATES];
	size_t indices[LEASE_GATES];
};

void
routes_init(struct routes *routes, const struct config_peer *peer,
	    const struct bgp_prefix *prefixes, size_t count)
{
	assert(count <= LEASE_GATES);
	*routes = (struct routes){.peer = peer, .prefixes = prefixes, .count = count};
}

void
routes_want(struct routes *routes, size_t index, const struct attributes *attributes)
{
	assert(index < routes->count);
	routes->of[index].wanted = attributes && attributes->announce ? attributes : NULL;
}

void
routes_change(struct routes *routes, const struct config_peer *peer, bool again)
{
	routes->peer = peer;
	for (size_t i = 0; i < routes->count; i++)
		routes->of[i].again |= again && routes->of[i].sent;
}

bool
routes_has(const struct routes *routes, size_t index)
{
	assert(index < routes->count);
	return routes->of[index].sent != NULL;
}

void
routes_forget(struct routes *routes)
{
	routes->ends = 0;
	for (size_t i = 0; i < routes->count; i++) {
		routes->of[i].sent = NULL;
		routes->of[i].again = false;
	}
}

void
routes_send_all(struct routes *routes, uint8_t families)
{
	routes->ends |= families;
	for (size_t i = 0; i < routes->count; i++)
		if (families & routes->prefixes[i].family)
			routes->of[i].again = true;
}

/* The state's communities first: they are never cut, and GRACEFUL_SHUTDOWN is one of them. */
static void
put_communities(struct bgp_attributes *out, struct scratch *scratch, const struct attributes *state,
		const struct config_peer *peer)
{
	for (size_t i = 0; i < state->community_count + peer->community_count; i++)
		if (out->community_count < BGP_COMMUNITIES_MAX)
			scratch->communities[out->community_count++] =
				i < state->community_count
					? state->communities[i]
					: peer->communities[i - state->community_count];
	for (size_t i = 0; i < state->large_count && out->large_count < BGP_LARGE_COMMUNITIES_MAX;
	     i++) {
		const struct attributes_large *from = &state->large[i];
		scratch->large[out->large_count++] = (struct bgp_large_community){
			from->global, from->local_1, from->local_2};
	}
	for (size_t i = 0; i < peer->large_count && out->large_count < BGP_LARGE_COMMUNITIES_MAX;
	     i++) {
		const uint32_t *from = peer->large[i];
		scratch->large[out->large_count++] = (struct bgp_large_community){from[0], from[1],
										  from[2]};
	}
	out->communities = scratch->communities;
	out->large = scratch->large;
}

/* What the state says and what the operator gives this peer with every announcement. */
static struct bgp_attributes
merge(struct scratch *scratch, const struct attributes *state, const struct config_peer *peer)
{
	struct bgp_attributes out = {
		.prepend = state->prepend,
		.has_med = state->has_med || peer->has_med,
		.med = state->has_med ? state->med : peer->med,
		.local_pref = state->local_pref,
	};
	put_communities(&out, scratch, state, peer);
	return out;
}

static bool
needs_withdrawal(const struct route *route)
{
	return !route->wanted && route->sent;
}

static bool
needs_announcement(const struct route *route)
{
	return route->wanted && (route->sent != route->wanted || route->again);
}

bool
routes_differ(const struct routes *routes)
{
	for (size_t i = 0; i < routes->count; i++)
		if (routes->of[i].wanted != routes->of[i].sent)
			return true;
	return false;
}

/* The first route in need and all in the same need that can go with it. */
static void
collect(const struct routes *routes, uint8_t families, bool (*needs)(const struct route *),
	struct batch *batch)
{
	size_t first = 0;
	batch->count = 0;
	for (size_t i = 0; i < routes->count; i++) {
		const struct bgp_prefix *prefix = &routes->prefixes[i];
		if (!(families & prefix->family) || !needs(&routes->of[i]))
			continue;
		if (batch->count == 0)
			first = i;
		if (prefix->family != routes->prefixes[first].family ||
		    routes->of[i].wanted != routes->of[first].wanted)
			continue;
		batch->prefixes[batch->count] = *prefix;
		batch->indices[batch->count++] = i;
	}
}

static void
mark_sent(struct routes *routes, const struct batch *batch, size_t used)
{
	for (size_t i = 0; i < used; i++) {
		/* They are set: used <= count. NOLINTNEXTLINE(clang-analyzer-core.*) */
		size_t index = batch->indices[i];
		struct route *route = &routes->of[index];
		route->sent = route->wanted;
		route->again = false;
	}
}

static size_t
next_end(struct routes *routes, const struct bgp_terms *terms, uint8_t out[BGP_MESSAGE_MAX])
{
	routes->ends &= terms->families;
	if (!routes->ends)
		return 0;
	enum bgp_family family = routes->ends & BGP_IPV4 ? BGP_IPV4 : BGP_IPV6;
	routes->ends &= (uint8_t) ~(unsigned)family;
	return bgp_update_end_of_rib(family, out);
}

size_t
routes_next(struct routes *routes, const struct bgp_terms *terms,
	    const struct bgp_next_hop *next_hop, uint8_t out[BGP_MESSAGE_MAX])
{
	struct batch batch;
	size_t used = 0, size;
	collect(routes, terms->families, needs_withdrawal, &batch);
	if (batch.count) {
		size = bgp_update_withdraw(batch.prefixes, batch.count, &used, out);
		mark_sent(routes, &batch, used);
		return size;
	}
	collect(routes, terms->families, needs_announcement, &batch);
	if (batch.count) {
		struct scratch scratch;
		struct bgp_attributes attributes = merge(
			&scratch, routes->of[batch.indices[0]].wanted, routes->peer);
		size = bgp_update_announce(terms, &attributes, next_hop, batch.prefixes,
					   batch.count, &used, out);
		mark_sent(routes, &batch, used);
		return size;
	}
	return next_end(routes, terms, out);
}
