/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone_fixture.h"

#include "zone/tally.h"

static void
test_boundary(void **state)
{
	(void)state;
	for (size_t count = TALLY_SHOWN - 1; count <= TALLY_SHOWN + 2; count++) {
		struct tally tally = {0};
		struct report report = REPORT_INIT;
		size_t shown = 0;
		for (size_t i = 0; i < count; i++)
			shown += tally_next(&tally);
		assert_int_equal(shown, count < TALLY_SHOWN ? count : TALLY_SHOWN);
		tally_end(&tally, &report, "f", "things");
		assert_int_equal(report.warnings, count > TALLY_SHOWN);
		if (count == TALLY_SHOWN + 2)
			assert_string_equal(report.findings[0].message, "2 more things");
		report_clear(&report);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_boundary)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
