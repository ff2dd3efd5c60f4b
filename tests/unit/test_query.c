/* SPDX-License-Identifier: BSD-2-Clause */
/* Received messages at every boundary: cut, twisted, with every form of OPT record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "answer/query.h"
#include "anyns/wire.h"
#include "dnstext.h"

/* A message written field by field. */
struct message {
	uint8_t bytes[2048];
	struct wire_writer w;
};

static void
begin(struct message *m, uint16_t flags, unsigned qd, unsigned an, unsigned ns, unsigned ar)
{
	m->w = wire_writer(m->bytes, sizeof m->bytes);
	wire_put_u16(&m->w, 0xbeef);
	wire_put_u16(&m->w, flags);
	wire_put_u16(&m->w, (uint16_t)qd);
	wire_put_u16(&m->w, (uint16_t)an);
	wire_put_u16(&m->w, (uint16_t)ns);
	wire_put_u16(&m->w, (uint16_t)ar);
}

static void
put_question(struct message *m)
{
	wire_put_bytes(&m->w, "\3wWw\7example", 13);
	wire_put_u16(&m->w, DNS_TYPE_AAAA);
	wire_put_u16(&m->w, DNS_CLASS_IN);
}

/* A record with a root owner. */
static void
put_record(struct message *m, uint16_t type, const void *rdata, size_t size)
{
	wire_put_u8(&m->w, 0);
	wire_put_u16(&m->w, type);
	wire_put_u16(&m->w, 4096);
	wire_put_u32(&m->w, type == DNS_TYPE_OPT ? 0x8000 : 77);
	wire_put_u16(&m->w, (uint16_t)size);
	wire_put_bytes(&m->w, rdata, size);
}

static void
put_opt(struct message *m, const void *options, size_t size)
{
	put_record(m, DNS_TYPE_OPT, options, size);
}

struct parsed {
	enum query_verdict verdict;
	struct query query;
	struct lookup_name name;
	uint8_t *bytes; /* exactly as many as there are: reading behind them is seen */
};

static void
parse(struct parsed *p, const uint8_t *bytes, size_t size)
{
	p->bytes = malloc(size ? size : 1);
	assert_non_null(p->bytes);
	memcpy(p->bytes, bytes, size);
	memset(&p->query, 0xa5, sizeof p->query);
	p->verdict = query_parse(&p->query, &p->name, p->bytes, size);
}

static void
done(struct parsed *p)
{
	free(p->bytes);
}

static void
expect(const struct message *m, enum query_verdict verdict, unsigned rcode)
{
	struct parsed p;
	parse(&p, m->bytes, m->w.at);
	assert_int_equal(p.verdict, verdict);
	assert_int_equal(p.query.rcode, rcode);
	if (rcode == DNS_RCODE_FORMERR)
		assert_false(p.query.edns.present);
	done(&p);
}

static void
test_fields(void **state)
{
	(void)state;
	struct message m;
	struct parsed p;
	begin(&m, DNS_FLAG_RD | 0x0010, 1, 0, 0, 1);
	put_question(&m);
	put_opt(&m, "\0\3\0\0", 4);
	parse(&p, m.bytes, m.w.at);
	assert_int_equal(p.verdict, QUERY_ANSWER);
	assert_int_equal(p.query.id, 0xbeef);
	assert_int_equal(p.query.flags, DNS_FLAG_RD | 0x0010);
	assert_int_equal(p.query.type, DNS_TYPE_AAAA);
	assert_int_equal(p.query.class, DNS_CLASS_IN);
	assert_int_equal(p.query.question_size, 17);
	assert_int_equal(p.query.rcode, 0);
	assert_ptr_equal(p.query.name, &p.name);
	assert_memory_equal(p.name.lower, "\3www\7example", 13);
	assert_true(p.query.edns.present && p.query.edns.dnssec_ok && p.query.edns.nsid);
	assert_false(p.query.edns.keepalive);
	assert_int_equal(p.query.edns.udp_size, 4096);
	assert_int_equal(p.query.edns.cookie_size, 0);
	assert_int_equal(p.query.edns.subnet_size, 0);
	done(&p);
}

