/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report.h - findings about outside data: what is wrong, where, and what to do about it.
 *
 * Whoever reads zones, configuration or images adds findings; whoever called prints or logs them.
 * All findings are kept, not only the first. A report belongs to one thread at a time.
 */
#ifndef ANYNS_REPORT_H
#define ANYNS_REPORT_H

#include <stdio.h>

#include "anyns/base.h"

enum severity {
	SEVERITY_WARNING, /* served all the same */
	SEVERITY_ERROR,   /* the zone, file or key concerned cannot be used */
};

/* Where in the outside data. file may be NULL (no file); line and column are 1-based, 0 unknown. */
struct place {
	const char *file;
	unsigned line;
	unsigned column;
};

struct finding {
	enum severity severity;
	char *file; /* NULL when none */
	unsigned line;
	unsigned column;
	char *message; /* what is wrong */
	char *remedy;  /* what to do; NULL when the message says it all */
};

struct report {
	struct finding *findings;
	size_t count;
	size_t capacity;
	size_t errors;   /* errors added, kept or not */
	size_t warnings; /* warnings added, kept or not */
	size_t dropped;  /* not kept: past REPORT_KEEP or out of memory */
};

/* A zone with a million bad lines must not take the memory of a million messages. */
#define REPORT_KEEP 1000u

/* All zero is a valid empty report. */
#define REPORT_INIT ((struct report){0})

/* Frees the findings and makes the report empty again. */
void report_clear(struct report *report);

/*
 * Adds an error or warning; file, message and remedy are copied. `remedy` may be NULL. Out of
 * memory is not an error here: the finding is counted but not kept.
 */
void report_add(struct report *report, enum severity severity, struct place place,
		const char *remedy, const char *format, ...) PRINTF_LIKE(5, 6);

/* The same for a system call that failed: errno's text is appended to the message. */
void report_errno(struct report *report, enum severity severity, struct place place,
		  const char *remedy, const char *format, ...) PRINTF_LIKE(5, 6);

/* Moves all findings of `from` to the end of `to`; `from` is empty afterwards. */
void report_move(struct report *to, struct report *from);

/* Adds all findings of `from` to `to` and leaves them where they are. */
void report_copy(struct report *to, const struct report *from);

/*
 * Writes every finding as `file:line:column: error: message; remedy`, a line each, parts that are
 * unknown left out, and a line about dropped ones.
 */
void report_print(const struct report *report, FILE *stream);

/*
 * One finding as such a line without line feed into `line`, cut to `size`. Control bytes of outside
 * data are escaped, so a finding is always one line. Returns `line`.
 */
const char *report_line(const struct finding *finding, char *line, size_t size);

/* The same without the severity, for those who tell it themselves. */
const char *report_bare_line(const struct finding *finding, char *line, size_t size);

#endif
