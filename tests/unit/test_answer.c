/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole messages: headers, sizes, truncation, long chains, answers past the reach of pointers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "anyns/name.h"
#include "anyns/wire.h"
#include "text_fixture.h"

#define LONG "a-label-of-sixty-bytes-a-label-of-sixty-bytes-a-label-of-60-b"

/* ------------------------------------------------------------ headers */

static void
test_header(void **state)
{
	(void)state;
	begin();
	struct served *served = serve(PLAN_UNSIGNED);
	struct dnstext_question q;
	assert_true(dnstext_question(&q, "eXample. SOA rd cd id=4711"));
	/* Z, AD, CD and TC of a query are not for us and not returned. */
	q.bytes[2] |= 0x02;
	q.bytes[3] |= 0x60;
	assert_true(served_ask_bytes(served, q.bytes, q.size, false) > q.size);
	assert_int_equal(wire_peek_u16(served->message), 4711);
	assert_int_equal(wire_peek_u16(served->message + 2), 0x8500);
	assert_memory_equal(served->message + 12, q.bytes + 12, q.size - 12);
	served_free(served);
}

static void
test_nothing(void **state)
{
	(void)state;
	begin();
	struct served *served = serve(PLAN_UNSIGNED);
	uint8_t query[12] = {0};
	for (size_t size = 0; size < 12; size++)
		assert_int_equal(served_ask_bytes(served, query, size, false), 0);
	assert_int_equal(served_ask_bytes(served, query, 12, false), 12);
	assert_int_equal(served->message[3], DNS_RCODE_FORMERR);
	query[2] = 0x80;
	assert_int_equal(served_ask_bytes(served, query, 12, false), 0);
	served_free(served);
}

struct raw {
	const char *query; /* hex */
	const char *answer;
};

static void
test_rejected(void **state)
{
	(void)state;
	begin();
	struct served *served = serve(PLAN_UNSIGNED);
	static const struct raw table[] = {
		/* STATUS, NOTIFY, UPDATE: the question comes back, the OPT is not looked at. */
		{"000110000001000000000001076578616d706c6500000600010000290200000000000000",
		 "000190040001000000000000076578616d706c650000060001"},
		{"000120000001000000000000076578616d706c650000060001",
		 "0001a0050001000000000000076578616d706c650000060001"},
		{"000128000001000000000000076578616d706c650000060001",
		 "0001a8050001000000000000076578616d706c650000060001"},
		/* Two questions; a broken one. */
		{"00010000000200000000000000000600010000060001", "000180010000000000000000"},
		{"000100000001000000000000076578616d", "000180010000000000000000"},
		/* BADVERS: extended, in an OPT of version 0. */
		{"00010000000100000000000100000600010000290200000100000000",
		 "000180000001000000000001000006000100002904d001000000"
		 "0000"},
		/* Two OPTs. */
		{"00010000000100000000000200000600010000290200000000000000"
		 "0000290200000000000000",
		 "0001800100010000000000000000060001"},
		/* A cookie alone: the client's, one that is no server cookie of ours. */
		{"000100000000000000000001"
		 "0000290200000000000"
		 "00c000a00083132333435363738",
		 NULL},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
		uint8_t query[128], answer[128];
		size_t size = dnstext_hex(query, sizeof query, table[i].query);
		size_t got = served_ask_bytes(served, query, size, false);
		if (!table[i].answer)
			continue;
		assert_int_equal(got, dnstext_hex(answer, sizeof answer, table[i].answer));
		assert_memory_equal(served->message, answer, got);
	}
	served_free(served);
}

/* RFC 7873 5.4. */
static void
test_cookie_alone(void **state)
{
	(void)state;
	begin();
	struct served *served = serve(PLAN_UNSIGNED);
	uint8_t query[128] = {0, 1, 0, 0, 0,  0, 0,  0, 0, 0,   0,   1,   0,   0,   41,  2,   0,  0,
			      0, 0, 0, 0, 12, 0, 10, 0, 8, 'c', 'l', 'i', 'e', 'n', 't', 'c', 'o'};
	assert_int_equal(served_ask_bytes(served, query, 35, false), 12 + 11 + 4 + 24);
	assert_int_equal(served->message[3] & 15, 0);
	assert_int_equal(wire_peek_u16(served->message + 4), 0);
	/* The cookie that came, back again. */
	query[22] = query[26] + 4 + 16;
	query[26] = 24;
	memcpy(query + 27, served->message + 27, 24);
	assert_int_equal(served_ask_bytes(served, query, 51, false), 51);
	assert_int_equal(served->message[3] & 15, 0);
	assert_memory_equal(served->message + 27, query + 27, 24);
	/* One bit wrong: BADCOOKIE, 23, and a good one. */
	query[50] ^= 1;
	assert_int_equal(served_ask_bytes(served, query, 51, false), 51);
	assert_int_equal(served->message[3] & 15, 7);
	assert_int_equal(served->message[12 + 5], 1);
	assert_memory_not_equal(served->message + 27, query + 27, 24);
	/* With a question a bad cookie is answered as if there were none. */
	assert_non_null(strstr(served_ask(served, "example. NS cookie=0102030405060708"
						  "0102030405060708090a0b0c0d0e0f10"),
			       "NOERROR aa\nan example."));
	served_free(served);
}

