/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "anyns/monotime.h"

static void
test_add_saturates(void **state)
{
	(void)state;
	struct monotime t = {5};
	assert_int_equal(monotime_add(t, 3).ns, 8);
	assert_int_equal(monotime_add(t, INT64_MAX - 6).ns, INT64_MAX - 1);
	assert_true(monotime_is_never(monotime_add(t, INT64_MAX - 5)));
	assert_true(monotime_is_never(monotime_add(t, INT64_MAX)));
	assert_true(monotime_is_never(monotime_add(MONOTIME_NEVER, 1)));
}

static void
test_reached(void **state)
{
	(void)state;
	assert_false(monotime_reached((struct monotime){9}, (struct monotime){10}));
	assert_true(monotime_reached((struct monotime){10}, (struct monotime){10}));
	assert_true(monotime_reached((struct monotime){11}, (struct monotime){10}));
	assert_false(monotime_reached(MONOTIME_NEVER, MONOTIME_NEVER));
}

static void
test_since_and_sooner(void **state)
{
	(void)state;
	assert_int_equal(monotime_since((struct monotime){7}, (struct monotime){3}), 4);
	assert_int_equal(monotime_since((struct monotime){3}, (struct monotime){7}), 0);
	assert_int_equal(monotime_sooner((struct monotime){3}, MONOTIME_NEVER).ns, 3);
	assert_int_equal(monotime_sooner(MONOTIME_NEVER, (struct monotime){3}).ns, 3);
	assert_int_equal(MONOTIME_S, 1000 * MONOTIME_MS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add_saturates),
		cmocka_unit_test(test_reached),
		cmocka_unit_test(test_since_and_sooner),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
