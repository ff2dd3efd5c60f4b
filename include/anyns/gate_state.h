/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gate_state.h - the states of a gated prefix: what health decides, the announcer obeys, and
 * configuration, status and logs call by name.
 */
#ifndef ANYNS_GATE_STATE_H
#define ANYNS_GATE_STATE_H

#include "anyns/base.h"

/* The values stand in shared memory (lease.h) and in the state directory: add, never renumber. */
enum gate_state {
	GATE_BOOT,      /* answering, but no full round of own queries has succeeded yet */
	GATE_WARMING,   /* proven; must stay clean for a while before it is announced */
	GATE_UP,        /* announced */
	GATE_DEGRADED,  /* announced as second choice: soft evidence */
	GATE_DOWN,      /* withdrawn: a fault holds */
	GATE_HELD_DOWN, /* withdrawn: the fault may be over, the hold-down is not */
	GATE_DRAINING,  /* operator: announced with GRACEFUL_SHUTDOWN so that routers move away */
	GATE_LINGERING, /* withdrawn, and answering what is still under way */
	GATE_DRAINED,   /* operator: withdrawn until undrained */
	GATE_FROZEN,    /* operator: stays announced or withdrawn as it was, whatever health says */
	GATE_STATES,
};

/* As in logs, status and configuration, such as "held-down"; "unknown" for any other value. */
const char *gate_state_name(enum gate_state state);

/*
 * Whether a route exists in this state. false for GATE_FROZEN, which is no state of a route: a
 * frozen gate shows the state that it was frozen in.
 */
bool gate_state_announced(enum gate_state state);

#endif
