/* SPDX-License-Identifier: BSD-2-Clause */
/* The frame around the fields; the fields of all types are in test_rdata_field.c. */
#include "zone_fixture.h"

#include "zone/rdata.h"
#include "zone/shape.h"

static struct token
token(const char *text)
{
	return (struct token){.text = text, .size = (uint32_t)strlen(text)};
}

static void
test_type_names(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int type; /* -1: none */
	} cases[] = {{"A", 1},
		     {"aaaa", 28},
		     {"Type28", 28},
		     {"NSEC3PARAM", 51},
		     {"CAA", 257},
		     {"AMTRELAY", 260},
		     {"TYPE65535", 65535},
		     {"TYPE65536", -1},
		     {"TYPE12x", -1},
		     {"NOTYPE", -1},
		     {"", -1},
		     {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", -1}};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		uint16_t type;
		struct token t = token(cases[i].text);
		assert_int_equal(rdata_type(&t, &type) ? type : -1, cases[i].type);
		t.quoted = true;
		assert_false(rdata_type(&t, &type));
	}
}

static void
test_type_text(void **state)
{
	(void)state;
	char text[RDATA_TYPE_TEXT_MAX];
	assert_string_equal(rdata_type_text(text, 1), "A");
	assert_string_equal(rdata_type_text(text, 51), "NSEC3PARAM");
	assert_string_equal(rdata_type_text(text, 260), "AMTRELAY");
	assert_string_equal(rdata_type_text(text, 65280), "TYPE65280");
	assert_string_equal(rdata_type_text(text, 65535), "TYPE65535");
	/* Every text is read back as its type. */
	for (uint32_t type = 1; type <= 65535; type++) {
		uint16_t again = 0;
		struct token t = token(rdata_type_text(text, (uint16_t)type));
		assert_true(rdata_type(&t, &again));
		assert_int_equal(again, type);
	}
}

static void
test_join_and_fail(void **state)
{
	(void)state;
	struct rdata *rdata = rdata_new();
	struct token tokens[] = {token("a"), token(""), token("bc")};
	assert_non_null(rdata);
	assert_true(rdata_join(rdata, tokens, 3, "--"));
	assert_string_equal(rdata->scratch, "a----bc");
	assert_true(rdata_join(rdata, tokens, 0, " "));
	assert_string_equal(rdata->scratch, "");
	assert_false(rdata_fail(rdata, &tokens[1], "r", "%d", 5));
	assert_ptr_equal(rdata->token, &tokens[1]);
	assert_string_equal(rdata->message, "5");
	assert_string_equal(rdata->remedy, "r");
	rdata_free(rdata);
	rdata_free(NULL);
}

/* Fields of one token and fields of all that are left, as their makers call them. */
static void
test_single_fields(void **state)
{
	(void)state;
	struct rdata *rdata = rdata_new();
	struct token tokens[] = {token("AB"), token("cd")};
	assert_non_null(rdata);
	rdata->out = wire_writer(rdata->wire, sizeof rdata->wire);
	assert_int_equal(rdata_takes(LDNS_RDF_TYPE_HEX, true, 2), 2);
	assert_int_equal(rdata_takes(LDNS_RDF_TYPE_HEX, false, 2), 1);
	assert_int_equal(rdata_takes(LDNS_RDF_TYPE_INT8, true, 2), 1);
	assert_true(rdata_rest(rdata, LDNS_RDF_TYPE_HEX, tokens, 2, (const uint8_t *)""));
	assert_true(rdata_field(rdata, LDNS_RDF_TYPE_DNAME, &tokens[1], (const uint8_t *)""));
	assert_int_equal(rdata->out.at, 6);
	assert_memory_equal(rdata->wire, "\xab\xcd\2cd\0", 6);
	rdata_free(rdata);
}

static void
test_no_rdata_leaks_into_the_next(void **state)
{
	(void)state;
	struct rdata *rdata = rdata_new();
	struct token address = token("192.0.2.1");
	struct token host = token("h");
	assert_non_null(rdata);
	assert_false(rdata_parse(rdata, 1, &host, 1, (const uint8_t *)""));
	assert_true(rdata_parse(rdata, 2, &host, 1, (const uint8_t *)""));
	assert_int_equal(rdata->out.at, 3);
	assert_true(rdata_parse(rdata, 1, &address, 1, (const uint8_t *)""));
	assert_int_equal(rdata->out.at, 4);
	rdata_free(rdata);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_type_names),
		cmocka_unit_test(test_type_text),
		cmocka_unit_test(test_join_and_fail),
		cmocka_unit_test(test_single_fields),
		cmocka_unit_test(test_no_rdata_leaks_into_the_next),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
