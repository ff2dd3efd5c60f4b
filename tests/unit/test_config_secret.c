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

#include "config/config_secret.h"

#define KEY_A "00112233445566778899aabbccddeeff"
#define KEY_B "ffeeddccbbaa99887766554433221100"

static struct report report;
static struct config config;

static const struct config_key key = {.name = "secret", .read = config_secret_read};

static void
read_secret(const char *text, bool exposed)
{
	struct config_context context = {
		.config = &config, .report = &report, .file = "f", .base = "f", .exposed = exposed};
	struct config_tree tree;

	config = (struct config){0};
	report_clear(&report);
	assert_true(config_yaml_parse("f", text, strlen(text), &tree, &report));
	config_secret_read(&context, &key, tree.root, &config);
	config_yaml_free(&tree);
}

static void
expect_only(enum severity severity, const char *message)
{
	assert_int_equal(report.count, 1);
	assert_int_equal(report.findings[0].severity, severity);
	assert_string_equal(report.findings[0].message, message);
	report_clear(&report);
}

static void
test_inline(void **state)
{
	(void)state;
	read_secret("active: " KEY_A, false);
	assert_int_equal(report.count, 0);
	assert_true(config.secret_active.set);
	assert_false(config.secret_staged.set);
	assert_false(config.secret_retired.set);
	assert_int_equal(config.secret_active.key[1], 0x11);
	/* Digits alone are no number here. */
	read_secret("active: 00000000000000000000000000000000\nretired: \"" KEY_B "\"", false);
	assert_int_equal(report.count, 0);
	assert_int_equal(config.secret_retired.key[0], 0xff);
}

static void
test_findings(void **state)
{
	(void)state;
	read_secret("staged: " KEY_A, false);
	expect_only(SEVERITY_ERROR, "secret: \"active\" is missing");
	read_secret("active: " KEY_A "0", false);
	expect_only(SEVERITY_ERROR, "active: expected 32 hex digits (128 bits, RFC 9018)");
	read_secret("active: [" KEY_A "]", false);
	expect_only(SEVERITY_ERROR, "active: expected 32 hex digits, found a list");
	read_secret("{active: " KEY_A ", activ: " KEY_B "}", false);
	expect_only(SEVERITY_ERROR, "unknown key \"activ\"");
	read_secret("{active: " KEY_A ", staged: " KEY_A "}", false);
	expect_only(SEVERITY_WARNING, "the staged secret is the active one");
	read_secret("{active: " KEY_A ", retired: " KEY_A "}", false);
	expect_only(SEVERITY_WARNING, "the retired secret is the active one");
	read_secret("active: " KEY_A, true);
	expect_only(SEVERITY_WARNING, "everybody on this machine may read the secret");
	read_secret("file: /dev/null", false);
	expect_only(SEVERITY_ERROR, "secret: /dev/null is no regular file");
	read_secret("file: [x]", false);
	expect_only(SEVERITY_ERROR, "file: expected a file name, found a list");
	read_secret("file: /nonexistent/secret", false);
	expect_only(SEVERITY_ERROR, "cannot open /nonexistent/secret: No such file or directory");
	read_secret("{file: /nonexistent/secret, active: " KEY_A "}", false);
	assert_int_equal(report.errors, 2);
	assert_string_equal(report.findings[1].message, "secret: keys both here and in a file");
	report_clear(&report);
}

/* A key must not get into a log, however wrong it is written. */
static void
test_never_quoted(void **state)
{
	static const char *const texts[] = {"active: xyzzy", "[xyzzy]", "xyzzy",
					    "active: {xyzzy: 1}", "active: [xyzzy]"};
	char line[1024];

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		read_secret(texts[i], false);
		assert_true(report.errors > 0);
		for (size_t j = 0; j < report.count; j++)
			assert_null(strstr(report_line(&report.findings[j], line, sizeof(line)),
					   "xyzzy"));
	}
	report_clear(&report);
}

static void
write_file(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
}

static void
test_file(void **state)
{
	char folder[] = "/tmp/anyns-secret-XXXXXX", path[64], text[128];

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/secret", folder);
	snprintf(text, sizeof(text), "{file: %s}", path);
	write_file(path, "active: " KEY_A "\nstaged: " KEY_B "\n", 0640);
	/* That everybody may read the configuration does not matter then. */
	read_secret(text, true);
	assert_int_equal(report.count, 0);
	assert_true(config.secret_active.set && config.secret_staged.set);
	write_file(path, "active: " KEY_A "\n", 0644);
	read_secret(text, false);
	assert_string_equal(report.findings[0].file, path);
	expect_only(SEVERITY_WARNING, "everybody on this machine may read the secret");
	write_file(path, "", 0600);
	read_secret(text, false);
	assert_string_equal(report.findings[0].file, path);
	expect_only(SEVERITY_ERROR, "secret: \"active\" is missing");
	write_file(path, "active: " KEY_A "\nfile: x\n", 0600);
	read_secret(text, false);
	expect_only(SEVERITY_ERROR, "unknown key \"file\"");
	write_file(path, KEY_A "\n", 0600);
	read_secret(text, false);
	expect_only(SEVERITY_ERROR, "expected a mapping of keys, found text");
	write_file(path, "\x80", 0600);
	read_secret(text, false);
	expect_only(SEVERITY_ERROR, "this is not UTF-8 text");
	write_file(path, "{", 0600);
	read_secret(text, false);
	assert_int_equal(report.errors, 1);
	report_clear(&report);
	unlink(path);
	rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inline),
		cmocka_unit_test(test_findings),
		cmocka_unit_test(test_never_quoted),
		cmocka_unit_test(test_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