/* No cut of a good query is answered as one, and none reads behind its end. */
static void
test_truncated(void **state)
{
	(void)state;
	struct message m;
	struct parsed p;
	begin(&m, 0, 1, 1, 1, 2);
	put_question(&m);
	put_record(&m, DNS_TYPE_A, "abcd", 4);
	put_record(&m, DNS_TYPE_TXT, "\3abc", 4);
	put_record(&m, DNS_TYPE_A, "abcd", 4);
	put_opt(&m, "\0\12\0\10clientco\0\10\0\7\0\1\30\0\1\2\3", 23);
	for (size_t size = 0; size <= m.w.at; size++) {
		parse(&p, m.bytes, size);
		if (size < DNS_HEADER_SIZE)
			assert_int_equal(p.verdict, QUERY_IGNORE);
		else if (size < m.w.at)
			assert_int_equal(p.verdict, QUERY_REJECT);
		else
			assert_int_equal(p.verdict, QUERY_ANSWER);
		if (p.verdict == QUERY_REJECT) {
			assert_int_equal(p.query.rcode, DNS_RCODE_FORMERR);
			assert_int_equal(p.query.question_size, size < 12 + 17 ? 0 : 17);
			assert_false(p.query.edns.present);
		}
		done(&p);
	}
}

static void
test_responses(void **state)
{
	(void)state;
	struct message m;
	for (unsigned opcode = 0; opcode < 16; opcode++) {
		begin(&m, (uint16_t)(DNS_FLAG_QR | opcode << DNS_OPCODE_SHIFT), 1, 0, 0, 0);
		put_question(&m);
		expect(&m, QUERY_IGNORE, 0);
	}
}

static void
test_opcodes(void **state)
{
	(void)state;
	struct message m;
	for (unsigned opcode = 1; opcode < 16; opcode++) {
		bool known = opcode == DNS_OPCODE_NOTIFY || opcode == DNS_OPCODE_UPDATE;
		unsigned rcode = known ? DNS_RCODE_REFUSED : DNS_RCODE_NOTIMP;
		for (unsigned questions = 0; questions < 3; questions++) {
			begin(&m, (uint16_t)(opcode << DNS_OPCODE_SHIFT), questions, 9, 9, 9);
			put_question(&m);
			expect(&m, QUERY_REJECT, rcode);
		}
	}
}

static void
test_question_counts(void **state)
{
	(void)state;
	static const unsigned counts[] = {0, 1, 2, 3, 0x100, 0xffff};
	struct message m;
	for (size_t i = 0; i < ARRAY_LENGTH(counts); i++) {
		begin(&m, 0, counts[i], 0, 0, 0);
		for (unsigned n = 0; n < counts[i] && n < 3; n++)
			put_question(&m);
		bool one = counts[i] == 1;
		expect(&m, one ? QUERY_ANSWER : QUERY_REJECT, one ? 0 : DNS_RCODE_FORMERR);
	}
}

/* RFC 7873 5.4: no question is a question about the cookie, if there is one. */
static void
test_no_question(void **state)
{
	(void)state;
	struct message m;
	begin(&m, 0, 0, 0, 0, 1);
	put_opt(&m, "\0\12\0\10clientco", 12);
	expect(&m, QUERY_COOKIE, 0);
	begin(&m, 0, 0, 0, 0, 1);
	put_opt(&m, "\0\3\0\0", 4);
	struct parsed p;
	parse(&p, m.bytes, m.w.at);
	assert_int_equal(p.verdict, QUERY_REJECT);
	assert_int_equal(p.query.rcode, DNS_RCODE_FORMERR);
	assert_true(p.query.edns.present); /* it was understood: the answer may carry an OPT */
	done(&p);
}

static void
test_bad_names(void **state)
{
	(void)state;
	struct message m;
	for (unsigned first = 64; first < 256; first++) {
		begin(&m, 0, 1, 0, 0, 0);
		wire_put_u8(&m.w, (uint8_t)first);
		memset(wire_put_room(&m.w, 300), 'a', 300);
		wire_put_bytes(&m.w, "\0\0\1\0\1", 5);
		expect(&m, QUERY_REJECT, DNS_RCODE_FORMERR);
	}
	/* A pointer behind a label, and the longest name and one byte more. */
	begin(&m, 0, 1, 0, 0, 0);
	wire_put_bytes(&m.w, "\3www\xc0\x0c\0\1\0\1", 10);
	expect(&m, QUERY_REJECT, DNS_RCODE_FORMERR);
	for (unsigned last = 60; last <= 63; last++) {
		begin(&m, 0, 1, 0, 0, 0);
		for (unsigned i = 0; i < 4; i++) {
			unsigned size = i < 3 ? 63 : last;
			wire_put_u8(&m.w, (uint8_t)size);
			memset(wire_put_room(&m.w, size), 'a', size);
		}
		wire_put_bytes(&m.w, "\0\0\1\0\1", 5);
		bool good = last <= 61;
		expect(&m, good ? QUERY_ANSWER : QUERY_REJECT, good ? 0 : DNS_RCODE_FORMERR);
	}
}

