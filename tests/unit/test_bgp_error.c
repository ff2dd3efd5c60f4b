/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bgp_error.h"

#include "bgp_fixture.h"

static void
test_make_keeps_and_cuts_data(void **state)
{
	(void)state;
	uint8_t data[BGP_ERROR_DATA_MAX + 1];
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)i;
	struct bgp_error error = bgp_error_make(BGP_CEASE, BGP_CEASE_RESET, data, 3);
	assert_error(&error, 6, 4, "000102");
	error = bgp_error_make(1, 2, data, BGP_ERROR_DATA_MAX);
	assert_int_equal(error.size, BGP_ERROR_DATA_MAX);
	error = bgp_error_make(1, 2, data, sizeof data);
	assert_int_equal(error.size, BGP_ERROR_DATA_MAX);
	assert_memory_equal(error.data, data, BGP_ERROR_DATA_MAX);
	error = bgp_error_make(4, 0, NULL, 0);
	assert_error(&error, 4, 0, "");
}

static void
test_every_code_has_words(void **state)
{
	(void)state;
	for (unsigned code = 1; code <= 8; code++)
		assert_string_not_equal(bgp_error_code_name((uint8_t)code), "Unknown Error");
	assert_string_equal(bgp_error_code_name(6), "Cease");
	assert_string_equal(bgp_error_code_name(9), "Unknown Error");
	assert_string_equal(bgp_error_code_name(255), "Unknown Error");
}

/* RFC 4271 4.5 and its successors: the subcodes that are assigned, up to the first that is not. */
static void
test_every_subcode_has_words(void **state)
{
	(void)state;
	static const uint8_t assigned[][12] = {
		{1, 1, 2, 3},
		{2, 1, 2, 3, 4, 5, 6, 7, 11},
		{3, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11},
		{5, 1, 2, 3},
		{6, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
		{7, 1},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(assigned); i++)
		for (size_t j = 1; j < 12 && assigned[i][j]; j++)
			assert_string_not_equal(
				bgp_error_subcode_name(assigned[i][0], assigned[i][j]),
				"Unknown Subcode");
	assert_string_equal(bgp_error_subcode_name(6, 2), "Administrative Shutdown");
	assert_string_equal(bgp_error_subcode_name(2, 0), "Unspecific");
	assert_string_equal(bgp_error_subcode_name(4, 0), "");
	assert_string_equal(bgp_error_subcode_name(6, 11), "Unknown Subcode");
	assert_string_equal(bgp_error_subcode_name(99, 1), "Unknown Subcode");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_make_keeps_and_cuts_data),
		cmocka_unit_test(test_every_code_has_words),
		cmocka_unit_test(test_every_subcode_has_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
