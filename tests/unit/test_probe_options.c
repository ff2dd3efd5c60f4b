/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/probe_options.h"

#include "serve_fixture.h"

#include "cli/cli.h"

enum { WORDS_MAX = 24 };

static struct folder *folder;
static char words[WORDS_MAX][64];

/* Parses a command line, its words apart by "|". */
static struct probe_options
parse(const char *line)
{
	static char *arguments[WORDS_MAX + 1]; /* what is parsed points into it */
	int count = 0;

	memset(arguments, 0, sizeof(arguments));
	while (line && count < WORDS_MAX) {
		size_t length = strcspn(line, "|");
		snprintf(words[count], sizeof(words[0]), "%.*s", (int)length, line);
		arguments[count] = words[count];
		count++;
		line = line[length] ? line + length + 1 : NULL;
	}
	catch_output(folder);
	struct probe_options options = probe_options_parse(count, arguments);
	release_output(folder);
	return options;
}

static void
test_defaults(void **state)
{
	folder = *state;
	struct probe_options options = parse("probe|192.0.2.53|::1@5300");
	const struct prober_plan *plan = &options.plan;

	assert_false(options.done);
	assert_int_equal(options.form, PROBE_FORM_ASK);
	assert_int_equal(plan->target_count, 2);
	assert_string_equal(plan->targets[0].text, "192.0.2.53@53");
	assert_string_equal(plan->targets[1].text, "::1@5300");
	assert_int_equal(plan->question_count, 1);
	assert_string_equal(plan->questions[0].text, "id.server. CH TXT");
	assert_true(plan->questions[0].identity);
	assert_true(plan->udp && !plan->tcp && !plan->recurse);
	assert_int_equal(plan->count, 10);
	assert_int_equal(plan->interval_ns, 200000000);
	assert_int_equal(plan->timeout_ns, 1000000000);
	assert_int_equal(plan->source_ports, 0);
	probe_options_free(&options);
}

static void
test_everything(void **state)
{
	folder = *state;
	struct probe_options options = parse(
		"probe|-a|hostname.bind|-a|nsid|--identity-name|id.example|-Q|x.test A|-t|-u|"
		"-r|--subnet|10.0.0.0/8|-i|100us|-w|2s|-S|200|--vantage|here|-j|127.0.0.1");
	const struct prober_plan *plan = &options.plan;

	assert_false(options.done);
	assert_int_equal(plan->question_count, 4);
	assert_string_equal(plan->questions[0].text, "hostname.bind. CH TXT");
	assert_string_equal(plan->questions[1].text, ". SOA");
	assert_false(plan->questions[1].identity);
	assert_string_equal(plan->questions[2].text, "id.example. TXT");
	assert_true(plan->questions[2].identity);
	assert_string_equal(plan->questions[3].text, "x.test. A");
	assert_true(plan->udp && plan->tcp && plan->recurse && options.json);
	assert_int_equal(plan->subnet.source, 8);
	assert_int_equal(plan->interval_ns, 100000);
	assert_int_equal(plan->timeout_ns, 2000000000);
	assert_int_equal(plan->source_ports, 200);
	assert_string_equal(plan->vantage, "here");
	probe_options_free(&options);
}

static void
test_consequences(void **state)
{
	folder = *state;
	struct probe_options options = parse("probe|-D|2s|-t|::1");

	assert_int_equal(options.plan.count, 0);
	assert_true(options.plan.tcp && !options.plan.udp);
	probe_options_free(&options);
	options = parse("probe|-D|2s|-n|5|-s|127.0.0.1@4000|-s|::1|::1");
	assert_int_equal(options.plan.count, 5);
	assert_int_equal(options.plan.source_ports, 1); /* a port that was named */
	assert_int_equal(options.plan.source_v6.size, sizeof(struct sockaddr_in6));
	probe_options_free(&options);
	options = parse("probe|-n|0|-s|127.0.0.1|::1");
	assert_int_equal(options.plan.count, 0);
	assert_int_equal(options.plan.source_ports, 0);
	probe_options_free(&options);
}

static void
test_forms(void **state)
{
	folder = *state;
	struct probe_options options = parse("probe|--read|a=x|b=y|-q|--svg|z");

	assert_int_equal(options.form, PROBE_FORM_READ);
	assert_string_equal(options.first, "a=x");
	assert_int_equal(options.more_count, 1);
	assert_string_equal(options.more[0], "b=y");
	assert_string_equal(options.svg, "z");
	assert_true(options.quiet);
	probe_options_free(&options);
	options = parse("probe|--agents|file|-v");
	assert_int_equal(options.form, PROBE_FORM_AGENTS);
	assert_true(options.verbose);
	probe_options_free(&options);
	options = parse("probe|--atlas|file");
	assert_int_equal(options.form, PROBE_FORM_ATLAS);
	probe_options_free(&options);
}

static void
test_wrong(void **state)
{
	static const char *const lines[] = {
		"probe",
		"probe|example.com",
		"probe|--nonsense|::1",
		"probe|-a|other|::1",
		"probe|-Q|x|::1",
		"probe|--identity-name|a b|::1",
		"probe|--identity-name|a..b|::1",
		"probe|-i|5|::1",
		"probe|-i|9us|::1",
		"probe|-i|-1s|::1",
		"probe|-w|61s|::1",
		"probe|-w|1us|::1",
		"probe|-n|x|::1",
		"probe|-n|-1|::1",
		"probe|-S|0|::1",
		"probe|-S|4097|::1",
		"probe|-s|x|::1",
		"probe|--subnet|10.0.0.0|::1",
		"probe|-s|127.0.0.1@65000|-S|1000|::1",
		"probe|--agents|a|--read|b",
		"probe|--read|a|--read|b",
		"probe|--agents|a|b",
		"probe|--read|a|-n|5",
		"probe|::1|-D",
	};
	folder = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
		struct probe_options options = parse(lines[i]);
		if (!options.done || options.status != EXIT_USAGE)
			fail_msg("%s: accepted", lines[i]);
		assert_caught(folder, "err", "Try `anyns probe --help`.");
		assert_caught(folder, "out", "");
		probe_options_free(&options);
	}
}

static void
test_help(void **state)
{
	folder = *state;
	struct probe_options options = parse("probe|--help");

	assert_true(options.done);
	assert_int_equal(options.status, EXIT_OK);
	assert_caught(folder, "out", "usage: anyns probe");
	assert_caught(folder, "out", "--source-ports N");
	assert_caught(folder, "err", "");
	probe_options_free(&options);
}

static void
test_durations(void **state)
{
	static const struct {
		const char *text;
		int64_t ns; /* 0: refused */
	} cases[] = {{"100us", 100000},
		     {"1.5ms", 1500000},
		     {"2s", 2000000000},
		     {"1m", 60000000000},
		     {"1h", 3600000000000},
		     {"", 0},
		     {"5", 0},
		     {"s", 0},
		     {"1.2.3s", 0},
		     {"-1s", 0},
		     {"0s", 0},
		     {"1e3s", 0},
		     {"1 s", 0},
		     {"9999999999h", 0},
		     {".5s", 0}};
	int64_t ns;
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		assert_int_equal(probe_options_duration(cases[i].text, &ns), cases[i].ns != 0);
		if (cases[i].ns)
			assert_int_equal(ns, cases[i].ns);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_defaults, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(test_everything, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(test_consequences, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(test_forms, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(test_wrong, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(test_help, folder_make, folder_remove),
		cmocka_unit_test(test_durations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
