/* SPDX-License-Identifier: BSD-2-Clause */
#include "dnstext.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anyns/name.h"
#include "anyns/wire.h"

enum { FLAG_CD = 0x0010 }; /* RFC 4035 3.2.2; servers of zones have no use for it */

static const struct {
	const char *name;
	uint16_t type;
} type_names[] = {
	{"A", DNS_TYPE_A},         {"NS", DNS_TYPE_NS},       {"CNAME", DNS_TYPE_CNAME},
	{"SOA", DNS_TYPE_SOA},     {"PTR", DNS_TYPE_PTR},     {"MX", DNS_TYPE_MX},
	{"TXT", DNS_TYPE_TXT},     {"AAAA", DNS_TYPE_AAAA},   {"SRV", DNS_TYPE_SRV},
	{"DNAME", DNS_TYPE_DNAME}, {"OPT", DNS_TYPE_OPT},     {"DS", DNS_TYPE_DS},
	{"RRSIG", DNS_TYPE_RRSIG}, {"NSEC", DNS_TYPE_NSEC},   {"DNSKEY", DNS_TYPE_DNSKEY},
	{"NSEC3", DNS_TYPE_NSEC3}, {"TKEY", DNS_TYPE_TKEY},   {"NSEC3PARAM", DNS_TYPE_NSEC3PARAM},
	{"CDS", DNS_TYPE_CDS},     {"SVCB", DNS_TYPE_SVCB},   {"HTTPS", DNS_TYPE_HTTPS},
	{"TSIG", DNS_TYPE_TSIG},   {"IXFR", DNS_TYPE_IXFR},   {"AXFR", DNS_TYPE_AXFR},
	{"MAILB", DNS_TYPE_MAILB}, {"MAILA", DNS_TYPE_MAILA}, {"ANY", DNS_TYPE_ANY},
};

uint16_t
dnstext_type(const char *name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(type_names); i++)
		if (strcmp(type_names[i].name, name) == 0)
			return type_names[i].type;
	return strncmp(name, "TYPE", 4) == 0 ? (uint16_t)strtoul(name + 4, NULL, 10) : 0;
}

static const char *
type_text(char text[static 16], uint16_t type)
{
	for (size_t i = 0; i < ARRAY_LENGTH(type_names); i++)
		if (type_names[i].type == type)
			return type_names[i].name;
	snprintf(text, 16, "TYPE%u", type);
	return text;
}

size_t
dnstext_hex(uint8_t *bytes, size_t room, const char *text)
{
	size_t count = 0;
	unsigned value;
	for (; count < room && sscanf(text, "%2x", &value) == 1 && text[0] > ' '; text += 2)
		bytes[count++] = (uint8_t)value;
	return count;
}

/* ------------------------------------------------------------ questions */

struct wanted {
	bool edns;
	bool dnssec;
	uint16_t udp_size;
	uint16_t class;
	uint16_t id;
	uint16_t flags;
	struct wire_writer options;
};

static void
put_option(struct wire_writer *w, unsigned code, const char *hex)
{
	uint8_t data[512];
	size_t size = dnstext_hex(data, sizeof data, hex);
	wire_put_u16(w, (uint16_t)code);
	wire_put_u16(w, (uint16_t)size);
	wire_put_bytes(w, data, size);
}

static bool
take_option(struct wanted *wanted, const char *word)
{
	char *end;
	wanted->edns = true;
	if (strcmp(word, "edns") == 0)
		return true;
	if (strcmp(word, "do") == 0)
		wanted->dnssec = true;
	else if (strcmp(word, "nsid") == 0)
		put_option(&wanted->options, EDNS_OPTION_NSID, "");
	else if (strcmp(word, "keepalive") == 0)
		put_option(&wanted->options, EDNS_OPTION_TCP_KEEPALIVE, "");
	else if (strncmp(word, "udp=", 4) == 0)
		wanted->udp_size = (uint16_t)strtoul(word + 4, NULL, 10);
	else if (strncmp(word, "cookie=", 7) == 0)
		put_option(&wanted->options, EDNS_OPTION_COOKIE, word + 7);
	else if (strncmp(word, "ecs=", 4) == 0)
		put_option(&wanted->options, EDNS_OPTION_CLIENT_SUBNET, word + 4);
	else if (strncmp(word, "option=", 7) == 0) {
		unsigned long code = strtoul(word + 7, &end, 10);
		put_option(&wanted->options, (unsigned)code, *end ? end + 1 : end);
	} else
		return false;
	return true;
}

