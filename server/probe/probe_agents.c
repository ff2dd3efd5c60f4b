/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/probe_agents.h"

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe/probe_json.h"

enum {
	READ_SIZE = 65536,
	/* Lines of JSON are some hundred bytes, a summary's more; a stream without lines is
	   refused. */
	LINE_MAX_SIZE = 16 << 20,
};

struct agent {
	ev_io io;
	struct probe_agents *agents;
	char *name;
	char *command;
	unsigned line; /* of the file */
	pid_t pid;     /* 0: does not run */
	char *text;    /* read and not yet a line */
	size_t used;
	size_t room;
	uint64_t queries;
	uint64_t bad_lines;
};

struct probe_agents {
	char *path;
	struct agent **list;
	size_t count;
	size_t running;
	struct ev_loop *loop;
	struct probe_sink sink;
	probe_agents_done *done;
	struct report *report;
};

static struct place
place_of(const struct agent *agent)
{
	return (struct place){agent->agents->path, agent->line, 0};
}

/* --- the file --------------------------------------------------------------------------------- */

static char *
trim(char *text)
{
	text += strspn(text, " \t");
	for (size_t length = strlen(text); length > 0 && strchr(" \t\r\n", text[length - 1]);)
		text[--length] = '\0';
	return text;
}

static bool
is_taken(const struct probe_agents *agents, const char *name)
{
	for (size_t i = 0; i < agents->count; i++)
		if (strcmp(agents->list[i]->name, name) == 0)
			return true;
	return false;
}

static bool
add_agent(struct probe_agents *agents, const char *name, const char *command, unsigned line)
{
	struct agent *agent = calloc(1, sizeof(*agent));

	if (!agent)
		return false;
	agent->agents = agents;
	agent->line = line;
	agent->name = strdup(name);
	agent->command = strdup(command);
	agents->list[agents->count++] = agent;
	return agent->name && agent->command;
}

static void
read_line(struct probe_agents *agents, char *text, unsigned line, struct report *report)
{
	struct place place = {agents->path, line, 0};
	char *colon = strchr(text, ':');

	text = trim(text);
	if (*text == '\0' || *text == '#')
		return;
	if (colon)
		*colon = '\0';
	char *name = trim(text);
	char *command = colon ? trim(colon + 1) : name + strlen(name);
	if (*name == '\0' || *command == '\0')
		report_add(report, SEVERITY_ERROR, place, "write `NAME: COMMAND`",
			   "not a name and a command");
	else if (is_taken(agents, name))
		report_add(report, SEVERITY_ERROR, place, "give each vantage point its own name",
			   "\"%s\" is there twice", name);
	else if (agents->count == PROBE_AGENTS_MAX)
		report_add(report, SEVERITY_ERROR, place, "run them in groups, then use --read",
			   "more than %d vantage points", PROBE_AGENTS_MAX);
	else if (!add_agent(agents, name, command, line))
		report_add(report, SEVERITY_ERROR, place, NULL, "out of memory");
}

static struct probe_agents *
new_agents(const char *path)
{
	struct probe_agents *agents = calloc(1, sizeof(*agents));

	if (!agents)
		return NULL;
	agents->path = strdup(path);
	agents->list = calloc(PROBE_AGENTS_MAX, sizeof(struct agent *));
	if (agents->path && agents->list)
		return agents;
	probe_agents_free(agents);
	return NULL;
}

static void
read_lines(struct probe_agents *agents, FILE *file, struct report *report)
{
	size_t before = report->errors;
	char *line = NULL;
	size_t room = 0;

	for (unsigned number = 1; report->errors == before && getline(&line, &room, file) >= 0;
	     number++)
		read_line(agents, line, number, report);
	if (report->errors == before && agents->count == 0)
		report_add(report, SEVERITY_ERROR, (struct place){.file = agents->path},
			   "write lines `NAME: COMMAND`", "names no vantage point");
	free(line);
}

struct probe_agents *
probe_agents_read(const char *path, struct report *report)
{
	size_t before = report->errors;
	FILE *file = fopen(path, "re");

	if (!file) {
		report_errno(report, SEVERITY_ERROR, (struct place){.file = path}, NULL,
			     "cannot be read");
		return NULL;
	}
	struct probe_agents *agents = new_agents(path);
	if (agents)
		read_lines(agents, file, report);
	else
		report_add(report, SEVERITY_ERROR, (struct place){.file = path}, NULL,
			   "out of memory");
	fclose(file);
	if (report->errors == before)
		return agents;
	probe_agents_free(agents);
	return NULL;
}

size_t
probe_agents_count(const struct probe_agents *agents)
{
	return agents->count;
}

/* --- running ---------------------------------------------------------------------------------- */

