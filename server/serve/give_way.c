/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * give_way.c - a reload takes what the workers leave, but not for ever.
 *
 * A thread of the policy SCHED_IDLE gives way in the moment another wants the core, where mere
 * niceness would let it finish its slice, some 3 ms of everybody's latency. Most reloads are over
 * before anybody could tell. But at saturation nothing is left for such a thread: a reload would
 * not end, and what it loads gets old. So after a while it goes on as a nice one, at 1.5 percent of
 * what a worker gets and more as soon as one waits.
 *
 * Leaving SCHED_IDLE is a privilege, unless RLIMIT_NICE admits niceness 19. Where it does not,
 * nobody enters it.
 */
#include "serve/give_way.h"

#include <dirent.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { NICEST = 19, RETURN_LIMIT = 1 }; /* setrlimit(2): 20 less the niceness */

void
give_way_allow_return(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NICE, &limit) < 0 || limit.rlim_cur >= RETURN_LIMIT)
		return;
	limit.rlim_cur = RETURN_LIMIT;
	if (limit.rlim_max < RETURN_LIMIT)
		limit.rlim_max = RETURN_LIMIT;
	/* Refused to whoever is not root: then it stays as it is. */
	(void)setrlimit(RLIMIT_NICE, &limit);
}

static bool
can_return(void)
{
	struct rlimit limit;
	return getrlimit(RLIMIT_NICE, &limit) == 0 && limit.rlim_cur >= RETURN_LIMIT;
}

void
give_way_begin(void)
{
	int policy = can_return() ? SCHED_IDLE : SCHED_BATCH;
	/* Of this thread alone, as Linux has it. A refusal does no harm. */
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICEST);
	(void)sched_setscheduler(0, policy, &(struct sched_param){0});
}

void
give_way_end(void)
{
	/* The kernel knows them all: a load starts threads of its own. */
	DIR *tasks = opendir("/proc/self/task");
	for (struct dirent *e; tasks && (e = readdir(tasks));) {
		pid_t thread = (pid_t)strtol(e->d_name, NULL, 10);
		if (thread > 0 && sched_getscheduler(thread) == SCHED_IDLE)
			(void)sched_setscheduler(thread, SCHED_BATCH, &(struct sched_param){0});
	}
	if (tasks)
		closedir(tasks);
}
