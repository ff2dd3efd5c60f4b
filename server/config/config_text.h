/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_text.h - the bytes of a configuration file: read with a bound, looked over before YAML
 * sees them.
 */
#ifndef ANYNS_CONFIG_TEXT_H
#define ANYNS_CONFIG_TEXT_H

#include "anyns/base.h"
#include "anyns/report.h"

/* 100,000 zones with long paths are about 10 MiB. */
#define CONFIG_TEXT_MAX ((size_t)64 << 20)

struct config_text {
	char *bytes; /* `size` of them and a NUL */
	size_t size;
	bool exposed; /* everybody on this machine may read the file */
};

/*
 * Reads the file at `path`, at most `limit` bytes. A failure is an error at `place`. On success the
 * caller frees with config_text_free().
 */
bool config_text_read(const char *path, size_t limit, struct place place, struct config_text *text,
		      struct report *report) NODISCARD;

/* Wipes and frees the bytes: there may have been a secret among them. */
void config_text_free(struct config_text *text);

/*
 * Whether the bytes are plain UTF-8 text that may be handed to the YAML parser. If not, the first
 * offending place is an error in the report.
 */
bool config_text_check(const char *file, const char *bytes, size_t size,
		       struct report *report) NODISCARD;

#endif