/* ------------------------------------------------------------ sizes */

/* Answers of every kind that are larger than 512 bytes. */
static struct served *
serve_large(enum plan_signing signing)
{
	begin();
	for (unsigned i = 0; i < 60; i++)
		add("many A 192.0.2.%u\n", i);
	for (unsigned i = 0; i < 12; i++)
		add("mx MX %u host%u\nhost%u A 192.0.2.%u\nhost%u AAAA 2001:db8::%u\n", i, i, i, i,
		    i, i);
	for (unsigned i = 0; i < 8; i++)
		add("sub NS ns%u.sub\nns%u.sub A 192.0.2.%u\nns%u.sub AAAA 2001:db8::%u\n", i, i, i,
		    i, i);
	for (unsigned i = 0; i < 8; i++)
		add("sib NS ns%u.sub\n", i);
	for (unsigned i = 0; i < 14; i++)
		add("sec NS ns.other.\nsec DS %u 13 2 %064u\n", i, i);
	add("long-dname DNAME %060u.%060u.other.\n", 1, 2);
	add("chain CNAME many\n*.w CNAME chain\nlong TXT");
	for (unsigned i = 0; i < 9; i++)
		add(" \"%0200u\"", i);
	add("\n");
	return serve(signing);
}

/*
 * Every UDP size: the answer fits and is either complete in what must be there, or says TC and
 * holds nothing but the question and the OPT.
 */
static void
sweep(struct served *served, const char *question, size_t required_glue)
{
	char sized[320];
	snprintf(sized, sizeof sized, "%s tcp", question);
	const char *whole = served_ask(served, sized);
	size_t answers = count_of(whole, "\nan "), authorities = count_of(whole, "\nau ");
	size_t whole_size = served->size;
	assert_null(strstr(whole, "BROKEN"));
	assert_null(strstr(whole, " tc"));
	bool fitted = false;
	for (size_t size = 500; size <= whole_size + 2 && size <= 1300; size++) {
		snprintf(sized, sizeof sized, "%s udp=%zu", question, size);
		const char *got = served_ask(served, sized);
		size_t limit = size < 512 ? 512 : size > 1232 ? 1232 : size;
		assert_null(strstr(got, "BROKEN"));
		assert_true(served->size <= limit);
		assert_non_null(strstr(got, "\nopt "));
		if (strstr(got, " tc")) {
			assert_false(fitted); /* what fitted once fits in more */
			assert_int_equal(count_of(got, "\na"), 0);
			continue;
		}
		fitted = true;
		assert_int_equal(count_of(got, "\nan "), answers);
		assert_int_equal(count_of(got, "\nau "), authorities);
		assert_true(count_of(got, "\nad ") >= required_glue);
	}
}

static void
test_truncation(void **state)
{
	(void)state;
	static const struct {
		const char *question;
		size_t glue;
	} table[] = {
		{"many.example. A", 0},
		{"mx.example. MX", 0},
		{"x.sub.example. A", 16},
		{"sib.example. A", 0},
		{"chain.example. A", 0},
		{"x.w.example. A", 0},
		{"long.example. TXT", 0},
		{"none.example. A", 0},
		{"mx.example. RRSIG", 0},
		{"x.long.example. A", 0},
		{"a.b.sub.example. DS", 16},
		{"sub.example. DS", 0},
		{"x.w.example. MX", 0},
		{"x.sec.example. A", 0},
		{LONG "." LONG ".long-dname.example. A", 0},
		{"example. ANY", 0},
	};
	static const char *const options[] = {
		"edns", "do",
		"do nsid cookie=0102030405060708 ecs=0002380020010db8000000 keepalive"};
	for (enum plan_signing signing = PLAN_UNSIGNED; signing <= PLAN_OPT_OUT; signing++) {
		struct served *served = serve_large(signing);
		for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
			for (size_t n = 0; n < ARRAY_LENGTH(options); n++) {
				char question[256];
				snprintf(question, sizeof question, "%s %s", table[i].question,
					 options[n]);
				sweep(served, question, table[i].glue);
			}
		}
		served_free(served);
	}
}