static bool
take_word(struct dnstext_question *question, struct wanted *wanted, const char *word)
{
	if (strcmp(word, "tcp") == 0)
		question->tcp = true;
	else if (strcmp(word, "rd") == 0)
		wanted->flags |= DNS_FLAG_RD;
	else if (strcmp(word, "cd") == 0)
		wanted->flags |= FLAG_CD;
	else if (strcmp(word, "class=CH") == 0)
		wanted->class = DNS_CLASS_CH;
	else if (strncmp(word, "class=", 6) == 0)
		wanted->class = (uint16_t)strtoul(word + 6, NULL, 10);
	else if (strncmp(word, "id=", 3) == 0)
		wanted->id = (uint16_t)strtoul(word + 3, NULL, 10);
	else
		return take_option(wanted, word);
	return true;
}

static void
write_question(struct dnstext_question *question, const struct wanted *wanted, const uint8_t *name,
	       size_t name_size, uint16_t type)
{
	struct wire_writer w = wire_writer(question->bytes, sizeof question->bytes);
	wire_put_u16(&w, wanted->id);
	wire_put_u16(&w, wanted->flags);
	wire_put_u16(&w, 1);
	wire_put_u32(&w, 0);
	wire_put_u16(&w, wanted->edns);
	wire_put_bytes(&w, name, name_size);
	wire_put_u16(&w, type);
	wire_put_u16(&w, wanted->class);
	if (wanted->edns) {
		wire_put_u8(&w, 0);
		wire_put_u16(&w, DNS_TYPE_OPT);
		wire_put_u16(&w, wanted->udp_size);
		wire_put_u32(&w, wanted->dnssec ? EDNS_FLAG_DO : 0);
		wire_put_u16(&w, (uint16_t)wanted->options.at);
		wire_put_bytes(&w, wanted->options.bytes, wanted->options.at);
	}
	question->size = w.at;
}

bool
dnstext_question(struct dnstext_question *question, const char *text)
{
	char copy[2048];
	uint8_t name[DNS_NAME_MAX];
	uint8_t options[700];
	char *rest;
	struct wanted wanted = {.class = DNS_CLASS_IN,
				.id = 0x1234,
				.udp_size = 1232,
				.options = wire_writer(options, sizeof options)};
	snprintf(copy, sizeof copy, "%s", text);
	const char *word = strtok_r(copy, " ", &rest);
	size_t name_size = word ? name_parse(name, word) : 0;
	word = strtok_r(NULL, " ", &rest);
	uint16_t type = word ? dnstext_type(word) : 0;
	if (name_size == 0 || !word || (type == 0 && strcmp(word, "TYPE0") != 0))
		return false;
	question->tcp = false;
	while ((word = strtok_r(NULL, " ", &rest)))
		if (!take_word(question, &wanted, word))
			return false;
	write_question(question, &wanted, name, name_size, type);
	return true;
}

/* ------------------------------------------------------------ answers */

struct printer {
	char *text;
	size_t room;
	size_t at;
	const uint8_t *message;
	struct wire_reader r;
	struct dnstext_hashes hashes;
	const char *broken;
};

static void PRINTF_LIKE(2, 3) put(struct printer *p, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(p->text + p->at, p->room - p->at, format, arguments);
	va_end(arguments);
	p->at = size_min(p->at + (size_t)length, p->room - 1);
}

static void
give_up(struct printer *p, const char *why)
{
	if (!p->broken)
		p->broken = why;
	p->r.failed = true;
}

/* Passes over a name of the message and writes it out uncompressed. */
static void
take_name(struct printer *p, uint8_t out[static DNS_NAME_MAX])
{
	size_t size = 0;
	size_t at = p->r.at;
	size_t limit = p->r.at; /* a pointer must lead to before the name it stands in */
	bool jumped = false;
	for (;;) {
		if (p->r.failed || at >= p->r.size)
			break;
		uint8_t length = p->message[at];
		if (length >= 0xc0) {
			if (at + 2 > p->r.size)
				break;
			size_t target = wire_peek_u16(p->message + at) & 0x3fffu;
			if (target >= limit || target < DNS_HEADER_SIZE)
				break;
			if (!jumped)
				p->r.at = at + 2;
			jumped = true;
			at = limit = target;
			continue;
		}
		if (length > DNS_LABEL_MAX || size + length + 1u > DNS_NAME_MAX ||
		    at + length + 1u > p->r.size)
			break;
		memcpy(out + size, p->message + at, length + 1u);
		size += length + 1u;
		at += length + 1u;
		if (length == 0) {
			if (!jumped)
				p->r.at = at;
			return;
		}
	}
	out[0] = 0;
	give_up(p, "name");
}

