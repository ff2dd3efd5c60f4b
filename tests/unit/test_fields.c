/* SPDX-License-Identifier: BSD-2-Clause */
/* Rdata as \# may bring it: each type one byte short, right, one byte long, and wrong inside. */
#include "zone_fixture.h"

#include "zone/fields.h"

struct sample {
	uint16_t type;
	const char *hex;
};

static size_t
from_hex(uint8_t *out, const char *hex)
{
	size_t size = strlen(hex) / 2;
	for (size_t i = 0; i < size; i++) {
		unsigned byte;
		assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
		out[i] = (uint8_t)byte;
	}
	return size;
}

/* A copy in a block of just this size, so that a read past the end is seen. */
static bool
accepts(uint16_t type, const uint8_t *bytes, size_t size)
{
	uint8_t *exact = malloc(size ? size : 1);
	memcpy(exact, bytes, size);
	const char *wrong = fields_check(type, exact, size);
	free(exact);
	return wrong == NULL;
}

/* Types whose last field has an end: no prefix of the sample is good, nor the sample and a byte. */
static void
test_bounded(void **state)
{
	(void)state;
	static const struct sample samples[] = {
		{1, "c0000201"},
		{28, "00000000000000000000000000000001"},
		{2, "026e7300"},
		{5, "00"},
		{12, "0161016200"},
		{6, "0161000162000000000700000001000000020000000300000004"},
		{15, "000a016100"},
		{33, "000100020003016100"},
		{39, "00"},
		{13, "0161"
		     "0162"},
		{35, "000a00640155015300"
		     "016100"},
		{51, "0100000c02abcd"},
		{29, "00121613800000008000000000989680"},
		{104, "000a00144fffff20ee64"},
		{108, "00005e00532a"},
		{109, "00005eef1000002a"},
		{66, "003b0114ef00"},
	};
	uint8_t bytes[256] = {0};
	for (size_t i = 0; i < ARRAY_LENGTH(samples); i++) {
		size_t size = from_hex(bytes, samples[i].hex);
		if (!accepts(samples[i].type, bytes, size))
			fail_msg("type %u %s: %s", samples[i].type, samples[i].hex,
				 fields_check(samples[i].type, bytes, size));
		for (size_t shorter = 0; shorter < size; shorter++)
			if (accepts(samples[i].type, bytes, shorter))
				fail_msg("type %u cut to %zu", samples[i].type, shorter);
		bytes[size] = 0;
		assert_false(accepts(samples[i].type, bytes, size + 1));
	}
}

static const struct sample good[] = {
	{16, "00"},
	{16, "0161"
	     "00"
	     "026262"},
	{42, ""},
	{42, "00011503c0a820"},
	{43, "ec45080200"},
	{46, "000108020000000000000002000000010001"
	     "00"
	     "aa"},
	{47, "00"},
	{47, "00"
	     "0001"
	     "40"},
	{47, "00"
	     "000140"
	     "040104"},
	{48, "0100030800"},
	{25, "c0000308"},
	{50, "0100000000"
	     "01aa"
	     "000140"},
	{50, "01000000"
	     "00"
	     "14"
	     "0123456789012345678901234567890123456789"},
	{45, "0a0002aa"},
	{45, "0a0102"
	     "c0000201"
	     "aa"},
	{45, "0a0302"
	     "016100"
	     "aa"},
	{45, "0a0000"},
	{260, "0a00"},
	{260, "0a81"
	      "c0000201"},
	{260, "0a03"
	      "016100"},
	{55, "01020001"
	     "aa"
	     "bb"},
	{55, "01020001"
	     "aa"
	     "bb"
	     "016100"
	     "00"},
	{64, "000000"},
	{64, "0001"
	     "00"
	     "00030002"
	     "0035"},
	{256, "000a0001"},
	{257, "00"
	      "0161"},
	{257, "00"
	      "0161"
	      "ff"},
	{10, ""},
	{65280, ""},
	{65280, "ffffff"},
	{11, "c0000201"
	     "06"
	     "01"},
	{20, "0161"},
	{20, "0161"
	     "0162"},
};

static void
test_good(void **state)
{
	(void)state;
	uint8_t bytes[256];
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++) {
		size_t size = from_hex(bytes, good[i].hex);
		if (!accepts(good[i].type, bytes, size))
			fail_msg("type %u %s: %s", good[i].type, good[i].hex,
				 fields_check(good[i].type, bytes, size));
	}
}

