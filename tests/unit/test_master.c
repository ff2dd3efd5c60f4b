/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone_fixture.h"

#include <sys/stat.h>
#include <unistd.h>

#include "zone/master.h"

static char folder[] = "/tmp/anyns-master-XXXXXX";

static int
enter(void **state)
{
	(void)state;
	return mkdtemp(folder) && chdir(folder) == 0 && mkdir("sub", 0700) == 0 ? 0 : -1;
}

static int
leave(void **state)
{
	(void)state;
	return fixture_remove(folder);
}

static uint32_t
ttl_of(const struct fixture *fixture, const char *name)
{
	return fixture_set(fixture->zone, name, DNS_TYPE_A)->ttl;
}

static void
test_headers_in_any_order(void **state)
{
	(void)state;
	struct fixture fixture = fixture_clean("a A 192.0.2.1\n"
					       "b IN A 192.0.2.1\n"
					       "c 60 A 192.0.2.1\n"
					       "d 60 IN A 192.0.2.1\n"
					       "e IN 60 A 192.0.2.1\n"
					       "f CLASS1 1m TYPE1 192.0.2.1\n"
					       "g in 1M a \\# 4 C0000201\n"
					       "A A 192.0.2.2\n"
					       "IN IN A 192.0.2.1\n"
					       "60 60 A 192.0.2.1\n");
	static const char *const names[] = {"c", "d", "e", "f", "g", "60"};
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		char name[32];
		snprintf(name, sizeof name, "%s.example.com", names[i]);
		assert_int_equal(ttl_of(&fixture, name), 60);
	}
	assert_int_equal(ttl_of(&fixture, "b.example.com"), 3600);
	assert_int_equal(fixture_set(fixture.zone, "a.example.com", DNS_TYPE_A)->rdata_count, 2);
	fixture_free(&fixture);
}

static void
test_owner_left_out(void **state)
{
	(void)state;
	struct fixture fixture = fixture_clean("a TXT x\n"
					       "\tA 192.0.2.1\n"
					       "  60 IN AAAA ::1 ; a comment\n"
					       "$ORIGIN sub\n"
					       "\n"
					       " MX 0 .\n"
					       "@ TXT y\n"
					       "a.b TXT z\n");
	assert_int_equal(fixture_name(fixture.zone, "a.example.com")->set_count, 4);
	fixture_set(fixture.zone, "sub.example.com", DNS_TYPE_TXT);
	fixture_set(fixture.zone, "a.b.sub.example.com", DNS_TYPE_TXT);
	fixture_free(&fixture);
}

static struct fixture
load(const char *text)
{
	struct zone_options options = {.now = FIXTURE_NOW};
	return fixture_load("example.com", text, strlen(text), &options);
}

static void
test_first_without_owner(void **state)
{
	(void)state;
	struct fixture fixture = load(" 60 SOA ns h 1 2 3 4 5\n NS ns\nns A 192.0.2.1");
	assert_non_null(fixture.zone);
	assert_int_equal(fixture.report.warnings, 1);
	fixture_free(&fixture);
}

static void
test_ttl_rules(void **state)
{
	(void)state;
	/* RFC 1035: the last stated; without any, the SOA's minimum for it and what follows. */
	struct fixture fixture = load("@ SOA ns h 1 2 3 4 77\n@ NS ns\nns A 192.0.2.1\n"
				      "a 5 A 192.0.2.1\nb A 192.0.2.1\n"
				      "$TTL 1h\nc A 192.0.2.1\nd 6 A 192.0.2.1\ne A 192.0.2.1\n"
				      "f 2147483647 A 192.0.2.1\ng 2147483648 A 192.0.2.1\n");
	assert_non_null(fixture.zone);
	assert_int_equal(fixture_set(fixture.zone, "example.com", DNS_TYPE_SOA)->ttl, 77);
	assert_int_equal(ttl_of(&fixture, "ns.example.com"), 77);
	assert_int_equal(ttl_of(&fixture, "b.example.com"), 5);
	assert_int_equal(ttl_of(&fixture, "c.example.com"), 3600);
	assert_int_equal(ttl_of(&fixture, "d.example.com"), 6);
	assert_int_equal(ttl_of(&fixture, "e.example.com"), 3600);
	assert_int_equal(ttl_of(&fixture, "f.example.com"), 2147483647);
	assert_int_equal(ttl_of(&fixture, "g.example.com"), 0);
	assert_int_equal(fixture.report.warnings, 1); /* g's */
	fixture_free(&fixture);

	fixture = load("a A 192.0.2.1\n@ 5 SOA ns h 1 2 3 4 77\n@ NS ns\nns A 192.0.2.1\n");
	assert_int_equal(fixture.report.errors, 1);
	assert_int_equal(fixture.report.findings[0].line, 1);
	fixture_free(&fixture);
}

