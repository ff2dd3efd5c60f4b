/* SPDX-License-Identifier: BSD-2-Clause */
#include "compare.h"

#include <ldns/ldns.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "anyns/name.h"
#include "anyns/wire.h"

struct parser {
	struct wire_reader in;
	unsigned opts; /* OPT records seen */
	uint32_t opt_flags;
	char *why;
};

static bool complain(char *why, const char *format, ...) PRINTF_LIKE(2, 3);

static bool
complain(char *why, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(why, 200, format, arguments);
	va_end(arguments);
	return false;
}

size_t
compare_query(const struct query *query, uint8_t bytes[static 512])
{
	struct wire_writer w = wire_writer(bytes, 512);
	wire_put_u16(&w, query->id);
	wire_put_u16(&w, query->recursion ? DNS_FLAG_RD : 0);
	wire_put_u16(&w, 1);
	wire_put_u32(&w, 0);
	wire_put_u16(&w, query->edns);
	wire_put_bytes(&w, query->name, name_length(query->name, DNS_NAME_MAX));
	wire_put_u16(&w, query->type);
	wire_put_u16(&w, DNS_CLASS_IN);
	if (query->edns) {
		wire_put_u8(&w, 0);
		wire_put_u16(&w, DNS_TYPE_OPT);
		wire_put_u16(&w, query->udp_size);
		wire_put_u32(&w, query->dnssec ? EDNS_FLAG_DO : 0);
		wire_put_u16(&w, 0);
	}
	return w.at;
}

/* --- reading -------------------------------------------------------------------------------------
 */

/*
 * A name at the reader, pointers followed; `in` is left behind it. A pointer must lead back to
 * before the name's own start, each time further, or there may be no end.
 */
static bool
read_name(struct wire_reader *in, const uint8_t *message, uint8_t name[static DNS_NAME_MAX],
	  size_t *size)
{
	struct wire_reader at = *in;
	size_t limit = (size_t)(in->bytes + in->at - message), used = 0;
	bool jumped = false;
	for (;;) {
		uint8_t length = wire_get_u8(&at);
		if (length >= 0xc0) {
			size_t target = (length & 0x3fu) << 8 | wire_get_u8(&at);
			if (!jumped)
				*in = at;
			if (at.failed || target >= limit || target < DNS_HEADER_SIZE)
				return false;
			at = wire_reader(message, limit);
			at.at = limit = target;
			at.size = (size_t)(in->bytes + in->size - message);
			jumped = true;
			continue;
		}
		const uint8_t *label = wire_get_bytes(&at, length);
		if (at.failed || length > DNS_LABEL_MAX || used + 1 + length > DNS_NAME_MAX)
			return false;
		name[used++] = length;
		memcpy(name + used, label, length);
		used += length;
		if (length == 0)
			break;
	}
	if (!jumped)
		*in = at;
	*size = used;
	return true;
}

/* Names in the data of these may be compressed, RFC 3597 4; all other data is copied as it is. */
static bool
read_rdata(struct parser *p, uint16_t type, size_t size, struct reference_record *record)
{
	struct wire_reader rdata = wire_carve(&p->in, size);
	struct wire_writer out = wire_writer(record->rdata, sizeof record->rdata);
	unsigned names = type == DNS_TYPE_SOA                            ? 2
			 : type == DNS_TYPE_NS || type == DNS_TYPE_CNAME ? 1
			 : type == DNS_TYPE_MX                           ? 1
									 : 0;
	if (type == DNS_TYPE_MX)
		wire_put_u16(&out, wire_get_u16(&rdata));
	for (unsigned i = 0; i < names && !rdata.failed; i++) {
		uint8_t name[DNS_NAME_MAX];
		size_t length;
		if (!read_name(&rdata, p->in.bytes, name, &length))
			return false;
		wire_put_bytes(&out, name, length);
	}
	size_t left = wire_left(&rdata);
	wire_put_bytes(&out, wire_get_bytes(&rdata, left), left);
	record->size = (uint16_t)out.at;
	return !rdata.failed && !out.failed &&
	       (names == 0 || left == (type == DNS_TYPE_SOA ? 20 : 0));
}

