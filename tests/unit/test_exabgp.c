/* SPDX-License-Identifier: BSD-2-Clause */
#include "ask_fixture.h"

#include <fcntl.h>

static void
test_usage(void **state)
{
	assert_int_equal(ASK(*state, cli_exabgp, "exabgp", "-h", ), EXIT_OK);
	assert_caught(*state, "out", "usage: anyns exabgp SOCKET [PREFIX...]");
	assert_int_equal(ASK(*state, cli_exabgp, "exabgp", ), EXIT_USAGE);
	assert_caught(*state, "err", "a socket is missing");
	assert_int_equal(ASK(*state, cli_exabgp, "exabgp", "-c", "/f", ), EXIT_USAGE);
	assert_caught(*state, "err", "unknown option -c");
	assert_int_equal(ASK(*state, cli_exabgp, "exabgp", "/s", "192.0.2.0", ), EXIT_USAGE);
	assert_caught(*state, "err", "no prefix: 192.0.2.0");
}

/* An ExaBGP that is gone already: the withdrawal is the last word all the same. */
static void
test_end(void **state)
{
	int old = dup(STDIN_FILENO), null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(dup2(null, STDIN_FILENO), STDIN_FILENO);
	assert_int_equal(ASK(*state, cli_exabgp, "exabgp", "/nonexistent/socket", "192.0.2.0/24", ),
			 EXIT_OK);
	assert_caught(*state, "out", "withdraw route 192.0.2.0/24\n");
	assert_int_equal(dup2(old, STDIN_FILENO), STDIN_FILENO);
	close(old);
	close(null);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_end),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