/* Without EDNS 512 bytes, with a size above the configured one that, TCP whatever. */
static void
test_limits(void **state)
{
	(void)state;
	struct served *served = serve_large(PLAN_UNSIGNED);
	assert_true(served_matches(served, "many.example. A", "NOERROR aa tc\n"));
	assert_true(
		served_matches(served, "many.example. A udp=100", "NOERROR aa tc\nopt udp=1232\n"));
	assert_null(strstr(served_ask(served, "many.example. A udp=1232"), " tc"));
	assert_true(served_matches(served, "long.example. TXT udp=4096",
				   "NOERROR aa tc\nopt udp=1232\n"));
	assert_null(strstr(served_ask(served, "long.example. TXT tcp"), " tc"));
	served_free(served);
}

/* The room of the caller bounds as well, TCP too. */
static void
test_room(void **state)
{
	(void)state;
	struct served *served = serve_large(PLAN_UNSIGNED);
	struct dnstext_question q;
	assert_true(dnstext_question(&q, "many.example. A udp=1232"));
	for (int tcp = 0; tcp < 2; tcp++) {
		served->client.transport = tcp ? ANSWER_TCP : ANSWER_UDP;
		for (size_t room = 512; room < 1200; room++) {
			uint8_t *out = malloc(room);
			size_t size = answer_message(served->worker, &served->view, &served->client,
						     q.bytes, q.size, out, room);
			assert_true(size <= room);
			assert_int_equal(out[2] & 2, size < 900 ? 2 : 0);
			free(out);
		}
	}
	served_free(served);
}

/* The largest question with every option still fits into 512 bytes. */
static void
test_largest_question(void **state)
{
	(void)state;
	begin();
	struct served *served = serve(PLAN_NSEC);
	char question[600] = "";
	for (unsigned i = 0; i < 245 / 2; i++)
		strcat(question, "a.");
	strcat(question, "example. A udp=512 do nsid cookie=0102030405060708 "
			 "ecs=0002800020010db8000000000000000000000001 keepalive tcp");
	const char *got = served_ask(served, question);
	assert_null(strstr(got, "BROKEN"));
	assert_non_null(strstr(got, "NXDOMAIN"));
	question[strlen(question) - 4] = '\0';
	got = served_ask(served, question);
	assert_true(served->size <= 512);
	assert_non_null(strstr(got, "nsid=fra1-a"));
	served_free(served);
}

/* ------------------------------------------------------------ beyond 16 KiB */

static void
expect_large(struct served *served, const char *question, size_t answers, size_t additional)
{
	const char *got = served_ask(served, question);
	assert_null(strstr(got, "BROKEN"));
	assert_null(strstr(got, " tc"));
	assert_int_equal(count_of(got, "\nan "), answers);
	assert_int_equal(count_of(got, "\nad "), additional);
}

static void
test_far_pointers(void **state)
{
	(void)state;
	begin();
	/* 60 bytes each: owners of addresses far behind the reach of pointers. */
	for (unsigned i = 0; i < 700; i++) {
		add("big MX %u host-with-quite-a-long-name-%04u.in.some.place\n", i, i);
		if (i % 7 == 0)
			add("host-with-quite-a-long-name-%04u.in.some.place A 192.0.2.1\n", i);
	}
	add("*.big MX 1 a.big\n@ MX 7 b\nto CNAME big\n");
	for (unsigned i = 0; i < 16; i++)
		add("t%u CNAME t%u\n", i, i + 1);
	for (unsigned i = 0; i < 300; i++)
		add("txt TXT \"%0100u\"\nsrv SRV 1 1 %u "
		    "host-with-quite-a-long-name-%04u.in.some.place\n",
		    i, i, i);
	for (enum plan_signing signing = PLAN_UNSIGNED; signing <= PLAN_NSEC; signing++) {
		struct served *served = serve(signing);
		const char *dnssec = signing == PLAN_NSEC ? " do" : "";
		char question[64];
		size_t sigs = signing == PLAN_NSEC;
		snprintf(question, sizeof question, "big.example. MX tcp%s", dnssec);
		expect_large(served, question, 700 + sigs, 100 * (1 + sigs));
		snprintf(question, sizeof question, "to.example. MX tcp%s", dnssec);
		expect_large(served, question, 701 + 2 * sigs, 100 * (1 + sigs));
		snprintf(question, sizeof question, "txt.example. TXT tcp%s", dnssec);
		expect_large(served, question, 300 + sigs, 0);
		snprintf(question, sizeof question, "srv.example. SRV tcp%s", dnssec);
		expect_large(served, question, 300 + sigs, 43 * (1 + sigs));
		served_free(served);
	}
}

