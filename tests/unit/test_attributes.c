/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_fixture.h"

#include "health/attributes.h"

static void
test_defaults(void **state)
{
	struct attributes_table table;
	(void)state;

	attributes_defaults(&table);
	for (unsigned kind = 0; kind < PEER_KINDS; kind++) {
		bool internal = kind == PEER_INTERNAL;
		const struct attributes *up = attributes_get(&table, GATE_UP, kind);
		const struct attributes *degraded = attributes_get(&table, GATE_DEGRADED, kind);
		const struct attributes *draining = attributes_get(&table, GATE_DRAINING, kind);
		assert_true(up->announce && degraded->announce && draining->announce);
		assert_int_equal(up->prepend, 0);
		assert_int_equal(up->local_pref, 100);
		assert_int_equal(up->community_count + up->large_count, 0);
		assert_false(up->has_med);
		assert_int_equal(degraded->prepend, internal ? 0 : 3);
		assert_int_equal(degraded->local_pref, internal ? 0 : 100);
		assert_int_equal(draining->prepend, 0);
		assert_int_equal(draining->local_pref, internal ? 0 : 100);
		assert_int_equal(draining->community_count, 1);
		assert_int_equal(draining->communities[0], 0xffff0000);
	}
}

/* Whatever the table or the lease says, only three states have a route. */
static void
test_only_three_announce(void **state)
{
	struct attributes_table table;
	(void)state;

	memset(&table, 0xff, sizeof(table));
	for (unsigned state_ = 0; state_ < 256; state_++) {
		bool on = state_ == GATE_UP || state_ == GATE_DEGRADED || state_ == GATE_DRAINING;
		const struct attributes *attributes;
		if (on)
			continue;
		for (unsigned kind = 0; kind < PEER_KINDS; kind++) {
			attributes = attributes_get(&table, (enum gate_state)state_, kind);
			assert_false(attributes->announce);
		}
	}
	assert_false(attributes_get(&table, GATE_UP, PEER_KINDS)->announce);
}

static void
test_refusals(void **state)
{
	const struct attributes plain = {.announce = true, .local_pref = 100};
	const struct attributes withdraw = {.announce = false, .prepend = 255};
	struct attributes_table table;
	(void)state;

	attributes_defaults(&table);
	for (unsigned i = 0; i < GATE_STATES; i++) {
		enum gate_state at = (enum gate_state)i;
		for (unsigned kind = 0; kind < PEER_KINDS; kind++) {
			assert_null(attributes_refusal(&table.of[i][kind], at, kind));
			assert_int_equal(attributes_refusal(&plain, at, kind) == NULL,
					 gate_state_announced(at));
			assert_int_equal(attributes_refusal(&withdraw, at, kind) == NULL,
					 at != GATE_DEGRADED);
		}
	}
}

static void
test_bounds(void **state)
{
	const struct attributes plain = {.announce = true, .local_pref = 100};
	struct attributes a = plain;
	(void)state;

	a.prepend = ATTRIBUTES_PREPEND_MAX;
	a.community_count = ATTRIBUTES_COMMUNITIES_MAX;
	a.large_count = ATTRIBUTES_LARGE_MAX;
	a.has_med = true;
	a.med = UINT32_MAX;
	assert_null(attributes_refusal(&a, GATE_UP, PEER_EXTERNAL));
	a.prepend++;
	assert_non_null(attributes_refusal(&a, GATE_UP, PEER_EXTERNAL));
	a = plain;
	a.community_count = ATTRIBUTES_COMMUNITIES_MAX + 1;
	assert_non_null(attributes_refusal(&a, GATE_UP, PEER_EXTERNAL));
	a = plain;
	a.large_count = ATTRIBUTES_LARGE_MAX + 1;
	assert_non_null(attributes_refusal(&a, GATE_UP, PEER_INTERNAL));
	a = plain;
	a.prepend = 1;
	assert_non_null(attributes_refusal(&a, GATE_UP, PEER_INTERNAL));
	a = plain;
	a.local_pref = 99;
	assert_non_null(attributes_refusal(&a, GATE_UP, PEER_EXTERNAL));
	assert_null(attributes_refusal(&a, GATE_UP, PEER_INTERNAL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_only_three_announce),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
