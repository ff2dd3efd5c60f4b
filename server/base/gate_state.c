/* SPDX-License-Identifier: BSD-2-Clause */
#include "anyns/gate_state.h"

static const struct {
	const char *name;
	bool announced;
} states[GATE_STATES] = {
	[GATE_BOOT] = {"boot", false},
	[GATE_WARMING] = {"warming", false},
	[GATE_UP] = {"up", true},
	[GATE_DEGRADED] = {"degraded", true},
	[GATE_DOWN] = {"down", false},
	[GATE_HELD_DOWN] = {"held-down", false},
	[GATE_DRAINING] = {"draining", true},
	[GATE_LINGERING] = {"lingering", false},
	[GATE_DRAINED] = {"drained", false},
	[GATE_FROZEN] = {"frozen", false},
};

const char *
gate_state_name(enum gate_state state)
{
	return (unsigned)state < GATE_STATES ? states[state].name : "unknown";
}

bool
gate_state_announced(enum gate_state state)
{
	return (unsigned)state < GATE_STATES && states[state].announced;
}
