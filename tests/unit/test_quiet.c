/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_fixture.h"

#include "health/quiet.h"

static bool
after(struct quiet *quiet, int64_t ns, uint64_t queries)
{
	return quiet_count(quiet, queries, monotime_add(START, ns));
}

static void
test_becomes_quiet(void **state)
{
	struct quiet quiet = {0};
	(void)state;

	assert_false(after(&quiet, 0, 1000));
	assert_false(after(&quiet, QUIET_WINDOW_NS - 1, 1000 + QUIET_QUERIES));
	assert_true(after(&quiet, QUIET_WINDOW_NS, 1000 + QUIET_QUERIES));
	/* Through the next window as well, until it has one query too many. */
	assert_true(after(&quiet, QUIET_WINDOW_NS + S, 1000 + 2 * QUIET_QUERIES));
	assert_false(after(&quiet, QUIET_WINDOW_NS + 2 * S, 1001 + 2 * QUIET_QUERIES));
	assert_false(after(&quiet, 2 * QUIET_WINDOW_NS + 2 * S - 1, 1001 + 2 * QUIET_QUERIES));
	assert_true(after(&quiet, 2 * QUIET_WINDOW_NS + 2 * S, 1001 + 2 * QUIET_QUERIES));
}

static void
test_never_quiet_under_load(void **state)
{
	struct quiet quiet = {0};
	(void)state;

	for (int i = 0; i < 600; i++)
		assert_false(after(&quiet, i * S, (uint64_t)i * 2));
}

/* Own queries subtracted before they arrived: a count that falls is a quiet one. */
static void
test_falling_count(void **state)
{
	struct quiet quiet = {0};
	(void)state;

	assert_false(after(&quiet, 0, 10));
	assert_true(after(&quiet, QUIET_WINDOW_NS, 9));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_becomes_quiet),
		cmocka_unit_test(test_never_quiet_under_load),
		cmocka_unit_test(test_falling_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
