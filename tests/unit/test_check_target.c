/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone_fixture.h"

#include "zone/check_zone.h"

static void
test_good_targets(void **state)
{
	(void)state;
	struct fixture fixture = fixture_clean(
		"@ MX 10 ns\n@ MX 20 mail.example.org.\nnull MX 0 .\n_x._tcp SRV 0 0 0 .\n"
		"_s._tcp SRV 1 2 3 ns\nv6 AAAA ::1\nm MX 1 v6\n"
		"*.wild A 192.0.2.1\nw MX 1 host.deep.wild\n" /* a wildcard makes the address */
		"cut NS ns.cut\nns.cut A 192.0.2.1\n"         /* glue in the delegation */
		"other NS ns.cut\n"                           /* a sibling's */
		"third NS nowhere.other\n"                    /* glue there is not ours to demand */
		"f MX 1 mail.cut\n");                         /* below a cut: the child's */
	check_targets(fixture.zone, &fixture.report);
	assert_int_equal(fixture.report.count, 0);
	fixture_free(&fixture);
}

static void
test_aliases(void **state)
{
	(void)state;
	fixture_warning("c CNAME ns\na MX 1 c\n", "MX target c.example.com. is an alias", 2);
	fixture_warning("c CNAME ns\na NS c\n", "NS target c.example.com. is an alias", 2);
	fixture_warning("c CNAME ns\na SRV 1 1 1 C\n", "SRV target c.example.com. is an alias", 2);
	fixture_warning("d DNAME example.org.\na MX 1 x.d\n", "is an alias", 2);
	fixture_warning("*.c CNAME ns\na MX 1 x.c\n", "is an alias", 2);
}

static void
test_no_address(void **state)
{
	(void)state;
	fixture_warning("a MX 1 none\n", "MX target none.example.com. has no address", 1);
	fixture_warning("a MX 1 none.deep.er\n", "has no address", 1);
	fixture_warning("t TXT x\na SRV 1 1 1 t\n", "SRV target t.example.com. has no address", 2);
	fixture_warning("b.e A 192.0.2.1\na NS e\n", "has no address",
			2); /* an empty non-terminal */
	fixture_warning("*.w TXT x\na MX 1 x.w\n", "has no address", 2);
	fixture_warning("@ NS ns2\n", "NS target ns2.example.com. has no address", 1);
	fixture_warning("@ MX 1 @\n", "has no address", 1);
}

static void
test_glue(void **state)
{
	(void)state;
	fixture_warning("cut NS ns.cut\n", "lies in the delegation", 1);
	fixture_warning("cut NS cut\n", "lies in the delegation", 1);
	fixture_warning("cut NS ns.cut\nns.cut TXT x\n", "lies in the delegation", 1);
	/* NS records below a cut are the child's. */
	struct fixture fixture = fixture_clean("cut NS ns\nx.cut NS nowhere\n");
	fixture_free(&fixture);
}

static void
test_tally(void **state)
{
	(void)state;
	struct fixture fixture = fixture_zone("$GENERATE 1-50 a$ MX \"1 none$\"\n");
	assert_int_equal(fixture.report.warnings, TALLY_SHOWN + 1);
	assert_true(fixture_has(&fixture, SEVERITY_WARNING, "30 more targets have no address", 0));
	fixture_free(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_targets), cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_no_address),   cmocka_unit_test(test_glue),
		cmocka_unit_test(test_tally),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
