/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log.c - messages for the operator.
 *
 * Who reads standard error decides the form. The journal wants a priority prefix and adds time and
 * process itself; a terminal, a container's log driver or a file gets the UTC time and the level as
 * words. The journal announces itself by JOURNAL_STREAM=DEVICE:INODE; the variable is inherited by
 * children whose standard error was redirected, so it counts only when it names the file that
 * descriptor 2 really is (systemd.exec(5)).
 *
 * A line is built in a buffer of the calling thread and handed over in one write(2), which pipes
 * and files opened for appending keep whole. It is never retried: a log that nobody reads must not
 * hold up answers. Control bytes are escaped, because part of every line is outside data, and a
 * line feed or an escape sequence in a zone file must not forge a second line or paint a terminal.
 */
#include "anyns/log.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	LOG_MESSAGE_MAX = 2048, /* longer ones are cut; a finding with two long paths still fits */
	LOG_LINE_MAX = 4096,    /* PIPE_BUF on Linux: what a pipe takes in one piece */
};

struct log {
	pthread_mutex_t lock; /* guards instance */
	char *instance;
	_Atomic enum log_level level;
	bool journal;
};

/* A line under construction; what does not fit is cut, the last byte is kept for the line feed. */
struct log_line {
	char bytes[LOG_LINE_MAX];
	size_t size;
};

static const struct {
	const char *prefix; /* sd-daemon(3) */
	const char *word;
} levels[] = {
	[LOG_LEVEL_ERROR] = {"<3>", "error"},
	[LOG_LEVEL_WARNING] = {"<4>", "warning"},
	[LOG_LEVEL_NOTICE] = {"<5>", "notice"},
	[LOG_LEVEL_INFO] = {"<6>", "info"},
};

static bool
journal_reads(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	struct stat file;
	char expected[64];

	if (!stream || fstat(STDERR_FILENO, &file) != 0)
		return false;
	snprintf(expected, sizeof(expected), "%ju:%ju", (uintmax_t)file.st_dev,
		 (uintmax_t)file.st_ino);
	return strcmp(stream, expected) == 0;
}

struct log *
log_new(const char *instance, enum log_level level)
{
	struct log *log = calloc(1, sizeof(*log));

	if (!log)
		return NULL;
	log->instance = strdup(instance);
	if (!log->instance || pthread_mutex_init(&log->lock, NULL) != 0) {
		free(log->instance);
		free(log);
		return NULL;
	}
	atomic_init(&log->level, level);
	log->journal = journal_reads();
	/* gmtime_r() reads the file of the time zone with its first call, UTC or not: better now
	 * than with the first line of the announcer, which would have to lock what that takes. */
	tzset();
	return log;
}

void
log_free(struct log *log)
{
	if (!log)
		return;
	pthread_mutex_destroy(&log->lock);
	free(log->instance);
	free(log);
}

void
log_set_level(struct log *log, enum log_level level)
{
	if (log)
		atomic_store_explicit(&log->level, level, memory_order_relaxed);
}

bool
log_set_instance(struct log *log, const char *instance)
{
	char *copy, *old;

	if (!log)
		return true;
	copy = strdup(instance);
	if (!copy)
		return false;
	pthread_mutex_lock(&log->lock);
	old = log->instance;
	log->instance = copy;
	pthread_mutex_unlock(&log->lock);
	free(old);
	return true;
}

static void
line_add(struct log_line *line, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		char escaped[5] = {*text, '\0'};

		if (c < 0x20 || c == 0x7f)
			snprintf(escaped, sizeof(escaped), "\\x%02x", c);
		size_t size = strlen(escaped);
		if (size > sizeof(line->bytes) - 1 - line->size)
			return;
		memcpy(line->bytes + line->size, escaped, size);
		line->size += size;
	}
}

/* RFC 3339 in UTC with milliseconds, so that the lines of many sites sort into one story. */
static void
line_add_time(struct log_line *line)
{
	struct timespec now;
	struct tm utc;
	char text[96];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ ", utc.tm_year + 1900,
		 utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
		 now.tv_nsec / 1000000);
	line_add(line, text);
}

/*
 * A pipe that is full, or a terminal that was stopped by Ctrl-S, would hold the main thread, and
 * with it reloads and SIGTERM: such a line is lost. POLLOUT of a pipe promises room for PIPE_BUF
 * bytes.
 */
static void
write_unless_full(const char *bytes, size_t size)
{
	struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
	ssize_t written;

	if (poll(&out, 1, 0) == 0)
		return;
	do
		written = write(STDERR_FILENO, bytes, size);
	while (written < 0 && errno == EINTR);
}

static void
write_line(struct log *log, enum log_level level, const char *message)
{
	struct log_line line = {.size = 0};

	if (log->journal)
		line_add(&line, levels[level].prefix);
	else
		line_add_time(&line);
	pthread_mutex_lock(&log->lock);
	line_add(&line, log->instance);
	pthread_mutex_unlock(&log->lock);
	line_add(&line, " ");
	line_add(&line, levels[level].word);
	line_add(&line, ": ");
	line_add(&line, message);
	line.bytes[line.size++] = '\n';

	write_unless_full(line.bytes, line.size);
}

static bool
log_wants(const struct log *log, enum log_level level)
{
	return log && level <= atomic_load_explicit(&log->level, memory_order_relaxed);
}

PRINTF_LIKE(3, 0)
static void
log_formatted(struct log *log, enum log_level level, const char *format, va_list arguments)
{
	char message[LOG_MESSAGE_MAX];
	int saved = errno; /* callers log between a failed call and their look at errno */

	if (!log_wants(log, level))
		return;
	if (vsnprintf(message, sizeof(message), format, arguments) < 0)
		snprintf(message, sizeof(message), "%s", format);
	write_line(log, level, message);
	errno = saved;
}

void
log_error(struct log *log, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_formatted(log, LOG_LEVEL_ERROR, format, arguments);
	va_end(arguments);
}

void
log_warning(struct log *log, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_formatted(log, LOG_LEVEL_WARNING, format, arguments);
	va_end(arguments);
}

void
log_notice(struct log *log, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_formatted(log, LOG_LEVEL_NOTICE, format, arguments);
	va_end(arguments);
}

void
log_info(struct log *log, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_formatted(log, LOG_LEVEL_INFO, format, arguments);
	va_end(arguments);
}

void
log_report(struct log *log, const struct report *report)
{
	char text[LOG_MESSAGE_MAX];

	for (size_t i = 0; i < report->count; i++) {
		const struct finding *finding = &report->findings[i];
		enum log_level level = finding->severity == SEVERITY_ERROR ? LOG_LEVEL_ERROR
									   : LOG_LEVEL_WARNING;

		if (log_wants(log, level))
			write_line(log, level, report_bare_line(finding, text, sizeof(text)));
	}
	if (report->dropped > 0)
		log_warning(log, "%zu more findings are not shown; anyns check lists the first %u",
			    report->dropped, REPORT_KEEP);
}
