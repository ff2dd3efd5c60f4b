/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/priority.h"

#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Runs in a child, whose limits are its own; the exit status is what it returned. */
static int
in_child(int (*body)(void))
{
	int status = 0;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(body());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static bool
is_real_time(void)
{
	return (sched_getscheduler(0) & ~SCHED_RESET_ON_FORK) == SCHED_RR;
}

static bool
give_up_root(void)
{
	return geteuid() != 0 || setresuid(65534, 65534, 65534) == 0;
}

/* Without the right and without root: a nice value, if that. */
static int
take_without(void)
{
	static const struct rlimit none = {0};
	priority_allow();
	return setrlimit(RLIMIT_RTPRIO, &none) == 0 && give_up_root() && !priority_take() &&
	       !is_real_time();
}

/* Never where a loop would not be ended. */
static int
take_unbounded(void)
{
	struct rlimit spin;
	if (getrlimit(RLIMIT_RTTIME, &spin) != 0 || spin.rlim_max != RLIM_INFINITY)
		return 1;
	spin.rlim_cur = RLIM_INFINITY;
	return setrlimit(RLIMIT_RTTIME, &spin) == 0 && !priority_take() && !is_real_time();
}

/* What the announcer, a child, gets is what the health thread gets afterwards. */
static int
take_twice(void)
{
	int status = 0;
	priority_allow();
	pid_t pid = fork();
	if (pid == 0)
		_exit(give_up_root() ? priority_take() : 2);
	if (waitpid(pid, &status, 0) != pid || !give_up_root())
		return 0;
	bool taken = priority_take();
	return WEXITSTATUS(status) == (int)taken && taken == is_real_time();
}

/* A loop ends with its process, and the machine goes on. */
static int
spin(void)
{
	priority_allow();
	if (!priority_take())
		return 77;
	for (volatile unsigned i = 0;; i++)
		;
}

static void
test_take(void **state)
{
	(void)state;
	assert_int_equal(WEXITSTATUS(in_child(take_without)), 1);
	assert_int_equal(WEXITSTATUS(in_child(take_unbounded)), 1);
	assert_int_equal(WEXITSTATUS(in_child(take_twice)), 1);
}

static void
test_spin(void **state)
{
	(void)state;
	int status = in_child(spin);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip(); /* real-time is not allowed here */
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGXCPU);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_spin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
