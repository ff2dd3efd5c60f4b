/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe_fixture.h"

#include <ev.h>
#include <signal.h>

#include "probe/probe_agents.h"

#define QUERY                                                                                  \
	"{\"type\":\"query\",\"vantage\":\"own\",\"time\":1.5,\"target\":\"t\",\"transport\":" \
	"\"udp\",\"question\":\"q\",\"seq\":0,\"outcome\":\"timeout\"}"

struct stage {
	struct ev_loop *loop;
	struct heard heard;
	struct report report;
	struct probe_agents *agents;
	int signal; /* sent to the agents with the first record */
};

static void
on_record(void *context, const struct probe_record *record)
{
	struct stage *stage = context;

	hear_record(&stage->heard, record);
	if (stage->signal)
		probe_agents_signal(stage->agents, stage->signal);
}

static void
on_noise(void *context, const struct probe_record *record, uint64_t bad, uint64_t late)
{
	struct stage *stage = context;

	hear_noise(&stage->heard, record, bad, late);
}

static void
on_done(void *context)
{
	struct stage *stage = context;

	assert_false(stage->heard.done);
	stage->heard.done = true;
	ev_break(stage->loop, EVBREAK_ALL);
}

static struct probe_agents *
read_text(const char *text, struct report *report)
{
	char *path = file_with(text);
	struct probe_agents *agents = probe_agents_read(path, report);

	file_remove(path);
	return agents;
}

static struct stage
run(const char *text, int number)
{
	struct stage stage = {.loop = ev_loop_new(EVFLAG_AUTO), .signal = number};
	struct probe_sink sink = {on_record, on_noise, &stage};

	stage.agents = read_text(text, &stage.report);
	assert_non_null(stage.agents);
	probe_agents_start(stage.agents, stage.loop, &sink, on_done, &stage.report);
	if (!stage.heard.done)
		ev_run(stage.loop, 0);
	assert_true(stage.heard.done);
	probe_agents_free(stage.agents);
	ev_loop_destroy(stage.loop);
	return stage;
}

static void
test_file(void **state)
{
	static const char *const wrong[] = {"",         "# nothing\n\n", "tokyo\n",
					    "tokyo:\n", ": run\n",       "a: x\na: y\n"};
	struct report report = REPORT_INIT;
	(void)state;

	struct probe_agents *agents = read_text("# who\n\n tokyo : run it \nlondon:run\n", &report);
	assert_non_null(agents);
	assert_int_equal(probe_agents_count(agents), 2);
	probe_agents_free(agents);
	assert_int_equal(report.count, 0);
	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
		assert_null(read_text(wrong[i], &report));
		assert_int_equal(report.errors, 1);
		report_clear(&report);
	}
	assert_null(probe_agents_read("/nonexistent", &report));
	assert_non_null(strstr(report.findings[0].message, "No such file"));
	report_clear(&report);
	probe_agents_free(NULL);
}

/* All of them at once, lines in pieces, the name of the file whatever the line says. */
static void
test_output(void **state)
{
	struct stage stage = run("one: printf '%s\\n%s' '" QUERY "' '{\"type\":'; sleep 0.1; "
				 "printf '%s\\n' '\"summary\"}'\n"
				 "two: echo '" QUERY "'; exit 1\n",
				 0);
	(void)state;

	assert_int_equal(stage.heard.count, 2);
	assert_int_equal(strcmp(stage.heard.list[0].vantage, stage.heard.list[1].vantage) != 0, 1);
	assert_int_equal(stage.report.count,
			 0); /* 1: queries were lost, no failure of the command */
}

static void
test_failures(void **state)
{
	struct stage stage = run("status: echo '" QUERY "'; exit 3\n"
				 "silent: true\n"
				 "missing: /nonexistent/command 2>/dev/null\n"
				 "usage: exit 2\n"
				 "killed: echo '" QUERY "'; kill -9 $$\n"
				 "noise: echo '" QUERY "'; echo hello; echo\n",
				 0);
	(void)state;

	assert_int_equal(stage.heard.count, 3);
	assert_int_equal(stage.report.errors, 5);
	assert_int_equal(stage.report.warnings, 1);
	for (size_t i = 0; i < stage.report.count; i++)
		assert_true(stage.report.findings[i].line > 0);
	report_clear(&stage.report);
}

/* The signal reaches what the shell started, too, and their last words are read. */
static void
test_signal(void **state)
{
	struct stage stage = run(
		"one: trap 'echo \"{\\\"type\\\":\\\"summary\\\"}\"; exit 0' INT; echo '" QUERY
		"'; while :; do sleep 1; done\n",
		SIGINT);
	(void)state;

	assert_int_equal(stage.heard.count, 1);
	assert_int_equal(stage.report.count, 0);
}

/* What still runs when nobody listens any more is killed. */
static void
test_free_while_running(void **state)
{
	struct stage stage = {.loop = ev_loop_new(EVFLAG_AUTO)};
	struct probe_sink sink = {on_record, on_noise, &stage};
	(void)state;

	stage.agents = read_text("one: sleep 1000 | sleep 1000\n", &stage.report);
	probe_agents_start(stage.agents, stage.loop, &sink, on_done, &stage.report);
	ev_run(stage.loop, EVRUN_NOWAIT);
	probe_agents_free(stage.agents);
	assert_false(stage.heard.done);
	ev_loop_destroy(stage.loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_signal),
		cmocka_unit_test(test_free_while_running),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
