/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone_fixture.h"

#include "zone/group.h"

/* Name by name: what must stand in the zone, in this order. */
struct expected {
	const char *name;
	uint16_t flags;
	const char *cover; /* or NULL */
	uint32_t sets;
};

static void
expect_names(const struct zone *zone, const struct expected *expected, size_t count)
{
	assert_int_equal(zone->name_count, count);
	for (size_t i = 0; i < count; i++) {
		char text[NAME_TEXT_MAX];
		const struct zone_name *name = &zone->names[i];
		if (strcmp(name_text(text, name->wire), expected[i].name) != 0)
			fail_msg("name %zu is %s, not %s", i, text, expected[i].name);
		if (name->flags != expected[i].flags || name->set_count != expected[i].sets)
			fail_msg("%s: flags %u, %u sets", text, name->flags, name->set_count);
		const char *cover = name->cover == ZONE_NONE
					    ? NULL
					    : name_text(text, zone->names[name->cover].wire);
		assert_int_equal(cover != NULL, expected[i].cover != NULL);
		if (cover)
			assert_string_equal(cover, expected[i].cover);
		if (i)
			assert_true(name_equal(name_skip(name->wire, 1),
					       zone->names[name->parent].wire));
		else
			assert_int_equal(name->parent, ZONE_NONE);
	}
}

static void
test_tree(void **state)
{
	(void)state;
	struct fixture fixture = fixture_zone("z.y.x A 192.0.2.1\n"
					      "B A 192.0.2.1\n"
					      "a.y.x TXT t\n"
					      "sub NS ns.sub\n"
					      "ns.sub A 192.0.2.1\n"
					      "deep.ns.sub A 192.0.2.1\n"
					      "d DNAME example.net.\n"
					      "e.f.d A 192.0.2.1\n"
					      "cut.f.d NS ns\n"
					      "b AAAA ::1\n");
	static const struct expected expected[] = {
		{"example.com.", 0, NULL, 2},
		{"b.example.com.", 0, NULL, 2},
		{"d.example.com.", 0, NULL, 1},
		{"f.d.example.com.", ZONE_NAME_EMPTY | ZONE_NAME_OCCLUDED, "d.example.com.", 0},
		{"cut.f.d.example.com.", ZONE_NAME_OCCLUDED, "d.example.com.", 1},
		{"e.f.d.example.com.", ZONE_NAME_OCCLUDED, "d.example.com.", 1},
		{"ns.example.com.", 0, NULL, 1},
		{"sub.example.com.", ZONE_NAME_CUT, NULL, 1},
		{"ns.sub.example.com.", ZONE_NAME_OCCLUDED, "sub.example.com.", 1},
		{"deep.ns.sub.example.com.", ZONE_NAME_OCCLUDED, "sub.example.com.", 1},
		{"x.example.com.", ZONE_NAME_EMPTY, NULL, 0},
		{"y.x.example.com.", ZONE_NAME_EMPTY, NULL, 0},
		{"a.y.x.example.com.", 0, NULL, 1},
		{"z.y.x.example.com.", 0, NULL, 1},
	};
	expect_names(fixture.zone, expected, ARRAY_LENGTH(expected));
	assert_int_equal(zone_find_name(fixture.zone, fixture.zone->names[12].wire), 12);
	fixture_free(&fixture);
}

#define HASH1 "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"
#define HASH2 "2t7b4g4vsa5smi47k61mv5bv1a22bojr"

static void
test_hashed_names(void **state)
{
	(void)state;
	/* Hash owners are no part of the tree, not even below an apex DNAME; one with a child is.
	 */
	struct fixture fixture = fixture_zone("@ DNAME example.net.\n" HASH1 " NSEC3 1 0 0 - " HASH2
					      " A\n" HASH2 " NSEC3 1 0 0 - " HASH1 " A\n"
					      "x." HASH2 " A 192.0.2.1\n");
	static const struct expected expected[] = {
		{"example.com.", 0, NULL, 3},
		{HASH1 ".example.com.", ZONE_NAME_HASHED, NULL, 1},
		{HASH2 ".example.com.", ZONE_NAME_OCCLUDED, "example.com.", 1},
		{"x." HASH2 ".example.com.", ZONE_NAME_OCCLUDED, "example.com.", 1},
		{"ns.example.com.", ZONE_NAME_OCCLUDED, "example.com.", 1},
	};
	expect_names(fixture.zone, expected, ARRAY_LENGTH(expected));
	fixture_free(&fixture);
}

