/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_fixture.h"

#include "health/backoff.h"

static const struct backoff_limits limits = {10 * MONOTIME_S, 600 * MONOTIME_S, 600 * MONOTIME_S};

static void
test_doubles(void **state)
{
	static const unsigned seconds[] = {0, 10, 20, 40, 80, 160, 320, 600, 600, 600};
	struct backoff backoff = {0};
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(seconds); i++) {
		assert_int_equal(backoff_wait(&backoff, &limits), seconds[i] * S);
		backoff_fault(&backoff, &limits);
	}
	assert_int_equal(backoff.level, 7); /* not one for each fault for ever */
}

static void
test_decays(void **state)
{
	struct backoff backoff = {0};
	(void)state;

	assert_false(backoff_stable(&backoff, &limits, INT64_MAX));
	assert_int_equal(backoff.stable_ns, 0);
	backoff_fault(&backoff, &limits);
	backoff_fault(&backoff, &limits);
	assert_false(backoff_stable(&backoff, &limits, 600 * S - 1));
	assert_true(backoff_stable(&backoff, &limits, 1));
	assert_int_equal(backoff.level, 1);
	assert_false(backoff_stable(&backoff, &limits, 600 * S - 1));
	backoff_fault(&backoff, &limits); /* the stable time is lost */
	assert_int_equal(backoff.level, 2);
	assert_false(backoff_stable(&backoff, &limits, 1));
	assert_true(backoff_stable(&backoff, &limits, 1200 * S - 1));
	assert_int_equal(backoff.level, 0);
	assert_int_equal(backoff.stable_ns, 0);
}

static void
test_extremes(void **state)
{
	const struct backoff_limits huge = {1, INT64_MAX, INT64_MAX};
	const struct backoff_limits flat = {S, S, 1};
	struct backoff backoff = {.level = UINT32_MAX};
	(void)state;

	assert_int_equal(backoff_wait(&backoff, &limits), 600 * S);
	assert_int_equal(backoff_wait(&backoff, &huge), INT64_MAX);
	assert_int_equal(backoff_wait(&backoff, &flat), S);
	backoff_fault(&backoff, &huge);
	assert_int_equal(backoff.level, UINT32_MAX);
	backoff.stable_ns = 5;
	assert_true(backoff_stable(&backoff, &huge, INT64_MAX - 2));
	backoff = (struct backoff){0};
	backoff_fault(&backoff, &flat);
	backoff_fault(&backoff, &flat);
	assert_int_equal(backoff.level, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_doubles),
		cmocka_unit_test(test_decays),
		cmocka_unit_test(test_extremes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
