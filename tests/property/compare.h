/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compare.h - reads an answer byte for byte, trusting nothing, and holds it against the
 * reference's.
 */
#ifndef ANYNS_TEST_COMPARE_H
#define ANYNS_TEST_COMPARE_H

#include <stdio.h>

#include "reference.h"

struct query {
	uint8_t name[DNS_NAME_MAX]; /* case as sent */
	uint16_t type;
	uint16_t id;
	bool edns;
	bool dnssec;
	bool recursion;
	uint16_t udp_size;
};

/* The query as a message; `bytes` has room for any. Returns its size. */
size_t compare_query(const struct query *query, uint8_t bytes[static 512]);

/*
 * Whether the message is the answer that is expected, or a truncated one if `may_truncate`. If not,
 * says why in `why`. `got` receives what could be read, to be shown and freed.
 */
bool compare_answer(const struct query *query, const uint8_t *message, size_t size,
		    const struct reference_answer *expected, bool room,
		    struct reference_answer *got, char why[static 200]);

/* For people. */
void compare_print(const struct reference_answer *answer, FILE *stream);

#endif
