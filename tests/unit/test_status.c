/* SPDX-License-Identifier: BSD-2-Clause */
#include "ask_fixture.h"

static void
status(void **state)
{
	struct stage stage;

	stage_open(&stage, *state);
	assert_int_equal(ASK(*state, cli_status, "status", "-s", stage.path, ), EXIT_OK);
	assert_caught(*state, "out", "fra1-a: anyns 1.2, serving for 0 ms");
	assert_caught(*state, "out", "zones: 0 served");
	assert_int_equal(ASK(*state, cli_status, "status", "-j", "-s", stage.path, ), EXIT_OK);
	assert_caught(*state, "out", "{\"instance\":\"fra1-a\",\"version\":\"1.2\"");
	assert_caught(*state, "err", "");
	stage_close(&stage);
	assert_int_equal(ASK(*state, cli_status, "status", "-s", stage.path, ), EXIT_FAILED);
	assert_caught(*state, "err", "there is no control socket");
}

static void
usage(void **state)
{
	assert_int_equal(ASK(*state, cli_status, "status", "-h", ), EXIT_OK);
	assert_caught(*state, "out", "usage: anyns status");
	assert_caught(*state, "out", "--socket PATH");
	assert_int_equal(ASK(*state, cli_status, "status", "extra", ), EXIT_USAGE);
	assert_caught(*state, "err", "usage: anyns status");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status),
		cmocka_unit_test(usage),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
