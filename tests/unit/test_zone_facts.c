/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_fixture.h"

#include "health/zone_facts.h"

static const uint8_t zone_a[] = "\1A\7example";
static const uint8_t zone_b[] = "\1b\7example";

enum { NOW = 1800000000 };

static void
test_good(void **state)
{
	struct zone_facts facts = ZONE_FACTS_INIT;
	struct reason words;
	(void)state;

	assert_false(zone_facts_judge(&facts, NOW, &words));
	assert_string_equal(words.text, "0 zones as in their files");
	zone_facts_add(&facts, zone_a, ZONE_FACT_OK, ZONE_FACTS_UNSIGNED);
	assert_false(zone_facts_judge(&facts, NOW, &words));
	assert_string_equal(words.text, "1 zones as in their files");
	zone_facts_add(&facts, zone_b, ZONE_FACT_OK, NOW + 86400);
	assert_false(zone_facts_judge(&facts, NOW, &words));
	assert_string_equal(words.text, "2 zones as in their files; first, a signature in zone "
					"b.example. expires in 1440 min");
}

static void
test_expiry(void **state)
{
	struct zone_facts facts = ZONE_FACTS_INIT;
	struct reason words;
	(void)state;

	zone_facts_add(&facts, zone_b, ZONE_FACT_OK, NOW + 1);
	zone_facts_add(&facts, zone_a, ZONE_FACT_OK, NOW);
	assert_int_equal(facts.expires, NOW);
	assert_false(zone_facts_judge(&facts, NOW - ZONE_FACTS_NEAR_S, &words));
	assert_true(zone_facts_judge(&facts, NOW - ZONE_FACTS_NEAR_S + 1, &words));
	assert_string_equal(words.text, "a signature in zone a.example. expires in 59 min");
	assert_true(zone_facts_judge(&facts, NOW + 60, &words));
	assert_string_equal(words.text, "a signature in zone a.example. expired 60 s ago");
	/* A clock that is nowhere near. */
	assert_false(zone_facts_judge(&facts, 0, &words));
	assert_true(zone_facts_judge(&facts, INT64_MAX, &words));
}

/* What is worst comes first; more than one is counted. */
static void
test_states(void **state)
{
	struct zone_facts facts = ZONE_FACTS_INIT;
	struct reason words;
	(void)state;

	zone_facts_add(&facts, zone_b, ZONE_FACT_STALE, NOW + 1000000);
	assert_true(zone_facts_judge(&facts, NOW, &words));
	assert_string_equal(words.text, "in a previous version: zone b.example.");
	zone_facts_add(&facts, zone_a, ZONE_FACT_STALE, ZONE_FACTS_UNSIGNED);
	assert_true(zone_facts_judge(&facts, NOW, &words));
	assert_string_equal(words.text, "in a previous version: zone b.example. and 1 more");
	assert_true(zone_facts_judge(&facts, NOW + 1000000, &words));
	assert_string_equal(words.text, "a signature in zone b.example. expires in 0 ms");
	/* The signatures of what is not served are nobody's. */
	zone_facts_add(&facts, zone_a, ZONE_FACT_FAILED, 1);
	assert_int_equal(facts.expires, NOW + 1000000);
	assert_true(zone_facts_judge(&facts, NOW, &words));
	assert_string_equal(words.text, "not loaded: zone a.example.");
	assert_int_equal(facts.count, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_expiry),
		cmocka_unit_test(test_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
