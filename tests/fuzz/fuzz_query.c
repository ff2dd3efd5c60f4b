/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_query.c - any bytes as a query to zones of every kind: the answer is a well-formed message
 * that fits.
 *
 * Input: a byte that says how it comes (bit 0 TCP, bit 1 IPv6, bits 2 and 3 the room), then the
 * message.
 */
#include <stdlib.h>
#include <string.h>

#include "anyns/wire.h"
#include "served.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ZONE_TEXT                                                                             \
	"$TTL 300\n"                                                                          \
	"@ SOA ns hostmaster 7 3600 600 86400 120\n"                                          \
	"@ NS ns\n@ NS ns.sub\n@ MX 10 mail\n"                                                \
	"ns A 192.0.2.1\nns AAAA 2001:db8::1\nmail A 192.0.2.2\n"                             \
	"www A 192.0.2.3\nwww TXT a b c\nalias CNAME www\nloop CNAME pool\npool CNAME loop\n" \
	"a.b.c.d A 192.0.2.4\n* TXT star\n*.w A 192.0.2.5\n*.w TXT w\n*.wc CNAME alias\n"     \
	"sub NS ns.sub\nsub NS ns.sib\nsub DS 1 13 2 "                                        \
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"                  \
	"ns.sub A 192.0.2.6\nsib NS ns.sib\nns.sib A 192.0.2.7\n"                             \
	"dn DNAME c\nself DNAME x.self\n_s._tcp SRV 1 2 3 mail\n"                             \
	"svc SVCB 1 mail alpn=h2\nsvc SVCB 2 . port=53\nsvcalias HTTPS 0 svc\n"

static const struct served_zone zones[] = {
	{"a.", ZONE_TEXT "toroot CNAME x.b.\ntochild CNAME www.n.a.\n", PLAN_UNSIGNED},
	{"n.a.", ZONE_TEXT "up CNAME alias.a.\n", PLAN_NSEC},
	{"b.", ZONE_TEXT, PLAN_NSEC3},
	{"c.", ZONE_TEXT "out CNAME toroot.a.\n", PLAN_OPT_OUT},
	{"bad.", NULL, PLAN_UNSIGNED},
};

static void
check_answer(const uint8_t *query, size_t size, const uint8_t *answer, size_t answer_size,
	     size_t room)
{
	static char text[DNSTEXT_MAX];
	if (answer_size == 0) {
		if (size >= DNS_HEADER_SIZE && !(query[2] & 0x80))
			abort(); /* every query gets an answer */
		return;
	}
	dnstext_answer(text, sizeof text, answer, answer_size, (struct dnstext_hashes){0});
	if (answer_size > room || memcmp(query, answer, 2) != 0 || strstr(text, "\nBROKEN at "))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t address[16] = {0x20, 1, 0x0d, 0xb8};
	static const size_t rooms[] = {512, 1232, 4096, 65535};
	static struct served *served;
	if (!served)
		served = served_new(zones, ARRAY_LENGTH(zones));
	if (size == 0)
		return 0;
	struct answer_client client = {
		.transport = data[0] & 1 ? ANSWER_TCP : ANSWER_UDP,
		.address = address,
		.address_size = data[0] & 2 ? 16 : 4,
		.now = 1700000000,
		.keepalive = 100,
	};
	size_t room = rooms[data[0] >> 2 & 3];
	uint8_t *out = malloc(room);
	if (!out)
		return 0;
	size_t answer_size = answer_message(served->worker, &served->view, &client, data + 1,
					    size - 1, out, room);
	check_answer(data + 1, size - 1, out, answer_size, room);
	free(out);
	return 0;
}
