/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_fixture.h"

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "health/keeper.h"

static void
on_written(void *context)
{
	sem_post(context);
}

static void
test_writes(void **state)
{
	char directory[] = "/tmp/anyns-keeper-XXXXXX", path[64];
	struct state one = {.drain = true}, read;
	struct report report = REPORT_INIT;
	sem_t written;
	(void)state;

	sem_init(&written, 0, 0);
	assert_non_null(mkdtemp(directory));
	struct keeper *keeper = keeper_new(directory, NULL, on_written, &written);
	assert_non_null(keeper);
	/* Before the start: kept until then. */
	uint64_t first = keeper_put(keeper, &one);
	assert_false(keeper_done(keeper, first));
	assert_int_equal(keeper_start(keeper), 0);
	sem_wait(&written);
	assert_true(keeper_done(keeper, first));
	assert_int_equal(state_read(directory, &read, &report), STATE_READ);
	assert_true(read.drain);
	/* What was put last is written, whatever became of those between. */
	uint64_t last = 0;
	for (unsigned i = 0; i < 100; i++) {
		one.drain = i % 2;
		one.clean = i == 99;
		last = keeper_put(keeper, &one);
	}
	assert_int_equal(last, first + 100);
	keeper_stop(keeper);
	assert_true(keeper_done(keeper, last));
	assert_int_equal(state_read(directory, &read, &report), STATE_READ);
	assert_true(read.clean && read.drain);
	keeper_stop(keeper);
	keeper_free(keeper);
	keeper_free(NULL);
	snprintf(path, sizeof(path), "%s/" STATE_FILE_NAME, directory);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(directory), 0);
	sem_destroy(&written);
}

/* A disk that refuses must not keep a prefix withdrawn for ever. */
static void
test_failure_is_done(void **state)
{
	struct state one = {0};
	sem_t written;
	(void)state;

	sem_init(&written, 0, 0);
	struct keeper *keeper = keeper_new("/nonexistent", NULL, on_written, &written);
	assert_int_equal(keeper_start(keeper), 0);
	for (unsigned i = 0; i < 2; i++) {
		uint64_t ticket = keeper_put(keeper, &one);
		sem_wait(&written);
		assert_true(keeper_done(keeper, ticket));
	}
	keeper_stop(keeper);
	keeper_free(keeper);
	sem_destroy(&written);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_writes),
		cmocka_unit_test(test_failure_is_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
