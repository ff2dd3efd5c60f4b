/* SPDX-License-Identifier: BSD-2-Clause */
#include "answer/identity.h"

#include <string.h>

#include "anyns/dns.h"
#include "anyns/wire.h"

/* The text told under `name`, or NULL. */
static const struct setup_text *
find_text(const struct answer_setup *setup, const struct lookup_name *name)
{
	static const char id_server[] = "\2id\6server";
	static const char hostname_bind[] = "\10hostname\4bind";
	static const char version_server[] = "\7version\6server";
	static const char version_bind[] = "\7version\4bind";
	const struct {
		const char *name;
		size_t size;
		const struct setup_text *text;
	} names[] = {
		{id_server, sizeof id_server, &setup->instance},
		{hostname_bind, sizeof hostname_bind, &setup->instance},
		{version_server, sizeof version_server, &setup->version},
		{version_bind, sizeof version_bind, &setup->version},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (name->size == names[i].size &&
		    memcmp(name->lower, names[i].name, names[i].size) == 0)
			return names[i].text->size ? names[i].text : NULL;
	return NULL;
}

void
identity_answer(struct reply *reply, const struct answer_setup *setup, const struct query *query)
{
	const struct setup_text *text = find_text(setup, query->name);
	if (!text) {
		reply->rcode = DNS_RCODE_REFUSED;
		reply->error = EDNS_ERROR_NOT_AUTHORITATIVE;
		return;
	}
	reply->flags |= DNS_FLAG_AA;
	if (query->type != DNS_TYPE_TXT && query->type != DNS_TYPE_ANY)
		return;
	struct wire_writer w = wire_writer(reply->out + reply->at, reply->limit - reply->at);
	wire_put_u16(&w, 0xc000 | DNS_HEADER_SIZE);
	wire_put_u16(&w, DNS_TYPE_TXT);
	wire_put_u16(&w, DNS_CLASS_CH);
	wire_put_u32(&w, 0); /* the next answer may come from elsewhere */
	wire_put_u16(&w, (uint16_t)text->size);
	wire_put_bytes(&w, text->rdata, text->size);
	if (w.failed) {
		reply_truncate(reply);
		return;
	}
	reply->at += w.at;
	reply->counts[REPLY_ANSWER]++;
}
