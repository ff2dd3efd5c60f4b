/* SPDX-License-Identifier: BSD-2-Clause */
/* Image files written: the same bytes for the same zones, whole or not at all. */
#include "image_fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

static void
expect_written(const struct fixture *f, const struct image_zone *zones, size_t count)
{
	struct report report = REPORT_INIT;
	uint64_t size = 0;
	assert_true(image_file_write(f->path, zones, count, &size, &report));
	assert_int_equal(report.count, 0);
	struct stat status;
	assert_int_equal(stat(f->path, &status), 0);
	assert_int_equal(status.st_size, size);
}

static void
expect_same_bytes(const struct fixture *f)
{
	uint8_t *bytes;
	size_t size;
	fixture_read(f->path, &bytes, &size);
	assert_int_equal(size, f->size);
	assert_memory_equal(bytes, f->bytes, size);
	free(bytes);
}

static void
expect_failure(const char *path, const struct image_zone *zones, size_t count)
{
	struct report report = REPORT_INIT;
	assert_false(image_file_write(path, zones, count, NULL, &report));
	assert_int_equal(report.count, 1);
	assert_int_equal(report.errors, 1);
	assert_string_equal(report.findings[0].file, path);
	assert_non_null(report.findings[0].remedy);
	report_clear(&report);
}

static void
test_order_does_not_matter(void **state)
{
	struct fixture *f = *state;
	struct image_zone turned[FIXTURE_ZONES];
	for (size_t i = 0; i < FIXTURE_ZONES; i++)
		turned[i] = f->zones[FIXTURE_ZONES - 1 - i];
	expect_written(f, turned, FIXTURE_ZONES);
	expect_same_bytes(f);
}

static void
test_no_zones(void **state)
{
	struct fixture *f = *state;
	struct report report = REPORT_INIT;
	expect_written(f, NULL, 0);
	struct image_file *file = image_file_open(f->path, &report);
	assert_non_null(file);
	assert_int_equal(image_file_count(file), 0);
	image_file_release(file);
}

/* Placed for index buckets and pages; the gaps are zeros. */
static void
test_alignment(void **state)
{
	struct fixture *f = *state;
	const struct image_file_header *header = (const void *)f->bytes;
	const struct image_file_zone *zones = (const void *)(header + 1);
	uint64_t end = image_file_table_end(header);
	for (uint32_t i = 0; i < header->zone_count; i++) {
		assert_int_equal(zones[i].offset % IMAGE_FILE_ALIGN, 0);
		if (zones[i].size >= IMAGE_FILE_PAGE)
			assert_int_equal(zones[i].offset % IMAGE_FILE_PAGE, 0);
		for (; end < zones[i].offset; end++)
			assert_int_equal(f->bytes[end], 0);
		end = zones[i].offset + zones[i].size;
	}
	assert_int_equal(end, f->size);
}

static void
test_refused(void **state)
{
	struct fixture *f = *state;
	char path[128];
	snprintf(path, sizeof path, "%s/none/zones.image", f->folder);
	expect_failure(path, f->zones, FIXTURE_ZONES);
	expect_failure(f->folder, f->zones, FIXTURE_ZONES); /* a folder has the name */
	expect_same_bytes(f);
}

/* No room: the file of before stays, and there is no other. fixture_remove() looks. */
static void
test_no_room(void **state)
{
	struct fixture *f = *state;
	struct rlimit before;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
	for (size_t room = 0; room < f->size; room += 500) {
		struct rlimit limit = {room, before.rlim_max};
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		expect_failure(f->path, f->zones, FIXTURE_ZONES);
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	signal(SIGXFSZ, handler);
	expect_same_bytes(f);
}

/* In the folder where one works, and with the mode that the mask leaves. */
static void
test_here(void **state)
{
	struct fixture *f = *state;
	struct report report = REPORT_INIT;
	struct stat status;
	mode_t mask = umask(027);
	assert_int_equal(chdir(f->folder), 0);
	assert_true(image_file_write("zones.image", f->zones, 1, NULL, &report));
	umask(mask);
	assert_int_equal(stat(f->path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0640);
	assert_int_equal(chdir("/"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_order_does_not_matter),
		TEST(test_no_zones),
		TEST(test_alignment),
		TEST(test_refused),
		TEST(test_no_room),
		TEST(test_here),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
