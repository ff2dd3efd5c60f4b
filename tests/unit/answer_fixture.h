/* SPDX-License-Identifier: BSD-2-Clause */
/* answer_fixture.h - tables of questions and whole answers, and a zone with a bit of everything. */
#ifndef ANYNS_TESTS_ANSWER_FIXTURE_H
#define ANYNS_TESTS_ANSWER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "served.h"

#define UNUSED __attribute__((unused))

/* For zones signed in any way: what exists, what does not, and what lies between. */
static const UNUSED char zone_example[] =
	"$TTL 300\n"
	"@ SOA ns host 7 3600 600 86400 120\n"
	"@ NS ns\n"
	"ns A 192.0.2.1\n"
	"www A 192.0.2.10\n"
	"a.b.c TXT deep\n"
	"*.w A 192.0.2.30\n"
	"*.w TXT w\n"
	"*.wc CNAME www\n"
	"*.wc2 CNAME x.wc\n"
	"*.we.e TXT x\n"
	"secure NS ns.secure\n"
	"secure DS 1 13 2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
	"ns.secure A 192.0.2.40\n"
	"plain NS ns.plain\n"
	"ns.plain A 192.0.2.41\n"
	"abc NS ns.other.\n"
	"under.un NS ns.other.\n"
	"dn DNAME t\n"
	"x.t A 192.0.2.50\n"
	"alias CNAME none\n";

struct expectation {
	const char *question;
	const char *answer;
};

static UNUSED void
check(const struct served_zone *zones, size_t count, const struct expectation *table, size_t rows)
{
	struct served *served = served_new(zones, count);
	bool good = true;
	for (size_t i = 0; i < rows; i++)
		good &= served_matches(served, table[i].question, table[i].answer);
	served_free(served);
	assert_true(good);
}

#endif
