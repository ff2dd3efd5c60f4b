/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * canary.h - what our own queries ask and what is wrong with an answer. Pure.
 *
 * A query carries no cookie, so the answer depends on nothing but the view and the question: it
 * must come back byte for byte as answer_message() makes it from the same view, wherever else it
 * was made. That covers rcode, AA, SOA serial and signatures at once; the NSID in it says that no
 * other site behind the same address has answered for us.
 */
#ifndef ANYNS_HEALTH_CANARY_H
#define ANYNS_HEALTH_CANARY_H

#include "anyns/dns.h"
#include "health/reason.h"

/* Header, question, OPT with an empty NSID. */
enum { CANARY_QUERY_MAX = DNS_HEADER_SIZE + DNS_NAME_MAX + 4 + 15 };

/*
 * Writes the query for the zone `apex` (well-formed wire name): its SOA, with DO, so that
 * signatures are seen too. NULL: CH TXT id.server., which every server answers. Returns its size.
 */
size_t canary_query(uint8_t out[static CANARY_QUERY_MAX], uint16_t id, const uint8_t *apex);

/*
 * Whether `got` is `expected`. If not, `words` gets what a person wants to know first: another
 * instance, rcode, AA, serial, else the first byte that differs.
 */
bool canary_compare(const uint8_t *expected, size_t expected_size, const uint8_t *got,
		    size_t got_size, struct reason *words);

/* The NSID inside an answer, `*size` bytes; NULL when it is no answer or has none. */
const uint8_t *canary_nsid(const uint8_t *answer, size_t answer_size, size_t *size);

/* Adds foreign bytes as text that is fit for logs and routers. */
void canary_add_nsid(struct reason *words, const uint8_t *nsid, size_t size);

#endif
