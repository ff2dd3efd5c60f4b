/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/config_yaml.h"

struct parsed {
	struct report report;
	struct config_tree tree;
	bool good;
};

static struct parsed
parse(const char *text)
{
	struct parsed parsed = {.report = REPORT_INIT};

	parsed.good = config_yaml_parse("f", text, strlen(text), &parsed.tree, &parsed.report);
	return parsed;
}

static void
discard(struct parsed *parsed)
{
	config_yaml_free(&parsed->tree);
	report_clear(&parsed->report);
}

/* The first finding is exactly `line`. */
static void
expect_finding(const char *text, bool good, const char *line)
{
	struct parsed parsed = parse(text);
	char buffer[512];

	assert_int_equal(parsed.good, good);
	assert_true(parsed.report.errors > 0);
	assert_string_equal(report_line(&parsed.report.findings[0], buffer, sizeof(buffer)), line);
	discard(&parsed);
}

static void
assert_place(const struct config_node *node, unsigned line, unsigned column)
{
	assert_int_equal(node->line, line);
	assert_int_equal(node->column, column);
}

static void
test_tree_and_places(void **state)
{
	struct parsed parsed = parse("\xef\xbb\xbf# comment\r\n"
				     "name: text  # more\r\n"
				     "list:\n"
				     "  - [a, 'b c']\n"
				     "  - {k: \"v\\x41\"}\n"
				     "none:\n"
				     "last: |\n  two\n  lines\n");
	const struct config_node *root = parsed.tree.root;

	(void)state;
	assert_true(parsed.good);
	assert_int_equal(parsed.report.count, 0);
	assert_int_equal(root->kind, CONFIG_NODE_MAPPING);
	assert_int_equal(root->count, 4);
	const struct config_node *key = root->first;
	assert_string_equal(key->text, "name");
	assert_place(key, 2, 1);
	assert_string_equal(key->value->text, "text");
	assert_true(key->value->plain);
	assert_place(key->value, 2, 7);
	key = key->next;
	assert_int_equal(key->value->kind, CONFIG_NODE_LIST);
	assert_int_equal(key->value->count, 2);
	const struct config_node *inner = key->value->first;
	assert_place(inner, 4, 5);
	assert_string_equal(inner->first->next->text, "b c");
	assert_false(inner->first->next->plain);
	assert_place(inner->first->next, 4, 9);
	assert_string_equal(inner->next->first->value->text, "vA");
	key = key->next;
	assert_string_equal(key->value->text, "");
	assert_true(key->value->plain);
	assert_string_equal(key->next->value->text, "two\nlines\n");
	assert_null(key->next->next);
	discard(&parsed);
	assert_null(parsed.tree.root);
}

static void
test_ipv6_that_is_a_mapping(void **state)
{
	struct parsed parsed = parse("l: [::1, 2001:db8::]");
	const struct config_node *item = parsed.tree.root->first->value->first;

	(void)state;
	assert_string_equal(item->text, "::1");
	assert_int_equal(item->next->kind, CONFIG_NODE_MAPPING);
	assert_place(item->next, 1, 10);
	discard(&parsed);
}

static void
test_nothing(void **state)
{
	static const char *const texts[] = {"", "\n\n", "# only a comment", "\xef\xbb\xbf"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		struct parsed parsed = parse(texts[i]);

		assert_true(parsed.good);
		assert_null(parsed.tree.root);
		assert_int_equal(parsed.report.count, 0);
		discard(&parsed);
	}
}

static void
test_syntax_errors(void **state)
{
	(void)state;
	expect_finding(
		"a:\n\t- b\n", false,
		"f:2:1: error: not YAML: tab character may not be used as indentation; indent "
		"with spaces");
	expect_finding(
		"a: \"open\n", false,
		"f:1:5: error: not YAML: double-quoted scalar without closing quote; close the "
		"quotes");
	expect_finding(
		"a: b: c\n", false,
		"f:1:5: error: not YAML: invalid nested block mapping on the same line; quote "
		"a value that contains \": \" or ends in a colon, as IPv6 addresses may");
	expect_finding(
		"a: {b: c\n", false,
		"f:2:1: error: not YAML: missing comma in flow mapping; close every [ with ] and "
		"every { with }, and quote IPv6 addresses inside");
}

