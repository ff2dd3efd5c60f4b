/* SPDX-License-Identifier: BSD-2-Clause */
#include "answer/edns.h"

#include "anyns/dns.h"
#include "anyns/wire.h"

enum {
	OPT_FIXED_SIZE = 11,
	OPTION_HEAD = 4,
	KEEPALIVE_SIZE = 2, /* RFC 7828 3.1 */
	ERROR_SIZE = 2,     /* RFC 8914 2, without text */
};

/* RFC 7828 3.2.2: on TCP only, and only to those who asked. */
static bool
tells_keepalive(const struct query *query, const struct answer_client *client)
{
	return query->edns.keepalive && client->transport == ANSWER_TCP && client->keepalive;
}

void
edns_prepare(struct edns_reply *edns, struct cookie_hasher *hasher,
	     const struct answer_setup *setup, const struct answer_client *client,
	     const struct query *query)
{
	const struct query_edns *asked = &query->edns;
	edns->present = asked->present;
	edns->has_cookie = asked->cookie_size != 0;
	edns->cookie_valid = false;
	edns->size = 0;
	if (!asked->present)
		return;
	edns->size = OPT_FIXED_SIZE;
	/* NSID's data is the text itself: the TXT RDATA without its length byte. */
	if (asked->nsid)
		edns->size += OPTION_HEAD + setup->instance.size - 1;
	if (edns->has_cookie) {
		edns->cookie_valid = cookie_answer(hasher, &setup->cookies, client, asked->cookie,
						   asked->cookie_size, edns->cookie);
		edns->size += OPTION_HEAD + COOKIE_SIZE;
	}
	if (asked->subnet_size)
		edns->size += OPTION_HEAD + asked->subnet_size;
	if (tells_keepalive(query, client))
		edns->size += OPTION_HEAD + KEEPALIVE_SIZE;
}

static void
put_option(struct wire_writer *w, uint16_t code, const void *data, size_t size)
{
	wire_put_u16(w, code);
	wire_put_u16(w, (uint16_t)size);
	wire_put_bytes(w, data, size);
}

/* RFC 7871 7.2.1: family, prefix and address as received, scope 0: the answer fits every client. */
static void
put_subnet(struct wire_writer *w, const struct query_edns *asked)
{
	put_option(w, EDNS_OPTION_CLIENT_SUBNET, asked->subnet, asked->subnet_size);
}

static void
put_options(struct wire_writer *w, const struct edns_reply *edns, const struct answer_setup *setup,
	    const struct answer_client *client, const struct query *query)
{
	if (query->edns.nsid)
		put_option(w, EDNS_OPTION_NSID, setup->instance.rdata + 1,
			   setup->instance.size - 1);
	if (edns->has_cookie)
		put_option(w, EDNS_OPTION_COOKIE, edns->cookie, COOKIE_SIZE);
	if (query->edns.subnet_size)
		put_subnet(w, &query->edns);
	if (tells_keepalive(query, client)) {
		uint8_t timeout[KEEPALIVE_SIZE];
		wire_poke_u16(timeout, client->keepalive);
		put_option(w, EDNS_OPTION_TCP_KEEPALIVE, timeout, sizeof timeout);
	}
}

void
edns_write(const struct edns_reply *edns, const struct answer_setup *setup,
	   const struct answer_client *client, const struct query *query, struct reply *reply,
	   size_t room)
{
	if (!edns->present)
		return;
	struct wire_writer w = wire_writer(reply->out + reply->at, room - reply->at);
	bool error = reply->error && edns->size + OPTION_HEAD + ERROR_SIZE <= room - reply->at;
	wire_put_u8(&w, 0);
	wire_put_u16(&w, DNS_TYPE_OPT);
	wire_put_u16(&w, (uint16_t)setup->udp_size);
	wire_put_u8(&w, (uint8_t)(reply->rcode >> 4));
	wire_put_u8(&w, 0); /* version */
	wire_put_u16(&w, query->edns.dnssec_ok ? EDNS_FLAG_DO : 0);
	wire_put_u16(&w, (uint16_t)(edns->size - OPT_FIXED_SIZE +
				    (error ? OPTION_HEAD + ERROR_SIZE : 0)));
	put_options(&w, edns, setup, client, query);
	if (error) {
		uint8_t code[ERROR_SIZE];
		wire_poke_u16(code, reply->error);
		put_option(&w, EDNS_OPTION_EDE, code, sizeof code);
	}
	reply->at += w.at;
	reply->counts[REPLY_ADDITIONAL]++;
}
