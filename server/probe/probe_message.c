/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_message.c - one query, one answer.
 *
 * The room of the probe is a client: it looks at the service from outside, over any network, and
 * shares nothing with the server but the cursors and names of base. Whatever its source, an
 * observation becomes a `struct probe_record` (probe_record.h), and everything behind that only
 * sees records:
 *
 *   prober     own queries over sockets ─┐
 *   agents     JSON lines of commands   ─┤                      ┌─► probe_view   lines, live table
 *   probe_json JSON lines of files      ─┼─► record ─► catchment┼─► probe_table  the summary
 *   atlas      RIPE Atlas results       ─┘                      └─► probe_svg    the picture
 *
 * Answers come from whoever feels like sending some: nothing in a message is believed before its
 * bounds, its ID and its question were compared.
 */
#include "probe/probe_message.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "anyns/wire.h"
#include "base/utf8.h"

enum {
	/* The size that crosses every path unfragmented, as DNS Flag Day 2020 settled. */
	EDNS_UDP_SIZE = 1232,
	OPT_FIXED = 11, /* root name, type, class, TTL, RDLENGTH */
};

struct word {
	const char *name;
	uint16_t number;
};

static const struct word types[] = {
	{"A", DNS_TYPE_A},           {"NS", DNS_TYPE_NS},         {"CNAME", DNS_TYPE_CNAME},
	{"SOA", DNS_TYPE_SOA},       {"PTR", DNS_TYPE_PTR},       {"MX", DNS_TYPE_MX},
	{"TXT", DNS_TYPE_TXT},       {"AAAA", DNS_TYPE_AAAA},     {"SRV", DNS_TYPE_SRV},
	{"DNAME", DNS_TYPE_DNAME},   {"DS", DNS_TYPE_DS},         {"RRSIG", DNS_TYPE_RRSIG},
	{"NSEC", DNS_TYPE_NSEC},     {"DNSKEY", DNS_TYPE_DNSKEY}, {"CDS", DNS_TYPE_CDS},
	{"ZONEMD", DNS_TYPE_ZONEMD}, {"SVCB", DNS_TYPE_SVCB},     {"HTTPS", DNS_TYPE_HTTPS},
	{"ANY", DNS_TYPE_ANY},
};

static const struct word classes[] = {{"IN", DNS_CLASS_IN}, {"CH", DNS_CLASS_CH}};

static const char *const rcodes[] = {
	[DNS_RCODE_NOERROR] = "NOERROR",
	[DNS_RCODE_FORMERR] = "FORMERR",
	[DNS_RCODE_SERVFAIL] = "SERVFAIL",
	[DNS_RCODE_NXDOMAIN] = "NXDOMAIN",
	[DNS_RCODE_NOTIMP] = "NOTIMP",
	[DNS_RCODE_REFUSED] = "REFUSED",
	[DNS_RCODE_YXDOMAIN] = "YXDOMAIN",
	[7] = "YXRRSET",
	[8] = "NXRRSET",
	[9] = "NOTAUTH",
	[10] = "NOTZONE",
	[DNS_RCODE_BADVERS] = "BADVERS",
	[DNS_RCODE_BADCOOKIE] = "BADCOOKIE",
};

const char *
probe_rcode_name(unsigned rcode)
{
	return rcode < ARRAY_LENGTH(rcodes) ? rcodes[rcode] : NULL;
}

static bool
find_word(const struct word *words, size_t count, const char *text, uint16_t *number)
{
	for (size_t i = 0; i < count; i++) {
		if (strcasecmp(words[i].name, text) == 0) {
			*number = words[i].number;
			return true;
		}
	}
	return false;
}

/* A mnemonic, or TYPE65 as RFC 3597 5 writes what has none. */
static bool
parse_type(const char *text, uint16_t *type)
{
	char *end = NULL;

	if (find_word(types, ARRAY_LENGTH(types), text, type))
		return true;
	if (strncasecmp(text, "TYPE", 4) != 0 || text[4] < '0' || text[4] > '9')
		return false;
	unsigned long number = strtoul(text + 4, &end, 10);
	*type = (uint16_t)number;
	return *end == '\0' && number <= UINT16_MAX && number != DNS_TYPE_OPT;
}

static void
write_text(struct probe_question *question, const char *type)
{
	char name[NAME_TEXT_MAX];
	char upper[16] = "";

	for (size_t i = 0; type[i] && i + 1 < sizeof(upper); i++)
		upper[i] = (char)(type[i] >= 'a' && type[i] <= 'z' ? type[i] - 'a' + 'A' : type[i]);
	snprintf(question->text, sizeof(question->text), "%s%s %s", name_text(name, question->name),
		 question->rdclass == DNS_CLASS_CH ? " CH" : "", upper);
}

