/* SPDX-License-Identifier: BSD-2-Clause */
#include "answer/query.h"

#include "anyns/wire.h"

enum {
	COOKIE_CLIENT_SIZE = 8, /* RFC 7873 4.1 */
	COOKIE_SERVER_MIN = 8,
	COOKIE_SERVER_MAX = 32,
};

/* Passes over a name that may be compressed; nobody follows the pointer. */
static void
skip_name(struct wire_reader *r)
{
	for (;;) {
		uint8_t length = wire_get_u8(r);
		if (length >= 0xc0) {
			wire_get_u8(r);
			return;
		}
		if (length > DNS_LABEL_MAX)
			r->failed = true;
		if (length == 0 || r->failed)
			return;
		wire_get_bytes(r, length);
	}
}

/* RFC 7871 6, 7.1.2: known family, a prefix no longer than the address, no bit set beyond it, no
 * scope. */
static bool
subnet_is_valid(struct wire_reader data)
{
	uint16_t family = wire_get_u16(&data);
	uint8_t source = wire_get_u8(&data);
	uint8_t scope = wire_get_u8(&data);
	size_t longest = family == 1 ? 32 : family == 2 ? 128 : 0;
	if (data.failed || family > 2 || scope != 0 || source > longest ||
	    wire_left(&data) != (source + 7u) / 8)
		return false;
	if (source % 8 == 0)
		return true;
	return (data.bytes[data.size - 1] & (0xff >> source % 8)) == 0;
}

static bool
parse_option(struct query_edns *edns, uint16_t code, struct wire_reader data)
{
	switch (code) {
	case EDNS_OPTION_NSID:
		edns->nsid = true;
		return true;
	case EDNS_OPTION_COOKIE:
		/* RFC 7873 5.2: only the first counts. */
		if (edns->cookie_size)
			return true;
		edns->cookie = data.bytes;
		edns->cookie_size = (uint8_t)data.size;
		return data.size == COOKIE_CLIENT_SIZE ||
		       (data.size >= COOKIE_CLIENT_SIZE + COOKIE_SERVER_MIN &&
			data.size <= COOKIE_CLIENT_SIZE + COOKIE_SERVER_MAX);
	case EDNS_OPTION_CLIENT_SUBNET:
		edns->subnet = data.bytes;
		edns->subnet_size = (uint16_t)data.size;
		return subnet_is_valid(data);
	case EDNS_OPTION_TCP_KEEPALIVE:
		edns->keepalive = true;
		return true;
	default:
		return true; /* RFC 6891 6.1.2: unknown options are ignored */
	}
}

static bool
parse_options(struct query_edns *edns, struct wire_reader options)
{
	while (wire_left(&options)) {
		uint16_t code = wire_get_u16(&options);
		uint16_t size = wire_get_u16(&options);
		struct wire_reader data = wire_carve(&options, size);
		if (options.failed || !parse_option(edns, code, data))
			return false;
	}
	return true;
}

/* An OPT record behind its type. false: not to be understood (RFC 6891 6.1.1: FORMERR). */
static bool
parse_opt(struct query_edns *edns, struct wire_reader *r, bool root_owner, bool additional)
{
	uint16_t udp_size = wire_get_u16(r);
	wire_get_u8(r); /* upper bits of the rcode: meaningless in a query */
	uint8_t version = wire_get_u8(r);
	uint16_t flags = wire_get_u16(r);
	uint16_t size = wire_get_u16(r);
	struct wire_reader options = wire_carve(r, size);
	if (r->failed || !root_owner || !additional || edns->present)
		return false;
	edns->present = true;
	edns->udp_size = udp_size;
	edns->version = version;
	edns->dnssec_ok = flags & EDNS_FLAG_DO;
	/* A later version may give options another form: BADVERS comes first. */
	return version > 0 || parse_options(edns, options);
}

/* All records behind the question. Only OPT matters; the rest must merely be whole. */
static bool
parse_records(struct query_edns *edns, struct wire_reader *r, unsigned before_additional,
	      unsigned additional)
{
	for (unsigned i = 0; i < before_additional + additional && !r->failed; i++) {
		size_t owner_at = r->at;
		skip_name(r);
		bool root_owner = r->at == owner_at + 1;
		uint16_t type = wire_get_u16(r);
		if (type == DNS_TYPE_OPT) {
			if (!parse_opt(edns, r, root_owner, i >= before_additional))
				return false;
			continue;
		}
		wire_get_bytes(r, 6); /* class and TTL */
		wire_get_bytes(r, wire_get_u16(r));
	}
	return !r->failed;
}

static enum query_verdict
reject(struct query *query, uint16_t rcode)
{
	query->rcode = rcode;
	return QUERY_REJECT;
}

/* Opcodes other than QUERY are refused unread. */
static enum query_verdict
reject_opcode(struct query *query, unsigned opcode)
{
	bool known = opcode == DNS_OPCODE_UPDATE || opcode == DNS_OPCODE_NOTIFY;
	return reject(query, known ? DNS_RCODE_REFUSED : DNS_RCODE_NOTIMP);
}

enum query_verdict
query_parse(struct query *query, struct lookup_name *name, const uint8_t *message, size_t size)
{
	struct wire_reader r = {.bytes = message, .size = size, .at = DNS_HEADER_SIZE};
	*query = (struct query){.name = name};
	if (size < DNS_HEADER_SIZE)
		return QUERY_IGNORE;
	query->id = wire_peek_u16(message);
	query->flags = wire_peek_u16(message + 2);
	unsigned questions = wire_peek_u16(message + 4);
	unsigned answers = wire_peek_u16(message + 6);
	unsigned authorities = wire_peek_u16(message + 8);
	unsigned additionals = wire_peek_u16(message + 10);
	if (query->flags & DNS_FLAG_QR)
		return QUERY_IGNORE;

	if (questions == 1) {
		size_t name_size = lookup_name_set(name, message + r.at, wire_left(&r));
		wire_get_bytes(&r, name_size);
		query->type = wire_get_u16(&r);
		query->class = wire_get_u16(&r);
		if (name_size && !r.failed)
			query->question_size = name_size + 4;
	}
	unsigned opcode = (unsigned)(query->flags & DNS_OPCODE_MASK) >> DNS_OPCODE_SHIFT;
	if (opcode != DNS_OPCODE_QUERY)
		return reject_opcode(query, opcode);
	if (questions > 1 || (questions == 1 && !query->question_size))
		return reject(query, DNS_RCODE_FORMERR);
	if (!parse_records(&query->edns, &r, answers + authorities, additionals)) {
		query->edns = (struct query_edns){0};
		return reject(query, DNS_RCODE_FORMERR);
	}
	if (query->edns.version > 0)
		return reject(query, DNS_RCODE_BADVERS);
	if (questions == 0)
		return query->edns.cookie_size ? QUERY_COOKIE : reject(query, DNS_RCODE_FORMERR);
	return QUERY_ANSWER;
}
