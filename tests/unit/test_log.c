/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "anyns/log.h"

/* Standard error as a file while a test runs. */
struct capture {
	int file;
	int saved;
};

static struct capture
capture_begin(void)
{
	char path[] = "/tmp/anyns-log-XXXXXX";
	struct capture capture = {.file = mkstemp(path), .saved = dup(STDERR_FILENO)};

	assert_true(capture.file >= 0 && capture.saved >= 0);
	unlink(path);
	assert_true(dup2(capture.file, STDERR_FILENO) >= 0);
	return capture;
}

static char *
capture_end(struct capture *capture)
{
	off_t size = lseek(capture->file, 0, SEEK_END);
	char *text = calloc(1, (size_t)size + 1);

	dup2(capture->saved, STDERR_FILENO);
	assert_non_null(text);
	assert_int_equal(pread(capture->file, text, (size_t)size, 0), size);
	close(capture->file);
	close(capture->saved);
	return text;
}

static void
assert_matches(const char *text, const char *pattern)
{
	regex_t regex;

	assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
	int result = regexec(&regex, text, 0, NULL, 0);
	regfree(&regex);
	if (result != 0)
		print_error("%s does not match %s\n", text, pattern);
	assert_int_equal(result, 0);
}

#define STAMP "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\\.[0-9]{3}Z "

static void
test_stamped_lines(void **state)
{
	struct capture capture = capture_begin();
	struct log *log = log_new("fra1-a", LOG_LEVEL_INFO);

	(void)state;
	log_error(log, "e %d", 1);
	log_warning(log, "w %s", "2");
	log_notice(log, "n");
	log_info(log, "i");
	log_free(log);
	char *text = capture_end(&capture);
	assert_matches(text, "^" STAMP "fra1-a error: e 1\n" STAMP "fra1-a warning: w 2\n" STAMP
			     "fra1-a notice: n\n" STAMP "fra1-a info: i\n$");
	free(text);
}

static void
test_levels(void **state)
{
	struct capture capture = capture_begin();
	struct log *log = log_new("a", LOG_LEVEL_ERROR);

	(void)state;
	log_error(log, "1");
	log_warning(log, "2");
	log_set_level(log, LOG_LEVEL_NOTICE);
	log_warning(log, "3");
	log_notice(log, "4");
	log_info(log, "5");
	assert_true(log_set_instance(log, "b"));
	log_notice(log, "6");
	log_free(log);
	char *text = capture_end(&capture);
	assert_matches(text, "^" STAMP "a error: 1\n" STAMP "a warning: 3\n" STAMP
			     "a notice: 4\n" STAMP "b notice: 6\n$");
	free(text);
}

static void
test_no_log(void **state)
{
	struct capture capture = capture_begin();
	struct report report = REPORT_INIT;

	(void)state;
	log_error(NULL, "x");
	log_warning(NULL, "x");
	log_notice(NULL, "x");
	log_info(NULL, "x");
	log_set_level(NULL, LOG_LEVEL_INFO);
	assert_true(log_set_instance(NULL, "x"));
	log_report(NULL, &report);
	log_free(NULL);
	char *text = capture_end(&capture);
	assert_string_equal(text, "");
	free(text);
}

/* The prefix appears when the variable names what standard error is, and only then. */
static void
test_journal(void **state)
{
	struct capture capture = capture_begin();
	struct stat status;
	char stream[64];

	(void)state;
	assert_int_equal(fstat(STDERR_FILENO, &status), 0);
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)status.st_dev,
		 (uintmax_t)status.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	struct log *log = log_new("a", LOG_LEVEL_INFO);
	log_error(log, "1");
	log_warning(log, "2");
	log_notice(log, "3");
	log_info(log, "4");
	log_free(log);
	setenv("JOURNAL_STREAM", "1:1", 1);
	log = log_new("a", LOG_LEVEL_INFO);
	log_error(log, "5");
	log_free(log);
	unsetenv("JOURNAL_STREAM");
	char *text = capture_end(&capture);
	assert_matches(text, "^<3>a error: 1\n<4>a warning: 2\n<5>a notice: 3\n<6>a info: 4\n" STAMP
			     "a error: 5\n$");
	free(text);
}

