/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "serve_child.h"

#define ZONE "zones: [{name: a.example, file: a.zone}]\n"

static int
run_short(const char *path)
{
	char *arguments[] = {(char[]){"run"}, (char[]){"-c"}, strdup(path), NULL};
	int status = cli_run(3, arguments);

	free(arguments[2]);
	return status;
}

static int
run_long(const char *path)
{
	char option[256];
	char *arguments[] = {(char[]){"run"}, option, NULL};

	snprintf(option, sizeof(option), "--config=%s", path);
	return cli_run(2, arguments);
}

static void
serves(void **state)
{
	child_function *const functions[] = {run_short, run_long};
	struct folder *folder = *state;

	put_file(folder, "a.zone", ZONE_GOOD(1));
	for (size_t i = 0; i < ARRAY_LENGTH(functions); i++) {
		uint16_t port = child_port();
		put_config(folder, port, "instance: one\n" ZONE);
		pid_t pid = child_start(folder, functions[i]);
		child_wait(folder, pid, port, "one");
		kill(pid, SIGTERM);
		assert_int_equal(child_status(pid), EXIT_OK);
		assert_caught(folder, "out", "");
	}
}

static void
fails(void **state)
{
	struct folder *folder = *state;

	put_config(folder, child_port(), "nonsense: 1\n");
	assert_int_equal(child_status(child_start(folder, run_short)), EXIT_FAILED);
	assert_caught(folder, "err", "nonsense");
	assert_caught(folder, "out", "");
}

static int
run_with(struct folder *folder, int count, char **arguments)
{
	catch_output(folder);
	int status = cli_run(count, arguments);
	release_output(folder);
	return status;
}

static void
tells_its_usage(void **state)
{
	char *help[] = {(char[]){"run"}, (char[]){"--help"}, NULL};
	char *wrong[] = {(char[]){"run"}, (char[]){"--frobnicate"}, NULL};
	char *extra[] = {(char[]){"run"}, (char[]){"extra"}, NULL};

	assert_int_equal(run_with(*state, 2, help), EXIT_OK);
	assert_caught(*state, "out", "usage: anyns run");
	assert_caught(*state, "err", "");
	assert_int_equal(run_with(*state, 2, wrong), EXIT_USAGE);
	assert_caught(*state, "out", "");
	assert_caught(*state, "err", "usage: anyns run");
	assert_int_equal(run_with(*state, 2, extra), EXIT_USAGE);
	assert_caught(*state, "err", "unexpected argument \"extra\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(serves),
		cmocka_unit_test(fails),
		cmocka_unit_test(tells_its_usage),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
