/* SPDX-License-Identifier: BSD-2-Clause */
/* The key is RFC 4034 5.4's, whose tag that section gives: 60485. */
#include "zone_fixture.h"

#include "zone/check_zone.h"

#define KEY                                                                                        \
	"@ DNSKEY 256 3 5 AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCm" \
	"Z "                                                                                       \
	"DRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmA"  \
	"DjFDc2w/rljwvFw==\n"
#define UNTIL " 20380101000000 20200101000000 60485 example.com. AAAA\n"

/* A signature over each set of the head and the key. */
#define SIGNED                                                       \
	KEY "@ RRSIG SOA 5 2 3600" UNTIL "@ RRSIG NS 5 2 3600" UNTIL \
	    "@ RRSIG DNSKEY 5 2 3600" UNTIL "ns RRSIG A 5 3 3600" UNTIL

static void
test_good(void **state)
{
	(void)state;
	struct fixture fixture = fixture_clean(SIGNED);
	check_signatures(fixture.zone, FIXTURE_NOW, &fixture.report);
	assert_int_equal(fixture.report.count, 0);
	assert_true(check_has_signatures(fixture.zone));
	fixture_free(&fixture);
	fixture = fixture_clean("");
	assert_false(check_has_signatures(fixture.zone));
	fixture_free(&fixture);
	/* Neither the NS of a delegation nor glue is signed; DS is. */
	fixture = fixture_clean(SIGNED "cut NS ns.cut\nns.cut A 192.0.2.1\n");
	fixture_free(&fixture);
}

static void
test_times(void **state)
{
	(void)state;
	struct fixture fixture = fixture_clean(SIGNED);
	/* 2038-01-01 and 2020-01-01, to the second. */
	static const struct {
		time_t now;
		const char *part;
	} cases[] = {
		{2145916800, NULL},
		{2145916801, "4 signatures by key 60485 have expired, the first on 2038-01-01"},
		{1577836800, NULL},
		{1577836799, "4 signatures by key 60485 are not valid yet"}};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		check_signatures(fixture.zone, cases[i].now, &fixture.report);
		assert_int_equal(fixture.report.warnings, cases[i].part != NULL);
		if (cases[i].part)
			assert_true(fixture_has(&fixture, SEVERITY_WARNING, cases[i].part, 0));
		report_clear(&fixture.report);
	}
	fixture_free(&fixture);
}

static void
test_unknown_keys(void **state)
{
	(void)state;
	fixture_warning(SIGNED "ns RRSIG A 5 3 3600 20380101000000 20200101000000 60486 @ AAAA\n",
			"by key 60486 of algorithm 5", 6);
	fixture_warning(SIGNED "ns RRSIG A 8 3 3600 20380101000000 20200101000000 60485 @ AAAA\n",
			"by key 60485 of algorithm 8", 6);
	fixture_warning("ns RRSIG A 5 3 3600" UNTIL, "by key 60485 of algorithm 5", 1);
	fixture_warning(SIGNED "ns RRSIG A 5 3 3600 20380101000000 20200101000000 60485 x. AAAA\n",
			"not by the zone's own name", 6);
}

static void
test_many_keys(void **state)
{
	(void)state;
	/* More keys than are kept apart: still every signature counts, and memory does not grow. */
	struct fixture fixture = fixture_zone(
		"$GENERATE 1-100 ns RRSIG \"A 5 3 3600 20380101000000 20200101000000 $ @ AAAA\"\n");
	assert_true(fixture.report.warnings >= 2 && fixture.report.warnings <= 32);
	fixture_free(&fixture);
}

static void
test_missing_and_idle(void **state)
{
	(void)state;
	fixture_warning(KEY, "not one signature", 1);
	fixture_warning(SIGNED "a A 192.0.2.1\n", "a.example.com. A has no signature", 6);
	fixture_warning(SIGNED "cut NS x.\ncut DS 1 5 1 00\n", "cut.example.com. DS has no sig", 7);
	fixture_warning(SIGNED "a RRSIG A 5 3 3600" UNTIL, "over a.example.com. A, which does not",
			6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_unknown_keys),
		cmocka_unit_test(test_many_keys),
		cmocka_unit_test(test_missing_and_idle),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
