/* SPDX-License-Identifier: BSD-2-Clause */
/* What a killed writer left is removed; what a living one writes, and what others own, is not. */
#include "image/leftover.h"

#include "serve_fixture.h"

#include <errno.h>

static bool
exists(const struct folder *folder, const char *name)
{
	char path[512];
	struct stat status;

	snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	return lstat(path, &status) == 0;
}

static void
remove_leftovers(const struct folder *folder, const char *name)
{
	char path[512];
	int fd = open(folder->path, O_RDONLY | O_DIRECTORY);

	assert_true(fd >= 0);
	snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	leftover_remove(fd, path);
	close(fd);
}

static void
names(void **state)
{
	char *first = leftover_name("/a/zones.image");
	char *second = leftover_name("/a/zones.image");
	(void)state;
	assert_int_equal(strncmp(first, "/a/zones.image.", 15), 0);
	assert_int_equal(strspn(first + 15, "0123456789abcdef"), 16);
	assert_string_equal(first + 31, ".new");
	assert_string_not_equal(first, second);
	free(first);
	free(second);
}

static void
removes_its_own(void **state)
{
	static const char *const others[] = {
		"z.image",
		"z.image.new",
		"z.image.0123456789abcde.new",
		"z.image.0123456789abcdef0.new",
		"z.image.0123456789ABCDEF.new",
		"z.image.0123456789abcdef.new.gz",
		"zz.image.0123456789abcdef.new",
		"z.imag.0123456789abcdef.new",
	};
	struct folder *folder = *state;
	char path[512];
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		put_file(folder, others[i], "x");
	put_file(folder, "z.image.0123456789abcdef.new", "x");
	put_file(folder, "z.image.fedcba9876543210.new", "x");
	snprintf(path, sizeof(path), "%s/z.image.0000000000000000.new", folder->path);
	assert_int_equal(symlink("z.image", path), 0);
	remove_leftovers(folder, "z.image");
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_true(exists(folder, others[i]));
	assert_false(exists(folder, "z.image.0123456789abcdef.new"));
	assert_false(exists(folder, "z.image.fedcba9876543210.new"));
	assert_true(exists(folder, "z.image.0000000000000000.new"));
}

static void
leaves_the_living(void **state)
{
	static const char name[] = "y.image.0123456789abcdef.new";
	struct folder *folder = *state;
	char path[512];
	snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
	assert_true(fd >= 0);
	assert_true(leftover_keep(fd));
	remove_leftovers(folder, "y.image");
	assert_true(exists(folder, name));
	close(fd);
	remove_leftovers(folder, "y.image");
	assert_false(exists(folder, name));
	/* Removed before it could be locked: the writer must know. */
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
	remove_leftovers(folder, "y.image");
	errno = 0;
	assert_false(leftover_keep(fd));
	assert_int_equal(errno, EAGAIN);
	close(fd);
	/* Nothing to be looked into. */
	leftover_remove(-1, path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(removes_its_own),
		cmocka_unit_test(leaves_the_living),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
