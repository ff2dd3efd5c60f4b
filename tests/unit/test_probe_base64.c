/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe_fixture.h"

#include "probe/probe_base64.h"

/* The vectors of RFC 4648 10, with and without padding. */
static void
test_vectors(void **state)
{
	static const struct {
		const char *text;
		const char *bytes;
	} cases[] = {{"", ""},
		     {"Zg==", "f"},
		     {"Zg", "f"},
		     {"Zm8=", "fo"},
		     {"Zm9v", "foo"},
		     {"Zm9vYg==", "foob"},
		     {"Zm9vYmE", "fooba"},
		     {"Zm9vYmFy", "foobar"},
		     {"+/+/", "\xfb\xff\xbf"}};
	uint8_t out[16];
	size_t size;
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		assert_true(probe_base64_decode(cases[i].text, out, sizeof(out), &size));
		assert_int_equal(size, strlen(cases[i].bytes));
		assert_memory_equal(out, cases[i].bytes, size);
	}
}

static void
test_wrong(void **state)
{
	static const char *const wrong[] = {"Z",     "Zm9vY", "Zm 9",   "Zm9-",
					    "Zg===", "Z=g=",  "\377Zm9"};
	uint8_t out[16];
	size_t size;
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++)
		assert_false(probe_base64_decode(wrong[i], out, sizeof(out), &size));
	assert_true(probe_base64_decode("Zm9v", out, 3, &size));
	assert_false(probe_base64_decode("Zm9v", out, 2, &size));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
