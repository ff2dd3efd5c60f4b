/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone_fixture.h"

#include "zone/check_zone.h"

static void
expect_whole(const char *text, const char *part)
{
	struct zone_options options = {.now = FIXTURE_NOW};
	struct fixture fixture = fixture_load("example.com", text, strlen(text), &options);
	if (!fixture_has(&fixture, SEVERITY_ERROR, part, 0))
		fail_msg("no error \"%s\" for:\n%s", part, text);
	assert_int_equal(fixture.report.errors, 1);
	fixture_free(&fixture);
}

static void
test_soa(void **state)
{
	(void)state;
	expect_whole("$TTL 1\n@ NS a.\n", "no SOA");
	expect_whole("$TTL 1\n@ NS a.\nx SOA a b 1 2 3 4 5\n@ SOA a b 1 2 3 4 5\n", "not the apex");
	fixture_error("@ SOA ns host 8 2 3 4 5\n", "2 different SOA", 1);
	/* A zone transfer's last record is its first. */
	struct fixture fixture = fixture_clean("@ SOA ns host 7 2 3 4 5");
	assert_int_equal(fixture.zone->serial, 7);
	fixture_free(&fixture);
	fixture = fixture_clean("");
	assert_int_equal(fixture.zone->serial, 7);
	fixture_free(&fixture);
}

static void
test_apex_ns(void **state)
{
	(void)state;
	expect_whole("$TTL 1\n@ SOA a b 1 2 3 4 5\n", "no NS");
	expect_whole("$TTL 1\n@ SOA a b 1 2 3 4 5\nx NS a.\n", "no NS");
}

static void
test_cname(void **state)
{
	(void)state;
	fixture_error("a CNAME x.\na CNAME y.\n", "2 CNAME", 2);
	fixture_error("a CNAME x.\na A 192.0.2.1\n", "CNAME and also A", 2);
	fixture_error("a TXT x\na CNAME x.\n", "CNAME and also TXT", 1);
	fixture_error("a CNAME x.\na DNAME y.\n", "CNAME and also DNAME", 2);
	fixture_error("a CNAME x.\na TYPE65280 \\# 0\n", "CNAME and also TYPE65280", 2);
	struct fixture apex = fixture_zone("@ CNAME x.\n"); /* NS and SOA are there */
	assert_int_equal(apex.report.errors, 2);
	fixture_free(&apex);
	struct fixture fixture = fixture_zone(
		"a CNAME x.\na NSEC b A\na KEY 0 3 8 AAAA\n"
		"a RRSIG CNAME 8 3 60 20380101000000 20200101000000 1 example.com. AAAA\n");
	assert_int_equal(fixture.report.errors, 0);
	fixture_free(&fixture);
	fixture = fixture_clean("a CNAME x.\na CNAME X.\n"); /* one, written twice */
	fixture_free(&fixture);
}

static void
test_dname(void **state)
{
	(void)state;
	fixture_error("a DNAME x.\na DNAME y.\n", "2 DNAME", 2);
	fixture_warning("a DNAME x.\nb.a A 192.0.2.1\nd.c.a A 192.0.2.1\n", "2 names stand below",
			2);
	fixture_warning("a DNAME x.\na NS y.\n", "only the delegation", 1);
	struct fixture fixture = fixture_clean("a DNAME x.\na A 192.0.2.1\n");
	fixture_free(&fixture);
	/* Below a cut nothing is said of the cut's own glue. */
	fixture = fixture_clean("a NS ns.a\nns.a A 192.0.2.1\n");
	fixture_free(&fixture);
	/* At the apex a DNAME and NS belong together (RFC 6672 2.3); only the names below are gone.
	 */
	fixture_warning("@ DNAME x.\n", "1 names stand below", 0);
}

static void
test_wildcards(void **state)
{
	(void)state;
	fixture_warning("*.a NS x.\n", "owns NS", 1);
	fixture_warning("*.a DNAME x.\n", "owns DNAME", 1);
	struct fixture fixture = fixture_clean("*.a TXT x\n*.*.a CNAME x.\nx*.a NS x.\n");
	fixture_free(&fixture);
}

/* Header 12, question 13 + 4, OPT 11, and 12 before the rdata: the largest rdata has 65,483 bytes.
 */
static void
test_sizes(void **state)
{
	(void)state;
	for (int size = 65483 - 2; size <= 65483 + 1; size++) {
		char *text = malloc(200000);
		int at = sprintf(text, "%s@ TYPE65280 \\# %d ", FIXTURE_HEAD, size);
		memset(text + at, '0', (size_t)size * 2);
		struct zone_options options = {.now = FIXTURE_NOW};
		struct fixture fixture = fixture_load("example.com", text,
						      (size_t)at + (size_t)size * 2, &options);
		assert_int_equal(fixture.report.errors, size > 65483);
		if (size > 65483)
			assert_true(fixture_has(&fixture, SEVERITY_ERROR, "65536 bytes", 1));
		fixture_free(&fixture);
		free(text);
	}
	/* 65,535 bytes of rdata, and sets that only together are too much, signatures counted. */
	char *body = malloc(140000);
	int at = sprintf(body, "a TYPE65280 \\# 65535 ");
	memset(body + at, '0', 131070);
	body[at + 131070] = '\0';
	fixture_error(body, "needs a message", 1);
	free(body);
}

static void
test_many_records(void **state)
{
	(void)state;
	/* 12 + 15 + 4 + 11 and 16 per address: 4,093 fit. */
	struct fixture fixture = fixture_clean("$GENERATE 1-4093 a A \\# 4 0a00${0,4,x}\n");
	fixture_free(&fixture);
	fixture_error("$GENERATE 1-4094 a A \\# 4 0a00${0,4,x}\n", "needs a message", 1);
}

static void
test_helpers(void **state)
{
	(void)state;
	struct fixture fixture = fixture_zone(
		"a RRSIG A 8 3 60 20380101000000 20200101000000 1 example.com. AAAA\n");
	const struct zone *zone = fixture.zone;
	const struct zone_name *name = fixture_name(zone, "a.example.com");
	assert_null(check_set(zone, name, DNS_TYPE_A)); /* only a signature */
	const struct zone_set *set = zone_find_set(zone, name, DNS_TYPE_A);
	assert_int_equal(check_place(zone, set).line, FIXTURE_HEAD_LINES + 1);
	assert_string_equal(check_zone_place(zone).file, "test.zone");
	assert_true(check_has_signatures(zone));
	struct report again = REPORT_INIT;
	struct zone_options options = {.now = FIXTURE_NOW};
	check_zone(fixture.zone, &options, false, &again);
	assert_int_equal(again.count, 0); /* not complete: signatures are not looked at */
	check_zone(fixture.zone, &options, true, &again);
	assert_true(again.warnings > 0);
	report_clear(&again);
	fixture_free(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_soa),          cmocka_unit_test(test_apex_ns),
		cmocka_unit_test(test_cname),        cmocka_unit_test(test_dname),
		cmocka_unit_test(test_wildcards),    cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_many_records), cmocka_unit_test(test_helpers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
