/* SPDX-License-Identifier: BSD-2-Clause */
#include "answer/query.h"

#include "anyns/wire.h"

enum {
	QUESTION_TAIL = 4,  /* type and class */
	RR_FIXED_SIZE = 10, /* type, class, TTL, RDLENGTH */
	OPTION_HEAD = 4,
	COOKIE_CLIENT_SIZE = 8, /* RFC 7873 4.1 */
	COOKIE_SERVER_MIN = 8,
	COOKIE_SERVER_MAX = 32,
};

/* Bytes of a name that may be compressed; nobody follows the pointer. 0: none fits into `left`. */
static size_t
name_size(const uint8_t *name, size_t left)
{
	size_t at = 0;
	while (at < left) {
		uint8_t length = name[at];
		if (length == 0)
			return at + 1;
		if (length >= 0xc0)
			return at + 2 <= left ? at + 2 : 0;
		if (length > DNS_LABEL_MAX)
			return 0;
		at += (size_t)length + 1;
	}
	return 0;
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
parse_cookie(struct query_edns *edns, const uint8_t *data, size_t size)
{
	/* RFC 7873 5.2: only the first counts. */
	if (edns->cookie_size)
		return true;
	edns->cookie = data;
	edns->cookie_size = (uint8_t)size;
	return size == COOKIE_CLIENT_SIZE || (size >= COOKIE_CLIENT_SIZE + COOKIE_SERVER_MIN &&
					      size <= COOKIE_CLIENT_SIZE + COOKIE_SERVER_MAX);
}

static bool
parse_subnet(struct query_edns *edns, const uint8_t *data, size_t size)
{
	edns->subnet = data;
	edns->subnet_size = (uint16_t)size;
	return subnet_is_valid(wire_reader(data, size));
}

static bool
parse_option(struct query_edns *edns, uint16_t code, const uint8_t *data, size_t size)
{
	switch (code) {
	case EDNS_OPTION_NSID:
		edns->nsid = true;
		return true;
	case EDNS_OPTION_COOKIE:
		return parse_cookie(edns, data, size);
	case EDNS_OPTION_CLIENT_SUBNET:
		return parse_subnet(edns, data, size);
	case EDNS_OPTION_TCP_KEEPALIVE:
		edns->keepalive = true;
		return true;
	default:
		return true; /* RFC 6891 6.1.2: unknown options are ignored */
	}
}

static bool
parse_options(struct query_edns *edns, const uint8_t *option, size_t left)
{
	while (left) {
		if (left < OPTION_HEAD)
			return false;
		size_t size = wire_peek_u16(option + 2);
		const uint8_t *data = option + OPTION_HEAD;
		if (size > left - OPTION_HEAD)
			return false;
		if (!parse_option(edns, wire_peek_u16(option), data, size))
			return false;
		option = data + size;
		left -= OPTION_HEAD + size;
	}
	return true;
}

/* An OPT from its type on. false: not to be understood (RFC 6891 6.1.1: FORMERR). */
static bool
parse_opt(struct query_edns *edns, const uint8_t *fixed, size_t options_size)
{
	edns->present = true;
	edns->udp_size = wire_peek_u16(fixed + 2);
	/* Then the upper bits of the rcode: meaningless in a query. */
	edns->version = fixed[5];
	edns->dnssec_ok = wire_peek_u16(fixed + 6) & EDNS_FLAG_DO;
	/* A later version may give options another form: BADVERS comes first. */
	return edns->version > 0 || parse_options(edns, fixed + RR_FIXED_SIZE, options_size);
}

/* All records behind the question. Only OPT matters; the rest must merely be whole. */
static bool
parse_records(struct query_edns *edns, const uint8_t *record, size_t left,
	      unsigned before_additional, unsigned additional)
{
	for (unsigned i = 0; i < before_additional + additional; i++) {
		size_t owner = name_size(record, left);
		if (owner == 0 || left - owner < RR_FIXED_SIZE)
			return false;
		const uint8_t *fixed = record + owner;
		left -= owner + RR_FIXED_SIZE;
		size_t size = wire_peek_u16(fixed + RR_FIXED_SIZE - 2);
		if (size > left)
			return false;
		if (wire_peek_u16(fixed) == DNS_TYPE_OPT) {
			bool lawful = owner == 1 && i >= before_additional && !edns->present;
			if (!lawful || !parse_opt(edns, fixed, size))
				return false;
		}
		record = fixed + RR_FIXED_SIZE + size;
		left -= size;
	}
	return true;
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
	const uint8_t *at = message + DNS_HEADER_SIZE;
	*query = (struct query){.name = name};
	if (size < DNS_HEADER_SIZE)
		return QUERY_IGNORE;
	query->id = wire_peek_u16(message);
	query->flags = wire_peek_u16(message + 2);
	unsigned questions = wire_peek_u16(message + 4);
	if (query->flags & DNS_FLAG_QR)
		return QUERY_IGNORE;

	size_t left = size - DNS_HEADER_SIZE;
	if (questions == 1) {
		size_t asked = lookup_name_set(name, at, left);
		if (asked && left - asked >= QUESTION_TAIL) {
			query->type = wire_peek_u16(at + asked);
			query->class = wire_peek_u16(at + asked + 2);
			query->question_size = asked + QUESTION_TAIL;
		}
	}
	unsigned opcode = (unsigned)(query->flags & DNS_OPCODE_MASK) >> DNS_OPCODE_SHIFT;
	if (opcode != DNS_OPCODE_QUERY)
		return reject_opcode(query, opcode);
	if (questions > 1 || (questions == 1 && !query->question_size))
		return reject(query, DNS_RCODE_FORMERR);
	unsigned before_additional = (unsigned)wire_peek_u16(message + 6) +
				     wire_peek_u16(message + 8);
	if (!parse_records(&query->edns, at + query->question_size, left - query->question_size,
			   before_additional, wire_peek_u16(message + 10))) {
		query->edns = (struct query_edns){0};
		return reject(query, DNS_RCODE_FORMERR);
	}
	if (query->edns.version > 0)
		return reject(query, DNS_RCODE_BADVERS);
	if (questions == 0)
		return query->edns.cookie_size ? QUERY_COOKIE : reject(query, DNS_RCODE_FORMERR);
	return QUERY_ANSWER;
}
