/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_fixture.h"

#include "anyns/gate_state.h"

static void
test_states(void **state)
{
	static const struct {
		enum gate_state state;
		const char *name;
		bool announced;
	} cases[] = {
		{GATE_BOOT, "boot", false},
		{GATE_WARMING, "warming", false},
		{GATE_UP, "up", true},
		{GATE_DEGRADED, "degraded", true},
		{GATE_DOWN, "down", false},
		{GATE_HELD_DOWN, "held-down", false},
		{GATE_DRAINING, "draining", true},
		{GATE_LINGERING, "lingering", false},
		{GATE_DRAINED, "drained", false},
		{GATE_FROZEN, "frozen", false},
		{GATE_STATES, "unknown", false},
		{(enum gate_state)255, "unknown", false},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		assert_string_equal(gate_state_name(cases[i].state), cases[i].name);
		assert_int_equal(gate_state_announced(cases[i].state), cases[i].announced);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
