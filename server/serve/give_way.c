/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * give_way.c - a reload takes what the workers leave.
 *
 * Niceness says who gets how much, not who waits: a worker that wakes may find that the loader,
 * nice as it is, ends its slice first, and the kernel looks again at the next tick only, 4 ms later
 * at HZ=250: seldom, but each time it meets hundreds of queries. Who wakes with a shorter slice
 * than the one that runs goes first at once (Linux 6.12, EEVDF), so the loader asks for a long one;
 * kernels that know no such wish ignore it.
 *
 * Not SCHED_IDLE: it gives way as well, but at saturation it gets a tenth of that, and a reload
 * must end some time; and to leave that policy again is a privilege. Nor as nice as can be: 1.5
 * percent of a core make half a minute of half a second.
 */
#include "serve/give_way.h"

#include <sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	NICE = 15, /* a thirtieth of what a worker gets, when that takes all it can have */
	/* Others have 3 ms at most, 0.7 or 0.75 ms times 1 to 4 by the number of CPUs. */
	LONG_SLICE_NS = 4000000,
};

/* sched_setattr(2), the first version; the C library has it only since 2.41. */
struct attributes {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime; /* the slice, for those who have no deadline */
	uint64_t deadline;
	uint64_t period;
};

void
give_way(void)
{
	struct attributes wish = {
		.size = sizeof wish,
		.policy = SCHED_BATCH,
		.nice = NICE,
		.runtime = LONG_SLICE_NS,
	};
	/* Of this thread alone. A refusal, as by a sandbox, does no harm. */
	(void)syscall(SYS_sched_setattr, 0, &wish, 0u);
}
