/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/priority.h"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	NICE = -10,
	NICE_LIMIT = 20 - NICE, /* as RLIMIT_NICE counts */
	/*
	 * A real-time thread that does not sleep for so long ends its process (SIGXCPU): its routes
	 * were withdrawn long before, and a loop must not keep a CPU from the rest of the machine.
	 * The kernel's own throttle leaves the others 5 % of it, where it is not switched off.
	 */
	SPIN_US = 1000000,
};

/* Raises the limit, if it may. */
static void
allow(__rlimit_resource_t resource, rlim_t least)
{
	struct rlimit limit;
	if (getrlimit(resource, &limit) != 0 || limit.rlim_cur >= least)
		return;
	limit.rlim_cur = least;
	if (limit.rlim_max < least)
		limit.rlim_max = least;
	(void)setrlimit(resource, &limit);
}

static bool
bound_spinning(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_RTTIME, &limit) != 0)
		return false;
	if (limit.rlim_cur <= SPIN_US)
		return true;
	limit.rlim_cur = SPIN_US;
	return setrlimit(RLIMIT_RTTIME, &limit) == 0;
}

void
priority_allow(void)
{
	allow(RLIMIT_NICE, NICE_LIMIT);
	if (bound_spinning())
		allow(RLIMIT_RTPRIO, 1);
}

bool
priority_take(void)
{
	const struct sched_param lowest = {.sched_priority = sched_get_priority_min(SCHED_RR)};
	struct rlimit spin;
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
	return getrlimit(RLIMIT_RTTIME, &spin) == 0 && spin.rlim_cur <= SPIN_US &&
	       sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &lowest) == 0;
}