static void
report_end(struct agent *agent, int status)
{
	struct report *report = agent->agents->report;

	if (WIFSIGNALED(status))
		report_add(report, SEVERITY_ERROR, place_of(agent), "run it by hand",
			   "%s: the command was killed by signal %d", agent->name,
			   WTERMSIG(status));
	/* 1 is a probe that lost queries: the table tells that. */
	else if (WEXITSTATUS(status) > 1 || (WEXITSTATUS(status) == 1 && agent->queries == 0))
		report_add(report, SEVERITY_ERROR, place_of(agent), "run it by hand",
			   "%s: the command ended with status %d", agent->name,
			   WEXITSTATUS(status));
	else if (agent->queries == 0)
		report_add(report, SEVERITY_ERROR, place_of(agent),
			   "the command has to be `anyns probe --json` without --quiet",
			   "%s: the command told of no query", agent->name);
	if (agent->bad_lines)
		report_add(report, SEVERITY_WARNING, place_of(agent), "they were skipped",
			   "%s: %llu lines are not those of `anyns probe --json`", agent->name,
			   (unsigned long long)agent->bad_lines);
}

static void
end_agent(struct agent *agent)
{
	struct probe_agents *agents = agent->agents;
	int status = 0;

	ev_io_stop(agents->loop, &agent->io);
	close(agent->io.fd);
	/* Its output has ended and so, a moment later, does the command. */
	while (waitpid(agent->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	agent->pid = 0;
	agents->running--;
	report_end(agent, status);
	if (agents->running == 0)
		agents->done(agents->sink.context);
}

/* Whole lines are read and taken away; what is left is the beginning of one. */
static void
take_lines(struct agent *agent)
{
	char *start = agent->text;
	char *end = agent->text + agent->used;

	for (char *stop; (stop = memchr(start, '\n', (size_t)(end - start))); start = stop + 1) {
		enum probe_line what = probe_json_read(start, (size_t)(stop - start), agent->name,
						       true, &agent->agents->sink);
		agent->queries += what == PROBE_LINE_QUERY;
		agent->bad_lines += what == PROBE_LINE_BAD && stop > start;
	}
	agent->used = (size_t)(end - start);
	memmove(agent->text, start, agent->used);
}

static bool
make_room(struct agent *agent)
{
	if (agent->room - agent->used >= READ_SIZE)
		return true;
	size_t room = agent->room * 2 + 2 * READ_SIZE;
	char *text = room <= 2 * LINE_MAX_SIZE ? realloc(agent->text, room) : NULL;
	if (!text)
		return false;
	agent->text = text;
	agent->room = room;
	return true;
}

static void
on_output(struct ev_loop *loop, ev_io *io, int events)
{
	struct agent *agent = io->data;
	(void)loop, (void)events;

	if (!make_room(agent)) {
		(void)kill(-agent->pid, SIGTERM);
		end_agent(agent);
		return;
	}
	ssize_t size = read(io->fd, agent->text + agent->used, agent->room - agent->used);
	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size <= 0) {
		end_agent(agent);
		return;
	}
	agent->used += (size_t)size;
	take_lines(agent);
}

/* The command with its output into `pipe`, in a process group of its own; errno or 0. */
static int
spawn(struct agent *agent, int output)
{
	char shell[] = "sh";
	char option[] = "-c";
	char *arguments[] = {shell, option, agent->command, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t defaults;

	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	/* A group: what a shell starts must get the signal, too. */
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
	int error = posix_spawn(&agent->pid, "/bin/sh", &actions, &attributes, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	if (error)
		agent->pid = 0;
	return error;
}

static void
start_agent(struct agent *agent)
{
	struct probe_agents *agents = agent->agents;
	int ends[2];

	int error = pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno;
	if (!error) {
		error = spawn(agent, ends[1]);
		close(ends[1]);
		if (error)
			close(ends[0]);
	}
	if (error) {
		errno = error;
		report_errno(agents->report, SEVERITY_ERROR, place_of(agent), NULL,
			     "%s: the command cannot be run", agent->name);
		return;
	}
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	ev_io_init(&agent->io, on_output, ends[0], EV_READ);
	agent->io.data = agent;
	ev_io_start(agents->loop, &agent->io);
	agents->running++;
}

void
probe_agents_start(struct probe_agents *agents, struct ev_loop *loop, const struct probe_sink *sink,
		   probe_agents_done *done, struct report *report)
{
	agents->loop = loop;
	agents->sink = *sink;
	agents->done = done;
	agents->report = report;
	for (size_t i = 0; i < agents->count; i++)
		start_agent(agents->list[i]);
	if (agents->running == 0)
		done(sink->context);
}

void
probe_agents_signal(const struct probe_agents *agents, int number)
{
	for (size_t i = 0; i < agents->count; i++)
		if (agents->list[i]->pid)
			(void)kill(-agents->list[i]->pid, number);
}

static void
free_agent(struct agent *agent)
{
	if (agent->pid) {
		(void)kill(-agent->pid, SIGKILL);
		(void)waitpid(agent->pid, NULL, 0);
		ev_io_stop(agent->agents->loop, &agent->io);
		close(agent->io.fd);
	}
	free(agent->name);
	free(agent->command);
	free(agent->text);
	free(agent);
}

void
probe_agents_free(struct probe_agents *agents)
{
	if (!agents)
		return;
	for (size_t i = 0; i < agents->count; i++)
		free_agent(agents->list[i]);
	free(agents->list);
	free(agents->path);
	free(agents);
}
