/* SPDX-License-Identifier: BSD-2-Clause */
#include "answer/edns.h"

#include "anyns/dns.h"
#include "anyns/wire.h"

enum {
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
	edns->size = edns_plain_size(setup, asked);
	if (edns->has_cookie) {
		edns->cookie_valid = cookie_answer(hasher, &setup->cookies, client, asked->cookie,
						   asked->cookie_size, edns->cookie);
		edns->size += SETUP_OPTION_HEAD + COOKIE_SIZE;
	}
	if (asked->subnet_size)
		edns->size += SETUP_OPTION_HEAD + asked->subnet_size;
	if (tells_keepalive(query, client))
		edns->size += SETUP_OPTION_HEAD + KEEPALIVE_SIZE;
}

static void
put_option(struct wire_writer *w, uint16_t code, const void *data, size_t size)
{
	wire_put_u16(w, code);
	wire_put_u16(w, (uint16_t)size);
	wire_put_bytes(w, data, size);
}

/* The options that were not finished when the configuration was read. */
static void
put_options(struct wire_writer *w, const struct edns_reply *edns,
	    const struct answer_client *client, const struct query *query)
{
	if (edns->has_cookie)
		put_option(w, EDNS_OPTION_COOKIE, edns->cookie, COOKIE_SIZE);
	/* RFC 7871 7.2.1: family, prefix and address as received, scope 0: the answer fits every
	 * client. */
	if (query->edns.subnet_size)
		put_option(w, EDNS_OPTION_CLIENT_SUBNET, query->edns.subnet,
			   query->edns.subnet_size);
	if (tells_keepalive(query, client)) {
		uint8_t timeout[KEEPALIVE_SIZE];
		wire_poke_u16(timeout, client->keepalive);
		put_option(w, EDNS_OPTION_TCP_KEEPALIVE, timeout, sizeof timeout);
	}
}

static void
put_error(struct wire_writer *w, uint16_t error)
{
	uint8_t code[ERROR_SIZE];
	/* A courtesy: without room for it the answer goes without. */
	if (SETUP_OPTION_HEAD + ERROR_SIZE > wire_room(w))
		return;
	wire_poke_u16(code, error);
	put_option(w, EDNS_OPTION_EDE, code, sizeof code);
}

void
edns_write(const struct edns_reply *edns, const struct answer_setup *setup,
	   const struct answer_client *client, const struct query *query, struct reply *reply,
	   size_t room)
{
	if (!edns->present)
		return;
	uint8_t *opt = reply->out + reply->at;
	struct wire_writer w = wire_writer(opt, room - reply->at);
	size_t finished = edns_plain_size(setup, &query->edns);
	edns_write_plain(setup, &query->edns, finished, wire_put_room(&w, finished));
	opt[EDNS_RCODE_AT] = (uint8_t)(reply->rcode >> 4);
	if (edns->size > finished)
		put_options(&w, edns, client, query);
	if (reply->error)
		put_error(&w, reply->error);
	wire_poke_u16(opt + EDNS_RDLENGTH_AT, (uint16_t)(w.at - SETUP_OPT_FIXED));
	reply->at += w.at;
	reply->counts[REPLY_ADDITIONAL]++;
}
