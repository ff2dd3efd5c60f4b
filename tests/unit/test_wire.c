/* SPDX-License-Identifier: BSD-2-Clause */
/* Every access of the wire cursors at its boundary and one byte to either side. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "anyns/wire.h"

static const uint8_t bytes[8] = {0x01, 0x82, 0x03, 0xf4, 0x05, 0x06, 0x07, 0x08};

static void
test_peek_poke(void **state)
{
	(void)state;
	uint8_t out[6] = {0};
	assert_int_equal(wire_peek_u16(bytes), 0x0182);
	assert_int_equal(wire_peek_u32(bytes), 0x018203f4);
	assert_int_equal(wire_peek_u32(bytes + 3), 0xf4050607);
	wire_poke_u16(out, 0xfffe);
	wire_poke_u32(out + 2, 0xfffefdfc);
	assert_memory_equal(out, "\xff\xfe\xff\xfe\xfd\xfc", 6);
}

/* Reads a field of `width` bytes with exactly `size` bytes there. */
static uint32_t
read_field(struct wire_reader *r, size_t width)
{
	switch (width) {
	case 1:
		return wire_get_u8(r);
	case 2:
		return wire_get_u16(r);
	default:
		return wire_get_u32(r);
	}
}

static void
test_read_boundaries(void **state)
{
	(void)state;
	static const size_t widths[] = {1, 2, 4};
	static const uint32_t values[] = {0x01, 0x0182, 0x018203f4};
	for (size_t i = 0; i < ARRAY_LENGTH(widths); i++) {
		for (size_t size = widths[i] - 1; size <= widths[i] + 1; size++) {
			struct wire_reader r = wire_reader(bytes, size);
			uint32_t value = read_field(&r, widths[i]);
			bool fits = size >= widths[i];
			assert_int_equal(r.failed, !fits);
			assert_int_equal(value, fits ? values[i] : 0);
			assert_int_equal(wire_left(&r), fits ? size - widths[i] : size);
		}
	}
}

static void
test_read_error_is_sticky(void **state)
{
	(void)state;
	struct wire_reader r = wire_reader(bytes, 3);
	assert_int_equal(wire_get_u16(&r), 0x0182);
	assert_int_equal(wire_get_u16(&r), 0);
	assert_true(r.failed);
	/* One byte is left, but nothing is read after the first failure. */
	assert_int_equal(wire_left(&r), 1);
	assert_int_equal(wire_get_u8(&r), 0);
	assert_null(wire_get_bytes(&r, 0));
	assert_true(r.failed);
}

static void
test_get_bytes(void **state)
{
	(void)state;
	for (size_t size = 3; size <= 5; size++) {
		struct wire_reader r = wire_reader(bytes, size);
		const uint8_t *p = wire_get_bytes(&r, 4);
		assert_ptr_equal(p, size >= 4 ? bytes : NULL);
	}
	struct wire_reader r = wire_reader(bytes, 2);
	assert_ptr_equal(wire_get_bytes(&r, 0), bytes);
	assert_null(wire_get_bytes(&r, SIZE_MAX)); /* no wrap-around */
	r = wire_reader(NULL, 0);
	assert_null(wire_get_bytes(&r, 1));
	assert_true(r.failed);
}

static void
test_carve(void **state)
{
	(void)state;
	struct wire_reader r = wire_reader(bytes, 6);
	struct wire_reader inner = wire_carve(&r, 2);
	assert_int_equal(wire_get_u16(&inner), 0x0182);
	assert_int_equal(wire_get_u8(&inner), 0);
	assert_true(inner.failed);
	assert_false(r.failed); /* the outer one is not touched by the inner failure */
	assert_int_equal(r.at, 2);
	inner = wire_carve(&r, 5);
	assert_true(inner.failed);
	assert_true(r.failed);
	assert_int_equal(wire_left(&inner), 0);
	r = wire_reader(bytes, 4);
	inner = wire_carve(&r, 4);
	assert_false(inner.failed);
	assert_int_equal(wire_left(&r), 0);
	inner = wire_carve(&r, 0);
	assert_false(inner.failed);
	assert_int_equal(wire_left(&inner), 0);
}

static void
write_field(struct wire_writer *w, size_t width)
{
	switch (width) {
	case 1:
		wire_put_u8(w, 0x01);
		break;
	case 2:
		wire_put_u16(w, 0x0182);
		break;
	default:
		wire_put_u32(w, 0x018203f4);
	}
}

static void
test_write_boundaries(void **state)
{
	(void)state;
	static const size_t widths[] = {1, 2, 4};
	for (size_t i = 0; i < ARRAY_LENGTH(widths); i++) {
		for (size_t size = widths[i] - 1; size <= widths[i] + 1; size++) {
			uint8_t out[8];
			memset(out, 0xee, sizeof out);
			struct wire_writer w = wire_writer(out, size);
			write_field(&w, widths[i]);
			bool fits = size >= widths[i];
			assert_int_equal(w.failed, !fits);
			if (fits)
				assert_memory_equal(out, bytes, widths[i]);
			else
				assert_int_equal(out[0], 0xee); /* never a part of a field */
			assert_int_equal(out[size], 0xee);
			assert_int_equal(wire_room(&w), fits ? size - widths[i] : size);
		}
	}
}

static void
test_write_error_is_sticky(void **state)
{
	(void)state;
	uint8_t out[4] = {0};
	struct wire_writer w = wire_writer(out, 3);
	wire_put_u16(&w, 0x1122);
	wire_put_u32(&w, 1);
	wire_put_u8(&w, 0x33);
	assert_true(w.failed);
	assert_int_equal(w.at, 2);
	assert_memory_equal(out, "\x11\x22\0\0", 4);
	assert_null(wire_put_room(&w, 0));
}

static void
test_put_bytes_and_room(void **state)
{
	(void)state;
	uint8_t out[4] = {0};
	for (size_t size = 2; size <= 4; size++) {
		struct wire_writer w = wire_writer(out, size);
		wire_put_bytes(&w, bytes, 3);
		assert_int_equal(w.failed, size < 3);
		w = wire_writer(out, size);
		assert_ptr_equal(wire_put_room(&w, 3), size < 3 ? NULL : out);
	}
	struct wire_writer w = wire_writer(out, 4);
	wire_put_bytes(&w, NULL, 0); /* nothing from nowhere is fine */
	assert_false(w.failed);
	assert_int_equal(w.at, 0);
	assert_null(wire_put_room(&w, SIZE_MAX));
	assert_true(w.failed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_peek_poke),
		cmocka_unit_test(test_read_boundaries),
		cmocka_unit_test(test_read_error_is_sticky),
		cmocka_unit_test(test_get_bytes),
		cmocka_unit_test(test_carve),
		cmocka_unit_test(test_write_boundaries),
		cmocka_unit_test(test_write_error_is_sticky),
		cmocka_unit_test(test_put_bytes_and_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
