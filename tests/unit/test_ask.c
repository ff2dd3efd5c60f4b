/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/ask.h"

#include "ask_fixture.h"

static int
command(int argc, char **argv)
{
	return ask_server(argc, argv, "the help\n", 20000);
}

/* anyns.yaml with `more`; its path. */
static const char *
configured(const struct folder *folder, const char *more)
{
	static char path[128];
	char text[512];

	snprintf(path, sizeof(path), "%s/anyns.yaml", folder->path);
	snprintf(text, sizeof(text),
		 "listen: [127.0.0.1@5300]\nzones: [{name: a.example, file: a.zone}]\n%s", more);
	put_file(folder, "anyns.yaml", text);
	put_file(folder, "a.zone", ZONE_GOOD(1));
	return path;
}

static void
by_socket(void **state)
{
	struct stage stage;

	stage_open(&stage, *state);
	assert_int_equal(ASK(*state, command, "drain", "-s", stage.path, ), EXIT_OK);
	assert_caught(*state, "out", "so be it\n");
	assert_caught(*state, "err", "");
	assert_int_equal(atomic_load(&stage.wished), CONTROL_DRAIN);
	/* The configuration is not even looked at. */
	assert_int_equal(ASK(*state, command, "drain", "-c", "/nowhere", "-s", stage.path, ),
			 EXIT_OK);
	stage.refuses_wishes = true;
	assert_int_equal(ASK(*state, command, "freeze", "--socket", stage.path, ), EXIT_FAILED);
	assert_caught(*state, "out", "");
	assert_caught(*state, "err", "nothing is gated\n");
	assert_int_equal(ASK(*state, command, "freeze", "--json", "-s", stage.path, ), EXIT_FAILED);
	assert_caught(*state, "out", "{\"ok\":false,\"message\":\"nothing is gated\"}\n");
	assert_caught(*state, "err", "");
	stage_close(&stage);
}

static void
by_configuration(void **state)
{
	struct stage stage;
	char control[200];

	stage_open(&stage, *state);
	snprintf(control, sizeof(control), "control: %s\n", stage.path);
	const char *path = configured(*state, control);
	assert_int_equal(ASK(*state, command, "drain", "-c", path, ), EXIT_OK);
	assert_caught(*state, "out", "so be it\n");
	assert_caught(*state, "err", "");
	stage_close(&stage);
	/* And when the server is gone. */
	assert_int_equal(ASK(*state, command, "drain", "-c", path, ), EXIT_FAILED);
	assert_caught(*state, "out", "");
	assert_caught(*state, "err", "no server runs with this configuration");
	assert_caught(*state, "err", stage.path);
	assert_caught(*state, "err", "start it with `anyns run`");
}

static void
no_socket(void **state)
{
	const char *path = configured(*state, "control: off\n");

	assert_int_equal(ASK(*state, command, "drain", "-c", path, ), EXIT_FAILED);
	assert_caught(*state, "err", "`control: off`");
	path = configured(*state, "nonsense: 1\n");
	assert_int_equal(ASK(*state, command, "drain", "-j", "-c", path, ), EXIT_FAILED);
	assert_caught(*state, "out", "");
	assert_caught(*state, "err", "anyns.yaml:3:1: error: ");
	assert_caught(*state, "err", "--socket PATH, by default " CONFIG_DEFAULT_CONTROL);
}

static void
usage(void **state)
{
	assert_int_equal(ASK(*state, command, "drain", "--help", ), EXIT_OK);
	assert_caught(*state, "out", "the help\n");
	assert_int_equal(ASK(*state, command, "drain", "-q", ), EXIT_USAGE);
	assert_caught(*state, "err", "the help\n");
	assert_int_equal(ASK(*state, command, "drain", "now", ), EXIT_USAGE);
	assert_caught(*state, "err", "unexpected argument \"now\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_socket),
		cmocka_unit_test(by_configuration),
		cmocka_unit_test(no_socket),
		cmocka_unit_test(usage),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
