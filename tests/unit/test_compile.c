/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"
#include "load_fixture.h"

#include "anyns/image_file.h"
#include "anyns/name.h"

#define LISTEN "instance: test\nlisten: [127.0.0.1@5300]\n"
#define ZONES  "zones: [{name: a.example, file: a.zone}, {name: b.example, file: b.zone}]\n"

/* The exit status of `anyns compile` with these arguments, run in the folder. */
static int
compile(struct folder *folder, const char *const *words)
{
	char *arguments[12] = {(char[]){"compile"}};
	int count = 1;
	char here[512];
	assert_non_null(getcwd(here, sizeof(here)));
	for (; words[count - 1]; count++)
		arguments[count] = strdup(words[count - 1]);
	assert_int_equal(chdir(folder->path), 0);
	catch_output(folder);
	int status = cli_compile(count, arguments);
	release_output(folder);
	assert_int_equal(chdir(here), 0);
	for (int i = 1; i < count; i++)
		free(arguments[i]);
	return status;
}

#define COMPILE(folder, ...) compile(folder, (const char *const[]){__VA_ARGS__, NULL})

static bool
exists(const struct folder *folder, const char *name)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	return access(path, F_OK) == 0;
}

static struct image_file *
open_image(const struct folder *folder, const char *name)
{
	char path[512];
	struct report report = REPORT_INIT;
	snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	struct image_file *file = image_file_open(path, &report);
	assert_non_null(file);
	return file;
}

static void
from_arguments(void **state)
{
	struct folder *folder = *state;
	put_file(folder, "a.zone", ZONE_GOOD(1));
	put_file(folder, "b=\"\\.zone", ZONE_GOOD(2) "@ MX 10 nowhere\n");
	assert_int_equal(
		COMPILE(folder, "-o", "out.image", "a.example=a.zone", "b.example=b=\"\\.zone"),
		EXIT_OK);
	assert_caught(folder, "out", "out.image: 2 zones, 4 names, 7 records, ");
	assert_caught(folder, "out", "warning");
	assert_caught(folder, "err", "");
	struct image_file *file = open_image(folder, "out.image");
	assert_int_equal(image_file_count(file), 2);
	struct image_zone zone = image_file_zone(file, 1);
	assert_int_equal(segment_serial(zone.segment), 2);
	assert_int_equal(zone.records, 4);
	assert_int_equal(zone.file_count, 1);
	assert_null(zone.files[0].path);
	assert_true(zone.recheck == INT64_MAX);
	image_file_release(file);
}

/* The folder, the order and the number of threads are not in the file. */
static void
same_bytes(void **state)
{
	struct folder *folder = *state;
	put_file(folder, "a.zone", ZONE_GOOD(1));
	put_file(folder, "b.zone", ZONE_GOOD(2));
	put_file(folder, "c.zone", ZONE_GOOD(2));
	put_file(folder, "anyns.yaml", LISTEN ZONES "workers: 4\nimage: one.image\n");
	assert_int_equal(COMPILE(folder, "-q", "-c", "anyns.yaml"), EXIT_OK);
	assert_caught(folder, "out", "");
	assert_int_equal(
		COMPILE(folder, "-o", "two.image", "b.example=c.zone", "a.example=./a.zone"),
		EXIT_OK);
	char one[512], two[512], command[1100];
	snprintf(one, sizeof(one), "%s/one.image", folder->path);
	snprintf(two, sizeof(two), "%s/two.image", folder->path);
	snprintf(command, sizeof(command), "cmp %s %s", one, two);
	assert_int_equal(system(command), 0);
}

