/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bgp_message.h"

#include "bgp_fixture.h"

static enum bgp_frame
frame(const char *hex, struct bgp_message *message, struct bgp_error *error)
{
	static uint8_t bytes[BGP_MESSAGE_MAX];
	return bgp_message_frame(bytes, unhex(hex, bytes), message, error);
}

static void
test_keepalive_is_a_header(void **state)
{
	(void)state;
	uint8_t out[BGP_MESSAGE_MAX];
	assert_hex(out, bgp_message_keepalive(out), MARKER "0013 04");
}

static void
test_end_of_a_message_that_did_not_fit(void **state)
{
	(void)state;
	uint8_t out[BGP_MESSAGE_MAX];
	struct wire_writer w = bgp_message_begin(out, BGP_UPDATE);
	assert_non_null(wire_put_room(&w, BGP_MESSAGE_MAX - BGP_HEADER_SIZE));
	assert_int_equal(bgp_message_end(&w), BGP_MESSAGE_MAX);
	assert_int_equal(wire_peek_u16(out + 16), BGP_MESSAGE_MAX);
	wire_put_u8(&w, 0);
	assert_int_equal(bgp_message_end(&w), 0);
}

static void
test_frame_waits_for_each_byte(void **state)
{
	(void)state;
	uint8_t bytes[BGP_MESSAGE_MAX];
	struct bgp_message message;
	struct bgp_error error;
	size_t size = unhex(MARKER "0015 03 0602" MARKER "0013 04", bytes);
	for (size_t i = 0; i < 21; i++)
		assert_int_equal(bgp_message_frame(bytes, i, &message, &error), BGP_FRAME_MORE);
	for (size_t i = 21; i <= size; i++) {
		assert_int_equal(bgp_message_frame(bytes, i, &message, &error), BGP_FRAME_READY);
		assert_int_equal(message.type, BGP_NOTIFICATION);
		assert_int_equal(message.size, 21);
		assert_int_equal(message.body_size, 2);
		assert_ptr_equal(message.body, bytes + 19);
	}
	assert_int_equal(bgp_message_frame(bytes + 21, size - 21, &message, &error),
			 BGP_FRAME_READY);
	assert_int_equal(message.type, BGP_KEEPALIVE);
	assert_int_equal(message.body_size, 0);
}

static void
test_marker_is_judged_at_its_first_wrong_byte(void **state)
{
	(void)state;
	struct bgp_message message;
	struct bgp_error error;
	for (size_t wrong = 0; wrong < 16; wrong++) {
		uint8_t bytes[BGP_HEADER_SIZE];
		memset(bytes, 0xff, sizeof bytes);
		bytes[wrong] = 0xfe;
		assert_int_equal(bgp_message_frame(bytes, wrong, &message, &error), BGP_FRAME_MORE);
		assert_int_equal(bgp_message_frame(bytes, wrong + 1, &message, &error),
				 BGP_FRAME_BAD);
		assert_error(&error, 1, 1, "");
	}
	assert_int_equal(frame("474554", &message, &error), BGP_FRAME_BAD); /* "GET" */
}

/* RFC 4271 6.1, RFC 2918: type, smallest and largest length. */
static void
test_length_limits_of_each_type(void **state)
{
	(void)state;
	static const unsigned limits[][3] = {
		{1, 29, 4096}, {2, 23, 4096}, {3, 21, 4096}, {4, 19, 19}, {5, 23, 23},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(limits); i++) {
		for (unsigned length = 0; length <= UINT16_MAX; length++) {
			static uint8_t bytes[BGP_MESSAGE_MAX];
			struct bgp_message message;
			struct bgp_error error;
			memset(bytes, 0xff, 16);
			wire_poke_u16(bytes + 16, (uint16_t)length);
			bytes[18] = (uint8_t)limits[i][0];
			bool right = length >= limits[i][1] && length <= limits[i][2];
			enum bgp_frame whole = bgp_message_frame(bytes, sizeof bytes, &message,
								 &error);
			assert_int_equal(whole, right ? BGP_FRAME_READY : BGP_FRAME_BAD);
			if (right) {
				assert_int_equal(message.size, length);
				continue;
			}
			assert_int_equal(error.code, BGP_HEADER_ERROR);
			assert_int_equal(error.subcode, BGP_HEADER_BAD_LENGTH);
			assert_int_equal(error.size, 2);
			assert_int_equal(wire_peek_u16(error.data), length);
			/* Known from the header alone. */
			assert_int_equal(
				bgp_message_frame(bytes, BGP_HEADER_SIZE, &message, &error),
				BGP_FRAME_BAD);
		}
	}
}

static void
test_unknown_types(void **state)
{
	(void)state;
	struct bgp_message message;
	struct bgp_error error;
	assert_int_equal(frame(MARKER "0013 00", &message, &error), BGP_FRAME_BAD);
	assert_error(&error, 1, 3, "00");
	assert_int_equal(frame(MARKER "0017 06 00000000", &message, &error), BGP_FRAME_BAD);
	assert_error(&error, 1, 3, "06");
	assert_int_equal(frame(MARKER "1000 ff", &message, &error), BGP_FRAME_BAD);
	assert_error(&error, 1, 3, "ff");
	/* Of two faults the length comes first. */
	assert_int_equal(frame(MARKER "0012 06", &message, &error), BGP_FRAME_BAD);
	assert_error(&error, 1, 2, "0012");
	assert_int_equal(frame(MARKER "1001 06", &message, &error), BGP_FRAME_BAD);
	assert_error(&error, 1, 2, "1001");
}

static void
test_refresh_family(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		uint8_t family;
	} cases[] = {
		{"0001 00 01", BGP_IPV4}, {"0002 00 01", BGP_IPV6}, {"0001 01 01", BGP_IPV4},
		{"0000 00 01", 0},        {"0003 00 01", 0},        {"0001 00 02", 0},
		{"0002 00 80", 0},        {"0101 00 01", 0},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		uint8_t buffer[BGP_MESSAGE_MAX];
		struct bgp_message message = message_of(BGP_ROUTE_REFRESH, cases[i].hex, buffer);
		assert_int_equal(bgp_message_refresh_family(&message), cases[i].family);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keepalive_is_a_header),
		cmocka_unit_test(test_end_of_a_message_that_did_not_fit),
		cmocka_unit_test(test_frame_waits_for_each_byte),
		cmocka_unit_test(test_marker_is_judged_at_its_first_wrong_byte),
		cmocka_unit_test(test_length_limits_of_each_type),
		cmocka_unit_test(test_unknown_types),
		cmocka_unit_test(test_refresh_family),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
