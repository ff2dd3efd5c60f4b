/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * query.h - a received message taken apart. Pure.
 */
#ifndef ANYNS_ANSWER_QUERY_H
#define ANYNS_ANSWER_QUERY_H

#include "anyns/base.h"
#include "anyns/dns.h"
#include "image/name_hash.h"

/* What the EDNS record of the query asks for (RFC 6891 6.1). Pointers lead into the query's bytes.
 */
struct query_edns {
	bool present;
	bool dnssec_ok; /* RFC 3225 */
	bool nsid;      /* RFC 5001 2.1 */
	bool keepalive; /* RFC 7828 3.2.1 */
	uint8_t version;
	uint8_t cookie_size;  /* 0: none; 8 client cookie alone; 16 to 40 with a server cookie, RFC
				 7873 4 */
	uint16_t udp_size;    /* as received */
	uint16_t subnet_size; /* 0: none; bytes of the option's data, valid, RFC 7871 6 */
	const uint8_t *cookie;
	const uint8_t *subnet;
};

enum query_verdict {
	QUERY_IGNORE, /* shorter than a header or a response: no answer */
	QUERY_REJECT, /* answer with `rcode` and nothing else */
	QUERY_ANSWER, /* a question to be answered */
	QUERY_COOKIE, /* no question, only a cookie to be refreshed, RFC 7873 5.4 */
};

struct query {
	uint16_t id;
	uint16_t flags; /* the header's flags word as received */
	uint16_t rcode; /* REJECT: extended rcode of the answer */
	uint16_t type;
	uint16_t class;
	size_t question_size; /* bytes of the question section to repeat; 0 when it was not
				 understood */
	struct query_edns edns;
	struct lookup_name *name; /* prepared when question_size is not 0; belongs to the caller */
};

/*
 * Takes the message of `size` bytes apart; `name` is where the question's name is prepared. `query`
 * is wholly set.
 */
enum query_verdict query_parse(struct query *query, struct lookup_name *name,
			       const uint8_t *message, size_t size);

#endif
