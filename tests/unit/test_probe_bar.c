/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe_fixture.h"

#include "probe/probe_bar.h"

static void
add(struct probe_catchment *c, uint64_t seq, int64_t ns, const char *instance)
{
	struct probe_record record = record_at("v", seq, ns, instance);

	assert_non_null(probe_catchment_add(c, &record).series);
}

static size_t
columns_of(const struct probe_catchment *c, struct probe_bar_column *columns)
{
	size_t count = probe_bar_columns(c, c->series[0], columns);

	for (size_t i = 0; i < count; i++) {
		assert_true(columns[i].from_ns < columns[i].to_ns);
		assert_true(i == 0 || columns[i - 1].to_ns <= columns[i].from_ns);
		assert_true(columns[i].total > 0);
	}
	return count;
}

static void
test_single(void **state)
{
	struct probe_catchment c = {0};
	struct probe_bar_column columns[PROBE_BINS];
	(void)state;

	add(&c, 0, 0, "a");
	assert_int_equal(columns_of(&c, columns), 1);
	assert_int_equal(probe_bar_interval(c.series[0]), 0);
	assert_int_equal(columns[0].from_ns, 1000 * S);
	probe_catchment_clear(&c);
}

/* What does not change is one column, whatever the bins; a change begins the next one. */
static void
test_runs(void **state)
{
	struct probe_catchment c = {0};
	struct probe_bar_column columns[PROBE_BINS];
	(void)state;

	for (uint64_t i = 0; i < 300; i++)
		add(&c, i, (int64_t)i * 100 * MS, i < 128 ? "a" : i < 256 ? NULL : "b");
	assert_int_equal(probe_bar_interval(c.series[0]), 100 * MS);
	size_t count = columns_of(&c, columns);
	/* A bin that holds both sides of a change is a column of its own. */
	assert_in_range(count, 3, 5);
	for (size_t i = 1; i < count; i++)
		assert_int_equal(columns[i].from_ns, columns[i - 1].to_ns);
	assert_true(columns[count - 1].to_ns > 1000 * S + 29900 * MS);
	probe_catchment_clear(&c);
}

/* The same shares of different totals are the same. */
static void
test_shares(void **state)
{
	struct probe_catchment c = {0};
	struct probe_bar_column columns[PROBE_BINS];
	(void)state;

	add(&c, 0, 0, "a");
	add(&c, 1, 1, "b");
	add(&c, 2, MS, "a");
	add(&c, 3, MS + 1, "a");
	add(&c, 4, MS + 2, "b");
	add(&c, 5, MS + 3, "b");
	assert_int_equal(columns_of(&c, columns), 1);
	assert_int_equal(columns[0].total, 2);
	add(&c, 6, 2 * MS, "a");
	assert_int_equal(columns_of(&c, columns), 2);
	assert_int_equal(columns[1].bin, 2);
	probe_catchment_clear(&c);
}

static void
test_silence(void **state)
{
	struct probe_catchment c = {0};
	struct probe_bar_column columns[PROBE_BINS];
	(void)state;

	for (uint64_t i = 0; i < 20; i++)
		add(&c, i, (int64_t)(i < 10 ? i : i + 200) * 10 * MS, "a");
	assert_int_equal(columns_of(&c, columns), 2);
	/* The first one ends soon after its last query, long before the second one begins. */
	assert_true(columns[0].to_ns < columns[1].from_ns);
	probe_catchment_clear(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_single),
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
