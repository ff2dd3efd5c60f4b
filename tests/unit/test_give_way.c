/* SPDX-License-Identifier: BSD-2-Clause */
/* Giving way: the thread itself and those it starts, nobody else. */
#include "serve/give_way.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

struct seen {
	int policy;
	int niceness;
	uint64_t slice_ns;
};

/* The kernel's struct sched_attr, as much as was there from the beginning. */
struct attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

static struct seen
look(void)
{
	struct attributes own = {0};
	if (syscall(SYS_sched_getattr, 0, &own, sizeof own, 0u) != 0)
		return (struct seen){.policy = -1};
	return (struct seen){.policy = (int)own.policy,
			     .niceness = getpriority(PRIO_PROCESS, (id_t)gettid()),
			     .slice_ns = own.runtime};
}

static void *
look_only(void *argument)
{
	struct seen *seen = argument;
	*seen = look();
	return NULL;
}

/* Two of them: the one that gives way, and one that it starts. */
static void *
give_way_and_look(void *argument)
{
	struct seen *seen = argument;
	pthread_t thread;
	give_way();
	seen[0] = look();
	if (pthread_create(&thread, NULL, look_only, &seen[1]) == 0)
		pthread_join(thread, NULL);
	return NULL;
}

static bool
kernel_has_slices(void)
{
	struct utsname name;
	unsigned major = 0;
	unsigned minor = 0;
	assert_int_equal(uname(&name), 0);
	assert_int_equal(sscanf(name.release, "%u.%u", &major, &minor), 2);
	return major > 6 || (major == 6 && minor >= 12);
}

static void
gives_way_with_its_children(void **state)
{
	(void)state;
	struct seen seen[2] = {{.policy = -1}, {.policy = -1}};
	struct seen before = look();
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, give_way_and_look, seen), 0);
	pthread_join(thread, NULL);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(seen[i].policy, SCHED_BATCH);
		assert_int_equal(seen[i].niceness, 15);
		if (kernel_has_slices())
			assert_int_equal(seen[i].slice_ns, 4000000);
	}
	/* Whoever has not given way stays as he is, and with the shorter slice. */
	struct seen after = look();
	assert_int_equal(after.policy, before.policy);
	assert_int_equal(after.niceness, before.niceness);
	assert_int_equal(after.slice_ns, before.slice_ns);
	if (kernel_has_slices())
		assert_in_range(after.slice_ns, 1, 3999999);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_way_with_its_children),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
