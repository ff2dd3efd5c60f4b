/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reference.h - what a server must answer, found the slow and obvious way.
 *
 * It reads the same `struct zone` as the image room and nothing else of anyns: every search is
 * linear, every rule stands where its RFC has it, nothing is prepared. Where it and anyns differ,
 * one of them is wrong.
 */
#ifndef ANYNS_TEST_REFERENCE_H
#define ANYNS_TEST_REFERENCE_H

#include "anyns/zone.h"

enum { REFERENCE_RDATA_MAX = 1024 };

struct reference_record {
	uint8_t owner[DNS_NAME_MAX];
	uint16_t type;
	uint32_t ttl;
	uint16_t size;
	uint8_t rdata[REFERENCE_RDATA_MAX]; /* names in it uncompressed */
};

struct reference_list {
	struct reference_record *items;
	size_t count;
	size_t room;
};

struct reference_answer {
	unsigned rcode;
	bool aa;
	struct reference_list answer;
	struct reference_list authority;
	struct reference_list required; /* of the additional section: what must be there */
	struct reference_list offered;  /* what must be there too when there is room for it */
	struct reference_list optional; /* what may be there beside it */
};

struct reference_question {
	const uint8_t *name; /* wire, any case */
	uint16_t type;
	bool dnssec; /* DO */
};

/* Answers from the zones, of which no two have the same apex. Free it with reference_free(). */
void reference_resolve(const struct zone *const *zones, size_t zone_count,
		       const struct reference_question *question, struct reference_answer *answer);

void reference_free(struct reference_answer *answer);

/* Appends a record. */
void reference_add(struct reference_list *list, const uint8_t *owner, uint16_t type, uint32_t ttl,
		   const uint8_t *rdata, size_t size);

/* Whether two records have the same owner, type and data; the case of names does not count. */
bool reference_same(const struct reference_record *a, const struct reference_record *b);

#endif
