/* SPDX-License-Identifier: BSD-2-Clause */
/* Hashes of NSEC3 owners from their labels, and every byte that is no digit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image/base32hex.h"

/* RFC 5155 appendix A: H(example), salt aabbccdd, 12 iterations. */
static void
test_known(void **state)
{
	(void)state;
	static const uint8_t example[] = {0x06, 0x53, 0x68, 0xab, 0xee, 0xd7, 0xec,
					  0x6e, 0x9f, 0xeb, 0xa9, 0x6b, 0x8c, 0x8b,
					  0xc3, 0xe8, 0xb7, 0x91, 0xf7, 0x16};
	uint8_t hash[IMAGE_HASH_SIZE];
	/* Upper case is the same (RFC 4648 7). */
	static const char *const labels[] = {"\x20"
					     "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom",
					     "\x20"
					     "0P9MHAVEQVM6T7VBL5LOP2U3T2RP3TOM"};
	for (size_t i = 0; i < 2; i++) {
		assert_true(base32hex_decode((const uint8_t *)labels[i], hash));
		assert_memory_equal(hash, example, sizeof hash);
	}
}

/* Encoded here by the definition, bit by bit. */
static void
test_round_trip(void **state)
{
	(void)state;
	static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
	uint8_t hash[IMAGE_HASH_SIZE], back[IMAGE_HASH_SIZE], label[33] = {32};
	for (unsigned seed = 0; seed < 256; seed++) {
		for (size_t i = 0; i < sizeof hash; i++)
			hash[i] = (uint8_t)(seed * 7 + i * i * seed + i);
		for (size_t digit = 0; digit < 32; digit++) {
			unsigned value = 0;
			for (size_t bit = 5 * digit; bit < 5 * digit + 5; bit++)
				value = value << 1 |
					((unsigned)hash[bit / 8] >> (7 - bit % 8) & 1u);
			label[1 + digit] = (uint8_t)digits[value];
		}
		assert_true(base32hex_decode(label, back));
		assert_memory_equal(hash, back, sizeof hash);
	}
}

static void
test_bad(void **state)
{
	(void)state;
	uint8_t hash[IMAGE_HASH_SIZE + 1], label[64];
	memset(label, '0', sizeof label);
	for (unsigned size = 0; size < 64; size++) {
		label[0] = (uint8_t)size;
		assert_int_equal(base32hex_decode(label, hash), size == 32);
	}
	label[0] = 32;
	hash[IMAGE_HASH_SIZE] = 0x5a;
	for (size_t at = 1; at < 33; at++) {
		for (unsigned c = 0; c < 256; c++) {
			bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'v') ||
				     (c >= 'A' && c <= 'V');
			label[at] = (uint8_t)c;
			assert_int_equal(base32hex_decode(label, hash), digit);
		}
		label[at] = '0';
	}
	assert_int_equal(hash[IMAGE_HASH_SIZE], 0x5a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_bad),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
