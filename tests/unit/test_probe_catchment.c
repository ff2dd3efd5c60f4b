/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe_fixture.h"

#include "probe/probe_catchment.h"

static struct probe_news
add(struct probe_catchment *c, const char *vantage, uint64_t seq, int64_t ns, const char *instance)
{
	struct probe_record record = record_at(vantage, seq, ns, instance);

	return probe_catchment_add(c, &record);
}

static uint64_t
bins_of(const struct probe_share *share)
{
	uint64_t total = 0;

	for (size_t i = 0; i < PROBE_BINS; i++)
		total += share->bins[i];
	return total;
}

static void
test_shares(void **state)
{
	struct probe_catchment c = {0};
	struct probe_news news = add(&c, "tokyo", 0, 0, "a");
	struct probe_rtt rtt;
	(void)state;

	assert_true(news.first && news.fresh && !news.change);
	news = add(&c, "tokyo", 1, 10 * MS, "a");
	assert_false(news.first || news.fresh || news.change);
	news = add(&c, "tokyo", 2, 20 * MS, "b");
	assert_true(news.change && news.fresh);
	assert_int_equal(news.before, 0);
	assert_int_equal(news.series->last_instance, 1);
	news = add(&c, "tokyo", 3, 30 * MS, NULL);
	assert_int_equal(news.gap, PROBE_GAP_BEGAN);
	assert_false(news.change);
	news = add(&c, "tokyo", 4, 40 * MS, "b");
	assert_int_equal(news.gap, PROBE_GAP_ENDED);
	assert_false(news.change); /* the loss is no instance in between */
	assert_int_equal(c.count, 1);
	assert_int_equal(probe_series_asked(c.series[0]), 5);
	assert_int_equal(probe_series_lost(c.series[0]), 1);
	assert_int_equal(c.series[0]->changes, 1);
	assert_int_equal(probe_series_share(c.series[0], 0)->count, 2);
	assert_int_equal(probe_series_share(c.series[0], 1)->last_ns, 1000 * S + 40 * MS);
	assert_int_equal(probe_series_share(c.series[0], PROBE_LOSS)->count, 1);
	probe_series_rtt(c.series[0], &rtt);
	assert_int_equal(rtt.count, 4);
	probe_catchment_clear(&c);
	assert_int_equal(c.count, 0);
}

static void
test_no_name(void **state)
{
	struct probe_catchment c = {0};
	struct probe_record record = record_at(NULL, 0, 0, "a");
	(void)state;

	record.instance = NULL;
	assert_true(probe_catchment_add(&c, &record).first);
	assert_int_equal(c.series[0]->shares[0]->instance, PROBE_NO_INSTANCE);
	assert_string_equal(c.series[0]->vantage, "");
	assert_string_equal(probe_catchment_instance(&c, PROBE_NO_INSTANCE), "(no name)");
	assert_string_equal(probe_catchment_instance(&c, PROBE_LOSS), "lost");
	record.seq = 1;
	record.instance = "a";
	assert_true(probe_catchment_add(&c, &record).change);
	assert_string_equal(probe_catchment_instance(&c, 0), "a");
	probe_catchment_clear(&c);
}

/* The timeline takes whatever comes: later, earlier, a year. Nothing is lost by it. */
static void
test_timeline(void **state)
{
	static const int64_t times[] = {0,        255 * MS, 256 * MS,     -1,           S,
					3600 * S, -900 * S, 31536000 * S, 31536000 * S, 7};
	struct probe_catchment c = {0};
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(times); i++) {
		(void)add(&c, "v", i, times[i], "a");
		assert_int_equal(bins_of(c.series[0]->shares[0]), i + 1);
		assert_true(c.origin_ns % c.width_ns == 0);
	}
	assert_true(c.origin_ns <= 100 * S);
	assert_true(c.origin_ns + PROBE_BINS * c.width_ns > (31536000 + 1000) * S);
	/* Half a year is as wide as it must be: not twice as wide as needed, and one to align. */
	assert_true(c.width_ns * PROBE_BINS <= 4 * 31536900 * S);
	assert_int_equal(c.series[0]->first_ns, 100 * S);
	probe_catchment_clear(&c);
}

