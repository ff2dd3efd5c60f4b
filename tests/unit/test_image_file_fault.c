/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Image files opened while memory, the system or the disk fails, or while somebody writes to them:
 * an error that tells which, nothing left open, and the next attempt works.
 */
#include "fault_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "image/segment.h"

/* What is armed makes opening fail. */
static void
expect_fault(const struct fixture *f, const char *part, int error)
{
	struct report report = REPORT_INIT;
	size_t before = open_descriptors();
	struct image_file *file = image_file_open(f->path, &report);
	assert_true(fault_calls_disarm());
	assert_null(file);
	expect_told(&report, f->path, part, error);
	assert_int_equal(open_descriptors(), before);
}

static void
expect_opens(const struct fixture *f)
{
	struct report report = REPORT_INIT;
	struct image_file *file = image_file_open(f->path, &report);
	fault_calls_disarm();
	assert_non_null(file);
	assert_int_equal(report.count, 0);
	assert_int_equal(image_file_size(file), f->size);
	image_file_release(file);
}

static void
test_memory(void **state)
{
	struct fixture *f = *state;
	size_t n = 0;
	for (bool fired = true; fired; n++) {
		struct report report = REPORT_INIT;
		size_t before = open_descriptors();
		assert_in_range(n, 0, FAULTS_MAX);
		fault_arm(n);
		struct image_file *file = image_file_open(f->path, &report);
		fired = fault_disarm();
		assert_int_equal(file == NULL, fired);
		if (fired)
			expect_told(&report, f->path, "cannot ", ENOMEM);
		image_file_release(file);
		assert_int_equal(open_descriptors(), before);
	}
	/* The file, its path, its table, two arrays, a mapping, and each zone. */
	assert_in_range(n, 6 + FIXTURE_ZONES, FAULTS_MAX);
}

static void
test_system_calls(void **state)
{
	struct fixture *f = *state;
	const struct {
		enum fault_call call;
		size_t count;
		int error;
		const char *part;
	} cases[] = {
		{FAULT_OPEN, 0, EMFILE, "cannot open"}, {FAULT_FSTAT, 0, EIO, "cannot read"},
		{FAULT_PREAD, 0, EIO, "cannot read"},   {FAULT_PREAD, 1, EIO, "cannot read"},
		{FAULT_MMAP, 0, ENODEV, "cannot map"},  {FAULT_FCNTL, 0, EMFILE, "cannot map"},
		{FAULT_FSTAT, 1, EIO, "cannot map"},    {FAULT_FSTAT, 2, EIO, "cannot read"},
		{FAULT_MMAP, 1, ENOMEM, "cannot map"},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		fault_call_arm(cases[i].call, cases[i].count, cases[i].error);
		expect_fault(f, cases[i].part, cases[i].error);
		expect_opens(f);
	}
	/* The end of the file, where a moment ago there was more. */
	for (size_t n = 0; n < 2; n++) {
		fault_call_arm(FAULT_PREAD, n, 0);
		expect_fault(f, "cannot read", ENODATA);
	}
	fault_call_arm(FAULT_DIGEST, 0, 0);
	expect_fault(f, "SHA-256", 0);
	for (size_t n = 0; n < 2; n++) {
		fault_call_arm(FAULT_PREAD, n, EINTR);
		expect_opens(f);
	}
}

static void
write_another_header(void *context)
{
	const struct fixture *f = context;
	int fd = open(f->path, O_WRONLY);
	uint8_t other = f->bytes[sizeof(struct image_file_header) - 1] ^ 1;
	assert_int_equal(pwrite(fd, &other, 1, sizeof(struct image_file_header) - 1), 1);
	close(fd);
}

static void
test_written_while_read(void **state)
{
	struct fixture *f = *state;
	fault_call_before(FAULT_PREAD, 1, write_another_header, f);
	expect_fault(f, "changes while it is read", 0);
}

static void
append(void *context)
{
	const struct fixture *f = context;
	int fd = open(f->path, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
}

static void
touch(void *context)
{
	const struct fixture *f = context;
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1000}};
	assert_int_equal(utimensat(AT_FDCWD, f->path, times, 0), 0);
}

/* Touched or made longer at the last moment: it is not whole, or nobody can tell. */
static void
test_written_while_mapped(void **state)
{
	struct fixture *f = *state;
	fault_call_before(FAULT_FCNTL, 0, touch, f);
	expect_fault(f, "changes while it is read", 0);
	expect_opens(f);
	fault_call_before(FAULT_FCNTL, 0, append, f);
	expect_fault(f, "changes while it is read", 0);
}

