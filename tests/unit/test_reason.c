/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_fixture.h"

#include "health/reason.h"

static void
test_set_and_add(void **state)
{
	struct reason reason = {0};
	(void)state;

	reason_add(&reason, "worker ");
	reason_add_number(&reason, 0);
	reason_add_number(&reason, UINT64_MAX);
	assert_string_equal(reason.text, "worker 018446744073709551615");
	reason_set(&reason, reason.text + 5);
	assert_string_equal(reason.text, "r 018446744073709551615");
	reason_set(&reason, reason.text);
	assert_string_equal(reason.text, "r 018446744073709551615");
	reason_set(&reason, NULL);
	assert_string_equal(reason.text, "");
}

static void
test_cut(void **state)
{
	char text[300];
	(void)state;

	for (size_t size = sizeof(((struct reason *)0)->text) - 2; size < sizeof(text); size++) {
		struct reason reason;
		size_t kept = size_min(size, sizeof(reason.text) - 1);
		memset(text, 'a', size);
		text[size] = '\0';
		memset(&reason, 0xff, sizeof(reason));
		reason_set(&reason, text);
		assert_int_equal(strlen(reason.text), kept);
		reason_add(&reason, "b");
		assert_int_equal(strlen(reason.text), size_min(size + 1, sizeof(reason.text) - 1));
		reason_add_number(&reason, 7);
		assert_true(strlen(reason.text) < sizeof(reason.text));
	}
}

static void
test_durations(void **state)
{
	static const struct {
		int64_t ns;
		const char *text;
	} cases[] = {
		{-1, "0 ms"},           {0, "0 ms"},
		{MS - 1, "0 ms"},       {MS, "1 ms"},
		{2 * S - 1, "1999 ms"}, {2 * S, "2 s"},
		{120 * S - 1, "119 s"}, {120 * S, "2 min"},
		{600 * S, "10 min"},    {INT64_MAX, "153722867 min"},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct reason reason = {0};
		reason_add_duration(&reason, cases[i].ns);
		assert_string_equal(reason.text, cases[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set_and_add),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_durations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
