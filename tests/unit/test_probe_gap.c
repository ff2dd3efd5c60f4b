/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe_fixture.h"

#include "probe/probe_gap.h"

/* Query `seq`, sent at seq * 10 ms, answered 1 ms later or lost. */
static unsigned
add(struct probe_gap *gap, uint64_t seq, bool answered)
{
	int64_t sent = (int64_t)(seq + 1) * 10 * MS;

	return probe_gap_add(gap, seq, sent, answered ? sent + MS : sent, answered);
}

static void
test_no_loss(void **state)
{
	struct probe_gap gap = {0};
	(void)state;

	for (uint64_t i = 0; i < 500; i++)
		assert_int_equal(add(&gap, i, true), PROBE_GAP_NOTHING);
	probe_gap_finish(&gap);
	assert_int_equal(gap.longest_gap_ns, 10 * MS);
	assert_int_equal(gap.outages, 0);
	assert_int_equal(gap.longest.lost, 0);
	probe_gap_free(&gap);
}

static void
test_outage(void **state)
{
	struct probe_gap gap = {0};
	(void)state;

	add(&gap, 0, true);
	assert_int_equal(add(&gap, 1, false), PROBE_GAP_BEGAN);
	assert_int_equal(gap.now.start_ns, 20 * MS);
	assert_int_equal(add(&gap, 2, false), PROBE_GAP_NOTHING);
	assert_int_equal(add(&gap, 3, true), PROBE_GAP_ENDED);
	assert_int_equal(gap.last.lost, 2);
	assert_int_equal(gap.last.length_ns, 21 * MS); /* sent at 20, answered at 41 */
	assert_int_equal(gap.longest_gap_ns, 30 * MS); /* from 11 to 41 */
	add(&gap, 4, false);
	add(&gap, 5, true);
	assert_int_equal(gap.outages, 2);
	assert_int_equal(gap.longest.lost, 2);
	assert_true(gap.longest.ended);
	probe_gap_free(&gap);
}

/* A loss is told a timeout late: nothing behind it is judged before. */
static void
test_out_of_order(void **state)
{
	struct probe_gap gap = {0};
	(void)state;

	assert_int_equal(add(&gap, 1, true), PROBE_GAP_NOTHING);
	for (uint64_t i = 4; i < 300; i++)
		assert_int_equal(add(&gap, i, true), PROBE_GAP_NOTHING);
	/* The first one is the last to be known; the series does not begin anew. */
	assert_int_equal(add(&gap, 0, false), PROBE_GAP_BEGAN | PROBE_GAP_ENDED);
	assert_int_equal(gap.last.length_ns, 11 * MS);
	assert_int_equal(add(&gap, 3, false), PROBE_GAP_NOTHING); /* 2 is missing */
	assert_int_equal(add(&gap, 2, false), PROBE_GAP_BEGAN | PROBE_GAP_ENDED);
	assert_int_equal(gap.outages, 2);
	assert_int_equal(gap.longest.lost, 2);
	assert_int_equal(gap.longest.length_ns, 21 * MS);
	assert_int_equal(gap.next, 300);
	/* What was judged is not judged again. */
	assert_int_equal(add(&gap, 5, false), PROBE_GAP_NOTHING);
	assert_int_equal(gap.outages, 2);
	probe_gap_free(&gap);
}

static void
test_end_in_outage(void **state)
{
	struct probe_gap gap = {0};
	(void)state;

	add(&gap, 0, true);
	add(&gap, 1, false);
	add(&gap, 3, false); /* 2 never comes */
	assert_int_equal(gap.now.lost, 1);
	probe_gap_finish(&gap);
	assert_false(gap.longest.ended);
	assert_int_equal(gap.longest.lost, 2);
	assert_int_equal(gap.longest.length_ns, 20 * MS);
	probe_gap_free(&gap);
}

static void
test_second_run(void **state)
{
	struct probe_gap gap = {0};
	(void)state;

	add(&gap, 0, true);
	add(&gap, 2, false);
	assert_int_equal(add(&gap, 0, true), PROBE_GAP_NOTHING);
	add(&gap, 1, true);
	assert_int_equal(gap.next, 2);
	probe_gap_free(&gap);
}

/* Numbers that leave a hole larger than the window cost neither memory nor time. */
static void
test_wild_numbers(void **state)
{
	struct probe_gap gap = {0};
	(void)state;

	assert_int_equal(probe_gap_add(&gap, UINT64_MAX - 1, S, S, true), PROBE_GAP_NOTHING);
	add(&gap, 0, true);
	(void)probe_gap_add(&gap, (uint64_t)1 << 50, S, S, false);
	assert_true(gap.size <= PROBE_GAP_WINDOW);
	probe_gap_finish(&gap);
	assert_int_equal(gap.longest.lost, 1);
	probe_gap_free(&gap);
	assert_null(gap.slots);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_loss),      cmocka_unit_test(test_outage),
		cmocka_unit_test(test_out_of_order), cmocka_unit_test(test_end_in_outage),
		cmocka_unit_test(test_second_run),   cmocka_unit_test(test_wild_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
