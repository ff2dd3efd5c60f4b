/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Image files written while memory, the system or the disk fails: an error that tells which, the
 * file of before as it was, and nothing beside it (fixture_remove() looks).
 */
#include "fault_fixture.h"

#include <sys/stat.h>

struct fault_case {
	enum fault_call call;
	size_t count;
	int error;
};

static void
expect_unchanged(const struct fixture *f)
{
	uint8_t *bytes;
	size_t size;
	fixture_read(f->path, &bytes, &size);
	assert_int_equal(size, f->size);
	assert_memory_equal(bytes, f->bytes, size);
	free(bytes);
}

/* What is armed makes writing another file over that of the fixture fail. */
static void
expect_fault(const struct fixture *f, int error)
{
	struct report report = REPORT_INIT;
	size_t before = open_descriptors();
	bool ok = image_file_write(f->path, f->zones, 1, NULL, &report);
	assert_true(fault_calls_disarm());
	assert_false(ok);
	assert_non_null(report.findings[0].remedy);
	expect_told(&report, f->path, "cannot write the image file", error);
	assert_int_equal(open_descriptors(), before);
}

/* What is armed changes nothing: the file is written, and it is a right one. */
static void
expect_written(const struct fixture *f)
{
	struct report report = REPORT_INIT;
	size_t before = open_descriptors();
	uint64_t size = 0;
	assert_true(image_file_write(f->path, f->zones, 2, &size, &report));
	assert_true(fault_calls_disarm());
	assert_int_equal(report.count, 0);
	assert_int_equal(open_descriptors(), before);
	struct image_file *file = image_file_open(f->path, &report);
	assert_non_null(file);
	assert_int_equal(image_file_size(file), size);
	assert_int_equal(image_file_count(file), 2);
	image_file_release(file);
	fixture_put(f, f->bytes, f->size);
}

static void
test_memory(void **state)
{
	struct fixture *f = *state;
	size_t n = 0;
	for (;; n++) {
		struct report report = REPORT_INIT;
		size_t before = open_descriptors();
		assert_in_range(n, 0, FAULTS_MAX);
		fault_arm(n);
		bool ok = image_file_write(f->path, f->zones, 1, NULL, &report);
		bool fired = fault_disarm();
		assert_int_equal(ok, !fired);
		assert_int_equal(open_descriptors(), before);
		if (!fired)
			break;
		expect_told(&report, f->path, "cannot write the image file", ENOMEM);
		expect_unchanged(f);
	}
	/* The folder's name, the zones in order, the table, the name beside. */
	assert_int_equal(n, 4);
}

/* In the folder where one works the name of the folder is memory too. */
static void
test_memory_here(void **state)
{
	struct fixture *f = *state;
	struct report report = REPORT_INIT;
	assert_int_equal(chdir(f->folder), 0);
	fault_arm(0);
	assert_false(image_file_write("zones.image", f->zones, 1, NULL, &report));
	assert_true(fault_disarm());
	expect_told(&report, "zones.image", "cannot write the image file", ENOMEM);
	assert_int_equal(chdir("/"), 0);
	expect_unchanged(f);
}

static void
test_system_calls(void **state)
{
	struct fixture *f = *state;
	static const struct fault_case cases[] = {
		{FAULT_OPEN, 0, EMFILE},   {FAULT_OPENAT, 0, EACCES}, {FAULT_FALLOCATE, 0, ENOSPC},
		{FAULT_WRITE, 0, ENOSPC},  {FAULT_WRITE, 1, EIO},     {FAULT_WRITE, 2, EDQUOT},
		{FAULT_FSYNC, 0, EIO},     {FAULT_LINKAT, 0, EEXIST}, {FAULT_RENAME, 0, EXDEV},
		{FAULT_LINKAT, 0, ENOENT},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		fault_call_arm(cases[i].call, cases[i].count, cases[i].error);
		expect_fault(f, cases[i].error);
		expect_unchanged(f);
	}
	fault_call_arm(FAULT_DIGEST, 0, 0);
	expect_fault(f, 0);
	expect_unchanged(f);
}