static void
test_refused_constructs(void **state)
{
	(void)state;
	expect_finding(
		"a: &x b\nc: *x\n", true,
		"f:1:7: error: YAML anchors (&name) are not used here; remove it, or quote text "
		"that begins with &");
	expect_finding(
		"c: *x\n", true,
		"f:1:4: error: YAML aliases (*name) are not used here; write the value itself, "
		"or quote text that begins with *");
	expect_finding(
		"a: !!str b\n", true,
		"f:1:10: error: YAML tags (!type) are not used here; remove it, or quote text "
		"that begins with !");
	expect_finding(
		"a: b\n---\nc: d\n", true,
		"f:2:1: error: a second YAML document begins; keep one document and remove the "
		"line ---");
	expect_finding("{[a]: b}\n", true,
		       "f:1:2: error: a key must be text; write a mapping as \"key: value\"");
	expect_finding("a: \"x\\0y\"\n", true,
		       "f:1:4: error: text with a NUL inside; remove the \\0");
}

/* After what was refused the rest of the tree is there. */
static void
test_goes_on(void **state)
{
	struct parsed parsed = parse("a: *x\n{b: c}: d\ne: f\n");
	const struct config_node *key = parsed.tree.root->first;

	(void)state;
	assert_true(parsed.good);
	assert_int_equal(parsed.report.errors, 2);
	assert_int_equal(key->value->kind, CONFIG_NODE_BAD);
	key = key->next;
	assert_int_equal(key->kind, CONFIG_NODE_BAD);
	assert_string_equal(key->value->text, "d");
	assert_string_equal(key->next->text, "e");
	discard(&parsed);
}

static void
test_depth(void **state)
{
	struct parsed parsed = parse("[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]");

	(void)state;
	assert_true(parsed.good);
	discard(&parsed);
	expect_finding("[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]", false,
		       "f:1:17: error: nested too deeply; see anyns.yaml(5) for the structure");

	size_t size = 1000000;
	char *hostile = malloc(size + 1);
	assert_non_null(hostile);
	memset(hostile, '[', size);
	hostile[size] = '\0';
	parsed = parse(hostile);
	assert_false(parsed.good);
	assert_int_equal(parsed.report.errors, 1);
	discard(&parsed);
	free(hostile);
}

/* What libfyaml 0.7.12 has an assertion for: a backslash as the last byte. */
static void
test_ends_in_backslash(void **state)
{
	struct parsed parsed = parse("a: \"b\\");

	(void)state;
	assert_false(parsed.good);
	discard(&parsed);
}

static void
test_prints_nothing(void **state)
{
	char path[] = "/tmp/anyns-yaml-XXXXXX";
	int file = mkstemp(path), saved = dup(STDERR_FILENO);
	struct parsed parsed;

	(void)state;
	assert_true(file >= 0 && saved >= 0);
	assert_true(dup2(file, STDERR_FILENO) >= 0);
	parsed = parse("a: [b\nc: {]\n\t&");
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	assert_false(parsed.good);
	discard(&parsed);
	assert_int_equal(lseek(file, 0, SEEK_END), 0);
	close(file);
	close(saved);
	unlink(path);
}

/* A large text: more than one chunk, a scalar larger than a chunk. */
static void
test_large(void **state)
{
	size_t size = 300000;
	char *text = malloc(size + 1);
	struct parsed parsed;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', size);
	memcpy(text, "[a, ", 4);
	memcpy(text + size - 4, ", b]", 5);
	parsed = parse(text);
	assert_true(parsed.good);
	assert_int_equal(strlen(parsed.tree.root->first->next->text), size - 8);
	assert_string_equal(parsed.tree.root->first->next->next->text, "b");
	discard(&parsed);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tree_and_places),
		cmocka_unit_test(test_ipv6_that_is_a_mapping),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_syntax_errors),
		cmocka_unit_test(test_refused_constructs),
		cmocka_unit_test(test_goes_on),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_ends_in_backslash),
		cmocka_unit_test(test_prints_nothing),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
