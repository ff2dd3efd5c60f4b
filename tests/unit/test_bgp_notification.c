/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bgp_notification.h"

#include "bgp_fixture.h"

static void
test_encode(void **state)
{
	(void)state;
	uint8_t out[BGP_MESSAGE_MAX];
	struct bgp_error error = bgp_error_make(BGP_HOLD_EXPIRED, 0, NULL, 0);
	assert_hex(out, bgp_notification_encode(&error, out), MARKER "0015 03 04 00");
	error = bgp_error_make(BGP_HEADER_ERROR, BGP_HEADER_BAD_LENGTH, "\x12\x34", 2);
	assert_hex(out, bgp_notification_encode(&error, out), MARKER "0017 03 01 02 1234");
	error = bgp_notification_cease(BGP_CEASE_SHUTDOWN, "bye");
	assert_hex(out, bgp_notification_encode(&error, out), MARKER "0019 03 06 02 03 627965");
	error.size = BGP_ERROR_DATA_MAX;
	assert_int_equal(bgp_notification_encode(&error, out), 21 + BGP_ERROR_DATA_MAX);
}

static void
test_decode(void **state)
{
	(void)state;
	uint8_t buffer[BGP_MESSAGE_MAX];
	struct bgp_message message = message_of(BGP_NOTIFICATION, "0502", buffer);
	struct bgp_error error = bgp_notification_decode(&message);
	assert_error(&error, 5, 2, "");
	message = message_of(BGP_NOTIFICATION, "0207 0104000100 01", buffer);
	error = bgp_notification_decode(&message);
	assert_error(&error, 2, 7, "010400010001");
	/* The longest possible one is cut to what is kept. */
	struct wire_writer w = bgp_message_begin(buffer, BGP_NOTIFICATION);
	memset(wire_put_room(&w, wire_room(&w)), 3, BGP_MESSAGE_MAX - BGP_HEADER_SIZE);
	size_t size = bgp_message_end(&w);
	assert_int_equal(bgp_message_frame(buffer, size, &message, &error), BGP_FRAME_READY);
	error = bgp_notification_decode(&message);
	assert_int_equal(error.code, 3);
	assert_int_equal(error.size, BGP_ERROR_DATA_MAX);
}

static void
test_cease_takes_text_where_rfc_9003_has_it(void **state)
{
	(void)state;
	struct bgp_error error = bgp_notification_cease(BGP_CEASE_RESET, "x");
	assert_error(&error, 6, 4, "0178");
	error = bgp_notification_cease(BGP_CEASE_SHUTDOWN, "");
	assert_error(&error, 6, 2, "00");
	error = bgp_notification_cease(BGP_CEASE_SHUTDOWN, NULL);
	assert_error(&error, 6, 2, "");
	error = bgp_notification_cease(BGP_CEASE_DECONFIGURED, "x");
	assert_error(&error, 6, 3, "");
	error = bgp_notification_cease(BGP_CEASE_BFD_DOWN, "x");
	assert_error(&error, 6, 10, "");
}

static void
test_cease_cuts_between_characters(void **state)
{
	(void)state;
	char text[300];
	memset(text, 'a', sizeof text);
	text[255] = 0;
	struct bgp_error error = bgp_notification_cease(BGP_CEASE_SHUTDOWN, text);
	assert_int_equal(error.size, 256);
	assert_int_equal(error.data[0], 255);
	text[255] = 'a';
	text[256] = 0;
	error = bgp_notification_cease(BGP_CEASE_SHUTDOWN, text);
	assert_int_equal(error.data[0], 255);
	memcpy(text + 254, "\xc3\xa9", 3); /* an e with acute at bytes 255 and 256 */
	error = bgp_notification_cease(BGP_CEASE_SHUTDOWN, text);
	assert_int_equal(error.data[0], 254);
	assert_int_equal(error.size, 255);
	memcpy(text + 253, "\xc3\xa9", 3);
	error = bgp_notification_cease(BGP_CEASE_SHUTDOWN, text);
	assert_int_equal(error.data[0], 255);
	/* What is not UTF-8 ends the text. */
	error = bgp_notification_cease(BGP_CEASE_SHUTDOWN, "ok\xff no");
	assert_error(&error, 6, 2, "02 6f6b");
}

