/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_fixture.h"

#include "health/leaky.h"

static const struct leaky_limits limits = LEAKY_INIT;

static bool
count(struct leaky *leaky, unsigned times, bool ok)
{
	bool bad = leaky->bad;

	while (times-- > 0)
		bad = leaky_count(leaky, &limits, ok);
	return bad;
}

static void
test_thresholds(void **state)
{
	struct leaky leaky = {0};
	(void)state;

	assert_false(count(&leaky, 1000, true));
	assert_false(count(&leaky, limits.down - 1, false));
	assert_true(count(&leaky, 1, false));
	assert_true(count(&leaky, 1000, false));
	assert_true(count(&leaky, limits.up - 1, true));
	assert_true(count(&leaky, 1, false)); /* one bad one: from the start */
	assert_true(count(&leaky, limits.up - 1, true));
	assert_false(count(&leaky, 1, true));
	assert_false(count(&leaky, limits.down - 1, false));
}

static void
test_forgets_after_clean_run(void **state)
{
	struct leaky leaky = {0};
	(void)state;

	count(&leaky, limits.down - 1, false);
	count(&leaky, limits.ok - 1, true);
	assert_true(count(&leaky, 1, false));

	leaky = (struct leaky){0};
	count(&leaky, limits.down - 1, false);
	count(&leaky, limits.ok, true);
	assert_false(count(&leaky, limits.down - 1, false));
}

/* A counter of consecutive failures never sees this one. */
static void
test_every_second_fails(void **state)
{
	struct leaky leaky = {0};
	unsigned observations = 0;
	(void)state;

	while (!leaky_count(&leaky, &limits, observations++ % 2 == 0))
		assert_true(observations < 1000);
	assert_int_equal(observations, 2 * limits.down);
}

/* The figure of leaky.h: 10 % at random is false evidence every 1,340 observations. */
static void
test_noise(void **state)
{
	uint64_t seed = 99;
	uint64_t observations = 0;
	enum { RUNS = 2000 };
	(void)state;

	for (int run = 0; run < RUNS; run++) {
		struct leaky leaky = {0};
		do
			observations++;
		while (!leaky_count(&leaky, &limits, !by_chance(&seed, 10)));
	}
	print_message("  10 %% noise: false evidence every %u observations\n",
		      (unsigned)(observations / RUNS));
	assert_in_range(observations / RUNS, 1200, 1480);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_thresholds),
		cmocka_unit_test(test_forgets_after_clean_run),
		cmocka_unit_test(test_every_second_fails),
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
