/* SPDX-License-Identifier: BSD-2-Clause */
/* Large texts on several threads: the same zone and the same findings as on one, whatever is in
 * them. */
#include "zone_fixture.h"

#include "zone/pieces.h"

enum { LINES = 90000, THREADS = 5 };

static struct fixture
load(const char *text, unsigned threads)
{
	struct zone_options options = {
		.zonemd = ZONEMD_WARN, .now = FIXTURE_NOW, .threads = threads};
	return fixture_load("example.com", text, strlen(text), &options);
}

static void
assert_same_rdata(const struct zone *a, const struct zone *b)
{
	assert_int_equal(a->rdata_count, b->rdata_count);
	for (uint32_t i = 0; i < a->rdata_count; i++) {
		const struct zone_rdata *x = &a->rdatas[i];
		const struct zone_rdata *y = &b->rdatas[i];
		if (x->size != y->size || memcmp(x->bytes, y->bytes, x->size) != 0 ||
		    a->places[x->place].line != b->places[y->place].line ||
		    a->places[x->place].file != b->places[y->place].file)
			fail_msg("rdata %u differs, line %u and %u", i, a->places[x->place].line,
				 b->places[y->place].line);
	}
}

static void
assert_same_zone(const struct zone *a, const struct zone *b)
{
	assert_int_equal(a->name_count, b->name_count);
	assert_int_equal(a->set_count, b->set_count);
	for (uint32_t i = 0; i < a->name_count; i++) {
		assert_int_equal(a->names[i].size, b->names[i].size);
		assert_memory_equal(a->names[i].wire, b->names[i].wire, a->names[i].size);
		assert_int_equal(a->names[i].flags, b->names[i].flags);
	}
	for (uint32_t i = 0; i < a->set_count; i++) {
		assert_int_equal(a->sets[i].type, b->sets[i].type);
		assert_int_equal(a->sets[i].ttl, b->sets[i].ttl);
	}
	assert_same_rdata(a, b);
}

static void
assert_same_findings(const struct report *a, const struct report *b)
{
	char x[500], y[500];
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++)
		assert_string_equal(report_line(&a->findings[i], x, sizeof x),
				    report_line(&b->findings[i], y, sizeof y));
}

/* A zone of LINES regular lines, with `odd` as line `at` in between, loaded in both ways. Returns
 * the number of findings. */
static size_t
compare(const char *head, size_t at, const char *odd)
{
	char *text = malloc((size_t)LINES * 40 + 1000);
	assert_non_null(text);
	char *p = text + sprintf(text, "%s", head);
	for (size_t i = 0; i < LINES; i++) {
		if (i == at)
			p += sprintf(p, "%s", odd);
		p += sprintf(p, "h%zu 300 A 10.0.%zu.%zu ; comment\n", i * 7919 % LINES,
			     i / 250 % 250, i % 250);
	}
	struct fixture one = load(text, 1);
	struct fixture many = load(text, THREADS);
	free(text);
	assert_same_findings(&one.report, &many.report);
	assert_int_equal(one.zone == NULL, many.zone == NULL);
	if (one.zone)
		assert_same_zone(one.zone, many.zone);
	size_t findings = one.report.count;
	fixture_free(&one);
	fixture_free(&many);
	return findings;
}

static void
test_regular(void **state)
{
	(void)state;
	assert_int_equal(compare(FIXTURE_HEAD, LINES, ""), 0);
	/* Owners left out, and the same owner on both sides of a cut. */
	assert_int_equal(compare(FIXTURE_HEAD, LINES / 2, " 300 A 10.1.1.1\n\tTXT a\n"), 0);
	assert_int_equal(compare(FIXTURE_HEAD, LINES / 3, "x ( A\n\n 10.1.1.1 )\n"), 0);
	assert_int_equal(compare(FIXTURE_HEAD, LINES / 3, "\n; a line\n\nX TXT \"; (\" \\(\n"), 0);
}

