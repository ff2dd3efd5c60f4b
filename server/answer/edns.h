/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * edns.h - the OPT record of the answer (RFC 6891 6.1). Pure.
 */
#ifndef ANYNS_ANSWER_EDNS_H
#define ANYNS_ANSWER_EDNS_H

#include <string.h>

#include "answer/cookie.h"
#include "answer/query.h"
#include "answer/reply.h"
#include "answer/setup.h"
#include "anyns/wire.h"

/* Where things stand in an OPT. */
enum { EDNS_RCODE_AT = 5, EDNS_FLAGS_AT = 7, EDNS_RDLENGTH_AT = 9 };

/* Whether the OPT is, but for rcode, DO and the choice of NSID, what the configuration made of it.
 */
static inline bool
edns_is_plain(const struct query_edns *asked)
{
	return !asked->cookie_size && !asked->subnet_size && !asked->keepalive;
}

/* The size of that OPT; 0 for a query without one, which gets none. */
static inline size_t
edns_plain_size(const struct answer_setup *setup, const struct query_edns *asked)
{
	if (!asked->present)
		return 0;
	return asked->nsid ? setup->opt_size : SETUP_OPT_FIXED;
}

/* Writes it, its `size` not 0. Upper bits of the rcode are 0. */
static inline void
edns_write_plain(const struct answer_setup *setup, const struct query_edns *asked, size_t size,
		 uint8_t *out)
{
	memcpy(out, setup->opt, size);
	out[EDNS_FLAGS_AT] = asked->dnssec_ok ? EDNS_FLAG_DO >> 8 : 0;
	wire_poke_u16(out + EDNS_RDLENGTH_AT, (uint16_t)(size - SETUP_OPT_FIXED));
}

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
