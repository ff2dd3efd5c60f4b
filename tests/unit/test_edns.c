/* SPDX-License-Identifier: BSD-2-Clause */
/* The OPT of answers: which option for which, and that exactly the room that was announced is used.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "answer/edns.h"
#include "anyns/config.h"
#include "dnstext.h"

struct fixture {
	struct answer_setup *setup;
	struct cookie_hasher *hasher;
};

static int
set_up(void **state)
{
	static struct fixture fixture;
	char instance[] = "fra1-a";
	struct report report = REPORT_INIT;
	struct config config = {.instance = instance, .udp_size = 1232};
	fixture.setup = answer_setup_new(&config, (const uint8_t *)"0123456789abcdef", &report);
	fixture.hasher = cookie_hasher_new();
	*state = &fixture;
	return fixture.setup && fixture.hasher ? 0 : -1;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;
	answer_setup_free(fixture->setup);
	cookie_hasher_free(fixture->hasher);
	return 0;
}

struct asked {
	uint8_t out[512];
	struct reply reply;
	struct edns_reply edns;
	struct dnstext_question question;
	struct lookup_name name;
	struct query query;
	size_t start;
};

/* An answer with no more than question and OPT, with `spare` bytes beyond what was announced. */
static void
ask(struct fixture *f, struct asked *a, const char *text, uint16_t rcode, uint16_t error,
    size_t spare)
{
	static const uint8_t address[] = {192, 0, 2, 1};
	assert_true(dnstext_question(&a->question, text));
	query_parse(&a->query, &a->name, a->question.bytes, a->question.size);
	struct answer_client client = {.transport = a->question.tcp ? ANSWER_TCP : ANSWER_UDP,
				       .address = address,
				       .address_size = 4,
				       .now = 1700000000,
				       .keepalive = 100};
	edns_prepare(&a->edns, f->hasher, f->setup, &client, &a->query);
	a->start = DNS_HEADER_SIZE + a->query.question_size;
	a->reply = (struct reply){.out = a->out, .at = a->start, .rcode = rcode, .error = error};
	memset(a->out, 0xee, sizeof a->out);
	edns_write(&a->edns, f->setup, &client, &a->query, &a->reply,
		   a->start + a->edns.size + spare);
}

static void
expect(struct fixture *f, const char *question, uint16_t rcode, uint16_t error, size_t spare,
       const char *hex)
{
	struct asked a;
	uint8_t expected[512];
	ask(f, &a, question, rcode, error, spare);
	size_t size = dnstext_hex(expected, sizeof expected, hex);
	assert_int_equal(a.reply.at - a.start, size);
	assert_memory_equal(a.out + a.start, expected, size);
	assert_int_equal(a.out[a.reply.at], 0xee);
	assert_int_equal(a.reply.counts[REPLY_ADDITIONAL], size ? 1 : 0);
}

static void
test_records(void **state)
{
	expect(*state, "x. A", 0, 20, 100, "");
	expect(*state, "x. A edns", 0, 0, 100, "00002904d0000000000000");
	expect(*state, "x. A do", 0, 0, 0, "00002904d0000080000000");
	expect(*state, "x. A edns", DNS_RCODE_BADVERS, 0, 0, "00002904d0010000000000");
	expect(*state, "x. A edns", DNS_RCODE_BADCOOKIE, 0, 0, "00002904d0010000000000");
	expect(*state, "x. A edns", 0xfff, 0, 0, "00002904d0ff0000000000");
}

static void
test_options(void **state)
{
	expect(*state, "x. A nsid", 0, 0, 0, "00002904d000000000000a00030006667261312d61");
	expect(*state, "x. A ecs=00011800c00002", 0, 0, 0,
	       "00002904d000000000000b0008000700011800c00002");
	expect(*state, "x. A ecs=00000000", 0, 0, 0,
	       "00002904d0000000000008000800040000"
	       "0000");
	expect(*state, "x. A option=99:abcdef option=65001:", 0, 0, 0, "00002904d0000000000000");
	/* Twice the same is told once. */
	expect(*state, "x. A nsid nsid", 0, 0, 0, "00002904d000000000000a00030006667261312d61");
}

/* RFC 7828 3.2.2. */
static void
test_keepalive(void **state)
{
	expect(*state, "x. A keepalive", 0, 0, 100, "00002904d0000000000000");
	expect(*state, "x. A edns tcp", 0, 0, 100, "00002904d0000000000000");
	expect(*state, "x. A keepalive tcp", 0, 0, 0, "00002904d0000000000006000b00020064");
}

/* No time to tell: no option. */
static void
test_no_keepalive(void **state)
{
	struct fixture *f = *state;
	struct dnstext_question question;
	struct lookup_name name;
	struct query query;
	struct edns_reply edns;
	struct answer_client client = {.transport = ANSWER_TCP, .keepalive = 0};
	assert_true(dnstext_question(&question, "x. A keepalive tcp"));
	query_parse(&query, &name, question.bytes, question.size);
	edns_prepare(&edns, f->hasher, f->setup, &client, &query);
	assert_int_equal(edns.size, 11);
}

/* An extended error only where it fits. */
static void
test_error(void **state)
{
	for (size_t spare = 0; spare <= 7; spare++)
		expect(*state, "x. A edns", DNS_RCODE_REFUSED, 20, spare,
		       spare < 6 ? "00002904d0000000000000" : "00002904d0000000000006000f00020014");
}

static void
test_cookie(void **state)
{
	struct asked a, b;
	ask(*state, &a, "x. A cookie=0102030405060708", 0, 0, 0);
	assert_true(a.edns.has_cookie);
	assert_false(a.edns.cookie_valid);
	assert_int_equal(a.edns.size, 11 + 4 + 24);
	assert_int_equal(a.reply.at - a.start, a.edns.size);
	assert_memory_equal(a.out + a.start + 9, "\0\34\0\12\0\30\1\2\3\4\5\6\7\10\1\0\0\0", 18);
	char question[128] = "x. A cookie=";
	for (size_t i = 0; i < 24; i++)
		snprintf(question + 12 + 2 * i, 3, "%02x", a.edns.cookie[i]);
	ask(*state, &b, question, 0, 0, 0);
	assert_true(b.edns.cookie_valid);
	assert_memory_equal(a.edns.cookie, b.edns.cookie, 24);
}

static void
test_all(void **state)
{
	struct asked a;
	ask(*state, &a, "x. A nsid cookie=0102030405060708 ecs=00011800c00002 keepalive do tcp", 5,
	    20, 6);
	assert_int_equal(a.edns.size, 11 + 10 + 28 + 11 + 6);
	assert_int_equal(a.reply.at - a.start, a.edns.size + 6);
	assert_int_equal(a.out[a.start + 10], 10 + 28 + 11 + 6 + 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),   cmocka_unit_test(test_options),
		cmocka_unit_test(test_keepalive), cmocka_unit_test(test_no_keepalive),
		cmocka_unit_test(test_error),     cmocka_unit_test(test_cookie),
		cmocka_unit_test(test_all),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
