/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe_fixture.h"

#include "probe/probe_atlas.h"

/* An answer to `hostname.bind CH TXT`, its TXT record "lon1-a". */
#define TXT_ABUF "AwmEAAABAAEAAAAACGhvc3RuYW1lBGJpbmQAABAAA8AMABAAAwAAAAAABwZsb24xLWE="

#define AROUND "\"msm_id\":30001,\"prb_id\":1001,\"timestamp\":1795370000,\"type\":\"dns\","

static size_t
read_text(const char *text, struct heard *heard)
{
	struct probe_sink sink = sink_to(heard);
	json_error_t error;
	size_t records = 0;

	*heard = (struct heard){0};
	assert_true(probe_atlas_text(text, strlen(text), &sink, &records, &error));
	assert_int_equal(records, heard->count);
	return records;
}

static void
test_result(void **state)
{
	struct heard heard;
	(void)state;

	assert_int_equal(read_text("{" AROUND "\"dst_addr\":\"192.0.2.53\",\"dst_port\":\"5353\","
				   "\"proto\":\"TCP\",\"result\":{\"rt\":12.5,\"abuf\":\"" TXT_ABUF
				   "\"}}",
				   &heard),
			 1);
	assert_string_equal(heard.list[0].vantage, "probe 1001");
	assert_string_equal(heard.list[0].target, "192.0.2.53@5353");
	assert_string_equal(heard.list[0].transport, "tcp");
	assert_string_equal(heard.list[0].question, "msm 30001");
	assert_string_equal(heard.list[0].instance, "lon1-a");
	assert_int_equal(heard.list[0].seq, PROBE_SEQ_NEXT);
	assert_int_equal(heard.list[0].sent_ns, 1795370000 * S);
	assert_int_equal(heard.list[0].rtt_ns, 12500000);
	assert_int_equal(heard.list[0].rcode, 0);
}

static void
test_errors(void **state)
{
	static const struct {
		const char *error;
		enum probe_outcome outcome;
	} cases[] = {
		{"{\"timeout\":5000}", PROBE_TIMEOUT},
		{"{\"connect\":\"Connection refused\"}", PROBE_UNREACHABLE},
		{"{\"TUCONNECT\":\"(null)\"}", PROBE_UNREACHABLE},
		{"{\"getaddrinfo\":\"not known\"}", PROBE_FAILED},
		{"{}", PROBE_FAILED},
	};
	struct heard heard;
	char text[256];
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		snprintf(text, sizeof(text), "{" AROUND "\"dst_name\":\"ns.test\",\"error\":%s}",
			 cases[i].error);
		assert_int_equal(read_text(text, &heard), 1);
		assert_int_equal(heard.list[0].outcome, cases[i].outcome);
		assert_string_equal(heard.list[0].target, "ns.test@53");
		assert_string_equal(heard.list[0].transport, "udp");
	}
}

static void
test_resultset(void **state)
{
	struct heard heard;
	(void)state;

	assert_int_equal(
		read_text("[{" AROUND
			  "\"resultset\":[{\"time\":1795370009,\"dst_addr\":\"10.0.0.1\","
			  "\"proto\":\"UDP\",\"result\":{\"rt\":1,\"abuf\":\"" TXT_ABUF "\"}},"
			  "{\"dst_addr\":\"10.0.0.2\",\"proto\":\"UDP\",\"error\":{\"timeout\":5}},"
			  "{\"dst_addr\":\"10.0.0.3\"}]}]",
			  &heard),
		2);
	assert_string_equal(heard.list[0].target, "10.0.0.1@53");
	assert_int_equal(heard.list[0].sent_ns, 1795370009 * S);
	assert_int_equal(heard.list[1].outcome, PROBE_TIMEOUT);
	assert_int_equal(heard.list[1].sent_ns, 1795370000 * S); /* that of the whole */
}

static void
test_without_message(void **state)
{
	struct heard heard;
	(void)state;

	(void)read_text("{" AROUND
			"\"dst_addr\":\"::1\",\"result\":{\"rt\":1,\"answers\":[{\"TYPE\":"
			"\"TXT\",\"RDATA\":[\"fra1-a\"]}]}}",
			&heard);
	assert_string_equal(heard.list[0].instance, "fra1-a");
	(void)read_text("{" AROUND
			"\"dst_addr\":\"::1\",\"result\":{\"rt\":1,\"answers\":[{\"RDATA\":"
			"\"fra1-b\"}]}}",
			&heard);
	assert_string_equal(heard.list[0].instance, "fra1-b");
	(void)read_text("{" AROUND "\"dst_addr\":\"::1\",\"result\":{\"rt\":1}}", &heard);
	assert_false(heard.list[0].named);
	assert_int_equal(heard.list[0].outcome, PROBE_ANSWER);
}

static void
test_damaged_message(void **state)
{
	static const char *const abufs[] = {"", "A", "%%%%", "AAAA",
					    "AwmEAAABAAEAAAAACGhvc3RuYW1l"};
	struct heard heard;
	char text[512];
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(abufs); i++) {
		snprintf(text, sizeof(text),
			 "{" AROUND "\"dst_addr\":\"::1\",\"result\":{\"rt\":1,\"abuf\":\"%s\"}}",
			 abufs[i]);
		assert_int_equal(read_text(text, &heard), 1);
		assert_int_equal(heard.list[0].outcome, PROBE_MALFORMED);
	}
}

static void
test_others(void **state)
{
	static const char *const texts[] = {
		"[]",
		"{}",
		"[1,null,\"x\"]",
		"{\"prb_id\":1,\"timestamp\":1795370000,\"type\":\"ping\",\"result\":{}}",
		"{\"prb_id\":1,\"timestamp\":0,\"error\":{}}",
		"{\"prb_id\":1,\"timestamp\":99999999999,\"error\":{}}",
		"{\"prb_id\":\"1\",\"timestamp\":1795370000,\"error\":{}}",
		"{" AROUND "\"resultset\":[1,[],{}]}",
		"{" AROUND "\"result\":[]}",
	};
	struct heard heard;
	struct probe_sink sink = sink_to(&heard);
	json_error_t error;
	size_t records;
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		assert_int_equal(read_text(texts[i], &heard), 0);
	assert_false(probe_atlas_text("[{", 2, &sink, &records, &error));
	assert_int_equal(error.line, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_result),          cmocka_unit_test(test_errors),
		cmocka_unit_test(test_resultset),       cmocka_unit_test(test_without_message),
		cmocka_unit_test(test_damaged_message), cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
