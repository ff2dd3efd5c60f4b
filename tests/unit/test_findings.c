/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/findings.h"

#include "serve_fixture.h"

static void
prints(void **state)
{
	struct folder *folder = *state;
	struct report report = REPORT_INIT;
	report_add(&report, SEVERITY_WARNING, (struct place){"f", 1, 2}, NULL, "odd");
	report_add(&report, SEVERITY_ERROR, (struct place){"f", 3, 4}, "mend it", "wrong");
	catch_output(folder);
	findings_print(&report, false);
	release_output(folder);
	assert_caught(folder, "out", "f:1:2: warning: odd\nf:3:4: error: wrong; mend it\n");
	catch_output(folder);
	findings_print(&report, true);
	release_output(folder);
	char *text = get_file(folder, "out");
	assert_string_equal(text, "f:3:4: error: wrong; mend it\n");
	free(text);
	report_clear(&report);
}

static void
prints_loaded(void **state)
{
	struct folder *folder = *state;
	struct loaded_zone zones[2] = {0};
	struct loaded loaded = {.zones = zones, .count = 2};
	report_add(&loaded.report, SEVERITY_ERROR, (struct place){0}, NULL, "one");
	report_add(&zones[0].report, SEVERITY_ERROR, (struct place){0}, NULL, "two");
	report_add(&zones[1].report, SEVERITY_ERROR, (struct place){0}, NULL, "three");
	report_add(&zones[1].known, SEVERITY_ERROR, (struct place){0}, NULL, "known");
	catch_output(folder);
	findings_print_loaded(&loaded, false);
	release_output(folder);
	char *text = get_file(folder, "out");
	assert_string_equal(text, "error: one\nerror: two\nerror: three\n");
	free(text);
	report_clear(&loaded.report);
	report_clear(&zones[0].report);
	report_clear(&zones[1].report);
	report_clear(&zones[1].known);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints),
		cmocka_unit_test(prints_loaded),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