/* Owners of other records: any form of name may stand there, whole. */
static void
test_record_owners(void **state)
{
	(void)state;
	static const struct {
		const char *owner;
		size_t size;
		bool good;
	} cases[] = {
		{"", 1, true},
		{"\xc0\x0c", 2, true},
		{"\1a\xff\xff", 4, true},
		{"\3www\7example", 13, true},
		{"\100", 1, false},
		{"\277", 1, false},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct message m;
		begin(&m, 0, 1, 0, 0, 1);
		put_question(&m);
		wire_put_bytes(&m.w, cases[i].owner, cases[i].size);
		wire_put_bytes(&m.w, "\0\1\0\1\0\0\0\0\0\4abcd", 14);
		bool good = cases[i].good;
		expect(&m, good ? QUERY_ANSWER : QUERY_REJECT, good ? 0 : DNS_RCODE_FORMERR);
	}
}

/* RFC 6891 6.1.1: one OPT, in the additional section, owned by the root. */
static void
test_opt_places(void **state)
{
	(void)state;
	struct message m;
	for (unsigned section = 0; section < 3; section++) {
		begin(&m, 0, 1, section == 0, section == 1, section == 2);
		put_question(&m);
		put_opt(&m, "", 0);
		expect(&m, section == 2 ? QUERY_ANSWER : QUERY_REJECT,
		       section == 2 ? 0 : DNS_RCODE_FORMERR);
	}
	begin(&m, 0, 1, 0, 0, 2);
	put_question(&m);
	put_opt(&m, "", 0);
	put_opt(&m, "", 0);
	expect(&m, QUERY_REJECT, DNS_RCODE_FORMERR);
	static const char *const owners[] = {"\1a", "\xc0\x18"}; /* the pointer leads to the root */
	for (size_t i = 0; i < 2; i++) {
		begin(&m, 0, 1, 0, 0, 1);
		put_question(&m);
		wire_put_bytes(&m.w, owners[i], i == 0 ? 3 : 2);
		wire_put_bytes(&m.w, "\0\51\4\320\0\0\0\0\0\0", 10);
		expect(&m, QUERY_REJECT, DNS_RCODE_FORMERR);
	}
	/* Other records before and behind it do no harm. */
	begin(&m, 0, 1, 1, 1, 3);
	put_question(&m);
	for (unsigned i = 0; i < 3; i++)
		put_record(&m, DNS_TYPE_TXT, "\1a", 2);
	put_opt(&m, "", 0);
	put_record(&m, DNS_TYPE_TSIG, "whatever", 8);
	expect(&m, QUERY_ANSWER, 0);
}

static void
test_versions(void **state)
{
	(void)state;
	struct message m;
	for (unsigned version = 0; version < 256; version++) {
		begin(&m, 0, 1, 0, 0, 1);
		put_question(&m);
		put_opt(&m, "broken", version ? 6 : 0);
		m.bytes[DNS_HEADER_SIZE + 17 + 6] = (uint8_t)version;
		expect(&m, version ? QUERY_REJECT : QUERY_ANSWER, version ? DNS_RCODE_BADVERS : 0);
	}
	/* With a bad version in the second of two it is the second that counts. */
	begin(&m, 0, 1, 0, 0, 2);
	put_question(&m);
	put_opt(&m, "", 0);
	put_opt(&m, "", 0);
	m.bytes[m.w.at - 5] = 1;
	expect(&m, QUERY_REJECT, DNS_RCODE_FORMERR);
}

/* Parses a query with these options in its OPT. */
static void
parse_options(struct parsed *p, const void *options, size_t size)
{
	struct message m;
	begin(&m, 0, 1, 0, 0, 1);
	put_question(&m);
	put_opt(&m, options, size);
	parse(p, m.bytes, m.w.at);
}

static void
test_cookie_sizes(void **state)
{
	(void)state;
	struct parsed p;
	uint8_t option[4 + 300] = {0, EDNS_OPTION_COOKIE};
	for (size_t size = 0; size <= 300; size++) {
		wire_poke_u16(option + 2, (uint16_t)size);
		memset(option + 4, 'c', size);
		parse_options(&p, option, 4 + size);
		bool good = size == 8 || (size >= 16 && size <= 40);
		assert_int_equal(p.verdict, good ? QUERY_ANSWER : QUERY_REJECT);
		assert_int_equal(p.query.rcode, good ? 0 : DNS_RCODE_FORMERR);
		if (good) {
			assert_int_equal(p.query.edns.cookie_size, size);
			assert_memory_equal(p.query.edns.cookie, option + 4, size);
		}
		done(&p);
	}
}