static void
errors(void **state)
{
	struct folder *folder = *state;
	put_file(folder, "a.zone", ZONE_GOOD(1));
	put_file(folder, "b.zone", ZONE_BROKEN);
	assert_int_equal(
		COMPILE(folder, "-o", "none.image", "a.example=a.zone", "b.example=b.zone"),
		EXIT_FAILED);
	assert_caught(folder, "out", "b.zone:4:");
	assert_caught(folder, "out", "1 of 2 zones have errors; nothing was written");
	assert_false(exists(folder, "none.image"));
	assert_int_equal(
		COMPILE(folder, "-k", "-o", "none.image", "a.example=a.zone", "b.example=b.zone"),
		EXIT_FAILED);
	struct image_file *file = open_image(folder, "none.image");
	assert_int_equal(image_file_count(file), 1);
	image_file_release(file);
	assert_int_equal(COMPILE(folder, "-o", "nowhere/x", "a.example=a.zone"), EXIT_FAILED);
	assert_caught(folder, "out", "nowhere/x: error: cannot write the image file");
	assert_int_equal(COMPILE(folder, "-o", "x", "a.example=none.zone"), EXIT_FAILED);
	assert_caught(folder, "out", "command line:2:");
	assert_int_equal(COMPILE(folder, "a.example=a.zone"), EXIT_FAILED);
	assert_caught(folder, "out", "where the image goes to is not known");
	assert_int_equal(COMPILE(folder, "-c", "none.yaml", "-o", "x"), EXIT_FAILED);
	assert_caught(folder, "out", "none.yaml: error: ");
	assert_false(exists(folder, "x"));
}

static void
verify(void **state)
{
	struct folder *folder = *state;
	char path[512];
	put_file(folder, "a.zone", ZONE_GOOD(1));
	assert_int_equal(COMPILE(folder, "-q", "-o", "v.image", "a.example=a.zone"), EXIT_OK);
	assert_int_equal(COMPILE(folder, "--verify", "v.image"), EXIT_OK);
	assert_caught(folder, "out", "a.example. serial 1 names 2 records 3 bytes ");
	assert_caught(folder, "out", " good\nv.image: made by anyns " ANYNS_VERSION ", 1 zones, ");
	assert_caught(folder, "out", "0 damaged\n");
	assert_int_equal(COMPILE(folder, "-q", "--verify", "v.image"), EXIT_OK);
	assert_caught(folder, "out", "");
	snprintf(path, sizeof(path), "%s/v.image", folder->path);
	damage_last_zone(path);
	assert_int_equal(COMPILE(folder, "--verify", "v.image"), EXIT_FAILED);
	assert_caught(folder, "out", " damaged\nv.image: ");
	assert_caught(folder, "out", "1 damaged\n");
	assert_int_equal(COMPILE(folder, "-q", "--verify", "v.image"), EXIT_FAILED);
	assert_caught(folder, "out", "v.image: error: zone a.example. is damaged");
	damage_last_header(path);
	assert_int_equal(COMPILE(folder, "--verify", "v.image"), EXIT_FAILED);
	assert_caught(folder, "out", "v.image: error: zone a.example. is damaged: not an answer");
	assert_caught(folder, "out", "1 damaged\n");
	put_file(folder, "v.image",
		 "no image, though it is long enough to hold its header, which "
		 "has somewhat more than a hundred bytes of its own");
	assert_int_equal(COMPILE(folder, "--verify", "v.image"), EXIT_FAILED);
	assert_caught(folder, "out", "v.image: error: not an image file");
}

static void
usage(void **state)
{
	struct folder *folder = *state;
	assert_int_equal(COMPILE(folder, "--help"), EXIT_OK);
	assert_caught(folder, "out", "usage: anyns compile");
	static const char *const wrong[][4] = {{"--what"},
					       {"a.zone"},
					       {"=a.zone"},
					       {"-c", "x", "a.example=a.zone"},
					       {"--verify", "x", "a.example=y"}};
	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
		assert_int_equal(compile(folder, wrong[i]), EXIT_USAGE);
		assert_caught(folder, "out", "");
		assert_caught(folder, "err", "usage: anyns compile");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_arguments), cmocka_unit_test(same_bytes),
		cmocka_unit_test(errors),         cmocka_unit_test(verify),
		cmocka_unit_test(usage),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