static void
test_bad_lines(void **state)
{
	(void)state;
	fixture_error("a", "no type", 1);
	fixture_error("a IN", "no type", 1);
	fixture_error("a 60 IN 70 A 192.0.2.1", "no TTL, class or type", 1);
	fixture_error("a IN IN A 192.0.2.1", "no TTL, class or type", 1);
	fixture_error("a CH TXT x", "class IN", 1);
	fixture_error("a CLASS3 TXT x", "class IN", 1);
	fixture_error("a CLASS65535 A \\# 0", "class IN", 1);
	fixture_error("a NOTYPE x", "no TTL, class or type", 1);
	fixture_error("a 1x A 192.0.2.1", "not a TTL", 1);
	fixture_error("a TYPE0 \\# 0", "cannot stand", 1);
	fixture_error("a OPT \\# 0", "cannot stand", 1);
	fixture_error("a TYPE128 \\# 0", "cannot stand", 1);
	fixture_error("a AXFR \\# 0", "cannot stand", 1);
	fixture_error("a TYPE255 \\# 0", "cannot stand", 1);
	fixture_error("a..b A 192.0.2.1", "owner is not", 1);
	fixture_error("\"a\" A 192.0.2.1", "owner is not", 1);
	fixture_error("a..b A 192.0.2.1\n A 192.0.2.2", "owner is not", 1);
	fixture_error("$TTL", "needs a value", 1);
	fixture_error("$TTL x", "not a TTL", 1);
	fixture_error("$TTL 1 2", "ends before", 1);
	fixture_error("$ORIGIN", "needs a value", 1);
	fixture_error("$ORIGIN a..b", "$ORIGIN is not", 1);
	fixture_error("$NONSENSE", "unknown directive", 1);
	fixture_error("a A (192.0.2.1", "never closed", 1);
	fixture_error("a TXT \"x", "does not end", 1);
	/* The first type outside 128 to 255, on both sides. */
	struct fixture fixture = fixture_clean("a TYPE127 \\# 0\na TYPE256 \\# 4 00000000\n"
					       "\\$TTL A 192.0.2.1\n");
	fixture_free(&fixture);
}

static void
test_all_errors_are_listed(void **state)
{
	(void)state;
	struct fixture fixture = fixture_zone("a A x\nb A y\n$BAD\nc A (\n 1.2.3\n )\nd MX\n");
	assert_int_equal(fixture.report.errors, 5);
	static const unsigned lines[] = {1, 2, 3, 5, 7};
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(fixture.report.findings[i].line, FIXTURE_HEAD_LINES + lines[i]);
	assert_int_equal(fixture.report.findings[0].column, 5);
	assert_int_equal(fixture.report.findings[3].column, 2);
	assert_string_equal(fixture.report.findings[0].file, "test.zone");
	fixture_free(&fixture);
}

static void
test_outside(void **state)
{
	(void)state;
	fixture_warning("example.org. A 192.0.2.1\n A 192.0.2.2\n", "outside the zone", 1);
	fixture_warning("com. A 192.0.2.1", "outside the zone", 1);
	fixture_warning("xexample.com. A 192.0.2.1", "outside the zone", 1);
	struct fixture fixture = fixture_zone("$ORIGIN org.\n$GENERATE 1-100 a$ A 192.0.2.1\n");
	assert_int_equal(fixture.report.warnings, TALLY_SHOWN + 1);
	assert_true(fixture_has(&fixture, SEVERITY_WARNING, "80 more owners", 0));
	fixture_free(&fixture);
}