bool
probe_question_parse(struct probe_question *question, const char *text)
{
	char name[NAME_TEXT_MAX] = "";
	char second[16] = "";
	char third[16] = "";
	char more = '\0';
	int words = sscanf(text, "%1024s %15s %15s %c", name, second, third, &more);
	const char *type = words == 3 ? third : second;

	*question = (struct probe_question){.rdclass = DNS_CLASS_IN};
	if (words != 2 && words != 3)
		return false;
	if (words == 3 && !find_word(classes, ARRAY_LENGTH(classes), second, &question->rdclass))
		return false;
	question->name_size = name_parse(question->name, name);
	if (question->name_size == 0 || !parse_type(type, &question->type))
		return false;
	write_text(question, type);
	return true;
}

bool
probe_subnet_parse(struct probe_subnet *subnet, const char *text)
{
	char address[PROBE_SUBNET_MAX];
	char *end = NULL;
	const char *slash = strchr(text, '/');

	*subnet = (struct probe_subnet){0};
	if (!slash || (size_t)(slash - text) >= sizeof(address) || slash[1] < '0' || slash[1] > '9')
		return false;
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	unsigned long length = strtoul(slash + 1, &end, 10);
	bool v6 = strchr(address, ':') != NULL;
	if (*end || length > (v6 ? 128 : 32) ||
	    inet_pton(v6 ? AF_INET6 : AF_INET, address, subnet->address) != 1)
		return false;
	subnet->family = v6 ? 2 : 1;
	subnet->source = (uint8_t)length;
	/* RFC 7871 6: bits behind the prefix must be zero, servers answer FORMERR otherwise. */
	for (size_t bit = length; bit < 128; bit++)
		subnet->address[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
	return true;
}

static void
put_subnet(struct wire_writer *w, const struct probe_subnet *subnet)
{
	size_t bytes = (subnet->source + 7u) / 8;

	wire_put_u16(w, EDNS_OPTION_CLIENT_SUBNET);
	wire_put_u16(w, (uint16_t)(4 + bytes));
	wire_put_u16(w, subnet->family);
	wire_put_u8(w, subnet->source);
	wire_put_u8(w, 0); /* scope: zero in queries */
	wire_put_bytes(w, subnet->address, bytes);
}

size_t
probe_message_build(uint8_t out[static PROBE_QUERY_MAX], uint16_t id,
		    const struct probe_question *question, const struct probe_subnet *subnet,
		    bool recurse)
{
	struct wire_writer w = wire_writer(out, PROBE_QUERY_MAX);

	wire_put_u16(&w, id);
	wire_put_u16(&w, recurse ? DNS_FLAG_RD : 0);
	wire_put_u16(&w, 1);
	wire_put_u32(&w, 0);
	wire_put_u16(&w, 1);
	wire_put_bytes(&w, question->name, question->name_size);
	wire_put_u16(&w, question->type);
	wire_put_u16(&w, question->rdclass);
	wire_put_u8(&w, 0);
	wire_put_u16(&w, DNS_TYPE_OPT);
	wire_put_u16(&w, EDNS_UDP_SIZE);
	wire_put_u32(&w, 0);
	uint8_t *length = wire_put_room(&w, 2);
	size_t start = w.at;
	wire_put_u16(&w, EDNS_OPTION_NSID);
	wire_put_u16(&w, 0);
	if (subnet && subnet->family)
		put_subnet(&w, subnet);
	if (length)
		wire_poke_u16(length, (uint16_t)(w.at - start));
	return w.failed ? 0 : w.at;
}

static bool
is_text(const char *text)
{
	while (*text) {
		uint32_t code = utf8_take(&text);
		if (code == UTF8_BAD || utf8_is_control(code))
			return false;
	}
	return true;
}

void
probe_text(char text[static PROBE_INSTANCE_MAX], const uint8_t *bytes, size_t size)
{
	size_t shown = size_min(size, PROBE_INSTANCE_MAX - 1);

	/* A character of several bytes is not cut in half. */
	while (shown < size && shown > 0 && (bytes[shown] & 0xc0) == 0x80)
		shown--;
	if (size)
		memcpy(text, bytes, shown);
	text[shown] = '\0';
	if (strlen(text) == shown && is_text(text))
		return;
	shown = size_min(size, (PROBE_INSTANCE_MAX - 3) / 2);
	memcpy(text, "0x", 3);
	for (size_t i = 0; i < shown; i++)
		snprintf(text + 2 + 2 * i, 3, "%02x", bytes[i]);
}

/* Steps over a name that may be compressed; where a pointer leads is of no concern here. */
static void
skip_name(struct wire_reader *r)
{
	for (;;) {
		uint8_t length = wire_get_u8(r);
		if (r->failed || length == 0)
			return;
		if (length >= 0xc0) {
			(void)wire_get_u8(r);
			return;
		}
		if (length > DNS_LABEL_MAX)
			r->failed = true;
		(void)wire_get_bytes(r, length);
	}
}

/* The strings of a TXT record as one. */
static void
read_txt(struct probe_reply *reply, struct wire_reader rdata)
{
	uint8_t whole[PROBE_INSTANCE_MAX];
	size_t used = 0;

	while (!rdata.failed && wire_left(&rdata) > 0) {
		uint8_t length = wire_get_u8(&rdata);
		const uint8_t *bytes = wire_get_bytes(&rdata, length);
		size_t fits = size_min(length, sizeof(whole) - used);
		if (bytes)
			memcpy(whole + used, bytes, fits);
		used += bytes ? fits : 0;
	}
	if (!rdata.failed)
		probe_text(reply->txt, whole, used);
}

static void
read_subnet(struct probe_reply *reply, struct wire_reader option)
{
	uint8_t address[16] = {0};
	char text[INET6_ADDRSTRLEN];
	uint16_t family = wire_get_u16(&option);
	uint8_t source = wire_get_u8(&option);
	uint8_t scope = wire_get_u8(&option);
	size_t room = family == 1 ? 4 : 16;
	size_t left = wire_left(&option);
	const uint8_t *bytes = wire_get_bytes(&option, left);

	if (!bytes || (family != 1 && family != 2) || left > room)
		return;
	memcpy(address, bytes, left);
	if (inet_ntop(family == 1 ? AF_INET : AF_INET6, address, text, sizeof(text)))
		snprintf(reply->subnet, sizeof(reply->subnet), "%s/%u/%u", text, source, scope);
}

static bool
read_options(struct probe_reply *reply, struct wire_reader rdata)
{
	while (!rdata.failed && wire_left(&rdata) > 0) {
		uint16_t code = wire_get_u16(&rdata);
		struct wire_reader option = wire_carve(&rdata, wire_get_u16(&rdata));
		if (option.failed)
			return false;
		if (code == EDNS_OPTION_NSID && option.size > 0 && !reply->nsid[0])
			probe_text(reply->nsid, option.bytes, option.size);
		else if (code == EDNS_OPTION_CLIENT_SUBNET)
			read_subnet(reply, option);
	}
	return !rdata.failed;
}

/* One record of a section; false when it is broken. */
static bool
read_record(struct probe_reply *reply, struct wire_reader *r, uint16_t rdclass, bool in_answer)
{
	skip_name(r);
	uint16_t type = wire_get_u16(r);
	uint16_t own_class = wire_get_u16(r);
	uint32_t ttl = wire_get_u32(r);
	uint16_t length = wire_get_u16(r);
	struct wire_reader rdata = wire_carve(r, length);

	if (rdata.failed)
		return false;
	if (type == DNS_TYPE_OPT && !in_answer) {
		reply->rcode |= ttl >> 24 << 4; /* RFC 6891 6.1.3 */
		return read_options(reply, rdata);
	}
	if (type == DNS_TYPE_TXT && in_answer && own_class == rdclass && !reply->txt[0])
		read_txt(reply, rdata);
	return true;
}

/* The question into `asked`; false unless it is the expected one. */
static bool
read_question(struct wire_reader *r, const struct probe_question *expected, uint16_t *rdclass)
{
	size_t size = name_length(r->bytes + r->at, wire_left(r));
	const uint8_t *name = size ? wire_get_bytes(r, size) : NULL;
	uint16_t type = wire_get_u16(r);

	*rdclass = wire_get_u16(r);
	if (!name || r->failed)
		return false;
	return !expected || (type == expected->type && *rdclass == expected->rdclass &&
			     name_equal(name, expected->name));
}

bool
probe_message_read(struct probe_reply *reply, const uint8_t *message, size_t size,
		   const struct probe_question *question)
{
	struct wire_reader r = wire_reader(message, size);
	uint16_t rdclass = question ? question->rdclass : DNS_CLASS_IN;

	*reply = (struct probe_reply){0};
	(void)wire_get_u16(&r);
	uint16_t flags = wire_get_u16(&r);
	uint16_t questions = wire_get_u16(&r);
	uint16_t answers = wire_get_u16(&r);
	unsigned others = wire_get_u16(&r);
	others += wire_get_u16(&r);
	if (r.failed || !(flags & DNS_FLAG_QR) || (flags & DNS_OPCODE_MASK) != 0 || questions > 1)
		return false;
	reply->rcode = flags & DNS_RCODE_MASK;
	reply->truncated = flags & DNS_FLAG_TC;
	if (questions == 0 && reply->rcode == DNS_RCODE_NOERROR)
		return false;
	if (questions == 1 && !read_question(&r, question, &rdclass))
		return false;
	for (unsigned i = 0; i < answers + others; i++) {
		/* RFC 2181 9: a truncated answer may end in the middle of a section. */
		if (reply->truncated && wire_left(&r) == 0)
			break;
		if (!read_record(reply, &r, rdclass, i < answers))
			return false;
	}
	return true;
}

const char *
probe_reply_instance(const struct probe_reply *reply, bool identity)
{
	if (reply->nsid[0])
		return reply->nsid;
	return identity && reply->txt[0] ? reply->txt : NULL;
}
