/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe_fixture.h"

#include <jansson.h>

#include "probe/probe_summary.h"

static json_t *
summary_of(struct probe_catchment *c, const char *vantage)
{
	struct page page;

	page_open(&page);
	probe_catchment_finish(c);
	probe_summary_write(page.stream, c, vantage);
	json_t *object = json_loads(page_text(&page), JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(object);
	page_close(&page);
	return object;
}

static double
real(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	assert_true(json_is_number(value));
	return json_number_value(value);
}

static void
test_empty(void **state)
{
	struct probe_catchment c = {0};
	json_t *object = summary_of(&c, NULL);
	(void)state;

	assert_int_equal((int)real(object, "asked"), 0);
	assert_null(json_object_get(object, "start"));
	assert_int_equal(json_array_size(json_object_get(object, "series")), 0);
	json_decref(object);
}

static void
test_figures(void **state)
{
	static const char *const instances[] = {"a", "a", NULL, NULL, "b", "a"};
	struct probe_catchment c = {0};
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(instances); i++) {
		struct probe_record record = record_at("tokyo", i, (int64_t)i * 10 * MS,
						       instances[i]);
		(void)probe_catchment_add(&c, &record);
		probe_catchment_noise(&c, &record, 1, 0);
	}
	json_t *object = summary_of(&c, "tokyo");
	const json_t *series = json_array_get(json_object_get(object, "series"), 0);
	const json_t *outage = json_object_get(series, "longest_outage");
	const json_t *shares = json_object_get(series, "instances");
	assert_string_equal(json_string_value(json_object_get(object, "type")), "summary");
	assert_string_equal(json_string_value(json_object_get(object, "vantage")), "tokyo");
	assert_true(real(object, "start") == 1000.0 && real(object, "end") == 1000.05);
	assert_int_equal((int)real(object, "lost"), 2);
	assert_int_equal((int)real(series, "asked"), 6);
	assert_true(real(series, "loss") > 0.3333 && real(series, "loss") < 0.3334);
	assert_int_equal((int)real(json_object_get(series, "outcomes"), "timeout"), 2);
	assert_int_equal((int)real(series, "bad"), 6);
	assert_int_equal((int)real(series, "changes"), 2);
	assert_true(real(json_object_get(series, "rtt_ms"), "p50") == 2.0);
	assert_true(real(series, "longest_gap_ms") == 30.0);
	assert_int_equal((int)real(series, "outages"), 1);
	assert_true(real(outage, "ms") == 22.0);
	assert_true(json_is_true(json_object_get(outage, "ended")));
	assert_int_equal(json_array_size(shares), 2);
	assert_true(real(json_array_get(shares, 0), "share") == 0.75);
	assert_true(real(json_array_get(shares, 1), "first") == 1000.04);
	json_decref(object);
	probe_catchment_clear(&c);
}

static void
test_nobody_named(void **state)
{
	struct probe_catchment c = {0};
	struct probe_record record = record_at(NULL, 0, 0, "x");
	(void)state;

	record.instance = NULL;
	(void)probe_catchment_add(&c, &record);
	json_t *object = summary_of(&c, NULL);
	const json_t *series = json_array_get(json_object_get(object, "series"), 0);
	const json_t *share = json_array_get(json_object_get(series, "instances"), 0);
	assert_true(json_is_null(json_object_get(share, "instance")));
	assert_null(json_object_get(series, "longest_outage"));
	assert_null(json_object_get(series, "vantage"));
	json_decref(object);
	probe_catchment_clear(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_figures),
		cmocka_unit_test(test_nobody_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
