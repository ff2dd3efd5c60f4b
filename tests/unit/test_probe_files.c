/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe_fixture.h"

#include "probe/probe_files.h"

#define QUERY(vantage)                                                                        \
	"{\"type\":\"query\"," vantage "\"time\":1.5,\"target\":\"t\",\"transport\":\"udp\"," \
	"\"question\":\"q\",\"seq\":0,\"outcome\":\"timeout\"}\n"

#define ATLAS                                                                       \
	"{\"msm_id\":1,\"prb_id\":2,\"timestamp\":1795370000,\"dst_addr\":\"::1\"," \
	"\"error\":{\"timeout\":5000}}"

static bool
read_file(bool (*reader)(const char *, const struct probe_sink *, struct report *),
	  const char *name, const char *text, struct heard *heard, struct report *report)
{
	struct probe_sink sink = sink_to(heard);
	char *path = file_with(text);
	char word[128];

	*heard = (struct heard){0};
	*report = REPORT_INIT;
	snprintf(word, sizeof(word), "%s%s", name, path);
	bool good = reader(word, &sink, report);
	file_remove(path);
	return good;
}

static void
test_read(void **state)
{
	struct heard heard;
	struct report report;
	(void)state;

	assert_true(read_file(probe_files_read, "here=",
			      QUERY("") "\n" QUERY("\"vantage\":\"v\",") "{\"type\":\"summary\"}\n",
			      &heard, &report));
	assert_int_equal(heard.count, 2);
	assert_string_equal(heard.list[0].vantage, "here");
	assert_string_equal(heard.list[1].vantage, "v");
	assert_int_equal(report.count, 0);
	assert_true(read_file(probe_files_read, "", QUERY(""), &heard, &report));
	assert_string_equal(heard.list[0].vantage, "");
}

static void
test_bad_lines(void **state)
{
	struct heard heard;
	struct report report;
	(void)state;

	assert_true(read_file(probe_files_read, "", "x\n" QUERY("") "a\nb\nc\nd\ne\nf\n", &heard,
			      &report));
	assert_int_equal(heard.count, 1);
	assert_int_equal(report.warnings, 5); /* enough to see that it is the wrong file */
	assert_int_equal(report.errors, 0);
	assert_int_equal(report.findings[0].line, 1);
	assert_int_equal(report.findings[1].line, 3);
	report_clear(&report);
}

static void
test_nothing(void **state)
{
	struct heard heard;
	struct report report;
	struct probe_sink sink = sink_to(&heard);
	(void)state;

	assert_false(read_file(probe_files_read, "", "{\"type\":\"summary\"}\n", &heard, &report));
	assert_int_equal(report.errors, 1);
	report_clear(&report);
	assert_false(read_file(probe_files_atlas, "", "[]\n", &heard, &report));
	assert_int_equal(report.errors, 1);
	report_clear(&report);
	assert_false(probe_files_read("n=/nonexistent/file", &sink, &report));
	assert_non_null(strstr(report.findings[0].message, "No such file"));
	assert_string_equal(report.findings[0].file, "/nonexistent/file");
	assert_false(probe_files_atlas("/nonexistent", &sink, &report));
	assert_int_equal(report.errors, 2);
	report_clear(&report);
	assert_false(probe_files_atlas("/", &sink, &report)); /* opens, but cannot be read */
	assert_non_null(strstr(report.findings[0].message, "to its end"));
	report_clear(&report);
}

static void
test_atlas_forms(void **state)
{
	static const struct {
		const char *text;
		size_t records;
	} cases[] = {
		{"[" ATLAS "," ATLAS "]\n", 2},
		{"[\n" ATLAS ",\n" ATLAS "\n]\n", 2},
		{"\n  [" ATLAS "]", 1},
		{ATLAS "\n" ATLAS "\n\n" ATLAS, 3},
		{"{\n\"msm_id\":1,\"prb_id\":2,\"timestamp\":3,\n\"error\":{}}\n", 1},
	};
	struct heard heard;
	struct report report;
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		assert_true(read_file(probe_files_atlas, "", cases[i].text, &heard, &report));
		assert_int_equal(heard.count, cases[i].records);
		assert_int_equal(report.count, 0);
	}
}

static void
test_atlas_damaged(void **state)
{
	struct heard heard;
	struct report report;
	(void)state;

	assert_true(
		read_file(probe_files_atlas, "", ATLAS "\n{\"x\":\n" ATLAS "\n", &heard, &report));
	assert_int_equal(heard.count, 2);
	assert_int_equal(report.warnings, 1);
	assert_int_equal(report.findings[0].line, 3); /* the line ends too early: seen behind it */
	report_clear(&report);
	assert_false(read_file(probe_files_atlas, "", "[" ATLAS ",\n}]\n", &heard, &report));
	assert_int_equal(report.findings[0].line, 2);
	assert_int_equal(report.errors, 1);
	report_clear(&report);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),          cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_nothing),       cmocka_unit_test(test_atlas_forms),
		cmocka_unit_test(test_atlas_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
