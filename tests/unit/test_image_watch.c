/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve/image_watch.h"

#include "serve_fixture.h"

static const char *
path_in(const struct folder *folder, const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	return path;
}

/* How many looks it takes until it keeps still. */
static unsigned
looks(struct image_watch *watch, const char *path)
{
	unsigned count = 1;

	while (!image_watch_look(watch, path) && count < 100)
		count++;
	return count;
}

static void
set_times(const char *path, time_t modified)
{
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = modified}};

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* Each thing that tells a file from another, by itself as far as that can be. */
static void
stamps(void **state)
{
	struct folder *folder = *state;
	const char *path = path_in(folder, "a");
	put_file(folder, "a", "text");
	struct image_stamp first = image_stamp_of(path);
	struct image_stamp again = image_stamp_of(path);
	assert_true(image_stamp_equal(&first, &again));
	assert_int_equal(first.size, 4);
	struct image_stamp others[7];
	for (size_t i = 0; i < 7; i++)
		others[i] = first;
	others[0].device++;
	others[1].inode++;
	others[2].size++;
	others[3].modified.tv_sec++;
	others[4].modified.tv_nsec++;
	others[5].changed.tv_sec++;
	others[6].changed.tv_nsec++;
	for (size_t i = 0; i < 7; i++)
		assert_false(image_stamp_equal(&first, &others[i]));
	put_file(folder, "a", "text");
	again = image_stamp_of(path);
	assert_false(image_stamp_equal(&first, &again));
	unlink(path);
	struct image_stamp none = image_stamp_of(path);
	assert_int_equal(none.inode + (uint64_t)none.size, 0);
	assert_false(image_stamp_equal(&none, &again));
}

/* A second without a change, from the last one on; a file that is not there keeps still too. */
static void
keeps_still(void **state)
{
	struct folder *folder = *state;
	const char *path = path_in(folder, "a");
	struct image_watch watch = {0};
	put_file(folder, "a", "text");
	assert_int_equal(looks(&watch, path), IMAGE_WATCH_LOOKS);
	assert_int_equal(looks(&watch, path), 1); /* and goes on to */
	for (time_t second = 1; second < 9; second++) {
		set_times(path, second);
		assert_false(image_watch_look(&watch, path));
		assert_false(image_watch_look(&watch, path));
	}
	assert_true(image_watch_look(&watch, path));
	assert_int_equal(truncate(path, 1), 0);
	assert_int_equal(looks(&watch, path), IMAGE_WATCH_LOOKS);
	unlink(path);
	assert_int_equal(looks(&watch, path), IMAGE_WATCH_LOOKS);
	put_file(folder, "a", "text");
	assert_int_equal(looks(&watch, path), IMAGE_WATCH_LOOKS);
	/* Another file is another file. */
	put_file(folder, "b", "text");
	assert_int_equal(looks(&watch, path_in(folder, "b")), IMAGE_WATCH_LOOKS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stamps),
		cmocka_unit_test(keeps_still),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
