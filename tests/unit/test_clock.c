/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "base/clock.h"

static void
test_never_back(void **state)
{
	(void)state;
	struct monotime before = clock_now();
	for (unsigned i = 0; i < 1000; i++) {
		struct monotime now = clock_now();
		assert_true(now.ns >= before.ns);
		before = now;
	}
}

/* Between two readings of the same clock by other means. */
static void
test_is_monotonic_clock(void **state)
{
	(void)state;
	struct timespec first;
	struct timespec last;
	clock_gettime(CLOCK_MONOTONIC, &first);
	int64_t ns = clock_now().ns;
	clock_gettime(CLOCK_MONOTONIC, &last);
	assert_true(ns >= first.tv_sec * MONOTIME_S + first.tv_nsec);
	assert_true(ns <= last.tv_sec * MONOTIME_S + last.tv_nsec);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_never_back),
		cmocka_unit_test(test_is_monotonic_clock),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
