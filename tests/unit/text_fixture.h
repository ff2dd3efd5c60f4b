/* SPDX-License-Identifier: BSD-2-Clause */
/* text_fixture.h - a zone's text, put together piece by piece. */
#ifndef TESTS_TEXT_FIXTURE_H
#define TESTS_TEXT_FIXTURE_H

/* cmocka.h wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "served.h"

#define SOA "$TTL 300\n@ SOA ns.other. host 7 3600 600 86400 120\n@ NS ns.other.\n"

static char text[4 << 20];
static size_t text_size;

static void PRINTF_LIKE(1, 2) add(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	text_size += (size_t)vsnprintf(text + text_size, sizeof text - text_size, format,
				       arguments);
	va_end(arguments);
	assert_true(text_size < sizeof text);
}

static void
begin(void)
{
	text_size = 0;
	add("%s", SOA);
}

/* The text is served as the zone example. */
static inline struct served *
serve(enum plan_signing signing)
{
	const struct served_zone zone = {"example.", text, signing};
	return served_new(&zone, 1);
}

/* How often `what` stands in `answer`. */
static inline size_t
count_of(const char *answer, const char *what)
{
	size_t count = 0;
	for (const char *p = answer; (p = strstr(p, what)); p++)
		count++;
	return count;
}

#endif