static void
test_sets(void **state)
{
	(void)state;
	struct fixture fixture = fixture_zone(
		"a TXT b\na A 192.0.2.9\na TXT a\na A 192.0.2.10\na TXT aa\na TXT a\n"
		"a RRSIG TXT 8 3 60 20380101000000 20200101000000 1 example.com. AAAB\n"
		"a RRSIG A 8 3 60 20380101000000 20200101000000 1 example.com. AAAB\n"
		"a RRSIG TXT 8 3 60 20380101000000 20200101000000 1 example.com. AAAA\n"
		"b RRSIG MX 8 3 60 20380101000000 20200101000000 1 example.com. AAAA\n");
	const struct zone *zone = fixture.zone;
	const struct zone_name *name = fixture_name(zone, "a.example.com");
	assert_int_equal(name->set_count, 2);
	const struct zone_set *txt = fixture_set(zone, "a.example.com", DNS_TYPE_TXT);
	assert_int_equal(txt->rdata_count, 3);
	fixture_rdata(zone, txt, 0, "\1a", 2);
	fixture_rdata(zone, txt, 1, "\1b", 2);
	fixture_rdata(zone, txt, 2, "\2aa", 3);
	assert_int_equal(txt->sig_count, 2);
	assert_int_equal(txt->first_sig, txt->first_rdata + 3);
	const struct zone_rdata *sig = &zone->rdatas[txt->first_sig];
	assert_int_equal(sig->bytes[sig->size - 1], 0); /* AAAA before AAAB */
	const struct zone_set *mx = fixture_set(zone, "b.example.com", DNS_TYPE_MX);
	assert_int_equal(mx->rdata_count, 0);
	assert_int_equal(mx->sig_count, 1);
	assert_null(zone_find_set(zone, name, DNS_TYPE_MX));
	assert_null(zone_find_set(zone, name, 65535));
	struct place place = group_place(zone, &zone->rdatas[txt->first_rdata + 1]);
	assert_int_equal(place.line, FIXTURE_HEAD_LINES + 1);
	assert_string_equal(place.file, "test.zone");
	fixture_free(&fixture);
}

static void
test_differing_ttls(void **state)
{
	(void)state;
	struct fixture fixture = fixture_zone(
		"a 60 A 192.0.2.1\na 50 A 192.0.2.2\na 70 A 192.0.2.3\n");
	assert_int_equal(fixture.report.warnings, 1);
	assert_true(fixture_has(&fixture, SEVERITY_WARNING, "the smallest, 50", 3));
	assert_int_equal(fixture_set(fixture.zone, "a.example.com", DNS_TYPE_A)->ttl, 50);
	fixture_free(&fixture);
	/* A duplicate's TTL counts too. */
	fixture_warning("a 60 A 192.0.2.1\na 50 A 192.0.2.1\n", "the smallest, 50", 0);
	fixture = fixture_zone(
		"$GENERATE 1-30 a$ 60 A 192.0.2.1\n$GENERATE 1-30 a$ 50 A 192.0.2.2\n");
	assert_int_equal(fixture.report.warnings, 21);
	fixture_free(&fixture);
}

/* Owners in every order give one zone. */
static void
test_order_does_not_matter(void **state)
{
	(void)state;
	static const char *const lines[] = {"b.a A 192.0.2.1\n", "a A 192.0.2.2\n", "c.b.a TXT x\n",
					    "a TXT y\n"};
	static const unsigned orders[][4] = {
		{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}, {2, 0, 3, 1}};
	for (size_t i = 0; i < ARRAY_LENGTH(orders); i++) {
		char body[200] = "";
		for (size_t j = 0; j < 4; j++)
			strcat(body, lines[orders[i][j]]);
		struct fixture fixture = fixture_clean(body);
		assert_int_equal(fixture.zone->name_count, 5);
		assert_int_equal(fixture.zone->set_count, 3 + 4);
		assert_int_equal(fixture_name(fixture.zone, "a.example.com")->set_count, 2);
		fixture_free(&fixture);
	}
}

static void
test_root_zone_and_127_labels(void **state)
{
	(void)state;
	char text[600] = "@ 60 SOA . . 1 2 3 4 5\n@ NS a.\na. A 192.0.2.1\n";
	size_t at = strlen(text);
	for (size_t i = 0; i < 127; i++, at += 2)
		memcpy(text + at, "b.", 3);
	strcat(text, " A 192.0.2.1\n");
	struct zone_options options = {.now = FIXTURE_NOW};
	struct fixture fixture = fixture_load(".", text, strlen(text), &options);
	assert_int_equal(fixture.report.count, 0);
	assert_int_equal(fixture.zone->apex_labels, 0);
	assert_int_equal(fixture.zone->name_count, 129);
	assert_int_equal(fixture.zone->names[128].labels, 127);
	assert_int_equal(fixture.zone->names[127].flags, ZONE_NAME_EMPTY);
	fixture_free(&fixture);
}

/* An apex that owns nothing still is names[0]: seen through the draft, as such a zone has errors.
 */
static void
test_missing_apex(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	struct zone_options options = {.now = FIXTURE_NOW};
	struct draft draft;
	uint8_t name[DNS_NAME_MAX];
	char path[] = "f";
	assert_true(draft_start(&draft, (const uint8_t *)"\3com", &options, &report));
	draft_file(&draft, &(struct zone_file){.path = path});
	name_parse(name, "b.a.com");
	draft_owner(&draft, name);
	draft_record(&draft, DNS_TYPE_A, 1, (const uint8_t *)"abcd", 4, (struct zone_place){0, 1});
	struct zone *zone = group_draft(&draft);
	draft_free(&draft);
	assert_int_equal(zone->name_count, 3);
	assert_int_equal(zone->names[0].flags, ZONE_NAME_EMPTY);
	assert_true(name_equal(zone->names[0].wire, (const uint8_t *)"\3com"));
	zone_free(zone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_hashed_names),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_differing_ttls),
		cmocka_unit_test(test_order_does_not_matter),
		cmocka_unit_test(test_root_zone_and_127_labels),
		cmocka_unit_test(test_missing_apex),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
