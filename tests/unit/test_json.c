/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"

#include <math.h>
#include <stdlib.h>

struct page {
	char *bytes;
	size_t size;
	struct json json;
};

static void
page_open(struct page *page)
{
	page->json = JSON_INIT(open_memstream(&page->bytes, &page->size));
	assert_non_null(page->json.stream);
}

static void
page_is(struct page *page, const char *expected)
{
	fclose(page->json.stream);
	assert_string_equal(page->bytes, expected);
	free(page->bytes);
}

static void
structure(void **state)
{
	struct page page;
	(void)state;

	page_open(&page);
	json_open_object(&page.json, NULL);
	json_text(&page.json, "a", "b");
	json_open_array(&page.json, "list");
	json_number(&page.json, NULL, 0);
	json_number(&page.json, NULL, UINT64_MAX);
	json_open_object(&page.json, NULL);
	json_close_object(&page.json);
	json_open_array(&page.json, NULL);
	json_close_array(&page.json);
	json_close_array(&page.json);
	json_bool(&page.json, "yes", true);
	json_bool(&page.json, "no", false);
	json_text(&page.json, "none", NULL);
	json_close_object(&page.json);
	json_end(&page.json);
	page_is(&page, "{\"a\":\"b\",\"list\":[0,18446744073709551615,{},[]],\"yes\":true,"
		       "\"no\":false,\"none\":null}\n");
}

static void
decimals(void **state)
{
	struct page page;
	(void)state;

	page_open(&page);
	json_open_array(&page.json, NULL);
	json_decimal(&page.json, NULL, 1.25, 1);
	json_decimal(&page.json, NULL, -0.5, 3);
	json_decimal(&page.json, NULL, 1795370080.5, 6);
	json_decimal(&page.json, NULL, (double)INFINITY, 3);
	json_decimal(&page.json, NULL, (double)NAN, 3);
	json_close_array(&page.json);
	page_is(&page, "[1.2,-0.500,1795370080.500000,null,null]");
}

static void
escapes(void **state)
{
	static const struct {
		const char *text;
		const char *expected;
	} cases[] = {
		{"", "\"\""},
		{"a\"b\\c/d", "\"a\\\"b\\\\c/d\""},
		{"\n\t\x01\x1f \x7f", "\"\\u000a\\u0009\\u0001\\u001f \\u007f\""},
		{"\xc2\x9b"
		 "1m",
		 "\"\\u009b1m\""},
		{"K\xc3\xb6ln \xf0\x9f\x98\x80", "\"K\xc3\xb6ln \xf0\x9f\x98\x80\""},
		{"\xff!\xc3", "\"\xef\xbf\xbd!\xef\xbf\xbd\""},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct page page;
		page_open(&page);
		json_text(&page.json, NULL, cases[i].text);
		page_is(&page, cases[i].expected);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(structure),
		cmocka_unit_test(decimals),
		cmocka_unit_test(escapes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
