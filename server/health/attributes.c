/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/attributes.h"

#include <string.h>

/*
 * Three: enough to lose against any path a neighbour's neighbour is likely to have, short enough
 * for routers that filter long AS paths.
 */
enum { DEGRADED_PREPEND = 3 };

static const uint32_t graceful_shutdown[] = {ATTRIBUTES_GRACEFUL_SHUTDOWN};
static const struct attributes withdrawn;

void
attributes_defaults(struct attributes_table *table)
{
	memset(table, 0, sizeof(*table));
	for (unsigned state = 0; state < GATE_STATES; state++) {
		for (unsigned kind = 0; kind < PEER_KINDS; kind++) {
			struct attributes *attributes = &table->of[state][kind];
			attributes->announce = gate_state_announced((enum gate_state)state);
			attributes->local_pref = ATTRIBUTES_LOCAL_PREF;
		}
	}
	table->of[GATE_DEGRADED][PEER_EXTERNAL].prepend = DEGRADED_PREPEND;
	table->of[GATE_DEGRADED][PEER_INTERNAL].local_pref = 0;
	table->of[GATE_DRAINING][PEER_INTERNAL].local_pref = 0;
	for (unsigned kind = 0; kind < PEER_KINDS; kind++) {
		struct attributes *draining = &table->of[GATE_DRAINING][kind];
		draining->communities = graceful_shutdown;
		draining->community_count = ARRAY_LENGTH(graceful_shutdown);
	}
}

const struct attributes *
attributes_get(const struct attributes_table *table, enum gate_state state, enum peer_kind kind)
{
	if (!gate_state_announced(state) || (unsigned)kind >= PEER_KINDS)
		return &withdrawn;
	return &table->of[state][kind];
}

const char *
attributes_refusal(const struct attributes *attributes, enum gate_state state, enum peer_kind kind)
{
	if (!attributes->announce)
		/* Degraded and withdrawn would be a withdraw without any hold-down. */
		return state == GATE_DEGRADED
			       ? "the state degraded cannot withdraw; `withdraw-on-soft` can"
			       : NULL;
	if (!gate_state_announced(state))
		return "only the states up, degraded and draining can be announced";
	if (kind == PEER_INTERNAL && attributes->prepend > 0)
		return "a route to an internal peer has no AS path to prepend to; use local-pref";
	if (kind == PEER_EXTERNAL && attributes->local_pref != ATTRIBUTES_LOCAL_PREF)
		return "local-pref goes to internal peers only; use prepend or med";
	if (attributes->prepend > ATTRIBUTES_PREPEND_MAX)
		return "more than 32 prepends, which many networks filter";
	if (attributes->community_count > ATTRIBUTES_COMMUNITIES_MAX)
		return "more than 128 communities";
	if (attributes->large_count > ATTRIBUTES_LARGE_MAX)
		return "more than 64 large communities";
	return NULL;
}