static void
cut(void *context)
{
	const struct fixture *f = context;
	assert_int_equal(truncate(f->path, 0), 0);
}

/* Cut at each moment at which the server is busy with something else: refused, and no crash. */
static void
test_cut_while_opened(void **state)
{
	struct fixture *f = *state;
	size_t refused = 0;
	for (bool fired = true; fired;) {
		struct report report = REPORT_INIT;
		fixture_put(f, f->bytes, f->size);
		fault_before(refused, cut, f);
		struct image_file *file = image_file_open(f->path, &report);
		fired = fault_disarm();
		assert_int_equal(file == NULL, fired);
		refused += fired;
		assert_true(!fired || report.errors == 1);
		report_clear(&report);
		image_file_release(file);
		assert_in_range(refused, 0, FAULTS_MAX);
	}
	assert_in_range(refused, 6 + FIXTURE_ZONES, FAULTS_MAX);
}

/* The root's name is a zero byte, as is what is missing: nothing but the lost page tells. */
static void
test_root_cut_while_opened(void **state)
{
	struct fixture *f = *state;
	struct report report = REPORT_INIT;
	struct image_zone zone = {.segment = served_segment(&(struct served_zone){
					  ".", fixture_zones[0].text, PLAN_UNSIGNED})};
	assert_true(image_file_write(f->path, &zone, 1, NULL, &report));
	segment_release(zone.segment);
	/* The last allocation is that of the segment. */
	enum { ALLOCATIONS = 7 };
	fault_before(ALLOCATIONS - 1, cut, f);
	assert_null(image_file_open(f->path, &report));
	assert_true(fault_disarm());
	expect_told(&report, f->path, "cut short", 0);
}

/* A right digest over a table that calls a zone by another name: that zone is lost. */
static void
test_another_name(void **state)
{
	struct fixture *f = *state;
	struct image_file_header *header = (void *)f->bytes;
	const struct image_file_zone *last = (struct image_file_zone *)(header + 1) +
					     FIXTURE_ZONES - 1;
	f->bytes[image_file_texts_at(header) + last->apex + 1] = 'z';
	fixture_digest(f->bytes, f->size);
	fixture_put(f, f->bytes, f->size);
	struct report report = REPORT_INIT;
	struct image_file *file = image_file_open(f->path, &report);
	assert_non_null(file);
	assert_null(image_file_zone(file, FIXTURE_ZONES - 1).segment);
	assert_non_null(image_file_zone(file, 0).segment);
	image_file_release(file);
}

static void
set_modified(const struct fixture *f, struct timespec modified)
{
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, modified};
	assert_int_equal(utimensat(AT_FDCWD, f->path, times, 0), 0);
}

/* Anything that tells a file from the one of before, each by itself. */
static void
test_not_the_same_file(void **state)
{
	struct fixture *f = *state;
	struct report report = REPORT_INIT;
	struct image_file *file = image_file_open(f->path, &report);
	assert_non_null(file);
	struct timespec modified = image_file_modified(file);
	assert_true(image_file_is(file, f->path));
	assert_false(image_file_is(file, "/proc/version")); /* another file system */
	assert_false(image_file_is(file, f->folder));
	/* Its mode: the data are those of before, but somebody was at it. */
	assert_int_equal(chmod(f->path, 0640), 0);
	assert_false(image_file_is(file, f->path));
	struct timespec fresh = {modified.tv_sec, (modified.tv_nsec + 1) % 1000000000};
	set_modified(f, fresh);
	assert_false(image_file_is(file, f->path));
	fresh = (struct timespec){modified.tv_sec + 1, modified.tv_nsec};
	set_modified(f, fresh);
	assert_false(image_file_is(file, f->path));
	/* Touched later, with the time of before. */
	struct stat status;
	do {
		usleep(50000);
		set_modified(f, modified);
		assert_int_equal(stat(f->path, &status), 0);
	} while (status.st_ctim.tv_sec <= modified.tv_sec);
	assert_false(image_file_is(file, f->path));
	assert_int_equal(truncate(f->path, (off_t)f->size - 1), 0);
	assert_false(image_file_is(file, f->path));
	image_file_release(file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_memory),
		TEST(test_system_calls),
		TEST(test_written_while_read),
		TEST(test_written_while_mapped),
		TEST(test_cut_while_opened),
		TEST(test_root_cut_while_opened),
		TEST(test_another_name),
		TEST(test_not_the_same_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
