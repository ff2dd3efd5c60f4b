/* SPDX-License-Identifier: BSD-2-Clause */
/* Limits are those of a process, and a hard one may not be raised again: each case has its own. */
#include "net/descriptors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Two addresses and four workers: 128 + 2 * 2 * (4 + 3) beside the clients. */
enum { OTHERS = 156, WORKERS = 4 };

struct outcome {
	unsigned clients;
	unsigned warnings;
	rlim_t limit;
	char message[256];
};

static struct outcome
outcome_of(unsigned wanted, rlim_t soft, rlim_t hard)
{
	char path[] = "f";
	struct config config = {.path = path, .listen_count = 2, .tcp_clients = wanted};
	struct report report = REPORT_INIT;
	struct rlimit limit = {soft, hard};
	struct outcome outcome = {0};

	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		return outcome;
	outcome.clients = descriptors_for_clients(&config, WORKERS, &report);
	outcome.warnings = (unsigned)report.warnings;
	if (report.count)
		report_line(report.findings, outcome.message, sizeof(outcome.message));
	report_clear(&report);
	getrlimit(RLIMIT_NOFILE, &limit);
	outcome.limit = limit.rlim_cur;
	return outcome;
}

static struct outcome
try_with(unsigned wanted, rlim_t soft, rlim_t hard)
{
	struct outcome outcome;
	int pipes[2], status;

	assert_int_equal(pipe(pipes), 0);
	pid_t pid = fork();
	if (pid == 0) {
		outcome = outcome_of(wanted, soft, hard);
		ssize_t written = write(pipes[1], &outcome, sizeof(outcome));
		_exit(written == sizeof(outcome) ? 0 : 1);
	}
	assert_int_equal(read(pipes[0], &outcome, sizeof(outcome)), sizeof(outcome));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(pipes[0]);
	close(pipes[1]);
	return outcome;
}

static void
enough(void **state)
{
	(void)state;
	struct outcome outcome = try_with(100, OTHERS + 100, OTHERS + 500);
	assert_int_equal(outcome.clients, 100);
	assert_int_equal(outcome.warnings, 0);
	assert_int_equal(outcome.limit, OTHERS + 100);
}

/* The soft limit is there to be raised, as far as is needed. */
static void
raised(void **state)
{
	(void)state;
	struct outcome outcome = try_with(100, 64, OTHERS + 500);
	assert_int_equal(outcome.clients, 100);
	assert_int_equal(outcome.warnings, 0);
	assert_int_equal(outcome.limit, OTHERS + 100);
}

static void
too_few(void **state)
{
	(void)state;
	struct outcome outcome = try_with(100, 64, OTHERS + 99);
	assert_int_equal(outcome.clients, 99);
	assert_int_equal(outcome.warnings, 1);
	assert_int_equal(outcome.limit, OTHERS + 99);
	assert_non_null(strstr(outcome.message,
			       "f: warning: 100 TCP connections need 256 open files and the limit "
			       "is 255: not more than 99 are open at once; raise the limit"));
	/* Not one for clients: one is better than none. */
	assert_int_equal(try_with(100, 64, OTHERS).clients, 1);
	assert_int_equal(try_with(1000000, 64, 65).clients, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(enough),
		cmocka_unit_test(raised),
		cmocka_unit_test(too_few),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
