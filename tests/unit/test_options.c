/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/options.h"

#include "cli/cli.h"
#include "serve_fixture.h"

static const char help[] = "the help\n";

enum { WORDS_MAX = 8 };

/* Parses up to WORDS_MAX words; getopt may change their order, so they are copied. */
static struct options
parse(struct folder *folder, enum options_more more, const char *const *words)
{
	char buffer[WORDS_MAX][64];
	char *arguments[WORDS_MAX + 1] = {NULL};
	int count = 0;

	for (; words[count]; count++)
		arguments[count] = strcpy(buffer[count], words[count]);
	catch_output(folder);
	struct options options = options_parse(count, arguments, more, help);
	release_output(folder);
	/* It may point into the words, which end here; the tests compare before another call. */
	static char config[64];
	snprintf(config, sizeof(config), "%s", options.config);
	options.config = config;
	static char socket[64];
	if (options.socket)
		options.socket = strcpy(socket, options.socket);
	return options;
}

#define PARSE(more, ...) \
	parse(*state, OPTIONS_##more, (const char *const[]){"name", __VA_ARGS__ NULL})

static void
defaults(void **state)
{
	struct options options = PARSE(QUIET, );

	assert_string_equal(options.config, CONFIG_DEFAULT_FILE);
	assert_false(options.quiet);
	assert_false(options.done);
	assert_caught(*state, "out", "");
	assert_caught(*state, "err", "");
}

static void
takes_a_file(void **state)
{
	assert_string_equal(PARSE(NONE, "-c", "file", ).config, "file");
	assert_string_equal(PARSE(NONE, "-cfile", ).config, "file");
	assert_string_equal(PARSE(NONE, "--config", "file", ).config, "file");
	assert_string_equal(PARSE(NONE, "--config=file", ).config, "file");
	assert_string_equal(PARSE(NONE, "--conf=file", ).config, "file");
	assert_string_equal(PARSE(NONE, "-c", "one", "-c", "two", ).config, "two");
}

static void
quiet(void **state)
{
	assert_true(PARSE(QUIET, "-q", ).quiet);
	assert_true(PARSE(QUIET, "--quiet", ).quiet);
	struct options options = PARSE(QUIET, "-qc", "file", );
	assert_true(options.quiet && !options.done);
	assert_string_equal(options.config, "file");
}

static void
quiet_where_there_is_none(void **state)
{
	static const char *const words[] = {"-q", "--quiet"};

	for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
		struct options options = PARSE(NONE, words[i], );
		assert_true(options.done);
		assert_false(options.quiet);
		assert_int_equal(options.status, EXIT_USAGE);
		assert_caught(*state, "err", help);
	}
}

static void
asks(void **state)
{
	static const char *const words[] = {"-j", "--json", "-s", "--socket=path"};

	struct options options = PARSE(ASK, "-j", "-s", "path", "-c", "file", );
	assert_true(options.json && !options.done);
	assert_string_equal(options.socket, "path");
	assert_string_equal(options.config, "file");
	assert_true(PARSE(ASK, "--json", ).json);
	assert_null(PARSE(ASK, "--json", ).socket);
	assert_string_equal(PARSE(ASK, "--socket=other", ).socket, "other");
	assert_int_equal(PARSE(ASK, "-q", ).status, EXIT_USAGE);
	assert_int_equal(PARSE(ASK, "-s", ).status, EXIT_USAGE);
	for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
		assert_int_equal(PARSE(QUIET, words[i], ).status, EXIT_USAGE);
}

static void
prints_help(void **state)
{
	static const char *const words[] = {"-h", "--help"};

	for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
		struct options options = PARSE(QUIET, words[i], );
		assert_true(options.done);
		assert_int_equal(options.status, EXIT_OK);
		assert_caught(*state, "out", help);
		assert_caught(*state, "err", "");
	}
}

static void
wrong_usage(void **state)
{
	static const char *const words[] = {"-x", "--frobnicate", "-c", "--config", "extra"};

	for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
		struct options options = PARSE(QUIET, words[i], );
		assert_true(options.done);
		assert_int_equal(options.status, EXIT_USAGE);
		assert_caught(*state, "out", "");
		assert_caught(*state, "err", help);
		assert_caught(*state, "err", "name");
	}
	PARSE(QUIET, "-q", "extra", );
	assert_caught(*state, "err", "anyns name: unexpected argument \"extra\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),    cmocka_unit_test(takes_a_file),
		cmocka_unit_test(quiet),       cmocka_unit_test(quiet_where_there_is_none),
		cmocka_unit_test(asks),        cmocka_unit_test(prints_help),
		cmocka_unit_test(wrong_usage),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
