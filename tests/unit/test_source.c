/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone_fixture.h"

#include <sys/stat.h>
#include <unistd.h>

#include "zone/source.h"

static char folder[] = "/tmp/anyns-source-XXXXXX";

static int
enter(void **state)
{
	(void)state;
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int
leave(void **state)
{
	(void)state;
	unlink("file");
	unlink("link");
	unlink("fifo");
	return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static void
write_file(const char *text)
{
	FILE *file = fopen("file", "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void
test_read(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	write_file("hello\n");
	struct source *source = source_read("file", (struct place){0}, &report);
	assert_non_null(source);
	assert_int_equal(source->lexer.end - source->lexer.at, 6);
	assert_memory_equal(source->lexer.at, "hello\n", 6);
	assert_int_equal(source->file.size, 6);
	assert_int_not_equal(source->file.inode, 0);
	assert_string_equal(source->file.path, "file");
	source_free(source);
	write_file("");
	source = source_read("file", (struct place){0}, &report);
	assert_non_null(source);
	assert_ptr_equal(source->lexer.end, source->lexer.at);
	source_free(source);
	source_free(NULL);
	assert_int_equal(report.count, 0);
}

static void
expect_error(const char *path, const char *part)
{
	struct report report = REPORT_INIT;
	assert_null(source_read(path, (struct place){"including", 4, 2}, &report));
	assert_int_equal(report.errors, 1);
	assert_non_null(strstr(report.findings[0].message, part));
	assert_string_equal(report.findings[0].file, "including");
	report_clear(&report);
}

static void
test_not_files(void **state)
{
	(void)state;
	assert_int_equal(mkfifo("fifo", 0600), 0);
	expect_error("missing", "No such file");
	expect_error("", "No such file");
	expect_error(".", "is a directory");
	expect_error("fifo", "not a regular file"); /* and does not wait for a writer */
	expect_error("/dev/null", "not a regular file");
}

static void
test_text(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	static const char text[] = "abc";
	struct source *source = source_text("name", text, 3, &report);
	assert_non_null(source);
	assert_ptr_equal(source->lexer.at, text);
	assert_int_equal(source->file.inode, 0);
	source_free(source);
	assert_null(source_text("name", text, (size_t)UINT32_MAX + 1, &report));
	assert_int_equal(report.errors, 1);
	report_clear(&report);
}

static void
test_open_by_inode(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	write_file("x");
	assert_int_equal(symlink("file", "link"), 0);
	struct source *a = source_read("file", (struct place){0}, &report);
	struct source *b = source_read("link", (struct place){0}, &report);
	struct source *text = source_text("file", "x", 1, &report);
	assert_true(a && b && text);
	assert_true(source_is_open(b, a));
	assert_false(source_is_open(b, text));
	assert_false(source_is_open(b, NULL));
	text->parent = a;
	assert_true(source_is_open(b, text));
	source_free(a);
	source_free(b);
	source_free(text);
}

/* SHA-256 of "abc", FIPS 180-2 B.1; of a text the same as of a file. */
static void
test_digest(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	static const uint8_t abc[] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea,
				      0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
				      0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c,
				      0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
	uint8_t digest[ZONE_DIGEST_SIZE];
	write_file("abc");
	struct source *file = source_read("file", (struct place){0}, &report);
	struct source *text = source_text("text", "abc", 3, &report);
	assert_true(file && text);
	file->lexer.at = file->lexer.end; /* however far it was read */
	assert_true(source_digest(file, digest));
	assert_memory_equal(digest, abc, sizeof abc);
	memset(digest, 0, sizeof digest);
	assert_true(source_digest(text, digest));
	assert_memory_equal(digest, abc, sizeof abc);
	source_free(file);
	source_free(text);
}

static void
test_note(void **state)
{
	(void)state;
	struct zone_file file = {0};
	struct stat status;
	write_file("abc");
	assert_int_equal(stat("file", &status), 0);
	source_note(&file, &status);
	assert_int_equal(file.size, 3);
	assert_int_equal(file.inode, status.st_ino);
	assert_int_equal(file.device, status.st_dev);
	assert_int_equal(file.modified.tv_nsec, status.st_mtim.tv_nsec);
	/* Changed in this very tick: that moment tells nothing. Whole seconds need longer. */
	status.st_ctim.tv_sec += 60;
	source_note(&file, &status);
	assert_int_equal(file.changed.tv_sec, 0);
	clock_gettime(CLOCK_REALTIME, &status.st_ctim);
	status.st_ctim.tv_sec--;
	status.st_ctim.tv_nsec = 0;
	source_note(&file, &status);
	assert_int_equal(file.changed.tv_sec, 0);
	status.st_ctim.tv_nsec = 1;
	source_note(&file, &status);
	assert_int_equal(file.changed.tv_nsec, 1);
	status.st_ctim.tv_sec -= 60;
	source_note(&file, &status);
	assert_int_equal(file.changed.tv_sec, status.st_ctim.tv_sec);
	assert_int_equal(file.changed.tv_nsec, status.st_ctim.tv_nsec);
}

static void
test_path(void **state)
{
	(void)state;
	static const struct {
		const char *from, *path, *expected;
	} cases[] = {{"a/b/c", "d", "a/b/d"},
		     {"c", "d", "d"},
		     {"a/c", "/d", "/d"},
		     {"/c", "d", "/d"},
		     {"a/c", "../d", "a/../d"}};
	char text[] = "";
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		char *from = strdup(cases[i].from);
		struct source source = {.file = {.path = from}, .text = text};
		char *path = source_path(&source, cases[i].path, strlen(cases[i].path));
		assert_string_equal(path, cases[i].expected);
		free(path);
		/* Text that was no file has no folder. */
		source.text = NULL;
		path = source_path(&source, cases[i].path, strlen(cases[i].path));
		assert_string_equal(path, cases[i].path);
		free(path);
		free(from);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),   cmocka_unit_test(test_not_files),
		cmocka_unit_test(test_text),   cmocka_unit_test(test_open_by_inode),
		cmocka_unit_test(test_digest), cmocka_unit_test(test_note),
		cmocka_unit_test(test_path),
	};
	return cmocka_run_group_tests(tests, enter, leave);
}
