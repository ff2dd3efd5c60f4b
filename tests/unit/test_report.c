/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "anyns/report.h"

static const struct place nowhere = {0};

static void
test_add_keeps_copies(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	char file[] = "a.zone";
	char remedy[] = "fix it";
	report_add(&report, SEVERITY_ERROR, (struct place){file, 3, 7}, remedy, "bad %s %d", "ttl",
		   9);
	report_add(&report, SEVERITY_WARNING, nowhere, NULL, "plain");
	memset(file, 'X', 6);
	memset(remedy, 'X', 6);
	assert_int_equal(report.count, 2);
	assert_int_equal(report.errors, 1);
	assert_int_equal(report.warnings, 1);
	assert_int_equal(report.dropped, 0);
	assert_string_equal(report.findings[0].file, "a.zone");
	assert_string_equal(report.findings[0].message, "bad ttl 9");
	assert_string_equal(report.findings[0].remedy, "fix it");
	assert_int_equal(report.findings[0].line, 3);
	assert_int_equal(report.findings[0].column, 7);
	assert_null(report.findings[1].file);
	assert_null(report.findings[1].remedy);
	report_clear(&report);
	assert_null(report.findings);
	assert_int_equal(report.errors, 0);
}

static void
test_errno_text(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	errno = ENOENT;
	report_errno(&report, SEVERITY_ERROR, nowhere, NULL, "cannot open %s", "x");
	assert_string_equal(report.findings[0].message, "cannot open x: No such file or directory");
	report_clear(&report);
}

static void
test_keep_limit(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	for (unsigned i = 0; i < REPORT_KEEP; i++)
		report_add(&report, SEVERITY_WARNING, nowhere, NULL, "warning %u", i);
	assert_int_equal(report.count, REPORT_KEEP);
	assert_int_equal(report.dropped, 0);
	report_add(&report, SEVERITY_WARNING, nowhere, NULL, "one more");
	assert_int_equal(report.count, REPORT_KEEP);
	assert_int_equal(report.dropped, 1);
	assert_int_equal(report.warnings, REPORT_KEEP + 1);
	/* The reason of a failure is never the finding that gets lost. */
	report_add(&report, SEVERITY_ERROR, nowhere, NULL, "the reason");
	assert_int_equal(report.count, REPORT_KEEP);
	assert_int_equal(report.dropped, 2);
	assert_string_equal(report.findings[REPORT_KEEP - 1].message, "the reason");
	assert_string_equal(report.findings[0].message, "warning 0");
	for (unsigned i = 0; i < REPORT_KEEP + 5; i++)
		report_add(&report, SEVERITY_ERROR, nowhere, NULL, "error %u", i);
	assert_int_equal(report.count, REPORT_KEEP);
	assert_int_equal(report.errors, REPORT_KEEP + 6);
	assert_int_equal(report.findings[0].severity, SEVERITY_ERROR);
	assert_int_equal(report.errors + report.warnings, report.count + report.dropped);
	report_clear(&report);
}

static void
test_copy(void **state)
{
	(void)state;
	struct report to = REPORT_INIT, from = REPORT_INIT;
	report_add(&from, SEVERITY_ERROR, (struct place){"f", 3, 4}, "r", "%s", "100 %d");
	for (unsigned i = 0; i < REPORT_KEEP + 3; i++)
		report_add(&from, SEVERITY_WARNING, nowhere, NULL, "w");
	report_copy(&to, &from);
	assert_int_equal(to.count, from.count);
	assert_int_equal(to.errors, 1);
	assert_int_equal(to.warnings, REPORT_KEEP + 3);
	assert_int_equal(to.dropped, from.dropped);
	assert_string_equal(to.findings[0].file, "f");
	assert_int_equal(to.findings[0].column, 4);
	assert_string_equal(to.findings[0].message, "100 %d");
	assert_string_equal(to.findings[0].remedy, "r");
	report_clear(&from);
	assert_string_equal(to.findings[0].remedy, "r");
	report_clear(&to);
}

static void
test_move(void **state)
{
	(void)state;
	struct report to = REPORT_INIT, from = REPORT_INIT;
	report_add(&to, SEVERITY_WARNING, nowhere, NULL, "first");
	report_add(&from, SEVERITY_ERROR, nowhere, "r", "second");
	report_add(&from, SEVERITY_WARNING, nowhere, NULL, "third");
	report_move(&to, &from);
	assert_int_equal(to.count, 3);
	assert_int_equal(to.errors, 1);
	assert_int_equal(to.warnings, 2);
	assert_string_equal(to.findings[2].message, "third");
	assert_int_equal(from.count + from.errors + from.warnings, 0);
	assert_null(from.findings);

	for (unsigned i = 0; i < REPORT_KEEP + 3; i++)
		report_add(&from, SEVERITY_WARNING, nowhere, NULL, "w");
	report_move(&to, &from);
	assert_int_equal(to.count, REPORT_KEEP);
	assert_int_equal(to.warnings, REPORT_KEEP + 5);
	assert_int_equal(to.dropped, 6);
	report_clear(&to);
	report_clear(&from);
}

static void
test_line_forms(void **state)
{
	(void)state;
	char file[] = "z", message[] = "m", remedy[] = "r";
	struct finding finding = {.severity = SEVERITY_ERROR, .message = message};
	char line[100];
	assert_string_equal(report_line(&finding, line, sizeof line), "error: m");
	finding.file = file;
	assert_string_equal(report_line(&finding, line, sizeof line), "z: error: m");
	finding.line = 12;
	assert_string_equal(report_line(&finding, line, sizeof line), "z:12: error: m");
	finding.column = 3;
	finding.severity = SEVERITY_WARNING;
	finding.remedy = remedy;
	assert_string_equal(report_line(&finding, line, sizeof line), "z:12:3: warning: m; r");
	assert_string_equal(report_bare_line(&finding, line, sizeof line), "z:12:3: m; r");
}

static void
test_line_is_one_line(void **state)
{
	(void)state;
	char message[] = "a\nb\033[2J\177\xc2\x9b\xc3\xa9";
	struct finding finding = {.severity = SEVERITY_ERROR, .message = message};
	char line[100];
	assert_string_equal(report_line(&finding, line, sizeof line),
			    "error: a\\x0ab\\x1b[2J\\x7f\\xc2\x9b\xc3\xa9");
	/* Cut at every size, always terminated, nothing written behind. */
	for (size_t size = 1; size < 12; size++) {
		memset(line, 'X', sizeof line);
		report_line(&finding, line, size);
		assert_true(strlen(line) <= size - 1);
		assert_int_equal(line[size], 'X');
	}
	line[0] = 'X';
	report_line(&finding, line, 0);
	assert_int_equal(line[0], 'X');
}

static void
test_print(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	report_add(&report, SEVERITY_ERROR, (struct place){"f", 1, 2}, NULL, "x");
	report_add(&report, SEVERITY_WARNING, nowhere, "y", "z");
	report.dropped = 4;
	report_print(&report, stream);
	fclose(stream);
	assert_string_equal(text, "f:1:2: error: x\nwarning: z; y\n"
				  "4 more findings are not shown (1 errors, 1 warnings in all)\n");
	free(text);
	report_clear(&report);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add_keeps_copies),
		cmocka_unit_test(test_errno_text),
		cmocka_unit_test(test_keep_limit),
		cmocka_unit_test(test_move),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_line_forms),
		cmocka_unit_test(test_line_is_one_line),
		cmocka_unit_test(test_print),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