static void
test_misplaced_nsec3(void **state)
{
	(void)state;
	static const char *const owners[] = {"@", "short", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.deep",
					     "0p9mhaveqvm6t7vbl5lop2u3t2rp3to",
					     "0p9mhaveqvm6t7vbl5lop2u3t2rp3tow"};
	for (size_t i = 0; i < ARRAY_LENGTH(owners); i++) {
		char body[200];
		snprintf(body, sizeof body, "%s NSEC3 1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr A\n",
			 owners[i]);
		fixture_warning(body, "not a hash and the apex", 1);
	}
}

static void
test_include(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	struct zone_options options = {.now = FIXTURE_NOW};
	fixture_write("main.zone",
		      FIXTURE_HEAD "x A 192.0.2.9\n$INCLUDE sub/one.inc deep\n 3600 A 192.0.2.8\n"
				   "$INCLUDE \"sub/two.inc\" ; same origin\nend A 192.0.2.1\n");
	/* Relative to the file it stands in; origin and owner come back, $TTL does not. */
	fixture_write("sub/one.inc", "one TXT a\n$ORIGIN other\n@ TXT b\n$INCLUDE two.inc\n$TTL 5");
	fixture_write("sub/two.inc", "two TXT c");
	static const uint8_t apex[] = "\7example\3com";
	struct zone *zone = zone_load(apex, "main.zone", &options, &report);
	assert_int_equal(report.count, 0);
	assert_int_equal(zone->file_count, 4);
	assert_string_equal(zone->files[2].path, "sub/two.inc");
	fixture_set(zone, "one.deep.example.com", DNS_TYPE_TXT);
	fixture_set(zone, "other.deep.example.com", DNS_TYPE_TXT);
	fixture_set(zone, "two.other.deep.example.com", DNS_TYPE_TXT);
	fixture_set(zone, "two.example.com", DNS_TYPE_TXT);
	assert_int_equal(fixture_set(zone, "x.example.com", DNS_TYPE_A)->rdata_count, 2);
	assert_int_equal(fixture_set(zone, "end.example.com", DNS_TYPE_A)->ttl, 5);
	zone_free(zone);
}

static struct fixture
load_file(const char *text)
{
	static const uint8_t apex[] = "\7example\3com";
	struct zone_options options = {.now = FIXTURE_NOW};
	struct fixture fixture = {.report = REPORT_INIT};
	fixture_write("main.zone", text);
	fixture.zone = zone_load(apex, "main.zone", &options, &fixture.report);
	return fixture;
}

static void
expect_include_error(const char *line, const char *part)
{
	char *text;
	assert_true(asprintf(&text, "%s%s\n", FIXTURE_HEAD, line) > 0);
	struct fixture fixture = load_file(text);
	assert_null(fixture.zone);
	assert_int_equal(fixture.report.errors, 1);
	if (!fixture_has(&fixture, SEVERITY_ERROR, part, 1))
		fail_msg("%s: %s", line, fixture.report.findings[0].message);
	fixture_free(&fixture);
	free(text);
}

static void
test_include_errors(void **state)
{
	(void)state;
	expect_include_error("$INCLUDE", "needs a value");
	expect_include_error("$INCLUDE missing", "No such file");
	expect_include_error("$INCLUDE .", "is a directory");
	expect_include_error("$INCLUDE \"\"", "No such file");
	expect_include_error("$INCLUDE /dev/zero", "not a regular file");
	expect_include_error("$INCLUDE main.zone", "includes itself");
	expect_include_error("$INCLUDE ./sub/../main.zone", "includes itself");
	expect_include_error("$INCLUDE x a..b", "origin of $INCLUDE");
	expect_include_error("$INCLUDE x y z", "ends before");
	struct zone_options options = {.no_include = true};
	static const char text[] = "$INCLUDE /etc/passwd\n";
	struct fixture fixture = fixture_load("example.com", text, strlen(text), &options);
	assert_true(strstr(fixture.report.findings[0].message, "not allowed") != NULL);
	fixture_free(&fixture);
}

