/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * edns.h - the OPT record of the answer (RFC 6891 6.1). Pure.
 */
#ifndef ANYNS_ANSWER_EDNS_H
#define ANYNS_ANSWER_EDNS_H

#include "answer/cookie.h"
#include "answer/query.h"
#include "answer/reply.h"
#include "answer/setup.h"

/* What the OPT will hold, settled before the answer is written so that room can be kept for it. */
struct edns_reply {
	bool present;
	bool has_cookie;
	bool cookie_valid; /* the query's server cookie was */
	uint8_t cookie[COOKIE_SIZE];
	size_t size; /* bytes of the record without an extended error */
};

/* Settles what is answered to the query's options. */
void edns_prepare(struct edns_reply *edns, struct cookie_hasher *hasher,
		  const struct answer_setup *setup, const struct answer_client *client,
		  const struct query *query);

/*
 * Appends the OPT, with the extended error of `reply` (RFC 8914) if there is one and room for it.
 * Room for `edns->size` bytes beyond reply->limit was kept.
 */
void edns_write(const struct edns_reply *edns, const struct answer_setup *setup,
		const struct answer_client *client, const struct query *query, struct reply *reply,
		size_t room);

#endif
