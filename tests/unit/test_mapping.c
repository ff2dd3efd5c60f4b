/* SPDX-License-Identifier: BSD-2-Clause */
/* Mapped files: shared, released, and cut short under the reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "image/format.h"
#include "image/mapping.h"

enum { PAGES = 4, FILL = 0x5a };

static int
file_of(size_t size)
{
	char path[] = "/tmp/anyns-unit-XXXXXX";
	int fd = mkstemp(path);
	uint8_t *bytes = malloc(size);
	assert_true(fd >= 0);
	assert_non_null(bytes);
	memset(bytes, FILL, size);
	assert_int_equal(write(fd, bytes, size), size);
	free(bytes);
	unlink(path);
	return fd;
}

static size_t
page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static void
test_life(void **state)
{
	(void)state;
	int fd = file_of(100);
	struct mapping *mapping = mapping_new(fd, 100);
	close(fd);
	assert_non_null(mapping);
	assert_int_equal(mapping_size(mapping), 100);
	assert_int_equal(mapping_bytes(mapping)[99], FILL);
	assert_false(*mapping_lost(mapping));
	assert_ptr_equal(mapping_share(mapping), mapping);
	mapping_release(mapping);
	assert_int_equal(mapping_bytes(mapping)[0], FILL);
	mapping_release(mapping);
	mapping_release(NULL);
}

/* A reader that was misled just before the end finds zeros there, whatever the size is. */
static void
test_spare(void **state)
{
	(void)state;
	size_t sizes[] = {1, page_size() - 1, page_size(), page_size() + 1};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		int fd = file_of(sizes[i]);
		struct mapping *mapping = mapping_new(fd, sizes[i]);
		assert_non_null(mapping);
		volatile const uint8_t *end = mapping_bytes(mapping) + sizes[i];
		assert_int_equal(end[-1], FILL);
		for (size_t at = 0; at < IMAGE_SPARE; at++)
			assert_true(end[at] == 0);
		assert_false(*mapping_lost(mapping));
		mapping_release(mapping);
		close(fd);
	}
}

static void
test_refused(void **state)
{
	(void)state;
	errno = 0;
	assert_null(mapping_new(-1, 10));
	assert_int_equal(errno, EBADF);
	/* More than the address space; what was taken for it is given back. */
	int fd = file_of(10);
	for (unsigned i = 0; i < 1000; i++)
		assert_null(mapping_new(fd, SIZE_MAX / 2));
	struct mapping *mapping = mapping_new(fd, 10);
	assert_non_null(mapping);
	mapping_release(mapping);
	close(fd);
}

static void
test_too_many(void **state)
{
	(void)state;
	struct mapping *mappings[100];
	size_t count = 0;
	int fd = file_of(10);
	while (count < 100 && (mappings[count] = mapping_new(fd, 10)))
		count++;
	assert_int_equal(errno, EMFILE);
	assert_in_range(count, 8, 99);
	while (count > 0)
		mapping_release(mappings[--count]);
	mappings[0] = mapping_new(fd, 10);
	assert_non_null(mappings[0]);
	mapping_release(mappings[0]);
	close(fd);
}

/* The pages that are gone read as zeros, the flag of this mapping alone says so. */
static void
test_cut_short(void **state)
{
	(void)state;
	size_t page = page_size();
	int fd = file_of(PAGES * page);
	int other = file_of(page);
	struct mapping *mapping = mapping_new(fd, PAGES * page);
	struct mapping *whole = mapping_new(other, page);
	assert_non_null(mapping);
	assert_non_null(whole);
	const atomic_bool *lost = mapping_lost(mapping);
	assert_int_equal(ftruncate(fd, (off_t)page), 0);
	volatile const uint8_t *bytes = mapping_bytes(mapping);
	assert_int_equal(bytes[0], FILL);
	assert_false(*lost);
	errno = ENOTTY;
	assert_int_equal(bytes[PAGES * page - 1], 0);
	assert_int_equal(errno, ENOTTY);
	assert_true(*lost);
	assert_int_equal(bytes[page], 0);
	assert_int_equal(bytes[0], FILL);
	assert_int_equal(mapping_bytes(whole)[page - 1], FILL);
	assert_false(*mapping_lost(whole));
	mapping_release(mapping);
	/* Whoever gets the place next starts whole. */
	struct mapping *again = mapping_new(other, page);
	assert_non_null(again);
	assert_false(*mapping_lost(again));
	mapping_release(again);
	mapping_release(whole);
	close(fd);
	close(other);
}

/* Written to, touched, cut within a page: seen without a fault. */
static void
test_changed(void **state)
{
	(void)state;
	int fd = file_of(100);
	struct mapping *mapping = mapping_new(fd, 100);
	assert_non_null(mapping);
	assert_false(mapping_changed(mapping));
	assert_false(mapping_suspect(mapping));
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1000}};
	for (time_t second = 1000; second < 1002; second++) {
		times[1].tv_sec = second;
		assert_int_equal(futimens(fd, times), 0);
		assert_true(mapping_changed(mapping));
		assert_false(mapping_changed(mapping)); /* once each */
		assert_true(mapping_suspect(mapping));  /* for ever */
		assert_false(*mapping_lost(mapping));
	}
	mapping_release(mapping);
	mapping = mapping_new(fd, 100);
	assert_non_null(mapping);
	assert_false(mapping_changed(mapping));
	assert_int_equal(ftruncate(fd, 99), 0);
	assert_true(mapping_changed(mapping));
	assert_false(mapping_changed(mapping));
	assert_true(*mapping_lost(mapping));
	mapping_release(mapping);
	close(fd);
}

/* A fault that is none of ours ends the process as if nobody had listened. */
static void
test_foreign_fault(void **state)
{
	(void)state;
	size_t page = page_size();
	int fd = file_of(page);
	struct mapping *mapping = mapping_new(fd, page);
	assert_non_null(mapping);
	pid_t child = fork();
	if (child == 0) {
		struct rlimit none = {0, 0};
		setrlimit(RLIMIT_CORE, &none);
		volatile uint8_t *own = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, 0);
		if (ftruncate(fd, 0) == 0)
			_exit(own[0]);
		_exit(99);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 99);
	/* A sanitizer may turn the signal into an exit of its own. */
	assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	mapping_release(mapping);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),     cmocka_unit_test(test_refused),
		cmocka_unit_test(test_too_many), cmocka_unit_test(test_cut_short),
		cmocka_unit_test(test_changed),  cmocka_unit_test(test_foreign_fault),
		cmocka_unit_test(test_spare),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
