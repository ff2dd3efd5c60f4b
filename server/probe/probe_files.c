/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/probe_files.h"

#include <stdlib.h>
#include <string.h>

#include "probe/probe_atlas.h"
#include "probe/probe_json.h"

/* What is told of one file, after which it is plain that it is the wrong one. */
enum { WARNINGS_MAX = 5 };

static FILE *
open_file(const char *path, struct report *report)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");

	if (!file)
		report_errno(report, SEVERITY_ERROR, (struct place){.file = path}, NULL,
			     "cannot be read");
	return file;
}

static void
close_file(FILE *file)
{
	if (file != stdin)
		fclose(file);
}

static bool
is_blank(const char *line)
{
	return line[strspn(line, " \t\r\n")] == '\0';
}

/* Nothing at all is an error: nobody measures to see an empty table. */
static bool
judge(const char *path, FILE *file, size_t records, struct report *report)
{
	if (ferror(file))
		report_errno(report, SEVERITY_ERROR, (struct place){.file = path}, NULL,
			     "cannot be read to its end");
	else if (records == 0)
		report_add(report, SEVERITY_ERROR, (struct place){.file = path},
			   "give the right file; a probe must not have run with --quiet",
			   "holds no query and no answer");
	return !ferror(file) && records > 0;
}

bool
probe_files_read(const char *word, const struct probe_sink *sink, struct report *report)
{
	const char *equals = strchr(word, '=');
	const char *path = equals ? equals + 1 : word;
	char *name = equals ? strndup(word, (size_t)(equals - word)) : NULL;
	FILE *file = open_file(path, report);
	char *line = NULL;
	size_t room = 0;
	size_t records = 0;
	unsigned number = 0;
	unsigned bad = 0;

	for (ssize_t size; file && (size = getline(&line, &room, file)) >= 0;) {
		number++;
		if (is_blank(line))
			continue;
		enum probe_line what = probe_json_read(line, (size_t)size, name, false, sink);
		records += what == PROBE_LINE_QUERY;
		if (what == PROBE_LINE_BAD && bad++ < WARNINGS_MAX)
			report_add(report, SEVERITY_WARNING, (struct place){path, number, 0},
				   "it was skipped", "not a line of `anyns probe --json`");
	}
	bool good = file && judge(path, file, records, report);
	if (file)
		close_file(file);
	free(line);
	free(name);
	return good;
}

/* The whole file, or each of its lines. */
static size_t
read_atlas_piece(const char *path, const char *text, size_t size, unsigned line,
		 const struct probe_sink *sink, struct report *report)
{
	json_error_t error = {0};
	size_t records = 0;

	if (!probe_atlas_text(text, size, sink, &records, &error))
		report_add(report, SEVERITY_WARNING,
			   (struct place){path, line + (unsigned)error.line - 1,
					  (unsigned)error.column},
			   "it was skipped", "not JSON: %s", error.text);
	return records;
}

/* Everything from `first`, which was read already, to the end. */
static size_t
read_atlas_array(const char *path, const char *first, size_t first_size, FILE *file,
		 const struct probe_sink *sink, struct report *report)
{
	char *text = NULL;
	size_t size = 0;
	char block[65536];
	FILE *memory = open_memstream(&text, &size);

	if (!memory)
		return 0;
	fwrite(first, 1, first_size, memory);
	for (size_t got; (got = fread(block, 1, sizeof(block), file)) > 0;)
		fwrite(block, 1, got, memory);
	fclose(memory);
	size_t records = read_atlas_piece(path, text, size, 1, sink, report);
	free(text);
	return records;
}

bool
probe_files_atlas(const char *path, const struct probe_sink *sink, struct report *report)
{
	FILE *file = open_file(path, report);
	char *line = NULL;
	size_t room = 0;
	size_t records = 0;
	unsigned number = 0;

	for (ssize_t size; file && (size = getline(&line, &room, file)) >= 0;) {
		number++;
		if (is_blank(line))
			continue;
		/* An array may be in one line or in many; an object ends in its line, unless it was
		 * laid out for people. */
		if (line[strspn(line, " \t")] == '[' || strcmp(line, "{\n") == 0)
			records += read_atlas_array(path, line, (size_t)size, file, sink, report);
		else
			records += read_atlas_piece(path, line, (size_t)size, number, sink, report);
	}
	bool good = file && judge(path, file, records, report);
	if (file)
		close_file(file);
	free(line);
	return good;
}
