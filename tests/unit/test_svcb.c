/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone_fixture.h"

#include "zone/svcb.h"

/* Parameters as bytes in a string literal; its NUL is not counted. */
#define CHECK(bytes) svcb_check((const uint8_t *)(bytes), sizeof(bytes) - 1)

static void
test_good(void **state)
{
	(void)state;
	assert_null(CHECK(""));
	assert_null(CHECK("\0\1\0\3\2h2"));
	assert_null(CHECK("\0\1\0\3\2h2\0\2\0\0"));
	assert_null(CHECK("\0\3\0\2\0\0"));
	assert_null(CHECK("\0\4\0\10abcdefgh"));
	assert_null(CHECK("\0\6\0\20abcdefghijklmnop"));
	assert_null(CHECK("\0\0\0\4\0\1\0\3\0\1\0\3\2h2\0\3\0\2\1\273"));
	assert_null(CHECK("\0\5\0\1x\0\7\0\1/\0\10\0\0"));
	assert_null(CHECK("\377\376\0\0"));
}

static void
test_bad(void **state)
{
	(void)state;
	assert_non_null(CHECK("\0"));
	assert_non_null(CHECK("\0\1\0"));
	assert_non_null(CHECK("\0\1\0\4\2h2"));             /* past the end */
	assert_non_null(CHECK("\0\1\0\0"));                 /* no protocol */
	assert_non_null(CHECK("\0\1\0\3\3h2"));             /* a protocol past the end */
	assert_non_null(CHECK("\0\1\0\1\0"));               /* an empty protocol */
	assert_non_null(CHECK("\0\1\0\3\2h2\0\2\0\1x"));    /* no-default-alpn with a value */
	assert_non_null(CHECK("\0\2\0\0"));                 /* without alpn */
	assert_non_null(CHECK("\0\3\0\1\0"));               /* port of one byte */
	assert_non_null(CHECK("\0\3\0\3\0\0\0"));           /* of three */
	assert_non_null(CHECK("\0\4\0\0"));                 /* no address */
	assert_non_null(CHECK("\0\4\0\3abc"));              /* most of one */
	assert_non_null(CHECK("\0\6\0\4abcd"));             /* IPv4 as IPv6 */
	assert_non_null(CHECK("\0\5\0\0"));                 /* empty ech */
	assert_non_null(CHECK("\0\7\0\0"));                 /* empty dohpath */
	assert_non_null(CHECK("\0\10\0\1x"));               /* ohttp with a value */
	assert_non_null(CHECK("\377\377\0\0"));             /* the invalid key */
	assert_non_null(CHECK("\0\3\0\2\0\0\0\3\0\2\0\0")); /* twice */
	assert_non_null(CHECK("\0\4\0\4abcd\0\3\0\2\0\0")); /* backwards */
}

static void
test_mandatory(void **state)
{
	(void)state;
	assert_non_null(CHECK("\0\0\0\0"));                     /* empty */
	assert_non_null(CHECK("\0\0\0\1\0"));                   /* half a key */
	assert_non_null(CHECK("\0\0\0\2\0\0"));                 /* itself */
	assert_non_null(CHECK("\0\0\0\2\0\3"));                 /* not there */
	assert_null(CHECK("\0\0\0\2\0\3\0\3\0\2\0\0"));         /* there */
	assert_non_null(CHECK("\0\0\0\4\0\3\0\3\0\3\0\2\0\0")); /* twice */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_mandatory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
