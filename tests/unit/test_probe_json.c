/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe_fixture.h"

#include "probe/probe_json.h"

static enum probe_line
read_text(const char *line, const char *name, bool rename, struct heard *heard)
{
	struct probe_sink sink = sink_to(heard);

	*heard = (struct heard){0};
	return probe_json_read(line, strlen(line), name, rename, &sink);
}

/* What is written is read as it was. */
static void
test_round_trip(void **state)
{
	struct probe_record record = record_at("tokyo", 7, 123456000, "a");
	struct heard heard;
	struct page page;
	(void)state;

	record.rcode = 5;
	record.size = 99;
	record.source = "@1";
	record.subnet = "::/0/0";
	page_open(&page);
	probe_record_write(&record, page.stream);
	assert_int_equal(read_text(page_text(&page), NULL, false, &heard), PROBE_LINE_QUERY);
	assert_int_equal(heard.count, 1);
	assert_string_equal(heard.list[0].vantage, "tokyo");
	assert_string_equal(heard.list[0].target, record.target);
	assert_string_equal(heard.list[0].transport, "udp");
	assert_string_equal(heard.list[0].question, record.question);
	assert_string_equal(heard.list[0].instance, "a");
	assert_string_equal(heard.list[0].source, "@1");
	assert_string_equal(heard.list[0].subnet, "::/0/0");
	assert_int_equal(heard.list[0].seq, 7);
	assert_int_equal(heard.list[0].sent_ns, record.sent_ns);
	assert_int_equal(heard.list[0].rtt_ns, record.rtt_ns);
	assert_int_equal(heard.list[0].rcode, 5);
	assert_int_equal(heard.list[0].size, 99);
	page_close(&page);
}

#define QUERY(more)                                                                \
	"{\"type\":\"query\",\"time\":1.5,\"target\":\"t\",\"transport\":\"udp\"," \
	"\"question\":\"q\",\"seq\":3" more "}"

static void
test_names(void **state)
{
	struct heard heard;
	(void)state;

	assert_int_equal(read_text(QUERY(",\"outcome\":\"timeout\""), "here", false, &heard),
			 PROBE_LINE_QUERY);
	assert_string_equal(heard.list[0].vantage, "here");
	assert_int_equal(heard.list[0].outcome, PROBE_TIMEOUT);
	assert_int_equal(heard.list[0].rcode, -1);
	(void)read_text(QUERY(",\"outcome\":\"timeout\",\"vantage\":\"v\""), "here", false, &heard);
	assert_string_equal(heard.list[0].vantage, "v");
	(void)read_text(QUERY(",\"outcome\":\"timeout\",\"vantage\":\"v\""), "here", true, &heard);
	assert_string_equal(heard.list[0].vantage, "here");
	(void)read_text(
		QUERY(",\"outcome\":\"answer\",\"rtt_ms\":1,\"rcode\":\"RCODE99\",\"new\":[]"),
		NULL, false, &heard);
	assert_int_equal(heard.list[0].rcode, 99);
	assert_false(heard.list[0].named);
}

static void
test_bad(void **state)
{
	static const char *const lines[] = {
		"",
		"x",
		"[]",
		"{}",
		"{\"type\":1}",
		"{\"type\":\"other\"}",
		"null",
		QUERY(""),
		QUERY(",\"outcome\":\"maybe\""),
		QUERY(",\"outcome\":\"answer\""), /* no time */
		QUERY(",\"outcome\":\"answer\",\"rtt_ms\":-1"),
		QUERY(",\"outcome\":\"answer\",\"rtt_ms\":1e300"),
		QUERY(",\"outcome\":\"timeout\",\"seq\":4"), /* twice */
		"{\"type\":\"query\",\"outcome\":\"timeout\"}",
		"{\"type\":\"query\",\"time\":-5,\"target\":\"t\",\"transport\":\"udp\","
		"\"question\":\"q\",\"outcome\":\"timeout\"}",
		"{\"type\":\"query\",\"time\":4.1e9,\"target\":\"t\",\"transport\":\"udp\","
		"\"question\":\"q\",\"outcome\":\"timeout\"}",
	};
	struct heard heard;
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
		assert_int_equal(read_text(lines[i], NULL, false, &heard), PROBE_LINE_BAD);
		assert_int_equal(heard.count, 0);
	}
}

static void
test_summary(void **state)
{
	struct heard heard;
	(void)state;

	assert_int_equal(read_text("{\"type\":\"summary\",\"series\":[{\"target\":\"t\","
				   "\"transport\":\"udp\",\"question\":\"q\",\"bad\":3,\"late\":2},"
				   "{\"bad\":9},{}]}",
				   "v", false, &heard),
			 PROBE_LINE_SUMMARY);
	assert_int_equal(heard.bad, 3);
	assert_int_equal(heard.late, 2);
	assert_int_equal(read_text("{\"type\":\"summary\"}", NULL, false, &heard),
			 PROBE_LINE_SUMMARY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_summary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
