/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve/restart_needed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char one[] = "one", other[] = "other", same[] = "one", path[] = "f.yaml";

static void
expect(struct report *report, size_t index, const char *line)
{
	char text[256];
	assert_true(report->count > index);
	assert_string_equal(report_line(&report->findings[index], text, sizeof text), line);
}

static void
test_what_stays(void **state)
{
	struct config old = {.user = one, .control = one, .state_directory = NULL};
	struct config next = {.path = path, .user = same, .control = other, .state_directory = one};
	struct report report = REPORT_INIT;
	(void)state;

	restart_needed(&old, &next, true, &report);
	assert_int_equal(report.count, 2);
	assert_int_equal(report.errors, 0);
	expect(&report, 0,
	       "f.yaml: warning: control: stays one until a restart: commands are taken where "
	       "they were; drain and restart the server");
	expect(&report, 1,
	       "f.yaml: warning: state-directory: stays unset until a restart: drains and "
	       "penalties are saved where they were; drain and restart the server");
	/* The truth about what is in force, so that the next reload warns again. */
	assert_ptr_equal(next.user, same);
	assert_ptr_equal(next.control, one);
	assert_ptr_equal(old.control, other);
	assert_null(next.state_directory);
	report_clear(&report);
}

static void
test_without_announcer(void **state)
{
	struct config old = {0}, next = {.path = path, .state_directory = one};
	struct report report = REPORT_INIT;
	(void)state;

	restart_needed(&old, &next, false, &report);
	assert_int_equal(report.count, 0);
	next.announce.prefix_count = 1;
	restart_needed(&old, &next, false, &report);
	expect(&report, 0,
	       "f.yaml: warning: `announce:` is new since the start: nothing is announced yet; "
	       "restart the server");
	report_clear(&report);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_stays),
		cmocka_unit_test(test_without_announcer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
