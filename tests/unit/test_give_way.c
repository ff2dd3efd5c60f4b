/* SPDX-License-Identifier: BSD-2-Clause */
/* Giving way and coming back, with the privilege and without it. */
#include "serve/give_way.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <unistd.h>

struct worker {
	sem_t ready;
	sem_t go;
	int before;
	int after;
	int niceness;
};

static void *
work(void *argument)
{
	struct worker *worker = argument;
	give_way_begin();
	worker->before = sched_getscheduler(0);
	worker->niceness = getpriority(PRIO_PROCESS, (id_t)gettid());
	sem_post(&worker->ready);
	sem_wait(&worker->go);
	worker->after = sched_getscheduler(0);
	return NULL;
}

static struct worker
give_way_and_hurry(void)
{
	struct worker worker = {0};
	pthread_t thread;
	sem_init(&worker.ready, 0, 0);
	sem_init(&worker.go, 0, 0);
	assert_int_equal(pthread_create(&thread, NULL, work, &worker), 0);
	sem_wait(&worker.ready);
	give_way_end();
	sem_post(&worker.go);
	pthread_join(thread, NULL);
	return worker;
}

static void
comes_back(void **state)
{
	(void)state;
	struct rlimit limit;
	give_way_allow_return();
	assert_int_equal(getrlimit(RLIMIT_NICE, &limit), 0);
	struct worker worker = give_way_and_hurry();
	assert_int_equal(worker.niceness, 19);
	/* Who may not come back does not go. */
	assert_int_equal(worker.before, limit.rlim_cur >= 1 ? SCHED_IDLE : SCHED_BATCH);
	assert_int_equal(worker.after, SCHED_BATCH);
	/* Those who have not given way stay as they are. */
	assert_int_equal(sched_getscheduler(0), SCHED_OTHER);
}

static void
stays_without_a_way_back(void **state)
{
	(void)state;
	struct rlimit limit;
	assert_int_equal(getrlimit(RLIMIT_NICE, &limit), 0);
	struct rlimit none = {0, limit.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NICE, &none), 0);
	struct worker worker = give_way_and_hurry();
	assert_int_equal(worker.before, SCHED_BATCH);
	assert_int_equal(worker.after, SCHED_BATCH);
	assert_int_equal(worker.niceness, 19);
	assert_int_equal(setrlimit(RLIMIT_NICE, &limit), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back),
		cmocka_unit_test(stays_without_a_way_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