static bool
read_record(struct parser *p, bool additional, struct reference_list *list)
{
	struct reference_record record;
	size_t size;
	if (!read_name(&p->in, p->in.bytes, record.owner, &size))
		return complain(p->why, "a bad owner name before byte %zu", p->in.at);
	record.type = wire_get_u16(&p->in);
	uint16_t class = wire_get_u16(&p->in);
	record.ttl = wire_get_u32(&p->in);
	size = wire_get_u16(&p->in);
	if (record.type == DNS_TYPE_OPT && additional && record.owner[0] == 0) {
		p->opts++;
		p->opt_flags = record.ttl;
		wire_get_bytes(&p->in, size);
		return true;
	}
	if (p->in.failed || class != DNS_CLASS_IN)
		return complain(p->why, "a bad record before byte %zu", p->in.at);
	if (!read_rdata(p, record.type, size, &record))
		return complain(p->why, "bad data in a record before byte %zu", p->in.at);
	reference_add(list, record.owner, record.type, record.ttl, record.rdata, record.size);
	return true;
}

static bool
read_section(struct parser *p, unsigned count, bool additional, struct reference_list *list)
{
	for (unsigned i = 0; i < count; i++) {
		if (!read_record(p, additional, list))
			return false;
	}
	return true;
}

static bool
read_message(const struct query *query, const uint8_t *message, size_t size,
	     struct reference_answer *got, bool *truncated, char *why)
{
	struct parser p = {.in = wire_reader(message, size), .why = why};
	uint16_t id = wire_get_u16(&p.in), flags = wire_get_u16(&p.in),
		 questions = wire_get_u16(&p.in);
	unsigned answers = wire_get_u16(&p.in), authorities = wire_get_u16(&p.in);
	unsigned additionals = wire_get_u16(&p.in);
	size_t length = name_length(query->name, DNS_NAME_MAX);
	const uint8_t *name = wire_get_bytes(&p.in, length);
	uint16_t type = wire_get_u16(&p.in), class = wire_get_u16(&p.in);
	uint16_t known = DNS_FLAG_QR | DNS_FLAG_AA | DNS_FLAG_TC | DNS_FLAG_RD | DNS_RCODE_MASK;
	if (p.in.failed || id != query->id || !(flags & DNS_FLAG_QR) || flags & ~known ||
	    !(flags & DNS_FLAG_RD) != !query->recursion)
		return complain(why, "bad header: ID %u, flags 0x%04x", id, flags);
	/* 0x20: the question comes back letter by letter. */
	if (questions != 1 || memcmp(name, query->name, length) || type != query->type ||
	    class != DNS_CLASS_IN)
		return complain(why, "the question is not the one asked");
	got->aa = flags & DNS_FLAG_AA;
	*truncated = flags & DNS_FLAG_TC;
	if (!read_section(&p, answers, false, &got->answer) ||
	    !read_section(&p, authorities, false, &got->authority) ||
	    !read_section(&p, additionals, true, &got->required))
		return false;
	if (wire_left(&p.in))
		return complain(why, "%zu bytes behind the last record", wire_left(&p.in));
	if (p.opts != query->edns || !(p.opt_flags & EDNS_FLAG_DO) != !query->dnssec)
		return complain(why, "%u OPT records, flags 0x%08x", p.opts, p.opt_flags);
	got->rcode = flags & DNS_RCODE_MASK;
	got->rcode |= p.opt_flags >> 24 << 4;
	return true;
}

/* --- comparing -----------------------------------------------------------------------------------
 */

static size_t
count_in(const struct reference_list *list, const struct reference_record *record)
{
	size_t count = 0;
	for (size_t i = 0; i < list->count; i++) {
		count += reference_same(&list->items[i], record) &&
			 list->items[i].ttl == record->ttl;
	}
	return count;
}

