/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone_fixture.h"

#include "zone/check_zone.h"

/* Names of this zone in order: apex, a, cut (ns.cut is glue), e is empty, x.e, ns, and the apex
 * again. */
#define RECORDS "a A 192.0.2.1\ncut NS ns.cut\nns.cut A 192.0.2.1\nx.e TXT t\n"
#define N_APEX  "@ NSEC a NS SOA NSEC\n"
#define N_A     "a NSEC cut A NSEC\n"
#define N_CUT   "cut NSEC x.e NS NSEC\n"
#define N_E     "x.e NSEC ns TXT NSEC\n"
#define N_NS    "ns NSEC @ A NSEC\n"

static void
test_whole_chain(void **state)
{
	(void)state;
	struct fixture fixture = fixture_clean(RECORDS N_APEX N_A N_CUT N_E N_NS);
	check_nsec(fixture.zone, &fixture.report);
	assert_int_equal(fixture.report.count, 0);
	fixture_free(&fixture);
	/* Case does not matter. */
	fixture = fixture_clean(RECORDS "@ NSEC A NS SOA NSEC\n" N_A N_CUT N_E N_NS);
	fixture_free(&fixture);
}

static void
test_breaks(void **state)
{
	(void)state;
	fixture_warning(RECORDS N_APEX N_A N_CUT N_E "ns NSEC a A NSEC\n", "behind ns.example.com.",
			9);
	fixture_warning(RECORDS "@ NSEC cut NS SOA NSEC\n" N_A N_CUT N_E N_NS,
			"behind example.com. comes a.example.com.", 5);
	fixture_warning(RECORDS N_APEX N_A "cut NSEC e NS NSEC\n" N_E N_NS, "comes x.e", 7);
	fixture_warning(RECORDS N_APEX N_CUT N_E N_NS, "a.example.com. has no NSEC", 1);
	fixture_warning(RECORDS N_A N_CUT N_E N_NS, "example.com. has no NSEC", 0);
	fixture_warning(RECORDS N_APEX N_A N_CUT N_E N_NS "a NSEC cut A NSEC MX\n", "2 NSEC", 0);
}

static void
test_bitmaps(void **state)
{
	(void)state;
	static const char *const wrong[] = {"a NSEC cut NSEC\n", "a NSEC cut A AAAA NSEC\n",
					    "a NSEC cut A\n", "a NSEC cut A NSEC TYPE1234\n",
					    "a NSEC cut\n"};
	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
		char body[400];
		snprintf(body, sizeof body, RECORDS N_APEX "%s" N_CUT N_E N_NS, wrong[i]);
		fixture_warning(body, "the NSEC of a.example.com.", 6);
	}
	/* Glue at a cut is not listed. */
	fixture_warning(RECORDS N_APEX N_A "cut NSEC x.e NS A NSEC\n" N_E N_NS, "the NSEC of cut",
			7);
	struct fixture fixture = fixture_clean(RECORDS
					       "cut A 192.0.2.2\n" N_APEX N_A N_CUT N_E N_NS);
	fixture_free(&fixture);
	/* RRSIG may be listed while the whole zone has none (a dump without signatures). */
	fixture = fixture_clean(RECORDS N_APEX "a NSEC cut A NSEC RRSIG\n" N_CUT N_E N_NS);
	fixture_free(&fixture);
}

static void
test_bitmap_function(void **state)
{
	(void)state;
	struct fixture fixture = fixture_clean("a A 192.0.2.1\na TYPE256 \\# 4 00000000\n");
	const struct zone *zone = fixture.zone;
	const struct zone_name *name = fixture_name(zone, "a.example.com");
	static const uint8_t right[] = {0, 1, 0x40, 1, 1, 0x80};
	static const uint8_t with_rrsig[] = {0, 6, 0x40, 0, 0, 0, 0, 2, 1, 1, 0x80};
	assert_true(check_bitmap(zone, name, DNS_TYPE_NSEC3, false, right, sizeof right));
	assert_false(check_bitmap(zone, name, DNS_TYPE_NSEC3, false, right, 3));
	assert_false(check_bitmap(zone, name, DNS_TYPE_NSEC3, false, right, 0));
	assert_false(
		check_bitmap(zone, name, DNS_TYPE_NSEC3, false, with_rrsig, sizeof with_rrsig));
	assert_true(check_bitmap(zone, name, DNS_TYPE_NSEC3, true, with_rrsig, sizeof with_rrsig));
	fixture_free(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_chain),
		cmocka_unit_test(test_breaks),
		cmocka_unit_test(test_bitmaps),
		cmocka_unit_test(test_bitmap_function),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