/* The root's names cannot be pointed to as a whole: labels and a zero, far out. */
static void
test_far_root(void **state)
{
	(void)state;
	text_size = 0;
	add("%s", SOA);
	for (unsigned i = 0; i < 600; i++) {
		add("big MX %u host-with-quite-a-long-name-%04u.at\n", i, i);
		if (i % 3 == 0)
			add("host-with-quite-a-long-name-%04u.at A 192.0.2.1\n", i);
	}
	const struct served_zone zone = {".", text, PLAN_NSEC};
	struct served *served = served_new(&zone, 1);
	expect_large(served, "big. MX tcp do", 601, 400);
	served_free(served);
}

/* An RRset of just as many bytes as a message holds, and one more. */
static void
test_largest_set(void **state)
{
	(void)state;
	for (size_t extra = 0; extra < 2; extra++) {
		begin();
		/* 12 + question 17 + 12 + rdata = 65535 */
		size_t rdata = 65535 - 12 - 17 - 12 + extra;
		add("x   TYPE65280 \\# %zu ", rdata);
		for (size_t i = 0; i < rdata; i++)
			add("aa");
		add("\n");
		/* "x.example." is 11 bytes, "xxx.example." would be 13: the question has 4 more. */
		struct report report = REPORT_INIT;
		const struct served_zone zone = {"example.", text, PLAN_UNSIGNED};
		struct zone *loaded = served_load(&zone, &report);
		report_clear(&report);
		if (!loaded)
			continue; /* the zone room may refuse it */
		struct segment *segment = segment_build(loaded, &report);
		zone_free(loaded);
		report_clear(&report);
		if (!segment)
			continue;
		struct served *served = served_new_segments(&segment, 1);
		const char *got = served_ask(served, "x.example. TYPE65280 tcp");
		assert_null(strstr(got, "BROKEN"));
		if (strstr(got, " tc"))
			assert_int_equal(served->size, 12 + 15);
		else
			assert_int_equal(served->size, 12 + 15 + 12 + rdata);
		served_free(served);
	}
}

/* A batch in three steps gives what one question after the other does, whether fetched or not. */
static void
test_batch(void **state)
{
	(void)state;
	static const char *const asked[] = {
		"www.example. A",
		"www.example. A do nsid",
		"WWW.Example. AAAA",
		"none.example. A do",
		"other. A",
		"example. AXFR",
		"example. DS",
		". NS",
		"id.server. TXT class=CH",
		"www.example. A edns udp=512",
		"a.star.example. A do",
		"example. TYPE41",
	};
	static struct dnstext_question questions[ANSWER_BATCH];
	static const uint8_t response[12] = {0, 1, 0x80};
	begin();
	add("www A 192.0.2.1\n*.star A 192.0.2.2\n");
	struct served *served = serve(PLAN_NSEC3);
	for (size_t slot = 0; slot < ANSWER_BATCH; slot++) {
		struct dnstext_question *question = &questions[slot];
		assert_true(dnstext_question(question, asked[slot % ARRAY_LENGTH(asked)]));
		answer_prepare(served->worker, &served->view, slot, question->bytes,
			       question->size);
	}
	for (size_t slot = 0; slot < ANSWER_BATCH / 2; slot++)
		answer_fetch(served->worker, slot);
	for (size_t slot = 0; slot < ANSWER_BATCH; slot++) {
		uint8_t out[1232];
		size_t size = answer_finish(served->worker, &served->view, &served->client, slot,
					    out, sizeof out);
		/* Another worker: the slots of this one are still to be finished. */
		struct answer_worker *other = answer_worker_new();
		uint8_t expected[1232];
		assert_non_null(other);
		assert_int_equal(answer_message(other, &served->view, &served->client,
						questions[slot].bytes, questions[slot].size,
						expected, sizeof expected),
				 size);
		assert_true(size > 12);
		assert_memory_equal(out, expected, size);
		answer_worker_free(other);
	}
	uint8_t out[512];
	answer_prepare(served->worker, &served->view, 0, response, sizeof response);
	answer_fetch(served->worker, 0);
	assert_int_equal(
		answer_finish(served->worker, &served->view, &served->client, 0, out, sizeof out),
		0);
	served_free(served);
}

static void
test_free_nothing(void **state)
{
	(void)state;
	answer_worker_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),       cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_rejected),     cmocka_unit_test(test_cookie_alone),
		cmocka_unit_test(test_truncation),   cmocka_unit_test(test_limits),
		cmocka_unit_test(test_room),         cmocka_unit_test(test_largest_question),
		cmocka_unit_test(test_far_pointers), cmocka_unit_test(test_far_root),
		cmocka_unit_test(test_largest_set),  cmocka_unit_test(test_free_nothing),
		cmocka_unit_test(test_batch),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
