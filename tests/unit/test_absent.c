/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_fixture.h"

#include <stdio.h>

#include "health/absent.h"

static const struct backoff_limits limits = {10 * S, 600 * S, 600 * S};

static void
test_add_and_take(void **state)
{
	struct absent absent = {.at = START};
	struct gate_penalty owed = {.level = 2, .stable_ns = 3, .hold_ns = 4, .warm_ns = 5};
	struct gate_penalty none = {.warm_ns = 7}, found;
	(void)state;

	absent_add(&absent, "192.0.2.0/24", &owed);
	absent_add(&absent, "198.51.100.0/24", &none);
	assert_int_equal(absent.count, 1);
	assert_false(absent_take(&absent, "198.51.100.0/24", &found));
	assert_false(absent_take(&absent, "192.0.2.0/25", &found));
	assert_true(absent_take(&absent, "192.0.2.0/24", &found));
	assert_memory_equal(&found, &owed, sizeof(found));
	assert_false(absent_take(&absent, "192.0.2.0/24", &found));
	assert_int_equal(absent.count, 0);
}

static void
test_is_paid_by_the_clock(void **state)
{
	struct absent absent = {.at = START};
	struct gate_penalty two = {.level = 2, .hold_ns = 20 * S}, found;
	struct gate_penalty held = {.hold_ns = 5 * S};
	(void)state;

	absent_add(&absent, "a", &two);
	absent_add(&absent, "b", &held);
	absent_add(&absent, "c", &two);
	absent_pass(&absent, &limits, monotime_add(START, 4 * S));
	assert_int_equal(absent.count, 3);
	absent_pass(&absent, &limits, monotime_add(START, 5 * S));
	assert_int_equal(absent.count, 2);
	assert_false(absent_take(&absent, "b", &found));
	absent_pass(&absent, &limits, monotime_add(START, 600 * S));
	assert_true(absent_take(&absent, "a", &found));
	assert_int_equal(found.level, 1);
	assert_int_equal(found.hold_ns, 0);
	assert_int_equal(found.stable_ns, 0);
	absent_pass(&absent, &limits, monotime_add(START, 1199 * S));
	assert_int_equal(absent.count, 1);
	absent_pass(&absent, &limits, monotime_add(START, 1200 * S));
	assert_int_equal(absent.count, 0);
}

static void
test_full(void **state)
{
	struct absent absent = {.at = START};
	struct gate_penalty penalty = {.level = 3}, found;
	char name[16];
	(void)state;

	for (int i = 0; i < STATE_ABSENT; i++) {
		snprintf(name, sizeof(name), "%d", i);
		penalty.level = i == 5 ? 2 : 3;
		absent_add(&absent, name, &penalty);
	}
	assert_int_equal(absent.count, STATE_ABSENT);
	penalty.level = 2;
	absent_add(&absent, "no more than the least", &penalty);
	assert_false(absent_take(&absent, "no more than the least", &found));
	penalty.level = 4;
	absent_add(&absent, "more", &penalty);
	assert_int_equal(absent.count, STATE_ABSENT);
	assert_false(absent_take(&absent, "5", &found));
	assert_true(absent_take(&absent, "more", &found));
	assert_int_equal(found.level, 4);
	assert_true(absent_take(&absent, "6", &found));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add_and_take),
		cmocka_unit_test(test_is_paid_by_the_clock),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
