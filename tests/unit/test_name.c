/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "anyns/name.h"

/* A name of labels of these lengths, all of byte `c`; returns its size, the root included. */
static size_t
make(uint8_t *wire, const uint8_t *lengths, size_t count, uint8_t c)
{
	size_t at = 0;
	for (size_t i = 0; i < count; i++) {
		wire[at++] = lengths[i];
		memset(wire + at, c, lengths[i]);
		at += lengths[i];
	}
	wire[at++] = 0;
	return at;
}

static void
parse(uint8_t *wire, const char *text)
{
	assert_int_not_equal(name_parse(wire, text), 0);
}

static void
test_length_limits(void **state)
{
	(void)state;
	uint8_t wire[300];
	static const uint8_t longest[] = {63, 63, 63, 61};
	static const uint8_t too_long[] = {63, 63, 63, 62};
	assert_int_equal(make(wire, longest, 4, 'x'), 255);
	assert_int_equal(name_length(wire, sizeof wire), 255);
	assert_int_equal(name_length(wire, 255), 255);
	assert_int_equal(name_length(wire, 254), 0);
	assert_int_equal(make(wire, too_long, 4, 'x'), 256);
	assert_int_equal(name_length(wire, sizeof wire), 0);

	assert_int_equal(name_length((const uint8_t *)"", 1), 1);
	assert_int_equal(name_length((const uint8_t *)"", 0), 0);
	memset(wire, 'x', sizeof wire);
	wire[0] = 64;
	wire[65] = 0;
	assert_int_equal(name_length(wire, sizeof wire), 0);
	wire[0] = 63;
	wire[64] = 0;
	assert_int_equal(name_length(wire, sizeof wire), 65);
	assert_int_equal(name_length((const uint8_t *)"\xc0\x0c", 3), 0);
	assert_int_equal(name_length((const uint8_t *)"\1a\xc0", 4), 0);
}

static void
test_127_labels(void **state)
{
	(void)state;
	uint8_t wire[300];
	uint8_t ones[128];
	memset(ones, 1, sizeof ones);
	assert_int_equal(make(wire, ones, 127, 'a'), 255);
	assert_int_equal(name_length(wire, sizeof wire), 255);
	assert_int_equal(name_labels(wire), 127);
	assert_int_equal(name_labels(name_skip(wire, 126)), 1);
	assert_int_equal(*name_skip(wire, 127), 0);
	assert_int_equal(name_compare(wire, wire), 0);
	assert_true(name_compare(wire, name_skip(wire, 1)) > 0);
	assert_true(name_is_below(wire, name_skip(wire, 126)));
	make(wire, ones, 128, 'a');
	assert_int_equal(name_length(wire, sizeof wire), 0);
}

static void
test_lower_and_equal(void **state)
{
	(void)state;
	uint8_t a[DNS_NAME_MAX], b[DNS_NAME_MAX];
	parse(a, "WwW.@[`{Z.Example");
	assert_int_equal(name_lower(b, a), name_length(a, sizeof a));
	uint8_t expected[DNS_NAME_MAX];
	parse(expected, "www.@[`{z.example");
	assert_memory_equal(b, expected, name_length(expected, sizeof expected));
	assert_true(name_equal(a, b));
	/* '@' and '`', '[' and '{' differ by 0x20 as letters do but are not letters. */
	parse(a, "@");
	parse(b, "`");
	assert_false(name_equal(a, b));
	parse(a, "a.b");
	parse(b, "a.bc");
	assert_false(name_equal(a, b));
	parse(b, "a");
	assert_false(name_equal(a, b));
	assert_false(name_equal(b, a));
	assert_int_equal(name_fold('Z'), 'z');
	assert_int_equal(name_fold('Z' + 1), 'Z' + 1);
	assert_int_equal(name_fold('A' - 1), 'A' - 1);
	assert_int_equal(name_fold(0xc1), 0xc1);
}

static void
test_canonical_order(void **state)
{
	(void)state;
	/* The example of RFC 4034 6.1, which must stay sorted as it stands. */
	static const char *const sorted[] = {
		"example",         "a.example",      "yljkjljk.a.example",
		"Z.a.example",     "zABC.a.EXAMPLE", "z.example",
		"\\001.z.example", "*.z.example",    "\\200.z.example"};
	uint8_t a[DNS_NAME_MAX], b[DNS_NAME_MAX];
	for (size_t i = 0; i < ARRAY_LENGTH(sorted); i++) {
		for (size_t j = 0; j < ARRAY_LENGTH(sorted); j++) {
			parse(a, sorted[i]);
			parse(b, sorted[j]);
			int order = name_compare(a, b);
			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
		}
	}
}

