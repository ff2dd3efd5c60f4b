/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_fixture.h"

#include "health/last_stand.h"

static void
test_rule(void **state)
{
	(void)state;
	assert_true(last_stand_may_step_back(0, 0));
	assert_false(last_stand_may_step_back(1, 0));
	assert_true(last_stand_may_step_back(1, 1));
	assert_false(last_stand_may_step_back(3, 2));
	assert_true(last_stand_may_step_back(3, 3));
	assert_true(last_stand_may_step_back(3, 4));
}

static void
test_known_up(void **state)
{
	struct monotime now = START;
	const struct last_stand_site sites[] = {
		{true, now},
		{true, {now.ns - 3 * S}},
		{true, {now.ns - 3 * S - 1}}, /* too long ago */
		{false, now},                 /* never answered; the time says nothing */
	};
	(void)state;

	assert_int_equal(last_stand_known_up(sites, ARRAY_LENGTH(sites), now, 3 * S), 2);
	assert_int_equal(last_stand_known_up(sites, 1, now, 0), 1);
	assert_int_equal(last_stand_known_up(sites, 0, now, 3 * S), 0);
	assert_int_equal(last_stand_known_up(NULL, 0, now, 3 * S), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rule),
		cmocka_unit_test(test_known_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
