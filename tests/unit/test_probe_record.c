/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe_fixture.h"

static void
test_outcomes(void **state)
{
	enum probe_outcome found;
	(void)state;

	for (unsigned i = 0; i < PROBE_OUTCOMES; i++) {
		assert_true(probe_outcome_parse(probe_outcome_text(i), &found));
		assert_int_equal(found, i);
	}
	assert_false(probe_outcome_parse("Answer", &found));
	assert_false(probe_outcome_parse("", &found));
}

static void
test_answer(void **state)
{
	struct probe_record record = record_at("tokyo", 7, 123456000, "a\"b");
	struct page page;
	(void)state;

	record.nsid = "a\"b";
	record.txt = "";
	record.size = 77;
	record.source = "@4711";
	record.subnet = "203.0.113.0/24/0";
	record.change = true;
	page_open(&page);
	probe_record_write(&record, page.stream);
	assert_string_equal(page_text(&page),
			    "{\"type\":\"query\",\"vantage\":\"tokyo\",\"time\":1000.123456,"
			    "\"target\":\"192.0.2.53@53\",\"transport\":\"udp\","
			    "\"question\":\"id.server. CH TXT\",\"seq\":7,\"outcome\":\"answer\","
			    "\"rtt_ms\":2.0000,\"instance\":\"a\\\"b\",\"nsid\":\"a\\\"b\","
			    "\"rcode\":\"NOERROR\",\"size\":77,\"source\":\"@4711\","
			    "\"subnet\":\"203.0.113.0/24/0\",\"change\":true}\n");
	page_close(&page);
}

static void
test_loss(void **state)
{
	struct probe_record record = record_at(NULL, 0, 0, NULL);
	struct page page;
	(void)state;

	page_open(&page);
	probe_record_write(&record, page.stream);
	assert_string_equal(page_text(&page),
			    "{\"type\":\"query\",\"time\":1000.000000,\"target\":\"192.0.2.53@53\","
			    "\"transport\":\"udp\",\"question\":\"id.server. CH TXT\",\"seq\":0,"
			    "\"outcome\":\"timeout\"}\n");
	page_close(&page);
}

static void
test_rcode_without_name(void **state)
{
	struct probe_record record = record_at(NULL, 0, 0, "a");
	struct page page;
	(void)state;

	record.rcode = 4095;
	page_open(&page);
	probe_record_write(&record, page.stream);
	page_has(&page, "\"rcode\":\"RCODE4095\"");
	page_close(&page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_loss),
		cmocka_unit_test(test_rcode_without_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
