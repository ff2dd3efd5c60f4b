/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone_fixture.h"

#include "zone/master.h"

static void
expect_names(const char *line, const char *const *names)
{
	struct fixture fixture = fixture_clean(line);
	size_t count = 0;
	for (; names[count]; count++)
		fixture_name(fixture.zone, names[count]);
	/* Two are FIXTURE_HEAD's. */
	assert_int_equal(fixture.zone->name_count, count + 2);
	fixture_free(&fixture);
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void
test_owners(void **state)
{
	(void)state;
	expect_names("$GENERATE 1-3 h$ A 192.0.2.$\n",
		     NAMES("h1.example.com", "h2.example.com", "h3.example.com"));
	expect_names("$GENERATE 5-11/3 $ A 192.0.2.1\n",
		     NAMES("5.example.com", "8.example.com", "11.example.com"));
	expect_names("$GENERATE 5-12/3 $ A 192.0.2.1\n",
		     NAMES("5.example.com", "8.example.com", "11.example.com"));
	expect_names("$GENERATE 7-7 x A 192.0.2.1\n", NAMES("x.example.com"));
	expect_names("$generate 0-0 $ A 192.0.2.1\n", NAMES("0.example.com"));
	expect_names("$GENERATE 2147483647-2147483647 $ A 192.0.2.1\n",
		     NAMES("2147483647.example.com"));
}

static void
test_formats(void **state)
{
	(void)state;
	static const struct {
		const char *format, *name;
	} cases[] = {
		{"${0}", "26"},          {"${10}", "36"},         {"${-10}", "16"},
		{"${0,4}", "0026"},      {"${0,4,d}", "0026"},    {"${0,0,x}", "1a"},
		{"${0,4,X}", "001a"},    {"${0,3,o}", "032"},     {"${0,1,n}", "a.1"},
		{"${0,7,n}", "a.1.0.0"}, {"${0,7,N}", "a.1.0.0"}, {"${-26,3,n}", "0.0"},
		{"a$b$", "a26b26"},      {"$$", "\\$"},           {"\\$", "\\$"},
		{"\\\\$", "\\\\26"},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		char line[100], name[100];
		snprintf(line, sizeof line, "$GENERATE 26-26 %s A 192.0.2.1\n", cases[i].format);
		snprintf(name, sizeof name, "%s.example.com", cases[i].name);
		struct fixture fixture = fixture_clean(line);
		fixture_set(fixture.zone, name, DNS_TYPE_A);
		fixture_free(&fixture);
	}
}

static void
test_rdata_forms(void **state)
{
	(void)state;
	struct fixture fixture = fixture_clean("$GENERATE 1-2 @ 60 IN MX \"${9} ns\"\n"
					       "$GENERATE 1-2 a$ IN 70 MX $ ns\n"
					       "$GENERATE 3-3 t TXT \"x $\" \"y$\"\n"
					       "$GENERATE 3-3 u TYPE65280 \\# 1 ${0,2,x}\n");
	const struct zone_set *set = fixture_set(fixture.zone, "example.com", DNS_TYPE_MX);
	assert_int_equal(set->ttl, 60);
	fixture_rdata(fixture.zone, set, 1, "\0\13\2ns\7example\3com", 18);
	set = fixture_set(fixture.zone, "a2.example.com", DNS_TYPE_MX);
	assert_int_equal(set->ttl, 70);
	set = fixture_set(fixture.zone, "t.example.com", DNS_TYPE_TXT);
	fixture_rdata(fixture.zone, set, 0, "\3x 3\2y3", 7);
	set = fixture_set(fixture.zone, "u.example.com", 65280);
	fixture_rdata(fixture.zone, set, 0, "\3", 1);
	fixture_free(&fixture);
}

static void
test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *line, *part;
	} cases[] = {
		{"$GENERATE", "needs a range"},
		{"$GENERATE 1-2 a$ A", "needs a range"},
		{"$GENERATE x a$ A 192.0.2.1", "not a range"},
		{"$GENERATE 1 a$ A 192.0.2.1", "not a range"},
		{"$GENERATE 2-1 a$ A 192.0.2.1", "not a range"},
		{"$GENERATE 1-2/0 a$ A 192.0.2.1", "not a range"},
		{"$GENERATE 1-2/ a$ A 192.0.2.1", "not a range"},
		{"$GENERATE -1-2 a$ A 192.0.2.1", "not a range"},
		{"$GENERATE 1-2147483648 a$ A 192.0.2.1", "not a range"},
		{"$GENERATE 0-4294967295 a$ A 192.0.2.1", "not a range"},
		{"$GENERATE 0-2147483647 a$ A 192.0.2.1", "past the limit"},
		{"$GENERATE 0-4194304 a$ A 192.0.2.1", "past the limit"},
		{"$GENERATE 1-2 a$ NOTYPE 192.0.2.1", "without a type"},
		{"$GENERATE 1-2 a${ A 192.0.2.1", "cannot expand"},
		{"$GENERATE 1-2 a${x} A 192.0.2.1", "cannot expand"},
		{"$GENERATE 1-2 a${} A 192.0.2.1", "cannot expand"},
		{"$GENERATE 1-2 a${0,0,q} A 192.0.2.1", "cannot expand"},
		{"$GENERATE 1-2 a${0,0,} A 192.0.2.1", "cannot expand"},
		{"$GENERATE 1-2 a${0,0,dd} A 192.0.2.1", "cannot expand"},
		{"$GENERATE 1-2 a${0,256} A 192.0.2.1", "cannot expand"},
		{"$GENERATE 1-2 a${-2} A 192.0.2.1", "cannot expand"},
		{"$GENERATE 1-2 ${0,255} A 192.0.2.1", "owner is not"},
		{"$GENERATE 1-2 a$ A 192.0.2.${254}", "IPv4"}, /* the second; then no more */
		{"$GENERATE 1-2 a$ CH A 192.0.2.1", "class IN"},
		{"$GENERATE 1-2 \"\" A 192.0.2.1", "no record"},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct fixture fixture = fixture_zone(cases[i].line);
		if (fixture.report.errors != 1 ||
		    !fixture_has(&fixture, SEVERITY_ERROR, cases[i].part, 1))
			fail_msg("%s: %zu errors, %s", cases[i].line, fixture.report.errors,
				 fixture.report.count ? fixture.report.findings[0].message : "");
		fixture_free(&fixture);
	}
}

