/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe_fixture.h"

static void
test_questions(void **state)
{
	static const struct {
		const char *text;
		const char *shown; /* NULL: refused */
		uint16_t type;
		uint16_t rdclass;
	} cases[] = {
		{"id.server CH TXT", "id.server. CH TXT", DNS_TYPE_TXT, DNS_CLASS_CH},
		{". SOA", ". SOA", DNS_TYPE_SOA, DNS_CLASS_IN},
		{"Example.COM. in aaaa", "Example.COM. AAAA", DNS_TYPE_AAAA, DNS_CLASS_IN},
		{"x TYPE65280", "x. TYPE65280", 65280, DNS_CLASS_IN},
		{"x type1", "x. TYPE1", 1, DNS_CLASS_IN},
		{"x", NULL, 0, 0},
		{"", NULL, 0, 0},
		{"x HS TXT", NULL, 0, 0},
		{"x IN TXT more", NULL, 0, 0},
		{"x NONSENSE", NULL, 0, 0},
		{"x TYPE65536", NULL, 0, 0},
		{"x TYPE41", NULL, 0, 0}, /* OPT is no question */
		{"x TYPE1x", NULL, 0, 0},
		{"a..b A", NULL, 0, 0},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct probe_question question;
		bool good = probe_question_parse(&question, cases[i].text);
		assert_int_equal(good, cases[i].shown != NULL);
		if (!good)
			continue;
		assert_string_equal(question.text, cases[i].shown);
		assert_int_equal(question.type, cases[i].type);
		assert_int_equal(question.rdclass, cases[i].rdclass);
	}
}

static void
test_subnets(void **state)
{
	static const char *const wrong[] = {"192.0.2.0",    "192.0.2.0/33", "::/129",
					    "x/8",          "/8",           "192.0.2.0/",
					    "192.0.2.0/8x", "192.0.2.0/-1"};
	struct probe_subnet subnet;
	(void)state;

	assert_true(probe_subnet_parse(&subnet, "203.0.113.255/25"));
	assert_int_equal(subnet.family, 1);
	assert_int_equal(subnet.source, 25);
	assert_memory_equal(subnet.address, "\xcb\x00\x71\x80", 4); /* the last 7 bits cleared */
	assert_true(probe_subnet_parse(&subnet, "2001:db8:ffff::/33"));
	assert_int_equal(subnet.family, 2);
	assert_memory_equal(subnet.address, "\x20\x01\x0d\xb8\x80\x00", 6);
	assert_true(probe_subnet_parse(&subnet, "0.0.0.0/0"));
	assert_int_equal(subnet.source, 0);
	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++)
		assert_false(probe_subnet_parse(&subnet, wrong[i]));
}

static void
test_build(void **state)
{
	static const uint8_t expected[] = {
		0x12, 0x34, 0x01, 0x00, 0,    1, 0,  0, 0,   0, 0,  1, /* header, RD */
		0,    0,    6,    0,    1,                             /* . IN SOA */
		0,    0,    41,   0x04, 0xd0, 0, 0,  0, 0,   0, 15,    /* OPT, 1232, 15 bytes */
		0,    3,    0,    0,                                   /* NSID */
		0,    8,    0,    7,    0,    1, 24, 0, 203, 0, 113};  /* client subnet */
	struct probe_question question = question_of(". SOA");
	struct probe_subnet subnet;
	uint8_t out[PROBE_QUERY_MAX];
	(void)state;

	assert_true(probe_subnet_parse(&subnet, "203.0.113.0/24"));
	assert_int_equal(probe_message_build(out, 0x1234, &question, &subnet, true),
			 sizeof(expected));
	assert_memory_equal(out, expected, sizeof(expected));
	size_t plain = probe_message_build(out, 1, &question, NULL, false);
	assert_int_equal(plain, sizeof(expected) - 11);
	assert_int_equal(out[2], 0);
}

static void
test_longest_query(void **state)
{
	char name[300] = "";
	struct probe_question question;
	struct probe_subnet subnet;
	uint8_t out[PROBE_QUERY_MAX];
	(void)state;

	for (int i = 0; i < 126; i++)
		strcat(name, "a.");
	strcat(name, "b TXT");
	question = question_of(name);
	assert_int_equal(question.name_size, DNS_NAME_MAX);
	assert_true(probe_subnet_parse(&subnet, "2001:db8::1/128"));
	assert_int_equal(probe_message_build(out, 1, &question, &subnet, false), PROBE_QUERY_MAX);
}

static void
test_read(void **state)
{
	struct probe_question question = question_of("id.server CH TXT");
	struct probe_question other = question_of("id.server IN TXT");
	struct probe_question upper = question_of("ID.Server CH TXT");
	uint8_t query[PROBE_QUERY_MAX];
	uint8_t answer[512];
	struct probe_reply reply;
	(void)state;

	(void)probe_message_build(query, 7, &question, NULL, false);
	size_t size = answer_to(answer, sizeof(answer), query, "tyo1-a", "tyo1-b");
	assert_true(probe_message_read(&reply, answer, size, &question));
	assert_string_equal(reply.nsid, "tyo1-a");
	assert_string_equal(reply.txt, "tyo1-b");
	assert_int_equal(reply.rcode, 0);
	assert_string_equal(probe_reply_instance(&reply, true), "tyo1-a");
	assert_true(probe_message_read(&reply, answer, size, NULL));
	assert_true(probe_message_read(&reply, answer, size, &upper));
	assert_false(probe_message_read(&reply, answer, size, &other));
	/* Each byte less is a broken message, whatever was cut. */
	for (size_t cut = 0; cut < size; cut++)
		assert_false(probe_message_read(&reply, answer, cut, &question));
	answer[2] &= 0x7f; /* a query */
	assert_false(probe_message_read(&reply, answer, size, &question));
	answer[2] |= 0x80 | 0x28; /* an answer to an UPDATE */
	assert_false(probe_message_read(&reply, answer, size, &question));
}

