/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "announce/bird_reply.h"

static struct bird_reply reply;

/* What the last byte of `text` gives; all before must give nothing. */
static enum bird_line
feed(const char *text)
{
	for (; text[1]; text++)
		assert_int_equal(bird_reply_take(&reply, *text), BIRD_LINE_NONE);
	return bird_reply_take(&reply, *text);
}

static int
setup(void **state)
{
	(void)state;
	reply = (struct bird_reply){0};
	return 0;
}

static void
test_lines(void **state)
{
	(void)state;
	assert_int_equal(feed("0001 BIRD 2.0.12 ready.\n"), BIRD_LINE_LAST);
	assert_int_equal(reply.code, BIRD_GREETING);
	assert_string_equal(reply.text, "BIRD 2.0.12 ready.");
	assert_int_equal(feed("0009-any4: disabled\n"), BIRD_LINE_PART);
	assert_int_equal(reply.code, BIRD_DISABLED);
	assert_string_equal(reply.text, "any4: disabled");
	assert_int_equal(feed(" any6: disabled\n"), BIRD_LINE_PART);
	assert_int_equal(reply.code, BIRD_DISABLED);
	assert_string_equal(reply.text, "any6: disabled");
	assert_int_equal(feed(" \n"), BIRD_LINE_PART);
	assert_string_equal(reply.text, "");
	assert_int_equal(feed("0000 \n"), BIRD_LINE_LAST);
	assert_int_equal(reply.code, 0);
	assert_string_equal(reply.text, "");
	assert_int_equal(feed("9001 syntax error\n"), BIRD_LINE_LAST);
	assert_int_equal(reply.code, 9001);
}

/* A log line in the middle of a reply belongs to nothing and changes nothing. */
static void
test_log_lines(void **state)
{
	(void)state;
	assert_int_equal(feed("1002-a Static\n"), BIRD_LINE_PART);
	assert_int_equal(feed("+0000 not the end\n"), BIRD_LINE_NONE);
	assert_int_equal(feed("+\n"), BIRD_LINE_NONE);
	assert_int_equal(feed(" b Static\n"), BIRD_LINE_PART);
	assert_int_equal(reply.code, BIRD_PROTOCOL_ROW);
}

static void
test_not_bird(void **state)
{
	static const char *const lines[] = {
		"\n",       "000\n",     "0000\n", "0000+x\n", "00a0 x\n", "000a-x\n",
		"a000 x\n", "SSH-2.0\n", " x\n",   "/000 x\n", ":000 x\n", "0000\tx\n",
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
		reply = (struct bird_reply){0};
		const char *byte = lines[i];
		enum bird_line line = BIRD_LINE_NONE;
		while (*byte)
			line = bird_reply_take(&reply, *byte++);
		assert_int_equal(line, BIRD_LINE_BAD);
	}
	/* After the end of a reply a space begins nothing. */
	reply = (struct bird_reply){0};
	assert_int_equal(feed("1002-a\n"), BIRD_LINE_PART);
	assert_int_equal(feed("0000 \n"), BIRD_LINE_LAST);
	assert_int_equal(feed(" b\n"), BIRD_LINE_BAD);
}

static void
feed_long(size_t size)
{
	char line[2 * BIRD_REPLY_LINE];
	memset(line, 'x', sizeof line);
	memcpy(line, "0013-", 5);
	line[size] = '\n';
	line[size + 1] = '\0';
	assert_int_equal(feed(line), BIRD_LINE_PART);
}

/* Lines are cut to what there is room for, and the next one is whole. */
static void
test_long_lines(void **state)
{
	(void)state;
	feed_long(BIRD_REPLY_LINE - 2);
	assert_int_equal(strlen(reply.text), BIRD_REPLY_LINE - 2 - 5);
	feed_long(BIRD_REPLY_LINE - 1);
	assert_int_equal(strlen(reply.text), BIRD_REPLY_LINE - 1 - 5);
	feed_long(BIRD_REPLY_LINE);
	assert_int_equal(strlen(reply.text), BIRD_REPLY_LINE - 1 - 5);
	feed_long(2 * BIRD_REPLY_LINE - 2);
	assert_int_equal(strlen(reply.text), BIRD_REPLY_LINE - 1 - 5);
	assert_int_equal(feed("0000 end\n"), BIRD_LINE_LAST);
	assert_string_equal(reply.text, "end");
}

/* Whatever comes, with a NUL in it or without, it ends in a line or in none. */
static void
test_any_bytes(void **state)
{
	unsigned seed = 1;
	(void)state;
	for (size_t i = 0; i < 100000; i++) {
		seed = seed * 1103515245u + 12345u;
		char byte = "0019- +\n\0x"[(seed >> 16) % 10];
		(void)bird_reply_take(&reply, byte);
		assert_true(reply.size < BIRD_REPLY_LINE);
		assert_non_null(memchr(reply.text, '\0', sizeof reply.text));
	}
}

static void
expect_row(const char *text, const char *expected, bool expected_enabled)
{
	const char *name;
	size_t size;
	bool enabled;
	assert_true(bird_reply_protocol(text, &name, &size, &enabled));
	assert_int_equal(size, strlen(expected));
	assert_memory_equal(name, expected, size);
	assert_int_equal(enabled, expected_enabled);
}

static void
test_rows(void **state)
{
	const char *name;
	size_t size;
	bool enabled;
	(void)state;
	expect_row("any_up     Static     master4    up     16:13:57.005  ", "any_up", true);
	expect_row("a Static master4 start 16:13", "a", true);
	expect_row("a Static master4 down 16:13 up", "a", false);
	expect_row("a Static master4 flush", "a", false);
	expect_row("a Static --- stop", "a", false);
	assert_false(bird_reply_protocol("", &name, &size, &enabled));
	assert_false(bird_reply_protocol("a Static master4", &name, &size, &enabled));
	assert_false(bird_reply_protocol("a Static master4 upper", &name, &size, &enabled));
	assert_false(bird_reply_protocol("a Static master4 u", &name, &size, &enabled));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_lines, setup),
		cmocka_unit_test_setup(test_log_lines, setup),
		cmocka_unit_test_setup(test_not_bird, setup),
		cmocka_unit_test_setup(test_long_lines, setup),
		cmocka_unit_test_setup(test_any_bytes, setup),
		cmocka_unit_test(test_rows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