/* Interrupted, nothing written, no room to be had in advance: it goes on. */
static void
test_goes_on(void **state)
{
	struct fixture *f = *state;
	static const struct fault_case cases[] = {
		{FAULT_WRITE, 0, EINTR},
		{FAULT_WRITE, 1, EINTR},
		{FAULT_WRITE, 2, 0},
		{FAULT_FALLOCATE, 0, EOPNOTSUPP},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		fault_call_arm(cases[i].call, cases[i].count, cases[i].error);
		expect_written(f);
	}
}

/* A file system without nameless files: the name beside is used, and gone after any fault. */
static void
test_beside(void **state)
{
	struct fixture *f = *state;
	static const int without[] = {EOPNOTSUPP, EISDIR};
	static const struct fault_case cases[] = {
		{FAULT_OPEN, 1, EROFS},   {FAULT_FALLOCATE, 0, ENOSPC}, {FAULT_WRITE, 0, ENOSPC},
		{FAULT_WRITE, 2, ENOSPC}, {FAULT_FSYNC, 0, EIO},        {FAULT_RENAME, 0, EXDEV},
	};
	for (size_t w = 0; w < ARRAY_LENGTH(without); w++) {
		fault_call_arm(FAULT_OPENAT, 0, without[w]);
		expect_written(f);
		for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
			fault_call_arm(FAULT_OPENAT, 0, without[w]);
			fault_call_arm(cases[i].call, cases[i].count, cases[i].error);
			expect_fault(f, cases[i].error);
			expect_unchanged(f);
		}
	}
}

/* The folder is not on the disk: an error, for after a power cut the file may be another one. */
static void
test_folder_not_synced(void **state)
{
	struct fixture *f = *state;
	fault_call_arm(FAULT_FSYNC, 1, EIO);
	expect_fault(f, EIO);
	struct report report = REPORT_INIT;
	struct image_file *file = image_file_open(f->path, &report);
	assert_non_null(file); /* whole, whichever it is */
	image_file_release(file);
}

/* At the top of the tree the folder's name is the slash itself. */
static void
test_at_the_top(void **state)
{
	struct fixture *f = *state;
	struct report report = REPORT_INIT;
	fault_call_arm(FAULT_OPENAT, 0, EROFS);
	assert_false(image_file_write("/zones.image", f->zones, 1, NULL, &report));
	assert_true(fault_calls_disarm());
	expect_told(&report, "/zones.image", "cannot write the image file", EROFS);
}

/* Texts of more than 4 GiB together: refused before anything is written. */
static void
test_too_much(void **state)
{
	struct fixture *f = *state;
	enum { TEXT = 1 << 24, COUNT = 256 };
	char *text = malloc(TEXT);
	struct finding *findings = calloc(COUNT, sizeof *findings);
	assert_non_null(text);
	assert_non_null(findings);
	memset(text, 'x', TEXT - 1);
	text[TEXT - 1] = 0;
	for (size_t i = 0; i < COUNT; i++)
		findings[i].message = text;
	struct report many = {.findings = findings, .count = COUNT};
	f->zones[0].report = &many;
	expect_fault(f, EOVERFLOW);
	expect_unchanged(f);
	free(findings);
	free(text);
}

/* Texts that are empty are none; what follows them is where it should be. */
static void
test_empty_texts(void **state)
{
	struct fixture *f = *state;
	struct report report = REPORT_INIT;
	struct report odd = REPORT_INIT;
	char nowhere[] = "";
	report_add(&odd, SEVERITY_WARNING, (struct place){.file = nowhere}, "", "%s", "");
	report_add(&odd, SEVERITY_WARNING, (struct place){.file = "b.zone"}, NULL, "%s", "odd");
	f->zones[0].report = &odd;
	assert_true(image_file_write(f->path, f->zones, 1, NULL, &report));
	struct image_file *file = image_file_open(f->path, &report);
	assert_non_null(file);
	image_file_findings(file, 0, &report);
	assert_int_equal(report.count, 2);
	assert_null(report.findings[0].file);
	assert_null(report.findings[0].remedy);
	assert_string_equal(report.findings[0].message, "");
	assert_string_equal(report.findings[1].file, "b.zone");
	assert_string_equal(report.findings[1].message, "odd");
	report_clear(&report);
	report_clear(&odd);
	image_file_release(file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_memory),     TEST(test_memory_here), TEST(test_system_calls),
		TEST(test_goes_on),    TEST(test_beside),      TEST(test_folder_not_synced),
		TEST(test_at_the_top), TEST(test_too_much),    TEST(test_empty_texts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
