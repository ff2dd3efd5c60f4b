/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * routes.h - what one peer is to have against what it was sent. Pure.
 *
 * Level-triggered: there is no queue of changes. Whenever the connection has room, the next message
 * is made from the difference that there is now; a peer that reads slowly gets the last word
 * instead of the history, and no edge can be lost.
 */
#ifndef ANNOUNCE_ROUTES_H
#define ANNOUNCE_ROUTES_H

#include "announce/bgp_update.h"
#include "anyns/config.h"
#include "anyns/lease.h"
#include "health/attributes.h"

struct route {
	const struct attributes *wanted; /* NULL: withdrawn */
	const struct attributes *sent;   /* NULL: the peer has no such route from us */
	bool again;                      /* sent before, but asked for once more */
};

struct routes {
	const struct config_peer *peer;
	const struct bgp_prefix *prefixes; /* as many as `count`, the caller's */
	size_t count;                      /* <= LEASE_GATES */
	uint8_t ends;                      /* families whose End-of-RIB is owed */
	struct route of[LEASE_GATES];
};

void routes_init(struct routes *routes, const struct config_peer *peer,
		 const struct bgp_prefix *prefixes, size_t count);

/*
 * How prefix `index` is to be announced from now on, or NULL. Two pointers are two routes, equal or
 * not: `attributes` comes from a table that does not change.
 */
void routes_want(struct routes *routes, size_t index, const struct attributes *attributes);

/*
 * The peer is configured otherwise; `again`: so that what it was sent says something else now and
 * is sent once more.
 */
void routes_change(struct routes *routes, const struct config_peer *peer, bool again);

/* Whether the peer has a route to prefix `index` from us. */
bool routes_has(const struct routes *routes, size_t index);

/* A session begins or has ended: nothing was sent, nothing is owed. */
void routes_forget(struct routes *routes);

/* All of these families is to be sent (again), with End-of-RIB behind. */
void routes_send_all(struct routes *routes, uint8_t families);

/* Whether a route is wanted otherwise than it was sent: what needs routes_next() at once. */
bool routes_differ(const struct routes *routes);

/*
 * The next message of `terms`' families, and takes it for sent. Withdrawals go first. Returns its
 * size; 0 when the peer has all that is wanted.
 */
size_t routes_next(struct routes *routes, const struct bgp_terms *terms,
		   const struct bgp_next_hop *next_hop, uint8_t out[BGP_MESSAGE_MAX]);

#endif
