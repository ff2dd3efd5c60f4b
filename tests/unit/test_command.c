/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_fixture.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "health/command.h"

enum { LIMIT_MS = 20000 };

static char folder[] = "/tmp/anyns-unit-XXXXXX";

static int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int
remove_folder(void **state)
{
	char path[64];
	(void)state;

	snprintf(path, sizeof(path), "%s/out", folder);
	(void)unlink(path);
	return rmdir(folder);
}

static struct monotime
clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (struct monotime){now.tv_sec * S + now.tv_nsec};
}

/* Waits for an event, LIMIT_MS at most. */
#define eventually(condition)                                                      \
	do {                                                                       \
		struct monotime limit_ = monotime_add(clock_now(), LIMIT_MS * MS); \
		while (!(condition) && !monotime_reached(clock_now(), limit_))     \
			nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);   \
		assert_true(condition);                                            \
	} while (0)

static struct command *
start(const char *script, unsigned interval_ms, unsigned timeout_ms)
{
	char shell[] = "/bin/sh", option[] = "-c", text[256];
	char *run[] = {shell, option, text, folder, NULL};
	struct config_command config = {
		.run = run, .interval_ms = interval_ms, .timeout_ms = timeout_ms};

	snprintf(text, sizeof(text), "%s", script);
	struct command *command = command_new(&config);
	assert_non_null(command);
	assert_int_equal(command_start(command), 0);
	return command;
}

static void
end(struct command *command)
{
	command_stop(command);
	command_free(command);
}

static struct command_status
after(struct command *command, uint64_t runs)
{
	struct command_status status;

	eventually((command_read(command, &status), status.runs >= runs));
	return status;
}

/* What the script wrote to $0/out, when it is whole. */
static void
read_out(char text[static 256])
{
	char path[64];
	size_t size = 0;

	snprintf(path, sizeof(path), "%s/out", folder);
	struct monotime limit = monotime_add(clock_now(), LIMIT_MS * MS);
	while (size == 0 && !monotime_reached(clock_now(), limit)) {
		FILE *file = fopen(path, "r");
		size = file ? fread(text, 1, 255, file) : 0;
		if (file)
			fclose(file);
	}
	text[size] = '\0';
	(void)unlink(path);
	assert_true(size > 0);
}

static size_t
open_descriptors(void)
{
	size_t count = 0;
	DIR *directory = opendir("/proc/self/fd");

	assert_non_null(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

static void
test_good(void **state)
{
	(void)state;
	struct command *command = start("exit 0", 20, 10000);
	struct command_status status = after(command, 5);
	assert_true(status.good);
	assert_false(status.bad);
	assert_memory_equal(status.words.text, "exit status 0 after ", 20);
	assert_true(monotime_since(clock_now(), status.at) < LIMIT_MS * MS);
	end(command);
	command_free(NULL);
}

/* Two are not evidence, three are. */
static void
test_bad(void **state)
{
	(void)state;
	struct command *command = start(
		"echo x >>$0/out; [ $(wc -l <$0/out) -gt 2 ] && sleep 60; exit 3", 20, 100000);
	struct command_status status = after(command, 2);
	assert_int_equal(status.runs, 2);
	assert_false(status.good);
	assert_false(status.bad);
	assert_memory_equal(status.words.text, "exit status 3 after ", 20);
	end(command);
	command = start("kill -ABRT $$", 20, 10000);
	status = after(command, 3);
	assert_true(status.bad);
	assert_memory_equal(status.words.text, "ended by signal 6 after ", 24);
	end(command);
}

/* A change is seen, and not at once: three bad ones, then six good ones. */
static void
test_recovers(void **state)
{
	char path[64];
	(void)state;

	snprintf(path, sizeof(path), "%s/out", folder);
	(void)unlink(path);
	struct command *command = start("test -e $0/out", 20, 10000);
	struct command_status status = after(command, 3);
	assert_true(status.bad);
	uint64_t runs = status.runs;
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
	eventually((command_read(command, &status), !status.bad));
	assert_true(status.runs >= runs + 6);
	assert_true(status.good);
	end(command);
	(void)unlink(path);
}

/* All of the group is killed, what runs in the background too. */
static void
test_timeout(void **state)
{
	char text[256];
	(void)state;

	struct command *command = start("sleep 60 & echo $! >$0/t; mv $0/t $0/out; wait", 60000,
					300);
	struct command_status status = after(command, 1);
	assert_false(status.good);
	assert_string_equal(status.words.text, "no end within 300 ms, killed");
	read_out(text);
	pid_t child = (pid_t)atoi(text);
	assert_true(child > 1);
	/* Whoever inherits it may take a moment to bury it; a zombie answers to signal 0. */
	char path[64], line[256] = "";
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)child);
	for (bool gone = false; !gone;) {
		FILE *file = fopen(path, "r");
		gone = !file || !fgets(line, sizeof(line), file) || strstr(line, ") Z ");
		if (file)
			fclose(file);
		assert_true(monotime_since(clock_now(), status.at) < LIMIT_MS * MS);
	}
	end(command);
}

