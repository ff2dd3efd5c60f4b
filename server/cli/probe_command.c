/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_command.c - `anyns probe`: ties a source of records (sockets, commands, files) to the view.
 */
#include <errno.h>
#include <ev.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/probe_options.h"
#include "probe/probe_agents.h"
#include "probe/probe_files.h"
#include "probe/probe_svg.h"
#include "probe/probe_view.h"

/* Seconds between two drawings of the live table. */
#define DRAW_S 0.25

struct command {
	struct probe_options options;
	struct probe_catchment catchment;
	struct probe_view view;
	struct report report;
	struct ev_loop *loop;
	struct prober *prober;
	struct probe_agents *agents;
	ev_signal interrupt;
	ev_signal terminate;
	ev_timer draw;
	unsigned signals;
};

static void
on_record(void *context, const struct probe_record *record)
{
	struct command *command = context;

	probe_view_record(&command->view, record);
}

static void
on_noise(void *context, const struct probe_record *record, uint64_t bad, uint64_t late)
{
	struct command *command = context;

	probe_catchment_noise(&command->catchment, record, bad, late);
}

static void
on_done(void *context)
{
	struct command *command = context;

	ev_break(command->loop, EVBREAK_ALL);
}

static struct probe_sink
sink_of(struct command *command)
{
	return (struct probe_sink){on_record, on_noise, command};
}

/* The first signal lets the commands of --agents print their summary; the second one does not. */
static void
on_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
	struct command *command = watcher->data;
	(void)events;

	if (command->agents && command->signals++ == 0)
		probe_agents_signal(command->agents, SIGINT);
	else
		ev_break(loop, EVBREAK_ALL);
}

/* Lines are to be seen when they are printed, but not flushed one by one at full rate. */
static void
on_draw(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct command *command = timer->data;
	(void)loop, (void)events;

	probe_view_draw(&command->view);
	fflush(stdout);
}

static void
watch(struct command *command)
{
	ev_signal_init(&command->interrupt, on_signal, SIGINT);
	ev_signal_init(&command->terminate, on_signal, SIGTERM);
	ev_timer_init(&command->draw, on_draw, DRAW_S, DRAW_S);
	command->interrupt.data = command->terminate.data = command->draw.data = command;
	ev_signal_start(command->loop, &command->interrupt);
	ev_signal_start(command->loop, &command->terminate);
	ev_timer_start(command->loop, &command->draw);
}

static void
unwatch(struct command *command)
{
	ev_signal_stop(command->loop, &command->interrupt);
	ev_signal_stop(command->loop, &command->terminate);
	ev_timer_stop(command->loop, &command->draw);
}

/* A socket for each query under way: thousands at full rate, the usual limit is 1024. */
static void
raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static bool
ask(struct command *command)
{
	struct probe_sink sink = sink_of(command);

	raise_limit();
	command->prober = prober_new(command->loop, &command->options.plan, &sink, on_done);
	if (!command->prober) {
		report_errno(&command->report, SEVERITY_ERROR, (struct place){0},
			     "is the source address here, and are its ports free?",
			     "cannot open the sockets to ask from");
		return false;
	}
	prober_start(command->prober);
	ev_run(command->loop, 0);
	prober_free(command->prober);
	return true;
}

static bool
run_agents(struct command *command)
{
	struct probe_sink sink = sink_of(command);

	command->agents = probe_agents_read(command->options.first, &command->report);
	if (!command->agents)
		return false;
	probe_agents_start(command->agents, command->loop, &sink, on_done, &command->report);
	/* When none could be started, there is nothing to wait for. */
	if (command->report.errors < probe_agents_count(command->agents))
		ev_run(command->loop, 0);
	probe_agents_free(command->agents);
	return true;
}

static bool
read_files(struct command *command)
{
	const struct probe_options *options = &command->options;
	struct probe_sink sink = sink_of(command);
	bool (*reader)(const char *, const struct probe_sink *,
		       struct report *) = options->form == PROBE_FORM_ATLAS ? probe_files_atlas
									    : probe_files_read;
	bool any = reader(options->first, &sink, &command->report);

	for (size_t i = 0; i < options->more_count; i++)
		any |= reader(options->more[i], &sink, &command->report);
	return any;
}

static bool
observe(struct command *command)
{
	if (command->options.form == PROBE_FORM_READ || command->options.form == PROBE_FORM_ATLAS)
		return read_files(command);
	command->loop = ev_loop_new(EVFLAG_AUTO);
	if (!command->loop) {
		report_errno(&command->report, SEVERITY_ERROR, (struct place){0}, NULL,
			     "cannot make an event loop");
		return false;
	}
	watch(command);
	bool good = command->options.form == PROBE_FORM_AGENTS ? run_agents(command) : ask(command);
	unwatch(command);
	ev_loop_destroy(command->loop);
	return good;
}

static void
draw_picture(struct command *command)
{
	const char *path = command->options.svg;
	FILE *file = path ? fopen(path, "we") : NULL;

	if (!path)
		return;
	if (file)
		probe_svg_write(file, &command->catchment);
	/* What fits no more is noticed by the close at the latest. */
	bool wrong = !file || ferror(file);
	if (file && fclose(file) != 0)
		wrong = true;
	if (wrong)
		report_errno(&command->report, SEVERITY_ERROR, (struct place){.file = path}, NULL,
			     "cannot be written");
}

static bool
is_all_answered(const struct probe_catchment *catchment)
{
	uint64_t asked = 0;

	for (size_t i = 0; i < catchment->count; i++) {
		asked += probe_series_asked(catchment->series[i]);
		if (probe_series_lost(catchment->series[i]))
			return false;
	}
	return asked > 0;
}

static enum probe_view_mode
mode_of(const struct probe_options *options)
{
	if (options->quiet)
		return PROBE_VIEW_QUIET;
	if (options->verbose)
		return PROBE_VIEW_VERBOSE;
	/* Files are not followed: their events are past, the table is what is wanted. */
	if (options->form == PROBE_FORM_READ || options->form == PROBE_FORM_ATLAS)
		return options->json ? PROBE_VIEW_LINES : PROBE_VIEW_QUIET;
	return isatty(STDOUT_FILENO) ? PROBE_VIEW_LIVE : PROBE_VIEW_LINES;
}

int
cli_probe(int argc, char **argv)
{
	struct command command = {.options = probe_options_parse(argc, argv)};
	bool good = false;

	if (command.options.done) {
		probe_options_free(&command.options);
		return command.options.status;
	}
	command.view = (struct probe_view){
		.stream = stdout,
		.mode = mode_of(&command.options),
		.json = command.options.json,
		.vantage = command.options.plan.vantage,
		.catchment = &command.catchment,
	};
	if (observe(&command)) {
		probe_view_finish(&command.view);
		draw_picture(&command);
		good = is_all_answered(&command.catchment) && command.report.errors == 0;
	}
	if (command.catchment.full)
		report_add(&command.report, SEVERITY_ERROR, (struct place){0}, NULL,
			   "out of memory: some queries are not counted");
	report_print(&command.report, stderr);
	good &= !command.catchment.full && fflush(stdout) == 0 && !ferror(stdout);
	report_clear(&command.report);
	probe_catchment_clear(&command.catchment);
	probe_options_free(&command.options);
	return good ? EXIT_OK : EXIT_FAILED;
}