static void
test_limit(void **state)
{
	(void)state;
	struct zone_options options = {.now = FIXTURE_NOW, .generate_max = 10};
	static const char *const bodies[] = {
		FIXTURE_HEAD "$GENERATE 1-10 a$ A 192.0.2.1\n",
		FIXTURE_HEAD "$GENERATE 1-11 a$ A 192.0.2.1\n",
		FIXTURE_HEAD "$GENERATE 1-7 a$ A 192.0.2.1\n$GENERATE 1-3 b$ A 192.0.2.1\n",
		FIXTURE_HEAD "$GENERATE 1-7 a$ A 192.0.2.1\n$GENERATE 1-4 b$ A 192.0.2.1\n"};
	for (size_t i = 0; i < ARRAY_LENGTH(bodies); i++) {
		struct fixture fixture = fixture_load("example.com", bodies[i], strlen(bodies[i]),
						      &options);
		assert_int_equal(fixture.report.errors, i % 2);
		fixture_free(&fixture);
	}
}

/* As master.c calls it: the entry is the directive. */
static void
test_run(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	struct zone_options options = {.now = FIXTURE_NOW};
	struct draft draft;
	struct lexer_problem problem;
	static const uint8_t apex[] = "\7example\3com";
	static const char text[] = "$GENERATE 1-3 a$ 5 A 192.0.2.$\n";
	assert_true(draft_start(&draft, apex, &options, &report));
	struct source *source = source_text("t", text, strlen(text), &report);
	memcpy(source->origin, apex, sizeof apex);
	struct master master = {.draft = &draft, .rdata = rdata_new(), .source = source};
	assert_int_equal(lexer_next(&source->lexer, &master.entry, &problem), LEXER_ENTRY);
	assert_true(generate_run(&master));
	assert_int_equal(draft.record_count, 3);
	assert_int_equal(master.generated, 3);
	assert_false(master.in_generate);
	entry_free(&master.entry);
	rdata_free(master.rdata);
	source_free(source);
	draft_free(&draft);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_owners),      cmocka_unit_test(test_formats),
		cmocka_unit_test(test_rdata_forms), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_limit),       cmocka_unit_test(test_run),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