static const struct sample bad[] = {
	{2, "c000"},              /* a compression pointer */
	{2, "016140"},            /* an extended label */
	{2, "0161"},              /* no root label */
	{15, "000a"},             /* no name */
	{16, ""},                 /* no string */
	{16, "0261"},             /* a string past the end */
	{42, "0001210401020304"}, /* IPv4 /33 */
	{42, "0002810101"},       /* IPv6 /129 */
	{42, "00011803c0a800"},   /* a trailing zero byte */
	{42, "000118"},           /* cut */
	{43, "ec450802"},         /* no digest */
	{46, "000108020000000000000002000000010001"
	     "c000"
	     "aa"},
	{46, "000108020000000000000002000000010001"
	     "00"}, /* no signature */
	{47, "00"
	     "0000"}, /* an empty window */
	{47, "00"
	     "000100"}, /* a window that ends in zero */
	{47, "00"
	     "000140"
	     "000140"}, /* a window twice */
	{47, "00"
	     "010140"
	     "000140"}, /* windows backwards */
	{47, "00"
	     "0021"
	     "40"}, /* a window of 33 bytes */
	{47, "00"
	     "0002"
	     "40"},       /* cut */
	{48, "01000308"}, /* no key */
	{50, "0100000000"
	     "00"}, /* no hash */
	{50, "0100000000"
	     "02aa"},         /* hash past the end */
	{51, "0100000002ab"}, /* salt past the end */
	{51, "0100000000"
	     "00"}, /* a byte more */
	{45, "0a0402"
	     "aa"}, /* gateway type 4 */
	{45, "0a0102"
	     "c00002"}, /* address cut */
	{45, "0a0302"
	     "4061"
	     "aa"}, /* a bad name */
	{260, "0a04"},
	{260, "0a"},
	{260, "0a00"
	      "00"},
	{55, "01020001"
	     "aa"},
	{55, "00020001"
	     "bb"},
	{55, "01020000"
	     "aa"},
	{55, "01020001"
	     "aa"
	     "bb"
	     "c000"},
	{64, "0001"
	     "00"
	     "00030001"
	     "35"}, /* a port of one byte */
	{64, "0001"
	     "00"
	     "0003"},
	{257, "00"
	      "00"}, /* an empty tag */
	{257, "00"
	      "022d61"}, /* a hyphen in it */
};

static void
test_bad(void **state)
{
	(void)state;
	uint8_t bytes[256];
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		size_t size = from_hex(bytes, bad[i].hex);
		if (accepts(bad[i].type, bytes, size))
			fail_msg("type %u %s was accepted", bad[i].type, bad[i].hex);
	}
}

/* A label of 64 bytes in the rdata of every type that holds a name first. */
static void
test_label_of_64(void **state)
{
	(void)state;
	static const uint8_t types[] = {2, 3, 4, 5, 7, 8, 9, 12, 39, 47};
	uint8_t bytes[80];
	memset(bytes, 'a', sizeof bytes);
	for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
		bytes[0] = 63;
		bytes[64] = 0;
		assert_true(accepts(types[i], bytes, 65));
		bytes[64] = 'a';
		bytes[0] = 64;
		bytes[65] = 0;
		assert_false(accepts(types[i], bytes, 66));
	}
}

static void
test_walk(void **state)
{
	(void)state;
	static const uint8_t mx[] = {0, 10, 1, 'a', 0};
	struct field field;
	struct fields fields = fields_start(DNS_TYPE_MX, mx, sizeof mx);
	assert_true(fields_next(&fields, &field));
	assert_int_equal(field.at, 0);
	assert_int_equal(field.size, 2);
	assert_true(fields_next(&fields, &field));
	assert_int_equal(field.kind, LDNS_RDF_TYPE_DNAME);
	assert_int_equal(field.at, 2);
	assert_int_equal(field.size, 3);
	assert_false(fields_next(&fields, &field));
	assert_null(fields.wrong);
}

static void
test_canonical(void **state)
{
	(void)state;
	static const uint8_t mx[] = {'A', 'B', 1, 'A', 0};
	static const uint8_t nsec[] = {1, 'A', 0, 0, 1, 0x40};
	static const uint8_t txt[] = {1, 'A'};
	uint8_t out[16];
	assert_true(fields_folds(DNS_TYPE_MX));
	fields_canonical(DNS_TYPE_MX, mx, sizeof mx, out);
	assert_memory_equal(out, "AB\1a\0", 5); /* the preference is no letter */
	/* RFC 6840 5.1: the next name of NSEC keeps its case; so do types younger than RFC 3597. */
	assert_false(fields_folds(DNS_TYPE_NSEC));
	assert_false(fields_folds(DNS_TYPE_SVCB));
	assert_false(fields_folds(257 + DNS_TYPE_NS));
	fields_canonical(DNS_TYPE_NSEC, nsec, sizeof nsec, out);
	assert_memory_equal(out, nsec, sizeof nsec);
	fields_canonical(DNS_TYPE_TXT, txt, sizeof txt, out);
	assert_memory_equal(out, txt, sizeof txt);
	assert_true(fields_folds(DNS_TYPE_RRSIG));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bounded), cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),     cmocka_unit_test(test_label_of_64),
		cmocka_unit_test(test_walk),    cmocka_unit_test(test_canonical),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
