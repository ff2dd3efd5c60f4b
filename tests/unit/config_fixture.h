/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_fixture.h - reads a piece of YAML with one reader, and looks at the findings.
 */
#ifndef TESTS_CONFIG_FIXTURE_H
#define TESTS_CONFIG_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_table.h"

static struct report report;
static struct config *config;

static struct config_context
context_of(bool exposed)
{
	return (struct config_context){
		.config = config, .report = &report, .file = "f", .base = "f", .exposed = exposed};
}

/* An empty configuration and report; what was read before is freed. */
static void
start(void)
{
	report_clear(&report);
	config_free(config);
	config = calloc(1, sizeof(*config));
	assert_non_null(config);
}

static void
finish(void)
{
	start();
	config_free(config);
	config = NULL;
}

static inline void
read_more(const char *text, const struct config_key *key, config_reader *reader, void *target)
{
	struct config_context context = context_of(false);
	struct config_tree tree;

	assert_true(config_yaml_parse("f", text, strlen(text), &tree, &report));
	reader(&context, key, tree.root, target);
	config_yaml_free(&tree);
}

/* One of the findings is exactly `line`, without the file's name and a colon in front. */
static void
expect_found(const char *line)
{
	char buffer[1024];
	bool found = false;

	for (size_t i = 0; i < report.count; i++)
		found |= strcmp(report_line(&report.findings[i], buffer, sizeof(buffer)) + 2,
				line) == 0;
	if (!found) {
		fprintf(stderr, "wanted: f:%s\n", line);
		report_print(&report, stderr);
	}
	assert_true(found);
}

/* The same, and nothing else. */
static inline void
expect_only(const char *line)
{
	expect_found(line);
	assert_int_equal(report.count, 1);
}

#endif
