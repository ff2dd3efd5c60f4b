/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include "serve_fixture.h"

#include <sys/wait.h>

/* The exit status of `anyns` with up to two words. */
static int
run(struct folder *folder, const char *first, const char *second)
{
	char name[] = "anyns";
	char words[2][64] = {"", ""};
	char *arguments[] = {name, words[0], words[1], NULL};
	int count = 1 + (first != NULL) + (second != NULL);

	if (first)
		snprintf(words[0], sizeof(words[0]), "%s", first);
	if (second)
		snprintf(words[1], sizeof(words[1]), "%s", second);
	arguments[count] = NULL;
	catch_output(folder);
	int status = cli_main(count, arguments);
	release_output(folder);
	return status;
}

static void
help(void **state)
{
	static const char *const words[] = {"--help", "-h", "help"};

	for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
		assert_int_equal(run(*state, words[i], NULL), EXIT_OK);
		assert_caught(*state, "out", "usage: anyns COMMAND");
		assert_caught(*state, "out", "anyns run");
		assert_caught(*state, "out", "anyns check");
		assert_caught(*state, "err", "");
	}
}

static void
version(void **state)
{
	static const char *const words[] = {"--version", "-V"};

	for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
		assert_int_equal(run(*state, words[i], NULL), EXIT_OK);
		assert_caught(*state, "out", "anyns " ANYNS_VERSION "\n");
		assert_caught(*state, "err", "");
	}
}

static void
usage(void **state)
{
	assert_int_equal(run(*state, NULL, NULL), EXIT_USAGE);
	assert_caught(*state, "out", "");
	assert_caught(*state, "err", "usage: anyns COMMAND");
	assert_int_equal(run(*state, "", NULL), EXIT_USAGE);
	assert_int_equal(run(*state, "frobnicate", NULL), EXIT_USAGE);
	assert_caught(*state, "err", "there is no command \"frobnicate\"");
	assert_int_equal(run(*state, "ru", NULL), EXIT_USAGE);
	assert_int_equal(run(*state, "runs", NULL), EXIT_USAGE);
	assert_int_equal(run(*state, "chekc", NULL), EXIT_USAGE);
	assert_caught(*state, "err", "there is no command \"chekc\"; did you mean \"check\"?");
	assert_int_equal(run(*state, "check", "-x"), EXIT_USAGE);
	assert_caught(*state, "err", "anyns check: invalid option -- 'x'");
	assert_int_equal(run(*state, "compile", "--ouptut"), EXIT_USAGE);
	assert_caught(*state, "err", "anyns compile: unrecognized option '--ouptut'");
}

static bool
is_null_device(int fd)
{
	char link[64], target[64] = "";

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return readlink(link, target, sizeof(target) - 1) > 0 && strcmp(target, "/dev/null") == 0;
}

/* No later socket becomes standard error: what is written there would go to a client. */
static void
without_streams(void **state)
{
	char name[] = "anyns", word[] = "--version";
	char *arguments[] = {name, word, NULL};
	int status;

	(void)state;
	pid_t pid = fork();
	if (pid == 0) {
		close(STDIN_FILENO);
		close(STDERR_FILENO);
		bool good = cli_main(2, arguments) == EXIT_OK && is_null_device(STDIN_FILENO) &&
			    !is_null_device(STDOUT_FILENO) && is_null_device(STDERR_FILENO);
		_exit(good ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* The command gets the words behind its own name. */
static void
commands(void **state)
{
	static const char *const words[] = {"run",   "check",   "status", "reload",
					    "drain", "undrain", "freeze", "unfreeze"};

	for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
		char expected[64];
		snprintf(expected, sizeof(expected), "usage: anyns %s", words[i]);
		assert_int_equal(run(*state, words[i], "--help"), EXIT_OK);
		assert_caught(*state, "out", expected);
		assert_int_equal(run(*state, words[i], "extra"), EXIT_USAGE);
		assert_caught(*state, "err", expected);
	}
	assert_int_equal(run(*state, "check", "--config=/nowhere/anyns.yaml"), EXIT_FAILED);
	assert_caught(*state, "out", "/nowhere/anyns.yaml");
	assert_int_equal(run(*state, "status", "--socket=/nowhere/control"), EXIT_FAILED);
	assert_caught(*state, "err", "no control socket /nowhere/control");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(help),
		cmocka_unit_test(version),
		cmocka_unit_test(usage),
		cmocka_unit_test(commands),
		cmocka_unit_test(without_streams),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
