/* SPDX-License-Identifier: BSD-2-Clause */
/* Mappings and segments while something fails: faults of pages, of SHA-256, of the system. */
#include "fault_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "image/segment.h"

enum { FILL = 0x5a, PAGES = 2 };

static size_t
page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static int
file_of_pages(void)
{
	int fd = memfd_create("mapped", MFD_CLOEXEC);
	uint8_t *bytes = malloc(PAGES * page_size());
	assert_true(fd >= 0);
	assert_non_null(bytes);
	memset(bytes, FILL, PAGES * page_size());
	assert_int_equal(write(fd, bytes, PAGES * page_size()), PAGES * page_size());
	free(bytes);
	return fd;
}

static struct mapping *
map(int fd)
{
	struct mapping *mapping = mapping_new(fd, PAGES * page_size());
	assert_non_null(mapping);
	return mapping;
}

static void
test_mapping_refused(void **state)
{
	static const enum fault_call calls[] = {FAULT_MMAP, FAULT_FCNTL, FAULT_FSTAT};
	(void)state;
	int fd = file_of_pages();
	size_t before = open_descriptors();
	/* More often than there are slots: each is given back. */
	for (size_t i = 0; i < 300; i++) {
		/* The place first, then the file in it. */
		bool second = calls[i % ARRAY_LENGTH(calls)] == FAULT_MMAP && i % 2;
		fault_call_arm(calls[i % ARRAY_LENGTH(calls)], second, ENFILE);
		assert_null(mapping_new(fd, page_size()));
		assert_true(fault_calls_disarm());
		assert_true(errno == ENFILE);
	}
	fault_arm(0);
	assert_null(mapping_new(fd, page_size()));
	assert_true(fault_disarm());
	assert_int_equal(errno, ENOMEM);
	assert_int_equal(open_descriptors(), before);
	mapping_release(map(fd));
	close(fd);
}

static void
read_last(void *context)
{
	struct mapping *mapping = context;
	volatile const uint8_t *bytes = mapping_bytes(mapping);
	assert_int_equal(bytes[PAGES * page_size() - 1], 0);
}

/* A page is missed while another file is being mapped: the right mapping is told lost. */
static void
test_fault_while_mapping(void **state)
{
	(void)state;
	int fd = file_of_pages();
	int other = file_of_pages();
	struct mapping *first = map(other);
	struct mapping *second = map(fd);
	struct mapping *third = map(fd);
	assert_int_equal(ftruncate(fd, (off_t)page_size()), 0);
	read_last(second);
	assert_true(*mapping_lost(second));
	assert_false(*mapping_lost(first));
	assert_false(*mapping_lost(third));
	mapping_release(second);
	mapping_release(first);
	fault_call_before(FAULT_MMAP, 0, read_last, third);
	first = map(other);
	assert_true(fault_calls_disarm());
	assert_true(*mapping_lost(third));
	assert_false(*mapping_lost(first));
	mapping_release(first);
	mapping_release(third);
	close(other);
	close(fd);
}

static void
leave(void *context)
{
	siglongjmp(*(sigjmp_buf *)context, 1);
}

/* Whether reading the last byte gives the signal back to who had it before anyns. */
static bool
gives_up(volatile const uint8_t *bytes)
{
	sigjmp_buf back;
	fault_call_before(FAULT_SIGNAL, 0, leave, &back);
	if (sigsetjmp(back, 1) == 0)
		(void)bytes[PAGES * page_size() - 1];
	return fault_calls_disarm();
}

/* No zeros to be had for a page, and a page that is none of ours: the process ends as it should. */
static void
test_fault_not_cured(void **state)
{
	(void)state;
	int fd = file_of_pages();
	struct mapping *mapping = map(fd);
	uint8_t *own = mmap(NULL, PAGES * page_size(), PROT_READ, MAP_SHARED, fd, 0);
	assert_true(own != MAP_FAILED);
	assert_int_equal(ftruncate(fd, (off_t)page_size()), 0);
	assert_true(gives_up(own));
	assert_false(*mapping_lost(mapping));
	fault_call_arm(FAULT_MMAP, 0, ENOMEM);
	assert_true(gives_up(mapping_bytes(mapping)));
	assert_true(*mapping_lost(mapping));
	munmap(own, PAGES * page_size());
	mapping_release(mapping);
	close(fd);
}

/* A file that cannot even be asked is taken for lost; a nanosecond is a change. */
static void
test_changed(void **state)
{
	(void)state;
	int fd = file_of_pages();
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {1000, 1}};
	assert_int_equal(futimens(fd, times), 0);
	struct mapping *mapping = map(fd);
	assert_false(mapping_changed(mapping));
	times[1].tv_nsec++;
	assert_int_equal(futimens(fd, times), 0);
	assert_true(mapping_changed(mapping));
	assert_false(*mapping_lost(mapping));
	fault_call_arm(FAULT_FSTAT, 0, EIO);
	assert_true(mapping_changed(mapping));
	assert_true(fault_calls_disarm());
	assert_true(*mapping_lost(mapping));
	mapping_release(mapping);
	close(fd);
}

static struct image_file *
open_file(const struct fixture *f)
{
	struct report report = REPORT_INIT;
	struct image_file *file = image_file_open(f->path, &report);
	assert_non_null(file);
	return file;
}