/* Whether every record of `part` is in `whole`, as many times. */
static bool
is_part(const struct reference_list *part, const struct reference_list *whole)
{
	for (size_t i = 0; i < part->count; i++) {
		if (count_in(whole, &part->items[i]) < count_in(part, &part->items[i]))
			return false;
	}
	return true;
}

static bool
is_equal(const struct reference_list *a, const struct reference_list *b)
{
	return a->count == b->count && is_part(a, b);
}

/* All that must be there is, nothing else than what may, and nothing twice. */
static bool
additional_fits(const struct reference_answer *expected, const struct reference_list *got,
		bool room)
{
	for (size_t i = 0; i < got->count; i++) {
		const struct reference_record *record = &got->items[i];
		if (count_in(got, record) != 1 || (count_in(&expected->required, record) == 0 &&
						   count_in(&expected->optional, record) == 0))
			return false;
	}
	for (size_t i = 0; room && i < expected->offered.count; i++) {
		if (count_in(got, &expected->offered.items[i]) == 0)
			return false;
	}
	for (size_t i = 0; i < expected->required.count; i++) {
		if (count_in(got, &expected->required.items[i]) == 0)
			return false;
	}
	return true;
}

bool
compare_answer(const struct query *query, const uint8_t *message, size_t size,
	       const struct reference_answer *expected, bool room, struct reference_answer *got,
	       char why[static 200])
{
	bool truncated = false;
	*got = (struct reference_answer){0};
	if (!read_message(query, message, size, got, &truncated, why))
		return false;
	if (truncated && room)
		return complain(why, "truncated");
	if (truncated && got->answer.count + got->authority.count + got->required.count)
		return complain(why, "truncated, yet with records"); /* never a part: RFC 2181 9 */
	if (truncated)
		return true; /* whoever asked asks again; how far the answer had come does not count
			      */
	if (got->rcode != expected->rcode || got->aa != expected->aa)
		return complain(why, "rcode %u and AA %d, expected %u and %d", got->rcode, got->aa,
				expected->rcode, expected->aa);
	if (!is_equal(&got->answer, &expected->answer))
		return complain(why, "the answer section differs");
	if (!is_equal(&got->authority, &expected->authority))
		return complain(why, "the authority section differs");
	if (!additional_fits(expected, &got->required, room))
		return complain(why, "the additional section differs");
	return true;
}

/* --- printing ------------------------------------------------------------------------------------
 */

static void
print_record(const struct reference_record *record, FILE *stream)
{
	uint8_t bytes[DNS_NAME_MAX + 10 + REFERENCE_RDATA_MAX];
	struct wire_writer w = wire_writer(bytes, sizeof bytes);
	size_t at = 0;
	ldns_rr *rr = NULL;
	wire_put_bytes(&w, record->owner, name_length(record->owner, DNS_NAME_MAX));
	wire_put_u16(&w, record->type);
	wire_put_u16(&w, DNS_CLASS_IN);
	wire_put_u32(&w, record->ttl);
	wire_put_u16(&w, record->size);
	wire_put_bytes(&w, record->rdata, record->size);
	if (ldns_wire2rr(&rr, bytes, w.at, &at, LDNS_SECTION_ANSWER) == LDNS_STATUS_OK) {
		fputs("    ", stream);
		ldns_rr_print(stream, rr);
	} else {
		fprintf(stream, "    (type %u, %u bytes)\n", record->type, record->size);
	}
	ldns_rr_free(rr);
}

static void
print_section(const char *title, const struct reference_list *list, FILE *stream)
{
	if (list->count)
		fprintf(stream, "  %s:\n", title);
	for (size_t i = 0; i < list->count; i++)
		print_record(&list->items[i], stream);
}

void
compare_print(const struct reference_answer *answer, FILE *stream)
{
	fprintf(stream, "  rcode %u%s\n", answer->rcode, answer->aa ? ", AA" : "");
	print_section("answer", &answer->answer, stream);
	print_section("authority", &answer->authority, stream);
	print_section("additional", &answer->required, stream);
	print_section("offered", &answer->offered, stream);
	print_section("optional", &answer->optional, stream);
}
