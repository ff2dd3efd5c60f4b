/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/config_table.h"

struct target {
	char *seen;
};

static void
remember(const struct config_context *context, const struct config_key *key,
	 const struct config_node *node, void *target)
{
	char **seen = target;

	if (config_table_expect(context, key, node, CONFIG_NODE_TEXT, "text"))
		*seen = strdup(node->text);
}

static const struct config_key keys[] = {
	{.name = "word", .read = remember, .offset = offsetof(struct target, seen)},
	{.name = "other",
	 .read = remember,
	 .offset = offsetof(struct target, seen),
	 .missing = "add it"},
};

static const struct config_node *found[ARRAY_LENGTH(keys)];

/* Reads `text` by the table; the findings as lines, one after the other. */
static char *
findings(const char *text, struct target *target)
{
	struct report report = REPORT_INIT;
	struct config_context context = {.report = &report, .file = "f", .base = "f"};
	struct config_tree tree;
	char *lines = NULL;
	size_t size;
	FILE *stream = open_memstream(&lines, &size);

	assert_non_null(stream);
	assert_true(config_yaml_parse("f", text, strlen(text), &tree, &report));
	*target = (struct target){NULL};
	config_table_read(&context, keys, ARRAY_LENGTH(keys), tree.root, target, found);
	report_print(&report, stream);
	fclose(stream);
	config_yaml_free(&tree);
	report_clear(&report);
	return lines;
}

static void
expect(const char *text, const char *expected)
{
	struct target target;
	char *lines = findings(text, &target);

	assert_string_equal(lines, expected);
	free(lines);
	free(target.seen);
}

static void
test_good(void **state)
{
	struct target target;
	char *lines = findings("other: x", &target);

	(void)state;
	assert_string_equal(lines, "");
	assert_string_equal(target.seen, "x");
	assert_null(found[0]);
	assert_non_null(found[1]);
	free(lines);
	free(target.seen);
}

static void
test_findings(void **state)
{
	(void)state;
	expect("word: x", "f:1:1: error: \"other\" is missing; add it\n");
	expect("other: a\nother: b",
	       "f:2:1: error: duplicate key \"other\", first at line 1 column 1; "
	       "remove one of the two\n");
	expect("other: a\nwrod: b", "f:2:1: error: unknown key \"wrod\"; did you mean \"word\"?\n");
	expect("other: a\n<<: b", "f:2:1: error: unknown key \"<<\"; YAML merge keys are not used; "
				  "write the keys out\n");
	expect("other: ~", "f:1:1: error: \"other\" has no value; give it a value, indent the "
			   "lines that belong to it, or remove it\n");
	expect("other: \"\"", "");
	expect("other: true",
	       "f:1:8: error: other: expected text, found a boolean; quote it if this text "
	       "is meant\n");
	expect("other: 'true'", "");
	expect("[a]", "f:1:1: error: expected a mapping of keys, found a list\n");
	expect("a", "f:1:1: error: expected a mapping of keys, found text\n");
}

/* A BAD node was reported when it was made; once is enough. */
static void
test_bad_is_silent(void **state)
{
	(void)state;
	expect("other: *x", "f:1:8: error: YAML aliases (*name) are not used here; write the value "
			    "itself, or quote text that begins with *\n");
	expect("*x",
	       "f:1:1: error: YAML aliases (*name) are not used here; write the value itself, or "
	       "quote text that begins with *\n");
}

static void
test_nearest(void **state)
{
	static const char *const words[] = {"listen", "log", "tcp-clients",
					    "tcp-clients-per-address"};
	char longest[64];

	(void)state;
	memset(longest, 'l', sizeof(longest));
	longest[63] = '\0';
	const struct {
		const char *word;
		const char *nearest;
	} table[] = {
		{"listten", "listen"},
		{"LISTEN", "listen"},
		{"lsiten", "listen"},
		{"loog", "log"},
		{"lg", "log"},
		{"tcp_clients", "tcp-clients"},
		{"xyz", NULL},
		{"", NULL},
		{"zones", NULL},
		{"tcp", NULL},
		{"lis", "listen"},
		{"l", NULL},
		{"Tcp-Clients-per", "tcp-clients-per-address"},
		{"listenaddresses", NULL},
		{longest, NULL},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
		const char *nearest = config_table_nearest(table[i].word, words,
							   ARRAY_LENGTH(words), sizeof(*words));

		if (table[i].nearest)
			assert_string_equal(nearest, table[i].nearest);
		else
			assert_null(nearest);
	}
}

static void
test_errors(void **state)
{
	struct report report = REPORT_INIT;
	struct config_context context = {.report = &report, .file = "f"};
	struct config_node node = {.line = 3, .column = 4};
	struct place place = config_table_place(&context, &node);

	(void)state;
	assert_string_equal(place.file, "f");
	assert_int_equal(place.line, 3);
	assert_int_equal(place.column, 4);
	config_table_error(&context, &node, "remedy", "number %d", 5);
	config_table_no_memory(&context);
	assert_int_equal(report.errors, 2);
	assert_string_equal(report.findings[0].message, "number 5");
	assert_string_equal(report.findings[1].message, "out of memory");
	report_clear(&report);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),          cmocka_unit_test(test_findings),
		cmocka_unit_test(test_bad_is_silent), cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
