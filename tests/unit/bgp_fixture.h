/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bgp_fixture.h - messages as hexadecimal text, as the RFCs' diagrams read; spaces do not count.
 */
#ifndef TESTS_BGP_FIXTURE_H
#define TESTS_BGP_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "announce/bgp_message.h"

#define MARKER "ffffffff ffffffff ffffffff ffffffff "

static inline size_t
unhex(const char *hex, uint8_t out[BGP_MESSAGE_MAX])
{
	size_t size = 0;
	unsigned byte;
	int taken;
	for (; sscanf(hex, " %2x%n", &byte, &taken) == 1; hex += taken) {
		assert_true(size < BGP_MESSAGE_MAX);
		out[size++] = (uint8_t)byte;
	}
	assert_int_equal(strspn(hex, " "), strlen(hex));
	return size;
}

static inline void
assert_hex(const uint8_t *bytes, size_t size, const char *hex)
{
	uint8_t expected[BGP_MESSAGE_MAX];
	size_t expected_size = unhex(hex, expected);
	if (size == expected_size && memcmp(bytes, expected, size) == 0)
		return;
	fprintf(stderr, "expected %s\ngot     ", hex);
	for (size_t i = 0; i < size; i++)
		fprintf(stderr, "%02x", bytes[i]);
	fail_msg("%zu bytes, %zu expected", size, expected_size);
}

/* A framed message of the given type around `hex`, in `buffer`. */
static inline struct bgp_message
message_of(enum bgp_message_type type, const char *hex, uint8_t buffer[BGP_MESSAGE_MAX])
{
	uint8_t body[BGP_MESSAGE_MAX];
	size_t size = unhex(hex, body);
	struct bgp_message message = {0};
	struct bgp_error error;
	struct wire_writer w = bgp_message_begin(buffer, type);
	wire_put_bytes(&w, body, size);
	size_t total = bgp_message_end(&w);
	assert_int_equal(bgp_message_frame(buffer, total, &message, &error), BGP_FRAME_READY);
	assert_int_equal(message.type, type);
	assert_int_equal(message.size, total);
	return message;
}

static inline void
assert_error(const struct bgp_error *error, unsigned code, unsigned subcode, const char *hex)
{
	assert_int_equal(error->code, code);
	assert_int_equal(error->subcode, subcode);
	assert_hex(error->data, error->size, hex);
}

#endif
