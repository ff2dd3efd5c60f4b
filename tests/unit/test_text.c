/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone_fixture.h"

#include "zone/text.h"

static struct token
token(const char *text)
{
	return (struct token){.text = text, .size = (uint32_t)strlen(text)};
}

static void
test_number(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint32_t limit;
		bool ok;
	} cases[] = {{"0", 0, true},
		     {"1", 0, false},
		     {"255", 255, true},
		     {"256", 255, false},
		     {"65535", 65535, true},
		     {"65536", 65535, false},
		     {"4294967295", UINT32_MAX, true},
		     {"4294967296", UINT32_MAX, false},
		     {"99999999999999999999999", UINT32_MAX, false},
		     {"", 9, false},
		     {"-1", 9, false},
		     {"+1", 9, false},
		     {"1x", 99, false},
		     {" 1", 9, false},
		     {"007", 9, true}};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		uint32_t number = 77;
		bool ok = text_number(cases[i].text, strlen(cases[i].text), cases[i].limit,
				      &number);
		assert_int_equal(ok, cases[i].ok);
		assert_int_equal(number, ok ? strtoul(cases[i].text, NULL, 10) : 77);
	}
}

static void
test_ttl(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t seconds; /* -1: not a TTL */
	} cases[] = {{"0", 0},           {"3600", 3600},
		     {"1h30m", 5400},    {"1W2D3H4M5S", 604800 + 172800 + 10800 + 240 + 5},
		     {"1m1", 61},        {"4294967295", 4294967295},
		     {"4294967296", -1}, {"7101w", 4294684800},
		     {"7102w", -1},      {"99999999w", -1},
		     {"", -1},           {"h", -1},
		     {"1x", -1},         {"1hh", -1},
		     {"-1", -1},         {"1 h", -1}};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		uint32_t ttl = 0;
		bool ok = text_ttl(cases[i].text, strlen(cases[i].text), &ttl);
		assert_int_equal(ok, cases[i].seconds >= 0);
		if (ok)
			assert_int_equal(ttl, cases[i].seconds);
	}
}

static void
test_name(void **state)
{
	(void)state;
	uint8_t origin[DNS_NAME_MAX], wire[DNS_NAME_MAX], expected[DNS_NAME_MAX];
	size_t size = name_parse(origin, "Example.com");
	struct token t = token("@");
	assert_int_equal(text_name(wire, &t, origin), size);
	assert_memory_equal(wire, origin, size);
	t = token("a.b");
	assert_int_equal(text_name(wire, &t, origin), name_parse(expected, "a.b.Example.com"));
	assert_true(name_equal(wire, expected));
	t = token("\\@");
	assert_int_equal(text_name(wire, &t, origin), size + 2);
	t.quoted = true;
	assert_int_equal(text_name(wire, &t, origin), 0);
}

static void
test_class_and_type(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int class, type;
	} cases[] = {{"IN", 1, -1},
		     {"ch", 3, -1},
		     {"HS", 4, -1},
		     {"CLASS1", 1, -1},
		     {"class65535", 65535, -1},
		     {"CLASS65536", -1, -1},
		     {"CLASS", -1, -1},
		     {"CLASS1x", -1, -1},
		     {"TYPE0", -1, 0},
		     {"type65280", -1, 65280},
		     {"TYPE65535", -1, 65535},
		     {"TYPE65536", -1, -1},
		     {"TYPE", -1, -1},
		     {"TYPE-1", -1, -1},
		     {"A", -1, -1},
		     {"INN", -1, -1},
		     {"NONE", 254, -1},
		     {"ANY", 255, -1}};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		uint16_t number;
		struct token t = token(cases[i].text);
		assert_int_equal(text_class(&t, &number) ? number : -1, cases[i].class);
		assert_int_equal(text_generic_type(&t, &number) ? number : -1, cases[i].type);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_number),
		cmocka_unit_test(test_ttl),
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_class_and_type),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
