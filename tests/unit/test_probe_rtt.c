/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe_fixture.h"

#include "probe/probe_rtt.h"

static void
assert_near(int64_t found, int64_t expected)
{
	int64_t error = found > expected ? found - expected : expected - found;

	if (error > expected / 50 && error > PROBE_RTT_UNIT_NS)
		fail_msg("%lld is not within 2 %% of %lld", (long long)found, (long long)expected);
}

static void
test_empty(void **state)
{
	struct probe_rtt rtt = {0};
	(void)state;

	assert_int_equal(probe_rtt_percentile(&rtt, 50), 0);
}

static void
test_percentiles(void **state)
{
	struct probe_rtt rtt = {0};
	(void)state;

	for (int64_t i = 1; i <= 1000; i++)
		probe_rtt_add(&rtt, i * 100000);
	assert_int_equal(rtt.count, 1000);
	assert_int_equal(rtt.min_ns, 100000);
	assert_int_equal(rtt.max_ns, 100000000);
	assert_near(probe_rtt_percentile(&rtt, 50), 50000000);
	assert_near(probe_rtt_percentile(&rtt, 95), 95000000);
	assert_near(probe_rtt_percentile(&rtt, 99), 99000000);
	assert_int_equal(probe_rtt_percentile(&rtt, 0), 100000);
	assert_int_equal(probe_rtt_percentile(&rtt, 100), 100000000);
}

/* Every size of time is kept to 2 %, from the finest bucket to the last. */
static void
test_every_size(void **state)
{
	(void)state;

	for (int64_t ns = 1; ns < 120 * S; ns += ns / 7 + 1) {
		struct probe_rtt rtt = {0};
		probe_rtt_add(&rtt, 1);
		probe_rtt_add(&rtt, ns);
		probe_rtt_add(&rtt, 130 * S);
		assert_near(probe_rtt_percentile(&rtt, 50), ns);
	}
}

static void
test_extremes(void **state)
{
	struct probe_rtt rtt = {0};
	(void)state;

	probe_rtt_add(&rtt, -5);
	assert_int_equal(rtt.min_ns, 0);
	probe_rtt_add(&rtt, INT64_MAX);
	assert_int_equal(rtt.max_ns, INT64_MAX);
	assert_int_equal(probe_rtt_percentile(&rtt, 50), 0 + PROBE_RTT_UNIT_NS / 2);
}

static void
test_merge(void **state)
{
	struct probe_rtt a = {0};
	struct probe_rtt b = {0};
	struct probe_rtt none = {0};
	(void)state;

	probe_rtt_add(&b, 3 * MS);
	probe_rtt_merge(&a, &b);
	assert_int_equal(a.count, 1);
	assert_int_equal(a.min_ns, 3 * MS);
	probe_rtt_add(&a, 9 * MS);
	probe_rtt_add(&a, 5 * MS);
	probe_rtt_merge(&b, &a);
	probe_rtt_merge(&b, &none);
	assert_int_equal(b.count, 4);
	assert_int_equal(b.max_ns, 9 * MS);
	assert_near(probe_rtt_percentile(&b, 50), 3 * MS);
	assert_near(probe_rtt_percentile(&b, 75), 5 * MS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),      cmocka_unit_test(test_percentiles),
		cmocka_unit_test(test_every_size), cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_merge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