static void
put_name(struct printer *p)
{
	uint8_t wire[DNS_NAME_MAX];
	char text[NAME_TEXT_MAX];
	take_name(p, wire);
	for (size_t i = 0; i < p->hashes.count; i++) {
		const struct dnstext_hash *hash = &p->hashes.items[i];
		if (memcmp(wire, hash->label, sizeof hash->label) == 0) {
			put(p, " #%s", hash->name);
			return;
		}
	}
	put(p, " %s", name_text(text, wire));
}

static void
put_hex(struct printer *p, size_t end)
{
	while (p->r.at < end && !p->r.failed)
		put(p, "%02x", wire_get_u8(&p->r));
}

/* The next hash of an NSEC3 as the name it is of. */
static void
put_next_hash(struct printer *p)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
	wire_get_u32(&p->r);
	wire_get_bytes(&p->r, wire_get_u8(&p->r));
	const uint8_t *hash = wire_get_bytes(&p->r, wire_get_u8(&p->r));
	uint8_t label[33] = {32};
	for (size_t bit = 0; hash && bit < 160; bit++)
		label[1 + bit / 5] = (uint8_t)(label[1 + bit / 5] << 1 |
					       (hash[bit / 8] >> (7 - bit % 8) & 1));
	for (size_t i = 1; i < 33; i++)
		label[i] = (uint8_t)digits[label[i]];
	for (size_t i = 0; i < p->hashes.count; i++)
		if (memcmp(label, p->hashes.items[i].label, sizeof label) == 0)
			put(p, " #%s", p->hashes.items[i].name);
}

static void
put_rdata(struct printer *p, uint16_t type, size_t end)
{
	char text[16];
	const uint8_t *b = p->message + p->r.at;
	switch (type) {
	case DNS_TYPE_A:
		if (end - p->r.at < 4) {
			give_up(p, "address");
			return;
		}
		put(p, " %u.%u.%u.%u", b[0], b[1], b[2], b[3]);
		p->r.at += 4;
		return;
	case DNS_TYPE_MX:
		put(p, " %u", wire_get_u16(&p->r));
		put_name(p);
		return;
	case DNS_TYPE_NS:
	case DNS_TYPE_CNAME:
	case DNS_TYPE_PTR:
	case DNS_TYPE_DNAME:
		put_name(p);
		return;
	case DNS_TYPE_SOA:
		put_name(p);
		put_name(p);
		put(p, " %u", wire_get_u32(&p->r));
		wire_get_bytes(&p->r, 16);
		return;
	case DNS_TYPE_RRSIG:
		put(p, " %s", type_text(text, wire_get_u16(&p->r)));
		p->r.at = end;
		return;
	case DNS_TYPE_NSEC:
		put_name(p);
		p->r.at = end;
		return;
	case DNS_TYPE_NSEC3:
		put_next_hash(p);
		p->r.at = end;
		return;
	default:
		put(p, " ");
		put_hex(p, end);
		return;
	}
}

static void
put_option_text(struct printer *p)
{
	uint16_t code = wire_get_u16(&p->r);
	uint16_t size = wire_get_u16(&p->r);
	size_t end = p->r.at + size;
	if (end > p->r.size) {
		give_up(p, "option");
		return;
	}
	const char *text = (const char *)p->message + p->r.at;
	if (code == EDNS_OPTION_NSID) {
		put(p, " nsid=%.*s", size, text);
		p->r.at = end;
		return;
	}
	if (code == EDNS_OPTION_EDE && size == 2) {
		put(p, " ede=%u", wire_get_u16(&p->r));
		return;
	}
	const char *name = code == EDNS_OPTION_COOKIE          ? "cookie"
			   : code == EDNS_OPTION_CLIENT_SUBNET ? "ecs"
			   : code == EDNS_OPTION_TCP_KEEPALIVE ? "keepalive"
							       : "option";
	put(p, " %s=", name);
	put_hex(p, end);
}

