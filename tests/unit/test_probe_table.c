/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe_fixture.h"

#include "probe/probe_table.h"

static void
add(struct probe_catchment *c, const char *vantage, uint64_t seq, const char *instance)
{
	struct probe_record record = record_at(vantage, seq, (int64_t)seq * 10 * MS, instance);

	assert_non_null(probe_catchment_add(c, &record).series);
}

static void
test_times(void **state)
{
	static const struct {
		int64_t ns;
		const char *text;
	} cases[] = {{0, "0 us"},
		     {1500, "2 us"},
		     {999000, "999 us"},
		     {1000000, "1.00 ms"},
		     {12340000, "12.3 ms"},
		     {123400000, "123 ms"},
		     {1234000000, "1.23 s"},
		     {99 * S, "99.0 s"},
		     {3600 * S, "3600 s"}};
	char text[16];
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		assert_string_equal(probe_table_time(text, cases[i].ns), cases[i].text);
}

static void
test_table(void **state)
{
	struct probe_catchment c = {0};
	struct page page;
	(void)state;

	add(&c, "tokyo", 0, "tyo1-b");
	add(&c, "tokyo", 1, "tyo1-a");
	add(&c, "tokyo", 2, "tyo1-a");
	add(&c, "tokyo", 3, NULL);
	add(&c, "london", 0, NULL);
	probe_catchment_finish(&c);
	page_open(&page);
	probe_table_print(page.stream, &c);
	assert_string_equal(page_text(&page),
			    "VANTAGE  INSTANCE  ANSWERS    SHARE    LOST      LOSS   RTT P50       "
			    "P95       MAX\n"
			    "london   -               0                1  100.00 %\n"
			    "tokyo    tyo1-a          2   66.7 %       1   25.00 %   2.00 ms   "
			    "2.00 ms   2.00 ms\n"
			    "         tyo1-b          1   33.3 %                     2.00 ms   "
			    "2.00 ms   2.00 ms\n");
	page_close(&page);
	probe_catchment_clear(&c);
}

static void
test_columns(void **state)
{
	struct probe_catchment c = {0};
	struct probe_record record = record_at(NULL, 0, 0, "a");
	struct page page;
	(void)state;

	(void)probe_catchment_add(&c, &record);
	page_open(&page);
	probe_table_print(page.stream, &c);
	page_lacks(&page, "TARGET");
	page_lacks(&page, "VANTAGE");
	record.transport = "tcp";
	record.target = "::1@53";
	record.question = ". SOA";
	(void)probe_catchment_add(&c, &record);
	probe_table_print(page.stream, &c);
	page_has(&page, "TARGET         VIA  QUESTION           INSTANCE");
	page_close(&page);
	probe_catchment_clear(&c);
}

static void
test_notes(void **state)
{
	struct probe_catchment c = {0};
	struct probe_record record = record_at("tok\x1byo", 9, 0, "a");
	struct page page;
	(void)state;

	page_open(&page);
	probe_table_notes(page.stream, &c);
	assert_string_equal(page_text(&page), "0 asked, 0 answered, 0 lost\n");
	add(&c, "tok\x1byo", 0, "a");
	add(&c, "tok\x1byo", 1, NULL);
	add(&c, "tok\x1byo", 2, "b");
	probe_catchment_noise(&c, &record, 2, 1);
	probe_catchment_finish(&c);
	probe_table_notes(page.stream, &c);
	page_has(&page,
		 "tok?yo: 1 outage, the longest 12.0 ms with 1 lost; longest time without an "
		 "answer 20.0 ms\n");
	page_has(&page, "tok?yo: 1 change of instance\n");
	page_has(&page, "tok?yo: 2 replies not believed");
	page_has(&page, "3 asked, 2 answered, 1 lost, 1 timeout\n");
	page_close(&page);
	probe_catchment_clear(&c);
}

static void
test_outage_without_end(void **state)
{
	struct probe_catchment c = {0};
	struct page page;
	(void)state;

	add(&c, "v", 0, NULL);
	add(&c, "v", 1, NULL);
	probe_catchment_finish(&c);
	page_open(&page);
	probe_table_notes(page.stream, &c);
	page_has(&page, "the longest 10.0 ms until the end with 2 lost\n");
	page_close(&page);
	probe_catchment_clear(&c);
}

static void
test_name(void **state)
{
	struct probe_catchment c = {0};
	const struct probe_parts all = {true, true, true, true};
	char text[64];
	(void)state;

	add(&c, "v", 0, "a");
	probe_table_name(text, sizeof(text), c.series[0], all);
	assert_string_equal(text, "v 192.0.2.53@53 udp id.server. CH TXT");
	probe_table_name(text, sizeof(text), c.series[0], (struct probe_parts){0});
	assert_string_equal(text, "");
	probe_table_name(text, 4, c.series[0], all);
	assert_string_equal(text, "v 1");
	probe_catchment_clear(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_outage_without_end),
		cmocka_unit_test(test_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
