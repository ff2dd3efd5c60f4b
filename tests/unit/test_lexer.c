/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone_fixture.h"

#include "zone/lexer.h"

/* All entries of `text` as "token|token" lines, "_" before those that begin blank, "!" for a
 * problem. */
static char *
lex(const char *text, size_t size)
{
	char *out = NULL;
	size_t out_size = 0;
	FILE *stream = open_memstream(&out, &out_size);
	struct lexer lexer;
	struct entry entry = {0};
	struct lexer_problem problem;
	enum lexer_result result;
	lexer_start(&lexer, text, size);
	while ((result = lexer_next(&lexer, &entry, &problem)) != LEXER_END) {
		if (result == LEXER_BAD) {
			fprintf(stream, "!%u:%u\n", problem.line, problem.column);
			assert_non_null(problem.message);
			continue;
		}
		fputs(entry.blank ? "_" : "", stream);
		for (size_t i = 0; i < entry.count; i++) {
			const struct token *token = &entry.tokens[i];
			fprintf(stream, token->quoted ? "%s'%.*s'" : "%s%.*s", i ? "|" : "",
				(int)token->size, token->text);
		}
		fputs("\n", stream);
	}
	entry_free(&entry);
	fclose(stream);
	return out;
}

static void
expect(const char *text, const char *expected)
{
	char *out = lex(text, strlen(text));
	assert_string_equal(out, expected);
	free(out);
}

static void
test_entries(void **state)
{
	(void)state;
	expect("", "");
	expect("\n \n\t\n;x\n  ; y", "");
	expect("a b\tc\nd", "a|b|c\nd\n");
	expect("  a\n\tb\nc", "_a\n_b\nc\n");
	expect("a b\r\nc\r\n", "a|b\nc\n");
	expect("a;c\nb ;c\n", "a\nb\n");
	expect("\xef\xbb\xbf@ A", "@|A\n");
	expect("\xef\xbb", "\xef\xbb\n");
}

static void
test_parentheses(void **state)
{
	(void)state;
	expect("a ( b ; x (\n c\n) d\ne", "a|b|c|d\ne\n");
	expect("a (b(c\n)d\n)e\nf", "a|b|c|d|e\nf\n");
	expect("(\n)\n", "");
	expect("a (\n b", "!1:3\n");
	expect("a\n b ) c\nd", "a\n!2:4\nd\n");
	expect("a \\( b", "a|\\(|b\n");
}

static void
test_quotes(void **state)
{
	(void)state;
	expect("a \"b c\" \"\" d", "a|'b c'|''|d\n");
	expect("\"a;(\" b", "'a;('|b\n");
	expect("\"a\\\"b\"", "'a\\\"b'\n");
	expect("\"a\"\"b\"c", "'a'|'b'|c\n");
	expect("a \"b\nc", "!1:3\nc\n");
	expect("a \"b\\", "!1:3\n");
	expect("a \"b\\\nc", "!1:3\nc\n");
	expect("alpn=\"a b\" key1=\"x\"y", "alpn=\"a b\"|key1=\"x\"y\n");
	expect("k=\"x", "!1:3\n");
	expect("a\"b c", "a\"b|c\n"); /* a quote inside a word is itself */
}

static void
test_escapes(void **state)
{
	(void)state;
	expect("a\\ b\\;c \\\\ d", "a\\ b\\;c|\\\\|d\n");
	expect("a\\\nb", "!1:2\nb\n");
	expect("a\\", "!1:2\n");
}

static void
test_nul(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t size;
	} cases[] = {{"a\0b\nc", 5}, {"\"\0\"\nc", 5}, {"\\\0 \nc", 5}, {"\"\\\0\"\nc", 6}};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		char *out = lex(cases[i].text, cases[i].size);
		assert_int_equal(out[0], '!');
		assert_non_null(strstr(out, "\nc\n"));
		free(out);
	}
}

static void
test_places(void **state)
{
	(void)state;
	static const char text[] = "a (\n  bb\n \"c\" )\nd";
	static const uint32_t places[][2] = {{1, 1}, {2, 3}, {3, 2}};
	struct lexer lexer;
	struct entry entry = {0};
	struct lexer_problem problem;
	lexer_start(&lexer, text, strlen(text));
	assert_int_equal(lexer_next(&lexer, &entry, &problem), LEXER_ENTRY);
	assert_int_equal(entry.count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(entry.tokens[i].line, places[i][0]);
		assert_int_equal(entry.tokens[i].column, places[i][1]);
	}
	assert_int_equal(lexer_next(&lexer, &entry, &problem), LEXER_ENTRY);
	assert_int_equal(entry.tokens[0].line, 4);
	entry_free(&entry);
}

static void
test_token_is(void **state)
{
	(void)state;
	struct token token = {.text = "inX", .size = 2};
	assert_true(token_is(&token, "IN"));
	assert_false(token_is(&token, "I"));
	assert_false(token_is(&token, "INX"));
	token.quoted = true;
	assert_false(token_is(&token, "IN"));
}

static void
test_runaway_parenthesis(void **state)
{
	(void)state;
	size_t size = 300000;
	char *text = malloc(size);
	for (size_t i = 0; i < size; i += 2)
		memcpy(text + i, "a\n", 2);
	text[0] = '(';
	char *out = lex(text, size);
	assert_int_equal(strncmp(out, "!1:1\n", 5), 0);
	assert_non_null(strstr(out, "a\n")); /* and the rest is read again as entries */
	free(out);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),  cmocka_unit_test(test_parentheses),
		cmocka_unit_test(test_quotes),   cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_nul),      cmocka_unit_test(test_places),
		cmocka_unit_test(test_token_is), cmocka_unit_test(test_runaway_parenthesis),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