static void
put_opt(struct printer *p, uint16_t udp_size, uint32_t flags, size_t end)
{
	put(p, "opt udp=%u%s", udp_size, flags & EDNS_FLAG_DO ? " do" : "");
	if (flags & ~(0xff000000u | EDNS_FLAG_DO))
		give_up(p, "opt version or flags");
	while (p->r.at < end && !p->r.failed)
		put_option_text(p);
}

static void
put_record(struct printer *p, const char *section)
{
	size_t line = p->at;
	char text[16];
	put(p, "%s", section);
	put_name(p);
	uint16_t type = wire_get_u16(&p->r);
	uint16_t class = wire_get_u16(&p->r);
	uint32_t ttl = wire_get_u32(&p->r);
	size_t size = wire_get_u16(&p->r);
	size_t end = p->r.at + size;
	if (p->r.failed || end > p->r.size) {
		give_up(p, "record");
		return;
	}
	if (type == DNS_TYPE_OPT) {
		p->at = line;
		put_opt(p, class, ttl, end);
	} else {
		put(p, " %u%s %s", ttl, class == DNS_CLASS_CH ? " CH" : "", type_text(text, type));
		put_rdata(p, type, end);
	}
	if (p->r.at != end)
		give_up(p, "rdata length");
	put(p, "\n");
}

/* The upper bits of the rcode are in the OPT, which is the last record. */
static unsigned
rcode_of(const uint8_t *message, size_t size, unsigned additionals)
{
	unsigned rcode = message[3] & 0x0fu;
	for (size_t at = size; additionals && at-- > DNS_HEADER_SIZE;) {
		if (at + 11 <= size && message[at] == 0 && message[at + 1] == 0 &&
		    message[at + 2] == DNS_TYPE_OPT &&
		    at + 11 + wire_peek_u16(message + at + 9) == size)
			return rcode | (unsigned)message[at + 5] << 4;
	}
	return rcode;
}

static void
put_head(struct printer *p, uint16_t flags, unsigned rcode)
{
	static const char *const names[24] = {
		[DNS_RCODE_NOERROR] = "NOERROR",     [DNS_RCODE_FORMERR] = "FORMERR",
		[DNS_RCODE_SERVFAIL] = "SERVFAIL",   [DNS_RCODE_NXDOMAIN] = "NXDOMAIN",
		[DNS_RCODE_NOTIMP] = "NOTIMP",       [DNS_RCODE_REFUSED] = "REFUSED",
		[DNS_RCODE_YXDOMAIN] = "YXDOMAIN",   [DNS_RCODE_BADVERS] = "BADVERS",
		[DNS_RCODE_BADCOOKIE] = "BADCOOKIE",
	};
	const char *name = rcode < ARRAY_LENGTH(names) ? names[rcode] : NULL;
	put(p, "%s%s%s%s%s\n", name ? name : "RCODE?", flags & DNS_FLAG_AA ? " aa" : "",
	    flags & DNS_FLAG_TC ? " tc" : "", flags & DNS_FLAG_RD ? " rd" : "",
	    flags & FLAG_CD ? " cd" : "");
	if (!(flags & DNS_FLAG_QR))
		give_up(p, "no response");
}

char *
dnstext_answer(char *text, size_t room, const uint8_t *message, size_t size,
	       struct dnstext_hashes hashes)
{
	static const char *const sections[] = {"an", "au", "ad"};
	struct printer p = {.text = text,
			    .room = room,
			    .message = message,
			    .r = wire_reader(message, size),
			    .hashes = hashes};
	uint8_t name[DNS_NAME_MAX];
	wire_get_u16(&p.r);
	uint16_t flags = wire_get_u16(&p.r);
	unsigned questions = wire_get_u16(&p.r);
	unsigned counts[3];
	for (size_t i = 0; i < 3; i++)
		counts[i] = wire_get_u16(&p.r);
	text[0] = '\0';
	if (!p.r.failed)
		put_head(&p, flags, rcode_of(message, size, counts[2]));
	if (questions > 1)
		give_up(&p, "questions");
	if (questions == 1) {
		take_name(&p, name);
		wire_get_u32(&p.r);
	}
	for (size_t i = 0; i < 3; i++)
		for (unsigned n = 0; n < counts[i] && !p.r.failed; n++)
			put_record(&p, sections[i]);
	if (p.r.failed || p.r.at != size)
		put(&p, "\nBROKEN at %zu of %zu: %s\n", p.r.at, size,
		    p.broken ? p.broken : "counts or length");
	return text;
}
