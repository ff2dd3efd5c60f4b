/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * command.c - runs a program with a time limit.
 *
 * In a thread of its own: posix_spawn() returns only when the program has been read from the disk,
 * and a disk that hangs must not let the lease lapse. It also keeps the health thread's priority
 * from the program, which would inherit it.
 *
 * The program gets nothing of ours. All descriptors are close-on-exec already; that they are closed
 * once more here is because one that was missed, a BGP or DNS socket, would live on in a check that
 * hangs and hold the session or the port after our death.
 */
#include "health/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "health/leaky.h"

/* A killed process that waits for a dead disk ends when the disk does. We go on without it. */
enum { KILL_PATIENCE_MS = 1000 };

/* Not the noise of a network: three are a matter, and twice as many prove that it is over. */
static const struct leaky_limits limits = {.down = 3, .ok = 3, .up = 6};

struct command {
	char **run; /* NULL at the end */
	int64_t interval_ns;
	int64_t timeout_ns;
	pthread_t thread;
	bool started;
	int stop; /* an eventfd, readable when the thread is to end */

	/* The thread's own. */
	pid_t pid; /* 0: nothing runs */
	int pidfd;

	pthread_mutex_t lock;
	struct leaky leaky;
	struct command_status status;
};

static struct monotime
clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (struct monotime){now.tv_sec * MONOTIME_S + now.tv_nsec};
}

static void
note(struct command *c, bool good, const struct reason *words)
{
	pthread_mutex_lock(&c->lock);
	c->status.runs++;
	c->status.good = good;
	c->status.bad = leaky_count(&c->leaky, &limits, good);
	c->status.at = clock_now();
	c->status.words = *words;
	pthread_mutex_unlock(&c->lock);
}

static void
note_error(struct command *c, const char *what, int error)
{
	struct reason words = {0};

	reason_set(&words, what);
	reason_add(&words, strerrordesc_np(error));
	note(c, false, &words);
}

/* ------------------------------------------------------------ one run */

static int
set_actions(posix_spawn_file_actions_t *actions)
{
	int error = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDWR, 0);

	for (int fd = 1; fd <= 2 && error == 0; fd++)
		error = posix_spawn_file_actions_adddup2(actions, 0, fd);
	return error ? error : posix_spawn_file_actions_addclosefrom_np(actions, 3);
}

/* Its own process group, to be killed as one; signals as a program expects them: ours are blocked
 * in this thread and SIGPIPE is ignored, and both would be inherited. */
static int
set_attributes(posix_spawnattr_t *attributes)
{
	short flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setpgroup(attributes, 0);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &all);
	return posix_spawnattr_setflags(attributes, flags);
}

static int
spawn(struct command *c)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int error = posix_spawn_file_actions_init(&actions);

	if (error != 0)
		return error;
	error = posix_spawnattr_init(&attributes);
	if (error == 0) {
		error = set_actions(&actions);
		if (error == 0)
			error = set_attributes(&attributes);
		if (error == 0)
			error = posix_spawn(&c->pid, c->run[0], &actions, &attributes, c->run,
					    environ);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	if (error != 0)
		c->pid = 0;
	return error;
}

/* Waits until the descriptor is readable, `until` or the order to stop. Returns the descriptor that
 * is readable, or -1. */
static int
wait_for(const struct command *c, int fd, struct monotime until)
{
	struct pollfd fds[] = {{.fd = c->stop, .events = POLLIN}, {.fd = fd, .events = POLLIN}};

	for (;;) {
		int64_t left = monotime_since(until, clock_now());
		struct timespec timeout = {left / MONOTIME_S, left % MONOTIME_S};
		int count = ppoll(fds, 2, &timeout, NULL);
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return -1;
		return fds[0].revents ? c->stop : fd;
	}
}

/* Kills the group while the leader, a zombie at least, keeps its number ours; then buries it.
 * false: it is still there. */
static bool
bury(struct command *c, int *status)
{
	struct pollfd ended = {.fd = c->pidfd, .events = POLLIN};
	int count;

	(void)kill(-c->pid, SIGKILL);
	do
		count = c->pidfd < 0 ? 1 : poll(&ended, 1, KILL_PATIENCE_MS);
	while (count < 0 && errno == EINTR);
	if (count == 0)
		return false;
	while (waitpid(c->pid, status, 0) < 0 && errno == EINTR)
		;
	if (c->pidfd >= 0)
		close(c->pidfd);
	c->pid = 0;
	c->pidfd = -1;
	return true;
}