static void
test_instance(void **state)
{
	struct probe_reply reply = {.txt = "text"};
	(void)state;

	assert_string_equal(probe_reply_instance(&reply, true), "text");
	/* The TXT record of a real question names nobody. */
	assert_null(probe_reply_instance(&reply, false));
	reply = (struct probe_reply){.nsid = "n"};
	assert_string_equal(probe_reply_instance(&reply, false), "n");
}

static void
test_errors(void **state)
{
	struct probe_question question = question_of("id.server CH TXT");
	uint8_t query[PROBE_QUERY_MAX];
	uint8_t answer[512];
	struct probe_reply reply;
	(void)state;

	(void)probe_message_build(query, 7, &question, NULL, false);
	size_t size = answer_to(answer, sizeof(answer), query, "a", NULL);
	/* BADVERS: 16 is 1 in the OPT's TTL and 0 in the header. */
	answer[size - 11] = 1;
	assert_true(probe_message_read(&reply, answer, size, &question));
	assert_int_equal(reply.rcode, DNS_RCODE_BADVERS);
	/* FORMERR with nothing but a header; without an error that is no answer. */
	uint8_t header[DNS_HEADER_SIZE] = {0, 7, 0x80, 1};
	assert_true(probe_message_read(&reply, header, sizeof(header), &question));
	assert_int_equal(reply.rcode, DNS_RCODE_FORMERR);
	header[3] = 0;
	assert_false(probe_message_read(&reply, header, sizeof(header), &question));
	assert_string_equal(probe_rcode_name(5), "REFUSED");
	assert_string_equal(probe_rcode_name(DNS_RCODE_BADCOOKIE), "BADCOOKIE");
	assert_null(probe_rcode_name(11));
	assert_null(probe_rcode_name(4096));
}

static void
test_truncated(void **state)
{
	struct probe_question question = question_of("example.com TXT");
	uint8_t query[PROBE_QUERY_MAX];
	uint8_t answer[512];
	struct probe_reply reply;
	(void)state;

	(void)probe_message_build(query, 7, &question, NULL, false);
	size_t size = answer_to(answer, sizeof(answer), query, NULL, NULL);
	answer[2] |= 2; /* TC, and a record that is counted but not there */
	answer[7] = 1;
	assert_true(probe_message_read(&reply, answer, size, &question));
	assert_true(reply.truncated);
}

static void
test_subnet_of_answer(void **state)
{
	static const uint8_t option[] = {0, 8, 0, 7, 0, 1, 24, 20, 203, 0, 113};
	struct probe_question question = question_of(". SOA");
	uint8_t query[PROBE_QUERY_MAX];
	uint8_t answer[512];
	struct probe_reply reply;
	(void)state;

	(void)probe_message_build(query, 7, &question, NULL, false);
	size_t size = answer_to(answer, sizeof(answer), query, "", NULL);
	memcpy(answer + size, option, sizeof(option));
	wire_poke_u16(answer + size - 6, (uint16_t)(4 + sizeof(option)));
	assert_true(probe_message_read(&reply, answer, size + sizeof(option), &question));
	assert_string_equal(reply.subnet, "203.0.113.0/24/20");
	assert_string_equal(reply.nsid, ""); /* an empty NSID names nobody */
	assert_null(probe_reply_instance(&reply, true));
}

static void
test_text(void **state)
{
	char text[PROBE_INSTANCE_MAX];
	uint8_t long_bytes[600];
	(void)state;

	probe_text(text, (const uint8_t *)"K\xc3\xb6ln", 5);
	assert_string_equal(text, "K\xc3\xb6ln");
	probe_text(text, (const uint8_t *)"a\0b", 3);
	assert_string_equal(text, "0x610062");
	probe_text(text, (const uint8_t *)"\x1b[2J", 4);
	assert_string_equal(text, "0x1b5b324a");
	probe_text(text, (const uint8_t *)"\xff", 1);
	assert_string_equal(text, "0xff");
	probe_text(text, NULL, 0);
	assert_string_equal(text, "");
	memset(long_bytes, 'x', sizeof(long_bytes));
	probe_text(text, long_bytes, sizeof(long_bytes));
	assert_int_equal(strlen(text), PROBE_INSTANCE_MAX - 1);
	/* Cut between characters, not in one. */
	memcpy(long_bytes + PROBE_INSTANCE_MAX - 2, "\xc3\xb6", 2);
	probe_text(text, long_bytes, sizeof(long_bytes));
	assert_int_equal(strlen(text), PROBE_INSTANCE_MAX - 2);
	memset(long_bytes, 0xff, sizeof(long_bytes));
	probe_text(text, long_bytes, sizeof(long_bytes));
	assert_int_equal(strlen(text), 2 + 2 * ((PROBE_INSTANCE_MAX - 3) / 2));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_subnets),
		cmocka_unit_test(test_build),
		cmocka_unit_test(test_longest_query),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_instance),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_subnet_of_answer),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
