/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/canary.h"

#include <string.h>

#include "anyns/name.h"
#include "anyns/wire.h"

enum {
	/* What answers over UDP may have; as `udp-size:` bounds it anyway, any large value does. */
	UDP_SIZE = 4096,
	NSID_MAX = 63, /* of `instance:` */
};

static const uint8_t id_server[] = "\2id\6server";

size_t
canary_query(uint8_t out[static CANARY_QUERY_MAX], uint16_t id, const uint8_t *apex)
{
	/* One question and one additional record. */
	static const uint8_t header[DNS_HEADER_SIZE] = {[5] = 1, [11] = 1};
	static const uint8_t soa[] = {0, DNS_TYPE_SOA, 0, DNS_CLASS_IN};
	static const uint8_t txt[] = {0, DNS_TYPE_TXT, 0, DNS_CLASS_CH};
	/* RFC 6891 6.1.2, with DO and an empty NSID option, RFC 5001 2.1. */
	static const uint8_t opt[] = {
		0,
		0,
		DNS_TYPE_OPT,
		UDP_SIZE >> 8,
		UDP_SIZE & 0xff,
		0,
		0,
		EDNS_FLAG_DO >> 8,
		0,
		0,
		4,
		0,
		EDNS_OPTION_NSID,
		0,
		0,
	};
	struct wire_writer w = wire_writer(out, CANARY_QUERY_MAX);

	wire_put_bytes(&w, header, sizeof(header));
	wire_put_bytes(&w, apex ? apex : id_server,
		       apex ? name_length(apex, DNS_NAME_MAX) : sizeof(id_server));
	wire_put_bytes(&w, apex ? soa : txt, sizeof(soa));
	wire_put_bytes(&w, opt, sizeof(opt));
	wire_poke_u16(out, id);
	return w.at;
}

/* What a person wants to know of an answer; whatever is damaged is just not found. */
struct gist {
	uint16_t flags;
	bool has_serial;
	uint32_t serial;
	struct wire_reader nsid; /* bytes NULL: none */
};

/* Passes over a name; nobody follows the pointer. */
static void
skip_name(struct wire_reader *r)
{
	for (;;) {
		uint8_t length = wire_get_u8(r);
		if (length >= 0xc0)
			wire_get_u8(r);
		if (length == 0 || length > DNS_LABEL_MAX || r->failed)
			return;
		wire_get_bytes(r, length);
	}
}

static void
take_options(struct gist *gist, struct wire_reader options)
{
	while (wire_left(&options) && !options.failed) {
		uint16_t code = wire_get_u16(&options);
		struct wire_reader data = wire_carve(&options, wire_get_u16(&options));
		if (code == EDNS_OPTION_NSID && !data.failed)
			gist->nsid = data;
	}
}

static void
take_record(struct gist *gist, struct wire_reader *r)
{
	skip_name(r);
	uint16_t type = wire_get_u16(r);
	wire_get_bytes(r, 6); /* class and TTL */
	struct wire_reader data = wire_carve(r, wire_get_u16(r));
	if (r->failed)
		return;
	if (type == DNS_TYPE_OPT)
		take_options(gist, data);
	if (type != DNS_TYPE_SOA)
		return;
	skip_name(&data);
	skip_name(&data);
	gist->serial = wire_get_u32(&data);
	gist->has_serial = !data.failed;
}

static struct gist
gist_of(const uint8_t *answer, size_t size)
{
	struct wire_reader r = wire_reader(answer, size);
	struct gist gist = {0};

	wire_get_u16(&r);
	gist.flags = wire_get_u16(&r);
	unsigned questions = wire_get_u16(&r);
	unsigned records = wire_get_u16(&r);
	records += wire_get_u16(&r);
	records += wire_get_u16(&r);
	for (; questions > 0 && !r.failed; questions--) {
		skip_name(&r);
		wire_get_bytes(&r, 4);
	}
	for (; records > 0 && !r.failed; records--)
		take_record(&gist, &r);
	return gist;
}

/* Foreign bytes go to logs and routers: printable ones only. */
static void
add_printable(struct reason *words, struct wire_reader bytes)
{
	char text[NSID_MAX + 1];
	size_t size = size_min(bytes.size, NSID_MAX);

	for (size_t i = 0; i < size; i++)
		text[i] = (char)(bytes.bytes[i] > ' ' && bytes.bytes[i] < 0x7f ? bytes.bytes[i]
									       : '?');
	text[size] = '\0';
	reason_add(words, text);
}

static bool
same_bytes(const struct wire_reader *a, const struct wire_reader *b)
{
	return a->size == b->size && (a->size == 0 || memcmp(a->bytes, b->bytes, a->size) == 0);
}

static void
add_instead(struct reason *words, const char *what, uint32_t got, uint32_t expected)
{
	reason_add(words, what);
	reason_add_number(words, got);
	reason_add(words, " instead of ");
	reason_add_number(words, expected);
}

/* The most telling difference of what both answers say; false when their gist is the same. */
static bool
tell_gist(const struct gist *expected, const struct gist *got, struct reason *words)
{
	if (!(got->flags & DNS_FLAG_QR)) {
		reason_add(words, "not an answer");
	} else if (!same_bytes(&expected->nsid, &got->nsid)) {
		reason_add(words,
			   got->nsid.size ? "answered by instance " : "answered without NSID");
		if (got->nsid.size)
			add_printable(words, got->nsid);
	} else if ((got->flags & DNS_RCODE_MASK) != (expected->flags & DNS_RCODE_MASK)) {
		add_instead(words, "rcode ", got->flags & DNS_RCODE_MASK,
			    expected->flags & DNS_RCODE_MASK);
	} else if ((got->flags ^ expected->flags) & DNS_FLAG_AA) {
		reason_add(words, got->flags & DNS_FLAG_AA ? "authoritative" : "not authoritative");
	} else if (got->has_serial && expected->has_serial && got->serial != expected->serial) {
		add_instead(words, "serial ", got->serial, expected->serial);
	} else {
		return false;
	}
	return true;
}

bool
canary_compare(const uint8_t *expected, size_t expected_size, const uint8_t *got, size_t got_size,
	       struct reason *words)
{
	size_t at = 0;

	if (expected_size == got_size && memcmp(expected, got, got_size) == 0)
		return true;
	reason_set(words, NULL);
	struct gist should = gist_of(expected, expected_size);
	struct gist is = gist_of(got, got_size);
	if (tell_gist(&should, &is, words))
		return false;
	while (at < expected_size && at < got_size && expected[at] == got[at])
		at++;
	add_instead(words, "", (uint32_t)got_size, (uint32_t)expected_size);
	reason_add(words, " bytes, different from byte ");
	reason_add_number(words, at);
	reason_add(words, " on");
	return false;
}

const uint8_t *
canary_nsid(const uint8_t *answer, size_t answer_size, size_t *size)
{
	struct gist gist = gist_of(answer, answer_size);

	*size = gist.nsid.size;
	return gist.flags & DNS_FLAG_QR && gist.nsid.size > 0 ? gist.nsid.bytes : NULL;
}

void
canary_add_nsid(struct reason *words, const uint8_t *nsid, size_t size)
{
	add_printable(words, wire_reader(nsid, size));
}