static void
note_end(struct command *c, int status, int64_t took)
{
	struct reason words = {0};
	bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;

	if (WIFEXITED(status)) {
		reason_set(&words, "exit status ");
		reason_add_number(&words, (unsigned)WEXITSTATUS(status));
	} else {
		reason_set(&words, "ended by signal ");
		reason_add_number(&words, (unsigned)WTERMSIG(status));
	}
	reason_add(&words, " after ");
	reason_add_duration(&words, took);
	note(c, good, &words);
}

static void
note_timeout(struct command *c, bool buried)
{
	struct reason words = {0};

	reason_set(&words, "no end within ");
	reason_add_duration(&words, c->timeout_ns);
	reason_add(&words, buried ? ", killed" : ", and killing did not end it");
	note(c, false, &words);
}

/* false: stop. */
static bool
run_once(struct command *c)
{
	struct monotime begin = clock_now();
	int status = 0;

	/* One that could not even be killed: no second one beside it. */
	if (c->pid != 0 && !bury(c, &status)) {
		note_timeout(c, false);
		return true;
	}
	int error = spawn(c);
	if (error != 0) {
		note_error(c, "cannot be started: ", error);
		return true;
	}
	c->pidfd = pidfd_open(c->pid, 0);
	if (c->pidfd < 0) {
		error = errno;
		(void)bury(c, &status);
		note_error(c, "cannot be watched: ", error);
		return true;
	}
	int ready = wait_for(c, c->pidfd, monotime_add(begin, c->timeout_ns));
	bool ended = ready == c->pidfd;
	int64_t took = monotime_since(clock_now(), begin);
	bool buried = bury(c, &status);
	if (ended)
		note_end(c, status, took);
	else if (ready < 0)
		note_timeout(c, buried);
	return ready != c->stop;
}

static void *
run(void *argument)
{
	struct command *c = argument;
	struct monotime next;

	do
		next = monotime_add(clock_now(), c->interval_ns);
	while (run_once(c) && wait_for(c, -1, next) < 0);
	return NULL;
}

/* ------------------------------------------------------------ life */

static bool
copy_run(struct command *c, char *const *words)
{
	size_t count = 0;

	while (words[count])
		count++;
	c->run = calloc(count + 1, sizeof(*c->run));
	for (size_t i = 0; c->run && i < count; i++) {
		c->run[i] = strdup(words[i]);
		if (!c->run[i])
			return false;
	}
	return c->run != NULL;
}

struct command *
command_new(const struct config_command *config)
{
	struct command *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->interval_ns = config->interval_ms * MONOTIME_MS;
	c->timeout_ns = config->timeout_ms * MONOTIME_MS;
	c->pidfd = -1;
	pthread_mutex_init(&c->lock, NULL);
	c->stop = eventfd(0, EFD_CLOEXEC);
	if (c->stop >= 0 && copy_run(c, config->run))
		return c;
	command_free(c);
	return NULL;
}

bool
command_same(const struct command *a, const struct command *b)
{
	size_t i = 0;

	while (a->run[i] && b->run[i] && strcmp(a->run[i], b->run[i]) == 0)
		i++;
	return !a->run[i] && !b->run[i] && a->interval_ns == b->interval_ns &&
	       a->timeout_ns == b->timeout_ns;
}

void
command_inherit(struct command *next, struct command *old)
{
	pthread_mutex_lock(&old->lock);
	struct leaky leaky = old->leaky;
	struct command_status status = old->status;
	pthread_mutex_unlock(&old->lock);

	pthread_mutex_lock(&next->lock);
	next->leaky = leaky;
	next->status.bad = leaky.bad;
	/* It has been running since before the change of hands: the last run counts. */
	if (next->status.runs)
		next->status.bad = leaky_count(&next->leaky, &limits, next->status.good);
	else
		next->status.words = status.words;
	pthread_mutex_unlock(&next->lock);
}

int
command_start(struct command *c)
{
	int error = pthread_create(&c->thread, NULL, run, c);

	if (error == 0) {
		c->started = true;
		pthread_setname_np(c->thread, "anyns-command");
	}
	return error;
}

void
command_read(struct command *c, struct command_status *status)
{
	pthread_mutex_lock(&c->lock);
	*status = c->status;
	pthread_mutex_unlock(&c->lock);
}

void
command_stop(struct command *c)
{
	if (!c->started)
		return;
	(void)eventfd_write(c->stop, 1);
	pthread_join(c->thread, NULL);
	c->started = false;
}

void
command_free(struct command *c)
{
	if (!c)
		return;
	if (c->stop >= 0)
		close(c->stop);
	if (c->pidfd >= 0)
		close(c->pidfd);
	for (char **word = c->run; word && *word; word++)
		free(*word);
	free(c->run);
	pthread_mutex_destroy(&c->lock);
	free(c);
}
