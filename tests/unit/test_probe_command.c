/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command with files and with nobody there; with servers it is tests/system/probe.
 */
#include "serve_fixture.h"

#include "anyns/base.h"
#include "cli/cli.h"

#define ANSWER(name, seq, instance)                                                            \
	"{\"type\":\"query\",\"vantage\":\"" name "\",\"time\":1795370000." seq                \
	",\"target\":\"192.0.2.53@53\",\"transport\":\"udp\",\"question\":\"id.server. CH "    \
	"TXT\",\"seq\":" seq ",\"outcome\":\"answer\",\"rtt_ms\":2.5,\"instance\":\"" instance \
	"\"}\n"

/* The exit status of `anyns probe` with up to five words; "@name" is a file of the folder. */
static int
run(struct folder *folder, const char *const given[5])
{
	char words[6][128] = {"probe"};
	char *arguments[7] = {words[0]};
	int count = 1;

	for (; count < 6 && given[count - 1]; count++) {
		const char *word = given[count - 1];
		snprintf(words[count], sizeof(words[0]), "%s%s%s", *word == '@' ? folder->path : "",
			 *word == '@' ? "/" : "", *word == '@' ? word + 1 : word);
		arguments[count] = words[count];
	}
	catch_output(folder);
	int status = cli_probe(count, arguments);
	release_output(folder);
	return status;
}

#define RUN(folder, ...) run(folder, (const char *const[5]){__VA_ARGS__})

static void
test_read(void **state)
{
	put_file(*state, "a", ANSWER("tokyo", "0", "tyo1-a") ANSWER("tokyo", "1", "lon1-a"));
	assert_int_equal(RUN(*state, "--read", "@a"), EXIT_OK);
	assert_caught(*state, "out",
		      "tokyo    tyo1-a          1   50.0 %       0    0.00 %   2.50 ms");
	assert_caught(*state, "out", "tokyo: 1 change of instance\n");
	assert_caught(*state, "out", "2 asked, 2 answered, 0 lost\n");
	assert_caught(*state, "err", "");
	assert_int_equal(RUN(*state, "-j", "--read", "@a"), EXIT_OK);
	assert_caught(*state, "out", "\"change\":true}\n{\"type\":\"summary\"");
	assert_int_equal(RUN(*state, "-jq", "--read", "@a"), EXIT_OK);
	char *text = get_file(*state, "out");
	assert_int_equal(strncmp(text, "{\"type\":\"summary\"", 17), 0);
	free(text);
}

static void
test_trouble(void **state)
{
	put_file(*state, "a", ANSWER("tokyo", "0", "tyo1-a"));
	/* What can be read is shown, but all is not well. */
	assert_int_equal(RUN(*state, "--read", "@a", "@missing"), EXIT_FAILED);
	assert_caught(*state, "out", "1 asked, 1 answered");
	assert_caught(*state, "err", "missing: error: cannot be read");
	assert_int_equal(RUN(*state, "--read", "@missing"), EXIT_FAILED);
	assert_caught(*state, "out", "");
	assert_int_equal(RUN(*state, "--agents", "@missing"), EXIT_FAILED);
	assert_int_equal(RUN(*state, "--svg", "@no/such", "--read", "@a"), EXIT_FAILED);
	assert_caught(*state, "err", "cannot be written");
	assert_int_equal(RUN(*state, "--read"), EXIT_USAGE);
	assert_int_equal(RUN(*state, "--help"), EXIT_OK);
}

static void
test_picture(void **state)
{
	put_file(*state, "a", ANSWER("tokyo", "0", "tyo1-a"));
	assert_int_equal(RUN(*state, "-q", "--svg", "@out.svg", "--read", "@a"), EXIT_OK);
	assert_caught(*state, "out.svg", "<svg ");
	assert_caught(*state, "out.svg", "tyo1-a 100.0 %");
}

static void
test_agents(void **state)
{
	put_file(*state, "agents", "tokyo: echo '" ANSWER("x", "0", "tyo1-a") "'\n");
	char *text = get_file(*state, "agents");
	*strchr(text, '\n') = ' '; /* the record's own, in the middle of the line */
	put_file(*state, "agents", text);
	free(text);
	assert_int_equal(RUN(*state, "--agents", "@agents"), EXIT_OK);
	assert_caught(*state, "out", "tokyo udp: answered by tyo1-a");
	assert_caught(*state, "out", "tokyo    tyo1-a          1  100.0 %");
	put_file(*state, "agents", "tokyo: exit 7\n");
	assert_int_equal(RUN(*state, "--agents", "@agents"), EXIT_FAILED);
	assert_caught(*state, "err", "agents:1: error: tokyo: the command ended with status 7");
}

/* Nobody listens on the discard port of loopback, and loopback says so. */
static void
test_ask(void **state)
{
	assert_int_equal(RUN(*state, "-n", "2", "-i", "1ms", "127.0.0.1@9"), EXIT_FAILED);
	assert_caught(*state, "out", "2 asked, 0 answered, 2 lost, 2 unreachable\n");
	assert_int_equal(RUN(*state, "-s", "192.0.2.1@4000", "127.0.0.1@9"), EXIT_FAILED);
	assert_caught(*state, "err", "cannot open the sockets to ask from");
	assert_caught(*state, "out", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_read, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(test_trouble, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(test_picture, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(test_agents, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(test_ask, folder_make, folder_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
