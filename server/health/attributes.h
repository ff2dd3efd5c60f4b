/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attributes.h - how a gated prefix looks to a peer in each state: not at all, or with which path
 * attributes.
 *
 * The announcer has such a table and gets states from the lease: no prefix and no attribute ever
 * travels through shared memory.
 */
#ifndef ANYNS_HEALTH_ATTRIBUTES_H
#define ANYNS_HEALTH_ATTRIBUTES_H

#include "anyns/gate_state.h"

enum peer_kind {
	PEER_EXTERNAL, /* eBGP */
	PEER_INTERNAL, /* iBGP */
	PEER_KINDS,
};

/* Bounds of a configuration; small enough for one BGP message of 4,096 bytes by far. */
enum {
	ATTRIBUTES_PREPEND_MAX = 32,
	ATTRIBUTES_COMMUNITIES_MAX = 128,
	ATTRIBUTES_LARGE_MAX = 64,
};

#define ATTRIBUTES_GRACEFUL_SHUTDOWN 0xffff0000u /* 65535:0, RFC 8326 */

/* What a router assumes of routes without one; LOCAL_PREF is mandatory on iBGP (RFC 4271 5.1.5). */
#define ATTRIBUTES_LOCAL_PREF 100u

struct attributes_large { /* RFC 8092 */
	uint32_t global;
	uint32_t local_1;
	uint32_t local_2;
};

/* Arrays belong to whoever made the table and live as long as it. */
struct attributes {
	bool announce;   /* false: withdrawn, all the rest is ignored */
	uint8_t prepend; /* our AS this many times more; external only */
	bool has_med;
	uint32_t med;
	uint32_t local_pref;         /* internal only; used there always */
	const uint32_t *communities; /* host byte order */
	size_t community_count;
	const struct attributes_large *large;
	size_t large_count;
};

struct attributes_table {
	struct attributes of[GATE_STATES][PEER_KINDS];
};

/*
 * The defaults: up plain; degraded with 3 prepends, and LOCAL_PREF 0 where prepending is not
 * possible; draining with GRACEFUL_SHUTDOWN, and LOCAL_PREF 0 on iBGP, which RFC 8326 asks
 * receivers to do and not all do; all others withdrawn.
 */
void attributes_defaults(struct attributes_table *table);

/*
 * What a peer of `kind` gets in `state`, never NULL. A state that must not be announced, or one
 * that does not exist (a damaged lease), is withdrawn, whatever the table says.
 */
const struct attributes *attributes_get(const struct attributes_table *table, enum gate_state state,
					enum peer_kind kind);

/*
 * Why attributes must not be configured for this state and kind, as words for a finding, or NULL
 * when they may. Does not judge single communities; bgp_attribute.h does.
 */
const char *attributes_refusal(const struct attributes *attributes, enum gate_state state,
			       enum peer_kind kind);

#endif
