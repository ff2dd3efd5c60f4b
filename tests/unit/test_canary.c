/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_fixture.h"

#include <stdlib.h>

#include "anyns/wire.h"
#include "health/canary.h"
#include "served.h"

static const struct served_zone zones[] = {
	{"example.", "@ 60 SOA ns h 7 1 1 1 1\n@ 60 NS ns\nns 60 A 192.0.2.1\n", PLAN_UNSIGNED},
};
static const uint8_t apex[] = "\7example";

/* Byte offsets in the answer to the SOA question. */
enum { AT_FLAGS = 2, AT_TTL = 12 + 13 + 6 };

static void
test_query(void **state)
{
	uint8_t query[CANARY_QUERY_MAX];
	uint8_t longest[DNS_NAME_MAX] = {0};
	(void)state;

	assert_int_equal(canary_query(query, 0x1234, apex), 12 + 9 + 4 + 15);
	assert_int_equal(wire_peek_u16(query), 0x1234);
	assert_int_equal(canary_query(query, 1, NULL), 12 + 11 + 4 + 15);
	for (size_t i = 0; i < 3; i++)
		longest[i * 64] = 63;
	longest[192] = 61;
	assert_int_equal(canary_query(query, 1, longest), CANARY_QUERY_MAX);
}

/* The answer as it is, in served->message. */
static struct served *
answered(const uint8_t *zone)
{
	struct served *served = served_new(zones, 1);
	uint8_t query[CANARY_QUERY_MAX];

	assert_true(served_ask_bytes(served, query, canary_query(query, 7, zone), false) > 0);
	return served;
}

/* Compares the answer with a copy of `size` bytes of which one differs. */
static void
assert_differs(size_t at, uint8_t flip, size_t size, const char *expected)
{
	struct served *served = answered(apex);
	uint8_t got[65535];
	struct reason words;

	memcpy(got, served->message, served->size);
	got[at] ^= flip;
	assert_false(canary_compare(served->message, served->size, got, size ? size : served->size,
				    &words));
	assert_non_null(strstr(words.text, expected));
	served_free(served);
}

static void
test_right(void **state)
{
	struct reason words;
	(void)state;

	for (int i = 0; i < 2; i++) {
		struct served *served = answered(i ? apex : NULL);
		assert_int_equal(served->message[3] & 15, DNS_RCODE_NOERROR);
		assert_true(canary_compare(served->message, served->size, served->message,
					   served->size, &words));
		served_free(served);
	}
}

static void
test_nsid(void **state)
{
	struct served *served = answered(NULL);
	struct reason words = {0};
	size_t size;
	(void)state;

	const uint8_t *nsid = canary_nsid(served->message, served->size, &size);
	assert_non_null(nsid);
	assert_int_equal(size, strlen("fra1-a"));
	assert_memory_equal(nsid, "fra1-a", size);
	canary_add_nsid(&words, (const uint8_t *)"a b\n", 4);
	assert_string_equal(words.text, "a?b?");
	assert_null(canary_nsid(served->message, served->size - 1, &size));
	assert_null(canary_nsid(served->message, 0, &size));
	served->message[AT_FLAGS] ^= 0x80;
	assert_null(canary_nsid(served->message, served->size, &size));
	served_free(served);
}

static void
test_wrong(void **state)
{
	struct served *served = answered(apex);
	size_t size = served->size;
	(void)state;

	served_free(served);
	assert_differs(AT_FLAGS, 0x80, 0, "not an answer");
	assert_differs(AT_FLAGS, 0x04, 0, "not authoritative");
	assert_differs(AT_FLAGS + 1, 0x02, 0, "rcode 2 instead of 0");
	assert_differs(size - 1, 0x01, 0, "answered by instance fra1-`"); /* a ^ 1 */
	assert_differs(size - 1, 0xff, 0, "answered by instance fra1-?");
	assert_differs(AT_TTL, 0x01, 0, "different from byte");
	assert_differs(0, 0, size - 1, "answered without NSID");
	assert_differs(0, 0, 11, "answered without NSID");
}

static void
test_serial(void **state)
{
	static const struct served_zone other[] = {
		{"example.", "@ 60 SOA ns h 4294967295 1 1 1 1\n@ 60 NS ns\nns 60 A 192.0.2.1\n",
		 PLAN_UNSIGNED},
	};
	struct served *a = answered(apex), *b = served_new(other, 1);
	uint8_t query[CANARY_QUERY_MAX];
	struct reason words;
	(void)state;

	served_ask_bytes(b, query, canary_query(query, 7, apex), false);
	assert_false(canary_compare(a->message, a->size, b->message, b->size, &words));
	assert_string_equal(words.text, "serial 4294967295 instead of 7");
	served_free(a);
	served_free(b);
}

/* Every cut and every damaged byte is told apart without reading beyond. */
static void
test_damage(void **state)
{
	struct served *served = answered(apex);
	struct reason words;
	(void)state;

	for (size_t size = 0; size < served->size; size++) {
		uint8_t *got = malloc(size + 1);
		memcpy(got, served->message, size);
		assert_false(canary_compare(served->message, served->size, got, size, &words));
		free(got);
	}
	for (size_t at = 0; at < served->size; at++) {
		uint8_t *got = malloc(served->size);
		memcpy(got, served->message, served->size);
		got[at] ^= 0xff;
		assert_false(
			canary_compare(served->message, served->size, got, served->size, &words));
		assert_true(words.text[0] != '\0');
		free(got);
	}
	served_free(served);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query),  cmocka_unit_test(test_right),
		cmocka_unit_test(test_wrong),  cmocka_unit_test(test_serial),
		cmocka_unit_test(test_damage), cmocka_unit_test(test_nsid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
