/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/config_zones.h"

static struct report report;
static struct config *config;
static char folder[64];

static const struct config_key zones_key = {.name = "zones"};
static const struct config_key directory_key = {.name = "zone-directory"};

/* Frees what the readers made; the rest of the structure is empty. */
static void
start(void)
{
	report_clear(&report);
	config_free(config);
	config = calloc(1, sizeof(*config));
	assert_non_null(config);
}

static void
read_nodes(const char *text, const struct config_key *key, config_reader *reader)
{
	struct config_context context = {
		.config = config, .report = &report, .file = "f", .base = "f"};
	struct config_tree tree;

	assert_true(config_yaml_parse("f", text, strlen(text), &tree, &report));
	reader(&context, key, tree.root, config);
	config_yaml_free(&tree);
}

static void
read_zones(const char *text)
{
	read_nodes(text, &zones_key, config_zones_read);
}

static void
read_directory(const char *text)
{
	read_nodes(text, &directory_key, config_zones_read_directory);
}

static void
check(void)
{
	struct config_context context = {
		.config = config, .report = &report, .file = "f", .base = "f"};

	config_zones_check(&context);
}

static void
expect_message(size_t index, const char *message)
{
	assert_true(index < report.count);
	assert_string_equal(report.findings[index].message, message);
}

/* Makes an empty file in the folder. */
static void
touch(const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
}

static int
make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/anyns-zones-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int
remove_folder(void **state)
{
	char command[128];

	(void)state;
	report_clear(&report);
	config_free(config);
	config = NULL;
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

static void
test_list(void **state)
{
	(void)state;
	start();
	read_zones("- {name: A.example, file: /dev/null}\n- name: b\\046c.\n  file: /dev/null\n"
		   "- {name: ., file: /dev/null}\n");
	check();
	assert_int_equal(report.count, 0);
	assert_int_equal(config->zone_count, 3);
	assert_string_equal(config->zones[0].name_text, "a.example.");
	assert_memory_equal(config->zones[0].name, "\1a\7example", 11);
	assert_string_equal(config->zones[1].name_text, "b\\.c.");
	assert_int_equal(config->zones[1].line, 2);
	assert_int_equal(config->zones[1].column, 3);
	assert_string_equal(config->zones[2].name_text, ".");
}

static void
test_list_findings(void **state)
{
	(void)state;
	start();
	read_zones("[{name: a}, {file: /dev/null}, x, {name: a..b, file: /dev/null}, {name: [a], "
		   "file: "
		   "{}}, {name: a, file: /nonexistent}, {name: b, file: /}]");
	expect_message(0, "\"file\" is missing");
	expect_message(1, "\"name\" is missing");
	expect_message(2, "expected a mapping of keys, found text");
	expect_message(3, "name: \"a..b\" is no domain name");
	expect_message(4, "name: expected a domain name, found a list");
	expect_message(5, "file: expected a file name, found a mapping");
	expect_message(6, "cannot read the zone file /nonexistent: No such file or directory");
	expect_message(7, "the zone file / is a folder");
	assert_int_equal(report.count, 8);
	start();
	read_zones("x");
	expect_message(
		0, "zones: expected a list of {name: example.com, file: example.com.zone}, found "
		   "text");
}

static void
test_directory(void **state)
{
	static const char *const names[] = {
		"b.zone",  "root.zone", "A.example.zone", "0%2f25.2.zone", ".hid.zone", ".zone",
		"c.zone~", "d.ZONE",    "readme.txt",     "zone",          "#e.zone#"};
	char path[128];

	(void)state;
	start();
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		touch(names[i]);
	snprintf(path, sizeof(path), "%s/folder.zone", folder);
	assert_int_equal(mkdir(path, 0755), 0);
	read_directory(folder);
	check();
	assert_int_equal(report.count, 0);
	assert_int_equal(config->zone_count, 4);
	assert_string_equal(config->zones[0].name_text, "0%2f25.2.");
	assert_string_equal(config->zones[1].name_text, "a.example.");
	assert_string_equal(config->zones[2].name_text, "b.");
	assert_string_equal(config->zones[3].name_text, ".");
	snprintf(path, sizeof(path), "%s/A.example.zone", folder);
	assert_string_equal(config->zones[1].file, path);
	assert_int_equal(config->zones[1].line, 1);
}

static void
test_directory_findings(void **state)
{
	char path[128], expected[256];

	(void)state;
	start();
	read_directory(folder);
	assert_int_equal(report.warnings, 1);
	snprintf(expected, sizeof(expected), "no NAME.zone in the zone directory %s", folder);
	expect_message(0, expected);
	start();
	read_directory("/nonexistent");
	expect_message(0, "cannot list the zone directory /nonexistent: No such file or directory");
	start();
	touch("a..b.zone");
	snprintf(path, sizeof(path), "%s/dangling.zone", folder);
	assert_int_equal(symlink("/nonexistent", path), 0);
	read_directory(folder);
	assert_int_equal(report.errors, 2);
	snprintf(expected, sizeof(expected), "the file name of %s/a..b.zone is no domain name",
		 folder);
	expect_message(0, expected);
	snprintf(expected, sizeof(expected),
		 "cannot read the zone file %s: No such file or directory", path);
	expect_message(1, expected);
}

static void
test_duplicates(void **state)
{
	char expected[256];

	(void)state;
	start();
	touch("example.com.zone");
	read_zones(
		"- {name: example.com., file: /dev/null}\n- {name: EXAMPLE.com, file: /dev/zero}\n"
		"- {name: example.org, file: /dev/null}\n");
	read_directory(folder);
	config->has_identity_name = true;
	memcpy(config->identity_name, "\7example\3org", 13);
	check();
	assert_int_equal(report.errors, 3);
	expect_message(0, "duplicate zone example.com. (/dev/zero), first at line 1 column 3 "
			  "(/dev/null)");
	assert_int_equal(report.findings[0].line, 2);
	snprintf(expected, sizeof(expected),
		 "duplicate zone example.com. (%s/example.com.zone), first at line 2 column 3 "
		 "(/dev/zero)",
		 folder);
	expect_message(1, expected);
	expect_message(2, "the identity name example.org. is a zone too, at line 3 column 3");
}

/* Looking at every zone for every zone would take minutes here. */
static void
test_many(void **state)
{
	enum { COUNT = 100000 };
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	(void)state;
	start();
	assert_non_null(stream);
	for (unsigned i = 0; i < COUNT; i++)
		fprintf(stream, "- {name: z%u.example, file: /dev/null}\n", i);
	fclose(stream);
	read_zones(text);
	free(text);
	check();
	assert_int_equal(report.count, 0);
	assert_int_equal(config->zone_count, COUNT);
	assert_string_equal(config->zones[COUNT - 1].name_text, "z99999.example.");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_list, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_list_findings, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_directory, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_directory_findings, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(test_duplicates, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_many, make_folder, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