/* What a check that ended well leaves behind is killed as well. */
static void
test_leftovers(void **state)
{
	char text[256];
	(void)state;

	struct command *command = start("sleep 60 & echo $! >$0/t; mv $0/t $0/out", 60000, 30000);
	assert_true(after(command, 1).good);
	read_out(text);
	pid_t child = (pid_t)atoi(text);
	char path[64], line[256];
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)child);
	struct monotime limit = monotime_add(clock_now(), LIMIT_MS * MS);
	for (bool gone = false; !gone;) {
		FILE *file = fopen(path, "r");
		gone = !file || !fgets(line, sizeof(line), file) || strstr(line, ") Z ");
		if (file)
			fclose(file);
		assert_false(monotime_reached(clock_now(), limit));
	}
	end(command);
}

/* Not even a descriptor that somebody forgot to mark; and a group and signals of its own. */
static void
test_inherits_nothing(void **state)
{
	char text[256];
	int pipes[2];
	(void)state;

	assert_int_equal(pipe(pipes), 0);
	signal(SIGPIPE, SIG_IGN);
	/* As the server starts its threads. */
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	struct command *command = start("for f in /proc/$$/fd/*; do readlink $f; done >$0/t; "
					"grep '^SigIgn' /proc/self/status >>$0/t; "
					"mv $0/t $0/out",
					60000, 30000);
	assert_true(after(command, 1).good);
	read_out(text);
	/* The shell's own of this moment, its script's output, comes and goes. */
	assert_null(strstr(text, "pipe:"));
	assert_null(strstr(text, "socket:"));
	assert_null(strstr(text, "eventfd"));
	assert_non_null(strstr(text, "/dev/null\n/dev/null"));
	/* The two above 31 are the C library's own. */
	const char *ignored = strstr(text, "SigIgn:");
	assert_non_null(ignored);
	assert_int_equal(strtoull(ignored + strlen("SigIgn:"), NULL, 16) & 0x7fffffff, 0);
	end(command);
	/* Without a shell, which would unblock signals by itself. */
	char program[] = "/bin/grep", pattern[] = "^SigBlk:.0*$", file[] = "/proc/self/status";
	char *run[] = {program, pattern, file, NULL};
	command = command_new(&(struct config_command){run, 60000, 30000});
	assert_int_equal(command_start(command), 0);
	assert_true(after(command, 1).good);
	end(command);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	signal(SIGPIPE, SIG_DFL);
	close(pipes[0]);
	close(pipes[1]);
}

static void
test_cannot_start(void **state)
{
	char missing[] = "/nonexistent/check";
	char *run[] = {missing, NULL};
	struct config_command config = {.run = run, .interval_ms = 10, .timeout_ms = 1000};
	(void)state;

	struct command *command = command_new(&config);
	assert_int_equal(command_start(command), 0);
	struct command_status status = after(command, 3);
	assert_true(status.bad);
	assert_string_equal(status.words.text, "cannot be started: No such file or directory");
	end(command);
	/* One that never started. */
	command = command_new(&config);
	command_read(command, &status);
	assert_int_equal(status.runs, 0);
	end(command);
}

/* The end does not wait for the time limit, and nothing is left of many runs. */
static void
test_stops_at_once(void **state)
{
	(void)state;
	size_t before = open_descriptors();
	struct command *command = start("exit 0", 1, 10000);
	(void)after(command, 20);
	end(command);
	assert_int_equal(open_descriptors(), before);
	command = start("echo >$0/out; exec sleep 60", 60000, 60000);
	char text[256];
	read_out(text);
	struct monotime begin = clock_now();
	end(command);
	assert_true(monotime_since(clock_now(), begin) < LIMIT_MS * MS);
	assert_int_equal(open_descriptors(), before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),         cmocka_unit_test(test_bad),
		cmocka_unit_test(test_recovers),     cmocka_unit_test(test_timeout),
		cmocka_unit_test(test_leftovers),    cmocka_unit_test(test_inherits_nothing),
		cmocka_unit_test(test_cannot_start), cmocka_unit_test(test_stops_at_once),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