/* The first and the last moment that a record can have, in any order. */
static void
test_wild_times(void **state)
{
	static const double seconds[] = {1795370000, 0, PROBE_TIME_MAX_S, 1e-3, 2e9, 3999999999.9};
	struct probe_catchment c = {0};
	(void)state;

	for (size_t first = 0; first < ARRAY_LENGTH(seconds); first++) {
		for (size_t i = 0; i < ARRAY_LENGTH(seconds); i++) {
			double time = seconds[(first + i) % ARRAY_LENGTH(seconds)];
			(void)add(&c, "v", i, (int64_t)(time * 1e9) - 1000 * S, "a");
		}
		assert_int_equal(bins_of(c.series[0]->shares[0]), ARRAY_LENGTH(seconds));
		probe_catchment_clear(&c);
	}
}

static void
test_order_and_parts(void **state)
{
	struct probe_catchment c = {0};
	struct probe_record record = record_at("v10", 0, 0, "a");
	struct probe_parts parts = probe_catchment_parts(&c);
	(void)state;

	assert_false(parts.vantage || parts.target || parts.transport || parts.question);
	(void)probe_catchment_add(&c, &record);
	parts = probe_catchment_parts(&c);
	assert_true(parts.vantage && !parts.target); /* a name that was given is shown */
	(void)add(&c, "v9", 0, 0, "b");
	record.transport = "tcp";
	(void)probe_catchment_add(&c, &record);
	probe_catchment_finish(&c);
	assert_string_equal(c.series[0]->vantage, "v9"); /* as people count */
	assert_string_equal(c.series[1]->transport, "udp");
	assert_string_equal(c.series[2]->transport, "tcp");
	parts = probe_catchment_parts(&c);
	assert_true(parts.vantage && parts.transport && !parts.target && !parts.question);
	probe_catchment_clear(&c);
}

static void
test_noise_and_next(void **state)
{
	struct probe_catchment c = {0};
	struct probe_record record = record_at("v", PROBE_SEQ_NEXT, 0, "a");
	(void)state;

	for (uint64_t i = 0; i < 100; i++) {
		record.sent_ns += MS;
		assert_int_equal(probe_catchment_add(&c, &record).seq, i);
	}
	probe_catchment_noise(&c, &record, 2, 1);
	probe_catchment_noise(&c, &record, 1, 0);
	assert_int_equal(c.series[0]->bad, 3);
	assert_int_equal(c.series[0]->late, 1);
	assert_int_equal(c.series[0]->gap.outages, 0);
	/* Noise alone makes a series, too: somebody answers in the place of who does not. */
	record.vantage = "w";
	probe_catchment_noise(&c, &record, 1, 0);
	assert_int_equal(c.count, 2);
	assert_int_equal(probe_series_asked(c.series[1]), 0);
	probe_catchment_clear(&c);
}

static void
test_many(void **state)
{
	struct probe_catchment c = {0};
	char name[32];
	(void)state;

	for (unsigned i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "v%u", i % 100);
		struct probe_record record = record_at(name, i / 100, i * MS, name);
		assert_non_null(probe_catchment_add(&c, &record).series);
	}
	assert_int_equal(c.count, 100);
	assert_int_equal(c.instance_count, 100);
	assert_false(c.full);
	probe_catchment_clear(&c);
}

/* A server that makes up a name with each answer: what is too many is one. */
static void
test_made_up(void **state)
{
	struct probe_catchment c = {0};
	char name[32];
	(void)state;

	for (unsigned i = 0; i < 3 * PROBE_INSTANCES_MAX; i++) {
		snprintf(name, sizeof(name), "x%u", i);
		assert_non_null(add(&c, "tokyo", i, i * MS, name).series);
	}
	assert_int_equal(c.instance_count, PROBE_INSTANCES_MAX + 1);
	assert_int_equal(c.series[0]->share_count, PROBE_INSTANCES_MAX + 1);
	assert_string_equal(probe_catchment_instance(&c, PROBE_INSTANCES_MAX), "(others)");
	assert_int_equal(probe_series_share(c.series[0], PROBE_INSTANCES_MAX)->count,
			 2 * PROBE_INSTANCES_MAX);
	/* Those that have a name keep it. */
	assert_true(add(&c, "tokyo", 3 * PROBE_INSTANCES_MAX, 3 * S, "x7").change);
	assert_int_equal(c.series[0]->last_instance, 7);
	probe_catchment_clear(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_no_name),
		cmocka_unit_test(test_timeline),
		cmocka_unit_test(test_wild_times),
		cmocka_unit_test(test_order_and_parts),
		cmocka_unit_test(test_noise_and_next),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_made_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