/* What one piece says about another one. */
static void
test_state_crosses(void **state)
{
	(void)state;
	static const char no_ttl[] = "@ 300 SOA ns host 7 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n";
	assert_int_equal(compare(FIXTURE_HEAD, 400, "$TTL 77\n"), 0);
	assert_int_equal(compare(FIXTURE_HEAD, LINES / 2, "$ORIGIN sub.example.com.\n"), 0);
	assert_int_equal(compare(FIXTURE_HEAD, LINES - 1, "$GENERATE 1-3 g$ A 10.0.0.$\n"), 0);
	/* The TTL of the line before, which is in another piece for all a piece knows. */
	assert_int_equal(compare(no_ttl, 200, "a A 10.1.1.1\n"), 0);
	assert_int_equal(compare(no_ttl, LINES / 2, "a A 10.1.1.1\n"), 0);
}

/* Parentheses over thousands of lines: every cut in them is wrong. */
static void
test_wrong_cuts(void **state)
{
	(void)state;
	const size_t size = 3u << 20;
	char *text = malloc(size + 100000);
	assert_non_null(text);
	char *p = text + sprintf(text, FIXTURE_HEAD);
	for (size_t i = 0; i < 200; i++)
		p += sprintf(p, "h%zu A 10.0.0.1\n", i);
	while ((size_t)(p - text) < size) {
		p += sprintf(p, "t%zu TXT (\n", (size_t)(p - text));
		for (size_t i = 0; i < 5000; i++)
			p += sprintf(p, "word%zu\n", i % 10);
		p += sprintf(p, ")\n");
	}
	struct fixture one = load(text, 1);
	struct fixture many = load(text, THREADS);
	assert_int_equal(one.report.count, 0);
	assert_same_findings(&one.report, &many.report);
	assert_non_null(one.zone);
	assert_same_zone(one.zone, many.zone);
	fixture_free(&one);
	fixture_free(&many);
	free(text);
}

static void
test_findings(void **state)
{
	(void)state;
	assert_int_equal(compare(FIXTURE_HEAD, LINES / 2, "x A 10.0.0.256\n"), 1);
	assert_int_equal(compare(FIXTURE_HEAD, LINES / 2, "x A ( 10.0.0.1\n"), 1);
	assert_int_equal(compare(FIXTURE_HEAD, LINES / 2, "x.example.org. A 10.0.0.1\n"), 1);
	assert_int_equal(compare(FIXTURE_HEAD, LINES / 4, "@ MX 10 nowhere\n"), 1);
	assert_int_equal(compare(FIXTURE_HEAD, LINES - 1, "x TXT \"never closed\n"), 1);
}

/* With one thread, for little text, and where no line begins, nothing is cut. */
static void
test_not_cut(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	struct zone_options options = {.threads = 1};
	const size_t size = 3u << 20;
	char *text = malloc(size + 1);
	assert_non_null(text);
	memset(text, 'a', size);
	text[size] = '\0';
	struct draft draft;
	assert_true(draft_start(&draft, (const uint8_t *)"\7example", &options, &report));
	struct source *source = source_text("text", text, size, &report);
	struct master master = {.draft = &draft, .source = source};
	assert_non_null(source);
	assert_false(pieces_read(&master));
	options.threads = 4;
	assert_false(pieces_read(&master)); /* one line */
	assert_int_equal(draft.record_count, 0);
	lexer_start(&source->lexer, text, 2u * PIECE_MIN - 1);
	assert_false(pieces_read(&master));
	lexer_start(&source->lexer, text, 0);
	assert_false(pieces_read(&master));
	source_free(source);
	draft_free(&draft);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_regular),    cmocka_unit_test(test_state_crosses),
		cmocka_unit_test(test_wrong_cuts), cmocka_unit_test(test_findings),
		cmocka_unit_test(test_not_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
