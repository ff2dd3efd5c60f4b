/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone_fixture.h"

#define SIG(begins, expires) " RRSIG A 13 3 300 " expires " " begins " 1 example.com. AAAA\n"

static struct zone_times
times_of(const char *body, time_t now)
{
	struct fixture fixture = fixture_zone(body);
	assert_non_null(fixture.zone);
	struct zone_times times = zone_times(fixture.zone, now);
	fixture_free(&fixture);
	return times;
}

static const int64_t REACH = (int64_t)1 << 30;

static void
test_unsigned(void **state)
{
	(void)state;
	struct zone_times times = times_of("", FIXTURE_NOW);
	assert_true(times.expires == INT64_MAX);
	assert_true(times.recheck == INT64_MAX);
	assert_true(times.since == INT64_MIN);
}

/* Every moment at which a check would find otherwise, one after the other. */
static void
test_moments(void **state)
{
	(void)state;
	static const char body[] = "a A 192.0.2.1\na" SIG("1000", "2000") "b A 192.0.2.1\nb" SIG(
		"1500", "3000");
	static const struct {
		time_t now;
		int64_t recheck;
		int64_t since;
	} cases[] = {
		{900, 1000, 900 - REACH}, {999, 1000, 999 - REACH}, {1000, 1500, 1000},
		{1499, 1500, 1000},       {1500, 2001, 1500},       {2000, 2001, 1500},
		{2001, 3001, 2001},       {3000, 3001, 2001},       {3001, INT64_MAX, 3001},
		{99999, INT64_MAX, 3001},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct zone_times times = times_of(body, cases[i].now);
		assert_true(times.recheck == cases[i].recheck);
		assert_true(times.since == cases[i].since);
		assert_true(times.expires == 2000);
	}
}

/* Glue is signed by mistake and answers nothing, but the checks look at it. */
static void
test_occluded(void **state)
{
	(void)state;
	struct zone_times times = times_of(
		"sub NS ns.sub\nns.sub A 192.0.2.1\nns.sub" SIG("1000", "2000"), 1200);
	assert_true(times.expires == INT64_MAX);
	assert_true(times.recheck == 2001);
}

/* Beyond 2106, near now: serial numbers go round. */
static void
test_wrap(void **state)
{
	(void)state;
	struct zone_times times = times_of("a A 192.0.2.1\na" SIG("4294967000", "100"),
					   (time_t)4294967200);
	assert_true(times.expires == 4294967296 + 100);
	assert_true(times.since == 4294967000);
	/* A clock so far ahead that it takes the past for the future says nothing about the past.
	 */
	const time_t far = (time_t)4294967296;
	times = times_of("a A 192.0.2.1\na" SIG("1600000000", "1700000000"), far);
	assert_true(times.expires == 4294967296 + 1700000000);
	assert_true(times.since == far - REACH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unsigned),
		cmocka_unit_test(test_moments),
		cmocka_unit_test(test_occluded),
		cmocka_unit_test(test_wrap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