/* A chain of files: as deep as allowed, and one more. */
static void
test_include_depth(void **state)
{
	(void)state;
	char path[32], text[64];
	for (unsigned i = 1; i <= 2000; i++) {
		snprintf(path, sizeof path, "sub/%u", i);
		snprintf(text, sizeof text, "$INCLUDE %u\n", i + 1);
		fixture_write(path, text);
	}
	fixture_write("sub/2001", "");
	struct fixture fixture = load_file(FIXTURE_HEAD "$INCLUDE sub/1\n");
	assert_int_equal(fixture.report.errors, 1);
	assert_non_null(strstr(fixture.report.findings[0].message, "levels deep"));
	assert_string_equal(fixture.report.findings[0].file, "sub/64");
	fixture_free(&fixture);
	fixture_write("sub/64", "last A 192.0.2.1\n");
	fixture = load_file(FIXTURE_HEAD "$INCLUDE sub/1\n");
	assert_non_null(fixture.zone);
	fixture_free(&fixture);
}

/* Files that include two others each: 2^30 in all, were they not counted. */
static void
test_include_doubling(void **state)
{
	(void)state;
	char path[32], text[64];
	for (unsigned i = 1; i <= 30; i++) {
		snprintf(path, sizeof path, "sub/d%u", i);
		snprintf(text, sizeof text, "$INCLUDE d%u\n$INCLUDE d%u\n", i + 1, i + 1);
		fixture_write(path, text);
	}
	fixture_write("sub/d31", "");
	struct fixture fixture = load_file(FIXTURE_HEAD "$INCLUDE sub/d1\n");
	assert_null(fixture.zone);
	assert_true(fixture.report.errors > 0);
	assert_non_null(strstr(fixture.report.findings[0].message, "more than"));
	fixture_free(&fixture);
}

/* The parts as generate.c calls them. */
static void
test_record_and_fail(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	struct zone_options options = {.now = FIXTURE_NOW};
	struct draft draft;
	static const uint8_t apex[] = "\7example\3com";
	static const char text[] = "a 5 A 192.0.2.1 x\n";
	assert_true(draft_start(&draft, apex, &options, &report));
	struct source *source = source_text("t", text, strlen(text), &report);
	memcpy(source->origin, apex, sizeof apex);
	struct master master = {.draft = &draft, .rdata = rdata_new(), .source = source};
	struct lexer_problem problem;
	assert_int_equal(lexer_next(&source->lexer, &master.entry, &problem), LEXER_ENTRY);
	assert_false(master_record(&master, &master.entry));
	master.entry.count--;
	assert_true(master_record(&master, &master.entry));
	assert_int_equal(draft.record_count, 1);
	assert_false(master_fail(&master, &master.entry.tokens[2], "r", "m%d", 1));
	assert_string_equal(report.findings[1].message, "m1");
	assert_int_equal(report.findings[1].column, 5);
	entry_free(&master.entry);
	rdata_free(master.rdata);
	master_read(&draft, source); /* takes the source over, reads on to its end */
	master_read(&draft, NULL);
	draft_free(&draft);
	report_clear(&report);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers_in_any_order),
		cmocka_unit_test(test_owner_left_out),
		cmocka_unit_test(test_first_without_owner),
		cmocka_unit_test(test_ttl_rules),
		cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_all_errors_are_listed),
		cmocka_unit_test(test_outside),
		cmocka_unit_test(test_misplaced_nsec3),
		cmocka_unit_test(test_include),
		cmocka_unit_test(test_include_errors),
		cmocka_unit_test(test_include_depth),
		cmocka_unit_test(test_include_doubling),
		cmocka_unit_test(test_record_and_fail),
	};
	return cmocka_run_group_tests(tests, enter, leave);
}
