/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report.c - findings, kept and printed.
 *
 * Strings are copied, because a report outlives the file and the parser it tells about. Memory is
 * bounded by REPORT_KEEP; what matters most survives the bound: once full, an error takes the place
 * of the latest warning, so that a thousand warnings never hide the reason why a zone is not
 * served.
 */
#include "anyns/report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void
finding_clear(struct finding *finding)
{
	free(finding->file);
	free(finding->message);
	free(finding->remedy);
}

void
report_clear(struct report *report)
{
	for (size_t i = 0; i < report->count; i++)
		finding_clear(&report->findings[i]);
	free(report->findings);
	*report = REPORT_INIT;
}

static bool
grow(struct report *report)
{
	if (report->count < report->capacity)
		return true;
	size_t capacity = report->capacity ? report->capacity * 2 : 16;
	struct finding *findings = realloc(report->findings, capacity * sizeof *findings);
	if (!findings)
		return false;
	report->findings = findings;
	report->capacity = capacity;
	return true;
}

/* Removes the latest warning. After REPORT_KEEP errors there is none left, so nothing is searched.
 */
static bool
evict_warning(struct report *report)
{
	if (report->errors > REPORT_KEEP)
		return false;
	for (size_t i = report->count; i-- > 0;) {
		struct finding *finding = &report->findings[i];
		if (finding->severity != SEVERITY_WARNING)
			continue;
		finding_clear(finding);
		memmove(finding, finding + 1, (report->count - i - 1) * sizeof *finding);
		report->count--;
		report->dropped++;
		return true;
	}
	return false;
}

/* Whether a finding, already counted, may be kept. */
static bool
admit(struct report *report, enum severity severity)
{
	if (report->count >= REPORT_KEEP && (severity != SEVERITY_ERROR || !evict_warning(report)))
		return false;
	return grow(report);
}

static void
count(struct report *report, enum severity severity)
{
	if (severity == SEVERITY_ERROR)
		report->errors++;
	else
		report->warnings++;
}

static bool
copy_text(char **copy, const char *text)
{
	*copy = text ? strdup(text) : NULL;
	return *copy || !text;
}

/* Takes `message`; NULL when there was no memory for it. */
static void
keep(struct report *report, enum severity severity, struct place place, const char *remedy,
     char *message) /* NOLINT(readability-non-const-parameter): the finding will free it */
{
	struct finding finding = {.severity = severity,
				  .line = place.line,
				  .column = place.column,
				  .message = message};
	count(report, severity);
	if (message && copy_text(&finding.file, place.file) && copy_text(&finding.remedy, remedy) &&
	    admit(report, severity)) {
		report->findings[report->count++] = finding;
		return;
	}
	finding_clear(&finding);
	report->dropped++;
}

void
report_add(struct report *report, enum severity severity, struct place place, const char *remedy,
	   const char *format, ...)
{
	char *message;
	va_list arguments;
	va_start(arguments, format);
	if (vasprintf(&message, format, arguments) < 0)
		message = NULL;
	va_end(arguments);
	keep(report, severity, place, remedy, message);
}

void
report_errno(struct report *report, enum severity severity, struct place place, const char *remedy,
	     const char *format, ...)
{
	int error = errno; /* before anything below changes it */
	char *what;
	char *message = NULL;
	char text[128];
	va_list arguments;
	va_start(arguments, format);
	if (vasprintf(&what, format, arguments) < 0)
		what = NULL;
	va_end(arguments);
	/* The GNU strerror_r: may return a string of its own instead of filling `text`. */
	if (what && asprintf(&message, "%s: %s", what, strerror_r(error, text, sizeof text)) < 0)
		message = NULL;
	free(what);
	keep(report, severity, place, remedy, message);
}

void
report_move(struct report *to, struct report *from)
{
	size_t errors = to->errors + from->errors;
	size_t warnings = to->warnings + from->warnings;
	to->dropped += from->dropped;
	for (size_t i = 0; i < from->count; i++) {
		struct finding *finding = &from->findings[i];
		count(to, finding->severity);
		if (admit(to, finding->severity)) {
			to->findings[to->count++] = *finding;
		} else {
			finding_clear(finding);
			to->dropped++;
		}
	}
	to->errors = errors; /* dropped ones counted too */
	to->warnings = warnings;
	from->count = 0; /* the strings have a new owner */
	report_clear(from);
}

/* Appends to a line that is cut silently at `size`. */
struct line {
	char *text;
	size_t size;
	size_t at;
};

static void
line_byte(struct line *line, char c)
{
	if (line->at + 1 < line->size)
		line->text[line->at++] = c;
}

static void
line_plain(struct line *line, const char *text)
{
	while (*text)
		line_byte(line, *text++);
}

/* Outside data may hold line feeds and terminal escapes, C1 controls in UTF-8 (C2 80-9F) among
 * them. */
static void
line_text(struct line *line, const char *text)
{
	for (const uint8_t *p = (const uint8_t *)text; *p; p++) {
		bool c1 = p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0;
		if (*p >= ' ' && *p != 0x7f && !c1) {
			line_byte(line, (char)*p);
			continue;
		}
		line_plain(line, "\\x");
		line_byte(line, "0123456789abcdef"[*p >> 4]);
		line_byte(line, "0123456789abcdef"[*p & 15]);
	}
}

static void
line_number(struct line *line, unsigned number)
{
	char text[16];
	snprintf(text, sizeof text, "%u:", number);
	line_plain(line, text);
}

static const char *
write_finding(const struct finding *finding, const char *severity, char *text, size_t size)
{
	struct line line = {text, size, 0};
	if (finding->file) {
		line_text(&line, finding->file);
		line_byte(&line, ':');
		if (finding->line)
			line_number(&line, finding->line);
		if (finding->line && finding->column)
			line_number(&line, finding->column);
		line_byte(&line, ' ');
	}
	line_plain(&line, severity);
	line_text(&line, finding->message);
	if (finding->remedy) {
		line_plain(&line, "; ");
		line_text(&line, finding->remedy);
	}
	if (size)
		text[line.at] = '\0';
	return text;
}

const char *
report_line(const struct finding *finding, char *line, size_t size)
{
	bool error = finding->severity == SEVERITY_ERROR;
	return write_finding(finding, error ? "error: " : "warning: ", line, size);
}

const char *
report_bare_line(const struct finding *finding, char *line, size_t size)
{
	return write_finding(finding, "", line, size);
}

void
report_copy(struct report *to, const struct report *from)
{
	for (size_t i = 0; i < from->count; i++) {
		const struct finding *finding = &from->findings[i];
		struct place place = {finding->file, finding->line, finding->column};
		report_add(to, finding->severity, place, finding->remedy, "%s", finding->message);
	}
	/* Those that were not kept there are not here either, but counted. */
	to->errors += from->errors;
	to->warnings += from->warnings;
	for (size_t i = 0; i < from->count; i++) {
		if (from->findings[i].severity == SEVERITY_ERROR)
			to->errors--;
		else
			to->warnings--;
	}
	to->dropped += from->dropped;
}

void
report_print(const struct report *report, FILE *stream)
{
	char line[8192];
	for (size_t i = 0; i < report->count; i++)
		fprintf(stream, "%s\n", report_line(&report->findings[i], line, sizeof line));
	if (report->dropped)
		fprintf(stream,
			"%zu more findings are not shown (%zu errors, %zu warnings in all)\n",
			report->dropped, report->errors, report->warnings);
}