static void
test_below(void **state)
{
	(void)state;
	uint8_t a[DNS_NAME_MAX], b[DNS_NAME_MAX];
	parse(a, "x.Example.com");
	parse(b, "eXample.COM.");
	assert_true(name_is_below(a, b));
	assert_true(name_is_below(b, b));
	assert_false(name_is_below(b, a));
	parse(b, ".");
	assert_true(name_is_below(a, b));
	parse(b, "ample.com"); /* a suffix of the text, not of the labels */
	assert_false(name_is_below(a, b));
	assert_int_equal(*name_skip(a, 3), 0);
}

static void
test_text(void **state)
{
	(void)state;
	static const struct {
		const char *in, *out;
	} cases[] = {
		{".", "."},
		{"a", "a."},
		{"WWW.example.", "WWW.example."},
		{"a\\.b.c", "a\\.b.c."},
		{"\\000\\255\\032x", "\\000\\255\\032x."},
		{"\\\"\\(\\)\\;\\@\\$\\\\", "\\\"\\(\\)\\;\\@\\$\\\\."},
		{"\\097bc", "abc."},
		{"*._tcp", "*._tcp."},
	};
	uint8_t wire[DNS_NAME_MAX];
	char text[NAME_TEXT_MAX];
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		parse(wire, cases[i].in);
		assert_string_equal(name_text(text, wire), cases[i].out);
	}
	static const uint8_t longest[] = {63, 63, 63, 61};
	uint8_t again[DNS_NAME_MAX];
	make(wire, longest, 4, 0);
	assert_int_equal(strlen(name_text(text, wire)), 250 * 4 + 4);
	assert_int_equal(name_parse(again, text), 255);
	assert_memory_equal(again, wire, 255);
}

static void
test_parse_refuses(void **state)
{
	(void)state;
	static const char *const bad[] = {"",     "..",    ".a",    "a..b",   "a..",  "\\",
					  "\\25", "\\2x5", "\\256", "a\\999", "a b",  "a\tb",
					  "a;b",  "a\"",   "(a",    "a)",     "\x7f", "a\nb"};
	uint8_t wire[DNS_NAME_MAX];
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_int_equal(name_parse(wire, bad[i]), 0);
}

static void
test_parse_limits(void **state)
{
	(void)state;
	char text[600];
	uint8_t wire[DNS_NAME_MAX];
	memset(text, 'a', sizeof text);
	text[63] = '\0';
	assert_int_equal(name_parse(wire, text), 65);
	text[63] = 'a';
	text[64] = '\0';
	assert_int_equal(name_parse(wire, text), 0);

	memset(text, 'a', sizeof text);
	text[63] = text[127] = text[191] = '.';
	text[253] = '\0'; /* 63+63+63+61 */
	assert_int_equal(name_parse(wire, text), 255);
	text[253] = '.';
	text[254] = '\0';
	assert_int_equal(name_parse(wire, text), 255);
	text[253] = 'a';
	assert_int_equal(name_parse(wire, text), 0);
	text[254] = '.';
	text[255] = '\0';
	assert_int_equal(name_parse(wire, text), 0);

	for (size_t i = 0; i < 127; i++)
		memcpy(text + 2 * i, "a.", 3);
	assert_int_equal(name_parse(wire, text), 255);
	memcpy(text + 254, "a.", 3);
	assert_int_equal(name_parse(wire, text), 0);
}

static void
test_parse_relative(void **state)
{
	(void)state;
	uint8_t origin[DNS_NAME_MAX], wire[DNS_NAME_MAX], expected[DNS_NAME_MAX];
	parse(origin, "Example.com");
	parse(expected, "www.Example.com");
	assert_int_equal(name_parse_relative(wire, "www;rest", 3, origin), 17);
	assert_memory_equal(wire, expected, 17);
	assert_int_equal(name_parse_relative(wire, "www.", 4, origin), 5);
	assert_int_equal(name_parse_relative(wire, "", 0, origin), 0);
	assert_int_equal(name_parse_relative(wire, ".", 1, origin), 1);
	/* An escape cut by the end of the text must not be read on. */
	assert_int_equal(name_parse_relative(wire, "a\\065", 3, origin), 0);

	static const uint8_t big[] = {63, 63, 63, 59};
	assert_int_equal(make(origin, big, 4, 'o'), 253);
	assert_int_equal(name_parse_relative(wire, "a", 1, origin), 255);
	assert_int_equal(name_parse_relative(wire, "ab", 2, origin), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_length_limits),   cmocka_unit_test(test_127_labels),
		cmocka_unit_test(test_lower_and_equal), cmocka_unit_test(test_canonical_order),
		cmocka_unit_test(test_below),           cmocka_unit_test(test_text),
		cmocka_unit_test(test_parse_refuses),   cmocka_unit_test(test_parse_limits),
		cmocka_unit_test(test_parse_relative),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
