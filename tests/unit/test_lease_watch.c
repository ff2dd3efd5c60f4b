/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_fixture.h"

#include "health/lease_watch.h"

#define TERM(n) ((uint64_t)(n) << 48)

static enum lease_status
ticks(struct lease_watch *watch, unsigned count, uint64_t renewal)
{
	enum lease_status status = watch->status;

	while (count-- > 0)
		status = lease_watch_tick(watch, renewal);
	return status;
}

static void
test_unborn(void **state)
{
	struct lease_watch watch = {0};
	(void)state;

	/* However long the zones take to load, that is no lapse. */
	assert_int_equal(ticks(&watch, 100000, 0), LEASE_UNBORN);
	assert_int_equal(ticks(&watch, 1, 1), LEASE_HOLDS);
}

static void
test_lapses_by_ticks(void **state)
{
	struct lease_watch watch = {0};
	(void)state;

	for (uint64_t renewal = 1; renewal < 1000; renewal++)
		assert_int_equal(ticks(&watch, LEASE_TICKS, renewal), LEASE_HOLDS);
	assert_int_equal(ticks(&watch, 1, 999), LEASE_LAPSED);
	/* 20 ms before the first missed tick at most, ten ticks then. */
	assert_true((LEASE_TICKS + 1) * LEASE_TICK_MS <= 250);
}

static void
test_needs_new_term(void **state)
{
	struct lease_watch watch = {0};
	(void)state;

	ticks(&watch, 1, TERM(3) + 1);
	assert_int_equal(ticks(&watch, LEASE_TICKS, TERM(3) + 1), LEASE_LAPSED);
	/* Awake again, but it does not know yet what has happened. */
	for (uint64_t renewal = 2; renewal < 100; renewal++)
		assert_int_equal(ticks(&watch, 1, TERM(3) + renewal), LEASE_LAPSED);
	assert_int_equal(ticks(&watch, 1, TERM(4) + 99), LEASE_HOLDS);
	assert_int_equal(ticks(&watch, LEASE_TICKS - 1, TERM(4) + 99), LEASE_HOLDS);
	assert_int_equal(ticks(&watch, 1, TERM(4) + 99), LEASE_LAPSED);
	assert_int_equal(ticks(&watch, 1, TERM(5)), LEASE_HOLDS);
}

/* A term begun before the lapse is none that knows of it. */
static void
test_term_before_lapse(void **state)
{
	struct lease_watch watch = {0};
	(void)state;

	ticks(&watch, 1, 1);
	ticks(&watch, 1, TERM(1) + 1);
	assert_int_equal(ticks(&watch, LEASE_TICKS, TERM(1) + 1), LEASE_LAPSED);
	assert_int_equal(ticks(&watch, 1, TERM(1) + 2), LEASE_LAPSED);
	assert_int_equal(ticks(&watch, 1000, TERM(1) + 2), LEASE_LAPSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unborn),
		cmocka_unit_test(test_lapses_by_ticks),
		cmocka_unit_test(test_needs_new_term),
		cmocka_unit_test(test_term_before_lapse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
