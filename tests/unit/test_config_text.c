/* SPDX-License-Identifier: BSD-2-Clause */
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

#include "config/config_text.h"

/* The place and message of the only finding, or "" when the bytes are fine. */
static void
expect_complaint(const char *bytes, size_t size, const char *expected)
{
	struct report report = REPORT_INIT;
	char line[256] = "";
	bool good = config_text_check("f", bytes, size, &report);

	assert_int_equal(good, expected[0] == '\0');
	assert_int_equal(report.errors, good ? 0 : 1);
	if (!good) {
		free(report.findings[0].remedy);
		report.findings[0].remedy = NULL;
		report_line(&report.findings[0], line, sizeof(line));
	}
	assert_string_equal(line, expected);
	report_clear(&report);
}

static void
test_check_utf8(void **state)
{
	static const char *const good[] = {"",
					   "a",
					   "\xc3\xbc",
					   "\xe0\xa0\x80",
					   "\xed\x9f\xbf",
					   "\xee\x80\x80",
					   "\xf0\x90\x80\x80",
					   "\xf4\x8f\xbf\xbf",
					   "\xef\xbb\xbfx"};
	static const char *const bad[] = {"\x80",
					  "\xc1\xbf",
					  "\xc3",
					  "\xe0\x9f\xbf",
					  "\xed\xa0\x80",
					  "\xf0\x8f\xbf\xbf",
					  "\xf4\x90\x80\x80",
					  "\xf5\x80\x80\x80",
					  "\xe2\x82",
					  "\xc3x",
					  "\xff\xfe"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
		expect_complaint(good[i], strlen(good[i]), "");
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		expect_complaint(bad[i], strlen(bad[i]), "f:1:1: error: this is not UTF-8 text");
}

static void
test_check_refused(void **state)
{
	static const struct {
		const char *text;
		const char *expected;
	} table[] = {
		{"a: b\r\nc: d\r\n", ""},
		{"a\rb", "f:1:2: error: a carriage return that ends no line"},
		{"a\n\r", "f:2:1: error: a carriage return that ends no line"},
		{"\t\n", ""},
		{"a\n\xc3\xbc\x1f", "f:2:2: error: a control byte"},
		{"\x7f", "f:1:1: error: a control byte"},
		{"\xc2\x85", "f:1:1: error: a control character"},
		{"\xc2\xa0", ""},
		{"\xe2\x80\xa8", "f:1:1: error: a Unicode line or paragraph separator"},
		{"\xe2\x80\xa9", "f:1:1: error: a Unicode line or paragraph separator"},
		{"a\xef\xbb\xbf", "f:1:2: error: a byte order mark inside the text"},
		{"a %b", ""},
		{"#\n%YAML 1.1\n",
		 "f:2:1: error: YAML directives (lines that begin with %) are not used here"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(table); i++)
		expect_complaint(table[i].text, strlen(table[i].text), table[i].expected);
	expect_complaint("a\0b", 3, "f:1:2: error: a control byte");
}

static void
test_check_explicit_keys(void **state)
{
	static const struct {
		const char *text;
		unsigned column; /* 0: fine */
	} table[] = {
		{"? a", 1},        {"?", 1},         {"  ?\n", 3},   {"- ? a", 3},   {"[? a]", 2},
		{"{a: b,? c}", 7}, {"\"a\" ? b", 5}, {"&a ? b", 4},  {"!t ? b", 4},  {"*a ? b", 4},
		{"... ? b", 5},    {"a: ? b", 4},    {"--- ? b", 5}, {"[a] ? b", 5}, {"a ? b", 0},
		{"# why ? so", 0}, {"?a", 0},        {"a?", 0},      {"x?y ?z", 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
		char expected[96] = "";

		if (table[i].column)
			snprintf(expected, sizeof(expected),
				 "f:1:%u: error: explicit YAML keys (? key) are not used here",
				 table[i].column);
		expect_complaint(table[i].text, strlen(table[i].text), expected);
	}
}

static void
test_read(void **state)
{
	char path[] = "/tmp/anyns-text-XXXXXX";
	struct report report = REPORT_INIT;
	struct place place = {"f", 7, 8};
	struct config_text text;
	char *big = calloc(1, 40000);
	int file = mkstemp(path);

	(void)state;
	assert_true(file >= 0);
	memset(big, 'x', 40000);
	assert_int_equal(write(file, big, 40000), 40000);
	close(file);
	/* The limit is inclusive, and the file larger than the first buffer. */
	assert_true(config_text_read(path, 40000, place, &text, &report));
	assert_int_equal(text.size, 40000);
	assert_memory_equal(text.bytes, big, 40000);
	assert_int_equal(text.bytes[40000], '\0');
	assert_false(text.exposed);
	config_text_free(&text);
	assert_null(text.bytes);
	assert_int_equal(chmod(path, 0644), 0);
	assert_true(config_text_read(path, 40000, place, &text, &report));
	assert_true(text.exposed);
	config_text_free(&text);
	assert_int_equal(report.count, 0);

	assert_false(config_text_read(path, 39999, place, &text, &report));
	assert_false(config_text_read("/", 10, place, &text, &report));
	unlink(path);
	assert_false(config_text_read(path, 10, place, &text, &report));
	assert_int_equal(report.errors, 3);
	assert_int_equal(report.findings[2].line, 7);
	assert_non_null(strstr(report.findings[2].message, "No such file"));
	report_clear(&report);
	free(big);
}

static void
test_read_empty(void **state)
{
	struct report report = REPORT_INIT;
	struct config_text text;

	(void)state;
	assert_true(config_text_read("/dev/null", 10, (struct place){0}, &text, &report));
	assert_int_equal(text.size, 0);
	assert_string_equal(text.bytes, "");
	assert_false(text.exposed); /* a device is nobody's file */
	config_text_free(&text);
	report_clear(&report);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check_utf8),          cmocka_unit_test(test_check_refused),
		cmocka_unit_test(test_check_explicit_keys), cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