/* RFC 7873 5.2: only the first counts. */
static void
test_two_cookies(void **state)
{
	(void)state;
	struct parsed p;
	parse_options(&p, "\0\12\0\10first...\0\12\0\20second..second..", 32);
	assert_int_equal(p.verdict, QUERY_ANSWER);
	assert_int_equal(p.query.edns.cookie_size, 8);
	assert_memory_equal(p.query.edns.cookie, "first...", 8);
	done(&p);
	parse_options(&p, "\0\12\0\10first...\0\12\0\1s", 17);
	assert_int_equal(p.verdict, QUERY_ANSWER);
	done(&p);
	parse_options(&p, "\0\12\0\1s\0\12\0\10first...", 17);
	assert_int_equal(p.verdict, QUERY_REJECT);
	done(&p);
}

static void
check_subnet(const char *hex, bool good)
{
	struct parsed p;
	uint8_t option[64] = {0, EDNS_OPTION_CLIENT_SUBNET};
	size_t size = dnstext_hex(option + 4, 60, hex);
	wire_poke_u16(option + 2, (uint16_t)size);
	parse_options(&p, option, 4 + size);
	if (p.query.rcode != (good ? 0 : DNS_RCODE_FORMERR))
		fail_msg("client subnet %s: rcode %u", hex, p.query.rcode);
	assert_int_equal(p.query.edns.subnet_size, good ? size : 0);
	if (good)
		assert_memory_equal(p.query.edns.subnet, option + 4, size);
	done(&p);
}

/* RFC 7871 6 and 7.1.2. */
static void
test_subnets(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		bool good;
	} cases[] = {
		{"", false},
		{"00", false},
		{"0001", false},
		{"000100", false},
		{"00010000", true},
		{"0001000000", false},
		{"00010100", false},
		{"0001010080", true},
		{"0001010081", false},
		{"00010800c0", true},
		{"00010900c0", false},
		{"00010900c080", true},
		{"00010900c040", false},
		{"00011800c00002", true},
		{"00011800c000", false},
		{"00011800c0000200", false},
		{"00011700c00003", false},
		{"00011700c00002", true},
		{"00011f00c00002fe", true},
		{"00011f00c00002ff", false},
		{"00012000c00002ff", true},
		{"00012100c00002ff80", false},
		{"00011801c00002", false},
		{"000118ffc00002", false},
		{"00020000", true},
		{"0002380020010db8000000", true},
		{"0002380020010db80000", false},
		{"0002810020010db800000000000000000000000180", false},
		{"0002800020010db8000000000000000000000001", true},
		{"00027f0020010db8000000000000000000000001", false},
		{"00027f0020010db8000000000000000000000002", true},
		{"00000000", true},
		{"0000010080", false},
		{"0000000000", false},
		{"00030000", false},
		{"ffff0000", false},
		{"01010000", false},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		check_subnet(cases[i].hex, cases[i].good);
}

static void
test_options(void **state)
{
	(void)state;
	struct parsed p;
	static const char mixed[] = "\xff\xff\0\3abc\0\13\0\2\0\1\0\3\0\1x\0\10\0\4\0\1\0\0";
	parse_options(&p, mixed, sizeof mixed - 1);
	assert_int_equal(p.verdict, QUERY_ANSWER);
	assert_true(p.query.edns.nsid && p.query.edns.keepalive);
	assert_int_equal(p.query.edns.subnet_size, 4);
	done(&p);
	/* An option's head or data cut short, wherever. */
	for (size_t size = 1; size < sizeof mixed - 1; size++) {
		bool whole = size == 7 || size == 13 || size == 18;
		parse_options(&p, mixed, size);
		assert_int_equal(p.verdict, whole ? QUERY_ANSWER : QUERY_REJECT);
		done(&p);
	}
}

/* Counts larger than what follows, and bytes that nobody counted. */
static void
test_counts(void **state)
{
	(void)state;
	struct message m;
	for (unsigned section = 0; section < 3; section++) {
		begin(&m, 0, 1, section == 0 ? 0xffff : 0, section == 1 ? 0xffff : 0,
		      section == 2 ? 0xffff : 0);
		put_question(&m);
		put_record(&m, DNS_TYPE_A, "abcd", 4);
		expect(&m, QUERY_REJECT, DNS_RCODE_FORMERR);
	}
	begin(&m, 0, 1, 0, 0, 0);
	put_question(&m);
	wire_put_bytes(&m.w, "behind", 6);
	expect(&m, QUERY_ANSWER, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),          cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_responses),       cmocka_unit_test(test_opcodes),
		cmocka_unit_test(test_question_counts), cmocka_unit_test(test_no_question),
		cmocka_unit_test(test_bad_names),       cmocka_unit_test(test_record_owners),
		cmocka_unit_test(test_opt_places),      cmocka_unit_test(test_versions),
		cmocka_unit_test(test_cookie_sizes),    cmocka_unit_test(test_two_cookies),
		cmocka_unit_test(test_subnets),         cmocka_unit_test(test_options),
		cmocka_unit_test(test_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
