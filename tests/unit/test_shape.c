/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone_fixture.h"

#include "zone/shape.h"

static void
test_described_by_ldns(void **state)
{
	(void)state;
	struct shape shape = shape_of(DNS_TYPE_MX);
	assert_string_equal(shape.name, "MX");
	assert_int_equal(shape.minimum, 2);
	assert_int_equal(shape_kind(&shape, 0), LDNS_RDF_TYPE_INT16);
	assert_int_equal(shape_kind(&shape, 1), LDNS_RDF_TYPE_DNAME);
	assert_int_equal(shape_kind(&shape, 2), LDNS_RDF_TYPE_NONE);
	shape = shape_of(DNS_TYPE_TXT);
	assert_int_equal(shape_kind(&shape, 0), LDNS_RDF_TYPE_STR);
	assert_int_equal(shape_kind(&shape, 1000000), LDNS_RDF_TYPE_STR);
}

static void
test_described_here(void **state)
{
	(void)state;
	static const uint16_t types[] = {23,  25,  45,  56,  57,  66,   258,
					 259, 260, 261, 262, 263, 32768};
	for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
		struct shape shape = shape_of(types[i]);
		assert_non_null(shape.name);
		assert_int_equal(shape_type(shape.name, strlen(shape.name)), types[i]);
	}
}

static void
test_unknown(void **state)
{
	(void)state;
	static const uint16_t types[] = {0, 54, 65280, 65535};
	for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
		struct shape shape = shape_of(types[i]);
		assert_null(shape.name);
		assert_int_equal(shape_kind(&shape, 0), LDNS_RDF_TYPE_UNKNOWN);
		assert_int_equal(shape_kind(&shape, 1), LDNS_RDF_TYPE_NONE);
	}
	assert_int_equal(shape_type("TYPE1", 5), 0);
	assert_int_equal(shape_type("", 0), 0);
	assert_int_equal(shape_type("AB", 1), 1); /* only `size` bytes count */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_described_by_ldns),
		cmocka_unit_test(test_described_here),
		cmocka_unit_test(test_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