/* SHA-256 fails or somebody is in a hurry: nothing is known, so nothing is said. */
static void
test_digest_fails(void **state)
{
	struct fixture *f = *state;
	struct image_file *file = open_file(f);
	struct segment *segment = image_file_zone(file, 0).segment;
	atomic_bool cancel = true;
	assert_false(segment_verify(segment, &cancel));
	assert_int_equal(segment_trust(segment), SEGMENT_UNREAD);
	atomic_store(&cancel, false);
	size_t n = 0;
	for (bool failed = true; failed; n++) {
		assert_in_range(n, 0, FAULTS_MAX);
		fault_call_arm(FAULT_DIGEST, n, 0);
		bool good = segment_verify(segment, &cancel);
		failed = fault_calls_disarm();
		assert_int_equal(good, !failed);
		assert_int_equal(segment_trust(segment), failed ? SEGMENT_UNREAD : SEGMENT_GOOD);
	}
	assert_in_range(n, 6, FAULTS_MAX);
	image_file_release(file);
}

/* Somebody writes to the file: told once, suspect from then on, and right as long as its digest is.
 */
static void
test_file_changed(void **state)
{
	struct fixture *f = *state;
	struct image_file *file = open_file(f);
	struct segment *segment = image_file_zone(file, 0).segment;
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, image_file_modified(file)};
	assert_false(segment_file_changed(segment));
	assert_false(segment_suspect(segment));
	assert_false(segment_file_changed(f->segments[0])); /* in memory, without a file */
	assert_false(segment_suspect(f->segments[0]));
	times[1].tv_sec--;
	assert_int_equal(utimensat(AT_FDCWD, f->path, times, 0), 0);
	assert_true(segment_file_changed(segment));
	assert_false(segment_file_changed(segment));
	assert_true(segment_suspect(segment));
	assert_true(segment_verify(segment, NULL));
	assert_int_equal(segment_trust(segment), SEGMENT_GOOD);
	/* Cut: bad for good. */
	assert_int_equal(truncate(f->path, 64), 0);
	assert_true(segment_file_changed(segment));
	assert_false(segment_verify(segment, NULL));
	assert_int_equal(segment_trust(segment), SEGMENT_BAD);
	image_file_release(file);
}

static void
test_same(void **state)
{
	struct fixture *f = *state;
	struct image_file *file = open_file(f);
	assert_true(segment_same(image_file_zone(file, 2).segment, f->segments[0]));
	assert_false(segment_same(f->segments[0], f->segments[1]));
	/* Of one size, with one letter changed. */
	struct segment *other = served_segment(
		&(struct served_zone){"c.example.", fixture_zones[0].text, PLAN_NSEC});
	assert_false(segment_same(other, f->segments[0]));
	segment_release(other);
	image_file_release(file);
}

/* A zone is compiled or not; when not, the report says which zone and why. */
static void
build_with_faults(const struct zone *zone, void (*arm)(size_t), bool (*disarm)(void), size_t most)
{
	for (size_t n = 0;; n++) {
		struct report report = REPORT_INIT;
		assert_in_range(n, 0, most);
		arm(n);
		struct segment *segment = segment_build(zone, &report);
		bool fired = disarm();
		assert_true(segment || (fired && report.errors == 1));
		if (!segment)
			assert_non_null(strstr(report.findings[0].message,
					       "cannot compile zone b.example.: "));
		segment_release(segment);
		report_clear(&report);
		if (!fired)
			return;
	}
}

static void
arm_digest(size_t count)
{
	fault_call_arm(FAULT_DIGEST, count, 0);
}

static void
test_build(void **state)
{
	(void)state;
	for (enum plan_signing signing = PLAN_UNSIGNED; signing <= PLAN_OPT_OUT; signing++) {
		struct report report = REPORT_INIT;
		struct served_zone text = {"b.example.", fixture_zones[0].text, signing};
		struct zone *zone = served_load(&text, &report);
		assert_non_null(zone);
		report_clear(&report);
		build_with_faults(zone, fault_arm, fault_disarm, FAULTS_MAX);
		build_with_faults(zone, arm_digest, fault_calls_disarm, 6);
		zone_free(zone);
	}
}

static void
set_flag(void *context)
{
	atomic_bool *flag = context;
	atomic_store(flag, true);
}

/* Told to stop before it began, and at each moment at which it asks for memory: an error, nothing
 * left behind. Too late only when nothing is left to be done. */
static void
test_build_cancelled(void **state)
{
	(void)state;
	for (enum plan_signing signing = PLAN_UNSIGNED; signing <= PLAN_OPT_OUT; signing++) {
		struct report report = REPORT_INIT;
		struct served_zone text = {"b.example.", fixture_zones[0].text, signing};
		struct zone *zone = served_load(&text, &report);
		assert_non_null(zone);
		report_clear(&report);
		atomic_bool cancel = true;
		assert_null(segment_build_unless(zone, &cancel, &report));
		assert_int_equal(report.errors, 1);
		assert_non_null(
			strstr(report.findings[0].message, "b.example.: it was interrupted"));
		report_clear(&report);
		size_t built = 0;
		bool fired = true;
		for (size_t n = 0; fired; n++) {
			assert_in_range(n, 0, FAULTS_MAX);
			atomic_store(&cancel, false);
			fault_before(n, set_flag, &cancel);
			struct segment *segment = segment_build_unless(zone, &cancel, &report);
			fired = fault_disarm();
			assert_int_equal(report.errors, segment == NULL);
			built += fired && segment;
			segment_release(segment);
			report_clear(&report);
		}
		/* Made to fit, and given its owner. */
		assert_int_equal(built, 2);
		zone_free(zone);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mapping_refused),
		cmocka_unit_test(test_fault_while_mapping),
		cmocka_unit_test(test_fault_not_cured),
		cmocka_unit_test(test_changed),
		TEST(test_digest_fails),
		TEST(test_file_changed),
		TEST(test_same),
		cmocka_unit_test(test_build),
		cmocka_unit_test(test_build_cancelled),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