static void
test_escapes(void **state)
{
	struct capture capture = capture_begin();
	struct log *log = log_new("a", LOG_LEVEL_INFO);

	(void)state;
	log_error(log, "%s", "one\ntwo\x1b[31m\x7f\xc3\xbc\t\\");
	log_free(log);
	char *text = capture_end(&capture);
	assert_non_null(strstr(text, "one\\x0atwo\\x1b[31m\\x7f\xc3\xbc\\x09\\\n"));
	free(text);
}

static void
test_long_lines_are_cut(void **state)
{
	struct capture capture = capture_begin();
	struct log *log = log_new("a", LOG_LEVEL_INFO);
	static char message[100001];

	(void)state;
	memset(message, 'x', 100000);
	message[100000] = '\0';
	log_error(log, "%s", message);
	memset(message, '\n', 100000);
	log_error(log, "%s", message);
	log_free(log);
	char *text = capture_end(&capture), *end = strchr(text, '\n');
	assert_non_null(end);
	assert_true(end - text >= 2000 && end - text < 4096);
	size_t second = strlen(end + 1);
	assert_true(second > 4000 && second <= 4096);
	assert_ptr_equal(strchr(end + 1, '\n'), end + second);
	free(text);
}

/* Each line is one write: in a pipe of packets (O_DIRECT) one read gives one line. */
static void
test_one_write(void **state)
{
	int ends[2], saved = dup(STDERR_FILENO);
	char line[8192];

	(void)state;
	assert_int_equal(pipe2(ends, O_DIRECT), 0);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	struct log *log = log_new("a", LOG_LEVEL_INFO);
	log_error(log, "first");
	log_error(log, "second");
	log_free(log);
	dup2(saved, STDERR_FILENO);
	ssize_t size = read(ends[0], line, sizeof(line) - 1);
	assert_true(size > 0);
	line[size] = '\0';
	assert_matches(line, "^" STAMP "a error: first\n$");
	close(ends[0]);
	close(ends[1]);
	close(saved);
}

static void
test_errno_survives(void **state)
{
	struct capture capture = capture_begin();
	struct log *log = log_new("a", LOG_LEVEL_INFO);

	(void)state;
	/* A log that cannot be written is no reason to stop, and no error of the caller. */
	close(STDERR_FILENO);
	errno = ENOENT;
	log_error(log, "%s", "x");
	assert_int_equal(errno, ENOENT);
	log_free(log);
	char *text = capture_end(&capture);
	assert_string_equal(text, "");
	free(text);
}

static void
test_report(void **state)
{
	struct capture capture = capture_begin();
	struct log *log = log_new("a", LOG_LEVEL_INFO);
	struct report report = REPORT_INIT;

	(void)state;
	report_add(&report, SEVERITY_ERROR, (struct place){"f", 3, 1}, "do that", "bad");
	report_add(&report, SEVERITY_WARNING, (struct place){0}, NULL, "odd");
	log_report(log, &report);
	report.dropped = 5;
	log_set_level(log, LOG_LEVEL_ERROR);
	log_report(log, &report);
	log_set_level(log, LOG_LEVEL_WARNING);
	log_report(log, &report);
	report_clear(&report);
	log_free(log);
	char *text = capture_end(&capture);
	assert_matches(text,
		       "^" STAMP "a error: f:3:1: bad; do that\n" STAMP "a warning: odd\n" STAMP
		       "a error: f:3:1: bad; do that\n" STAMP "a error: f:3:1: bad; do that\n" STAMP
		       "a warning: odd\n" STAMP "a warning: 5 more findings[^\n]*\n$");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stamped_lines), cmocka_unit_test(test_levels),
		cmocka_unit_test(test_no_log),        cmocka_unit_test(test_journal),
		cmocka_unit_test(test_escapes),       cmocka_unit_test(test_long_lines_are_cut),
		cmocka_unit_test(test_one_write),     cmocka_unit_test(test_errno_survives),
		cmocka_unit_test(test_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
