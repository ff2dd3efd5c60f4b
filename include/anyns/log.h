/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log.h - messages for the operator, a line each on standard error.
 *
 * Every line says what happened, where, what it means for service, what to do. It has a priority in
 * front (<3> to <6>, sd-daemon(3)) when the journal reads, else a UTC time stamp. Thread-safe: each
 * line is one write. `log` may be NULL: nothing is written.
 */
#ifndef ANYNS_LOG_H
#define ANYNS_LOG_H

#include "anyns/base.h"
#include "anyns/report.h"

struct log;

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_NOTICE, LOG_LEVEL_INFO };

/* Lines up to `level` are written, each with `instance` (copied). NULL when out of memory. */
struct log *log_new(const char *instance, enum log_level level) NODISCARD;
void log_free(struct log *log);

/* A reload may change both. One thread at a time. */
void log_set_level(struct log *log, enum log_level level);
bool log_set_instance(struct log *log, const char *instance);

void log_error(struct log *log, const char *format, ...) PRINTF_LIKE(2, 3);
void log_warning(struct log *log, const char *format, ...) PRINTF_LIKE(2, 3);
void log_notice(struct log *log, const char *format, ...) PRINTF_LIKE(2, 3);
void log_info(struct log *log, const char *format, ...) PRINTF_LIKE(2, 3);

/* Every finding of the report as a line of its own level. */
void log_report(struct log *log, const struct report *report);

#endif
