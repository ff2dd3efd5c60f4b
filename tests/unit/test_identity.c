/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of class CH: which text under which name, whether it fits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "answer/identity.h"
#include "dnstext.h"

static const struct answer_setup setup = {
	.instance = {.size = 7, .rdata = "\6fra1-a"},
	.version = {.size = 6, .rdata = "\5ver 1"},
};

struct asked {
	struct reply reply;
	uint8_t out[512];
	struct dnstext_question question;
	struct lookup_name name;
	struct query query;
};

static void
ask(struct asked *a, const struct answer_setup *with, const char *text, size_t limit)
{
	assert_true(dnstext_question(&a->question, text));
	assert_int_equal(query_parse(&a->query, &a->name, a->question.bytes, a->question.size),
			 QUERY_ANSWER);
	size_t at = DNS_HEADER_SIZE + a->query.question_size;
	a->reply = (struct reply){.out = a->out, .at = at, .question_end = at, .limit = limit};
	memset(a->out, 0xee, sizeof a->out);
	identity_answer(&a->reply, with, &a->query);
}

static void
expect_text(const char *question, const char *text)
{
	struct asked a;
	ask(&a, &setup, question, 512);
	size_t end = a.reply.question_end;
	assert_int_equal(a.reply.rcode, 0);
	assert_int_equal(a.reply.flags, DNS_FLAG_AA);
	assert_int_equal(a.reply.counts[REPLY_ANSWER], 1);
	assert_int_equal(a.reply.at, end + 12 + 1 + strlen(text));
	assert_memory_equal(a.out + end, "\xc0\x0c\0\20\0\3\0\0\0\0\0", 11);
	assert_int_equal(a.out[end + 11], 1 + strlen(text));
	assert_int_equal(a.out[end + 12], strlen(text));
	assert_memory_equal(a.out + end + 13, text, strlen(text));
}

static void
test_names(void **state)
{
	(void)state;
	expect_text("id.server. TXT class=CH", "fra1-a");
	expect_text("hostname.bind. TXT class=CH", "fra1-a");
	expect_text("version.server. TXT class=CH", "ver 1");
	expect_text("version.bind. TXT class=CH", "ver 1");
	expect_text("VERSION.Bind. TXT class=CH", "ver 1");
	expect_text("id.server. ANY class=CH", "fra1-a");
}

static void
test_no_data(void **state)
{
	(void)state;
	struct asked a;
	ask(&a, &setup, "id.server. A class=CH", 512);
	assert_int_equal(a.reply.rcode, 0);
	assert_int_equal(a.reply.flags, DNS_FLAG_AA);
	assert_int_equal(a.reply.counts[REPLY_ANSWER], 0);
	assert_int_equal(a.reply.at, a.reply.question_end);
}

static void
test_refused(void **state)
{
	(void)state;
	static const char *const names[] = {
		"server.",    ".",          "bind.",         "a.id.server.",
		"id.serves.", "xd.server.", "authors.bind.", "hostname.bind.example."};
	struct asked a;
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		char question[64];
		snprintf(question, sizeof question, "%s TXT class=CH", names[i]);
		ask(&a, &setup, question, 512);
		assert_int_equal(a.reply.rcode, DNS_RCODE_REFUSED);
		assert_int_equal(a.reply.error, EDNS_ERROR_NOT_AUTHORITATIVE);
		assert_int_equal(a.reply.flags, 0);
		assert_int_equal(a.reply.at, a.reply.question_end);
	}
	/* Hidden. */
	struct answer_setup hidden = setup;
	hidden.version.size = 0;
	ask(&a, &hidden, "version.bind. TXT class=CH", 512);
	assert_int_equal(a.reply.rcode, DNS_RCODE_REFUSED);
}

static void
test_room(void **state)
{
	(void)state;
	struct asked a;
	const size_t whole = 12 + 15 + 12 + 7;
	for (size_t limit = whole - 19; limit <= whole + 1; limit++) {
		ask(&a, &setup, "id.server. TXT class=CH", limit);
		bool fits = limit >= whole;
		assert_int_equal(a.reply.truncated, !fits);
		assert_int_equal(a.reply.counts[REPLY_ANSWER], fits);
		assert_int_equal(a.reply.at, fits ? whole : a.reply.question_end);
		for (size_t i = limit; i < sizeof a.out; i++)
			assert_int_equal(a.out[i], 0xee);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_no_data),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