static void
assert_text(unsigned code, unsigned subcode, const char *hex, const char *expected)
{
	uint8_t data[BGP_MESSAGE_MAX];
	char text[BGP_SHUTDOWN_TEXT_MAX + 1];
	struct bgp_error error = bgp_error_make((uint8_t)code, (uint8_t)subcode, data,
						unhex(hex, data));
	assert_string_equal(bgp_notification_text(&error, text), expected);
}

static void
test_text_of_a_cease(void **state)
{
	(void)state;
	assert_text(6, 2, "02 6869", "hi");
	assert_text(6, 4, "02 6869", "hi");
	assert_text(6, 2, "02 6869 21", "hi"); /* what follows is not text */
	assert_text(6, 2, "03 6869", "");      /* a length that lies */
	assert_text(6, 2, "00", "");
	assert_text(6, 2, "", "");
	assert_text(6, 3, "02 6869", "");
	assert_text(2, 2, "02 6869", "");
}

static void
test_text_is_fit_for_a_log(void **state)
{
	(void)state;
	assert_text(6, 2, "04 61 0a 1b 7f", "a???");
	assert_text(6, 2, "02 c3a9", "\xc3\xa9");
	assert_text(6, 2, "03 e282ac", "\xe2\x82\xac");
	assert_text(6, 2, "04 f09f9880", "\xf0\x9f\x98\x80");
	assert_text(6, 2, "02 c285", "?");        /* C1 control */
	assert_text(6, 2, "02 c2a0", "\xc2\xa0"); /* first past C1 */
	assert_text(6, 2, "02 c0af", "??");       /* overlong / */
	assert_text(6, 2, "03 e08080", "???");    /* overlong NUL */
	assert_text(6, 2, "03 eda080", "???");    /* surrogate */
	assert_text(6, 2, "04 f0808080", "????"); /* overlong */
	assert_text(6, 2, "04 f4908080", "????"); /* past U+10FFFF */
	assert_text(6, 2, "04 f5808080", "????");
	assert_text(6, 2, "02 80bf", "??");
	assert_text(6, 2, "02 61c3", "a?");    /* cut */
	assert_text(6, 2, "03 c36161", "?aa"); /* no continuation */
	/* The first and last characters of each length, and their neighbours. */
	assert_text(6, 2, "02 20 7e", " ~");
	assert_text(6, 2, "02 c1bf", "??");
	assert_text(6, 2, "03 e0a080", "\xe0\xa0\x80");
	assert_text(6, 2, "03 e09fbf", "???");
	assert_text(6, 2, "03 ed9fbf", "\xed\x9f\xbf");
	assert_text(6, 2, "03 edbfbf", "???");
	assert_text(6, 2, "03 ee8080", "\xee\x80\x80");
	assert_text(6, 2, "03 efbfbf", "\xef\xbf\xbf");
	assert_text(6, 2, "04 f0908080", "\xf0\x90\x80\x80");
	assert_text(6, 2, "04 f08fbfbf", "????");
	assert_text(6, 2, "04 f48fbfbf", "\xf4\x8f\xbf\xbf");
	char longest[2 * 256 + 1] = "ff";
	char expected[256];
	memset(expected, 'Z', 255);
	expected[255] = 0;
	for (size_t i = 0; i < 255; i++)
		memcpy(longest + 2 + 2 * i, "5a", 3);
	assert_text(6, 2, longest, expected);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encode),
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_cease_takes_text_where_rfc_9003_has_it),
		cmocka_unit_test(test_cease_cuts_between_characters),
		cmocka_unit_test(test_text_of_a_cease),
		cmocka_unit_test(test_text_is_fit_for_a_log),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
