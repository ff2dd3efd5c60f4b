/* SPDX-License-Identifier: BSD-2-Clause */
#include "net_fixture.h"

#include <pthread.h>
#include <semaphore.h>

struct scene {
	struct publish *publish;
	struct answer_view old, new;
	atomic_bool swapped; /* publish_swap() returned */
	sem_t asleep, wake;
};

static void
test_first_swap(void **state)
{
	struct publish *publish = publish_new();
	struct answer_view view = fake_view(0);
	(void)state;

	assert_non_null(publish);
	assert_null(publish_swap(publish, &view));
	publish_enter();
	assert_ptr_equal(publish_read(publish), &view);
	publish_leave();
	assert_ptr_equal(publish_swap(publish, NULL), &view);
	publish_free(publish);
	publish_free(NULL);
}

static void *
swap(void *argument)
{
	struct scene *scene = argument;

	assert_ptr_equal(publish_swap(scene->publish, &scene->new), &scene->old);
	atomic_store(&scene->swapped, true);
	return NULL;
}

/* The old view is not given back while a reader may use it, and is as soon as it rests. */
static void
test_swap_waits_for_rest(void **state)
{
	struct scene scene = {.publish = publish_new(), .old = fake_view(0), .new = fake_view(1)};
	pthread_t loader;
	(void)state;

	assert_null(publish_swap(scene.publish, &scene.old));
	publish_enter();
	assert_ptr_equal(publish_read(scene.publish), &scene.old);
	assert_int_equal(pthread_create(&loader, NULL, swap, &scene), 0);
	while (publish_read(scene.publish) != &scene.new)
		pause_briefly();
	/* The pointer has changed, but this thread has not rested since it read the old one. */
	assert_false(atomic_load(&scene.swapped));
	uint64_t limit = now_ms() + LIMIT_MS;
	while (!atomic_load(&scene.swapped) && now_ms() < limit)
		publish_rest();
	assert_true(atomic_load(&scene.swapped));
	pthread_join(loader, NULL);
	publish_leave();
	publish_free(scene.publish);
}

static void *
sleeper(void *argument)
{
	struct scene *scene = argument;

	publish_enter();
	assert_ptr_equal(publish_read(scene->publish), &scene->old);
	publish_sleep();
	sem_post(&scene->asleep);
	sem_wait(&scene->wake);
	publish_wake();
	assert_ptr_equal(publish_read(scene->publish), &scene->new);
	publish_leave();
	return NULL;
}

/* A reader that sleeps is not waited for: without this the swap below would never return. */
static void
test_swap_passes_sleeper(void **state)
{
	struct scene scene = {.publish = publish_new(), .old = fake_view(0), .new = fake_view(1)};
	pthread_t reader;
	(void)state;

	sem_init(&scene.asleep, 0, 0);
	sem_init(&scene.wake, 0, 0);
	assert_null(publish_swap(scene.publish, &scene.old));
	assert_int_equal(pthread_create(&reader, NULL, sleeper, &scene), 0);
	sem_wait(&scene.asleep);
	assert_ptr_equal(publish_swap(scene.publish, &scene.new), &scene.old);
	sem_post(&scene.wake);
	pthread_join(reader, NULL);
	publish_free(scene.publish);
	sem_destroy(&scene.asleep);
	sem_destroy(&scene.wake);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_swap),
		cmocka_unit_test(test_swap_waits_for_rest),
		cmocka_unit_test(test_swap_passes_sleeper),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
