/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"

/* Well-formed: taken whole, and put back as it was. */
static void
good(void **state)
{
	static const struct {
		const char *text;
		uint32_t code;
	} cases[] = {
		{"\x01", 1},
		{"A", 'A'},
		{"\x7f", 0x7f},
		{"\xc2\x80", 0x80},
		{"\xdf\xbf", 0x7ff},
		{"\xe0\xa0\x80", 0x800},
		{"\xed\x9f\xbf", 0xd7ff},
		{"\xee\x80\x80", 0xe000},
		{"\xef\xbf\xbd", UTF8_BAD},
		{"\xef\xbf\xbf", 0xffff},
		{"\xf0\x90\x80\x80", 0x10000},
		{"\xf4\x8f\xbf\xbf", 0x10ffff},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		const char *text = cases[i].text;
		char out[4];
		assert_int_equal(utf8_take(&text), cases[i].code);
		assert_string_equal(text, "");
		assert_int_equal(utf8_put(out, cases[i].code), strlen(cases[i].text));
		assert_memory_equal(out, cases[i].text, strlen(cases[i].text));
	}
}

/* Unicode 15 table 3-7 and its neighbours: one bad character per byte, never past the end. */
static void
bad(void **state)
{
	static const char *const cases[] = {
		"\x80",
		"\xbf",
		"\xc0",
		"\xc0\x80",
		"\xc1\xbf",
		"\xc2",
		"\xe0\x9f\xbf",
		"\xe0\xa0",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf0\x90\x80",
		"\xf4\x90\x80\x80",
		"\xf0\x8f\xbf\xbf",
		"\xf5\x80\x80\x80",
		"\xff\xfe",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		const char *text = cases[i];
		size_t steps = 0;
		for (; *text; steps++)
			assert_int_equal(utf8_take(&text), UTF8_BAD);
		assert_int_equal(steps, strlen(cases[i]));
	}
	const char *text = "\xe2\x82z";
	assert_int_equal(utf8_take(&text), UTF8_BAD);
	assert_int_equal(utf8_take(&text), UTF8_BAD);
	assert_int_equal(utf8_take(&text), 'z');
}

static void
control(void **state)
{
	(void)state;
	assert_true(utf8_is_control(0x1f));
	assert_false(utf8_is_control(0x20));
	assert_false(utf8_is_control(0x7e));
	assert_true(utf8_is_control(0x7f));
	assert_true(utf8_is_control(0x9f));
	assert_false(utf8_is_control(0xa0));
}

/* Seen as something else than it is, or not at all: U+202E turns a name around. */
static void
invisible(void **state)
{
	static const uint32_t hidden[] = {0x61c,  0x200b, 0x200f, 0x2028, 0x2029, 0x202a,
					  0x202e, 0x2060, 0x2066, 0x2069, 0xfeff};
	static const uint32_t fine[] = {0x61b,  0x61d,  0x200a, 0x2010, 0x2027,
					0x202f, 0x206a, 0xfefe, 0xff01};
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(hidden); i++)
		assert_true(utf8_is_control(hidden[i]));
	for (size_t i = 0; i < ARRAY_LENGTH(fine); i++)
		assert_false(utf8_is_control(fine[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(bad),
		cmocka_unit_test(control),
		cmocka_unit_test(invisible),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
