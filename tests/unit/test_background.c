/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve/background.h"

#include "serve_fixture.h"

#include <semaphore.h>

static const uint8_t secret[CONFIG_SECRET_SIZE] = {1};
static sem_t ended;

#define ZONES                                                                         \
	"zones: [{name: a.example, file: a.zone}, {name: b.example, file: b.zone}]\n" \
	"image-cache: .\n"

static void
tell(void *context)
{
	assert_non_null(context);
	sem_post(&ended);
}

static struct generation *
make(const struct folder *folder)
{
	struct load_options options = {.threads = 1};
	struct report report = REPORT_INIT;
	struct generation *generation = generation_make(make_config(folder, ZONES), &options,
							secret, &report);
	assert_non_null(generation);
	return generation;
}

static struct background
fresh(void)
{
	sem_init(&ended, 0, 0);
	return (struct background){.done = tell, .context = &ended};
}

/* From one process to the next: written, read, compared. */
static void
writes_and_compares(void **state)
{
	struct folder *folder = *state;
	struct background b = fresh();
	put_file(folder, "a.zone", ZONE_GOOD(1));
	put_file(folder, "b.zone", ZONE_GOOD(2));
	struct generation *first = make(folder);
	background_end(&b, false); /* nothing runs: nothing to wait for */
	assert_true(background_begin(&b, first, true, NULL));
	sem_wait(&ended);
	background_end(&b, false);
	assert_false(b.running);
	assert_true(b.result.cache_written);
	assert_int_equal(b.result.cached, 2);
	assert_int_equal(b.result.read, 0); /* what we compiled ourselves is good */
	struct generation *second = make(folder);
	assert_int_equal(segment_trust(second->loaded->zones[0].segment), SEGMENT_UNREAD);
	first->next = make(folder);
	assert_true(background_begin(&b, second, false, first)); /* frees both */
	sem_wait(&ended);
	background_end(&b, false);
	assert_int_equal(b.result.read, 2);
	assert_int_equal(b.result.bad, 0);
	assert_true(b.result.bytes > 500);
	assert_false(b.result.cache_written);
	assert_int_equal(segment_trust(second->loaded->zones[1].segment), SEGMENT_GOOD);
	generation_free(second);
}

/* The zones stay as long as they are looked at, though their generation has gone. */
static void
cancelled(void **state)
{
	struct folder *folder = *state;
	struct background b = fresh();
	put_file(folder, "a.zone", ZONE_GOOD(1));
	put_file(folder, "b.zone", ZONE_GOOD(2));
	struct generation *generation = make(folder);
	assert_true(background_begin(&b, generation, false, NULL));
	load_free(generation->loaded);
	generation->loaded = NULL;
	background_end(&b, true);
	assert_false(b.running);
	generation_free(generation);
}

static void
tells_what_is_wrong(void **state)
{
	struct folder *folder = *state;
	struct background b = fresh();
	put_file(folder, "a.zone", ZONE_GOOD(1));
	put_file(folder, "b.zone", ZONE_GOOD(2));
	struct generation *first = make(folder);
	assert_true(background_begin(&b, first, true, NULL));
	background_end(&b, false);
	/* The cache's last byte is one of b.example. */
	DIR *entries = opendir(folder->path);
	char path[512] = "";
	for (struct dirent *e; entries && (e = readdir(entries));)
		if (strncmp(e->d_name, "anyns-", 6) == 0)
			snprintf(path, sizeof(path), "%s/%s", folder->path, e->d_name);
	closedir(entries);
	FILE *file = fopen(path, "r+b");
	assert_non_null(file);
	fseek(file, -1, SEEK_END);
	fputc(0x77, file);
	fclose(file);
	struct generation *second = make(folder);
	assert_true(background_begin(&b, second, false, NULL));
	background_end(&b, false);
	assert_int_equal(b.result.read, 2);
	assert_int_equal(b.result.bad, 1);
	assert_memory_equal(b.result.first_bad, "\1b\7example", 11);
	/* The same when another found it out before: nobody has acted on it. */
	assert_true(background_begin(&b, second, false, NULL));
	background_end(&b, false);
	assert_int_equal(b.result.read, 0);
	assert_int_equal(b.result.bad, 1);
	assert_memory_equal(b.result.first_bad, "\1b\7example", 11);
	generation_free(first);
	generation_free(second);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(writes_and_compares, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(cancelled, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(tells_what_is_wrong, folder_make, folder_remove),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
