/* SPDX-License-Identifier: BSD-2-Clause */
/* Names at their limits, folding of every byte, hashes of suffixes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "anyns/name.h"
#include "image/name_hash.h"

/* A name of labels with these sizes; returns its size. */
static size_t
make_name(uint8_t *wire, const unsigned *sizes, size_t count)
{
	size_t at = 0;
	for (size_t i = 0; i < count; i++) {
		wire[at++] = (uint8_t)sizes[i];
		for (unsigned n = 0; n < sizes[i]; n++)
			wire[at++] = (uint8_t)('a' + (i + n) % 26);
	}
	wire[at++] = 0;
	return at;
}

/* The name in a block of exactly its size, so that reading past it is seen. */
static size_t
set_exact(struct lookup_name *name, const uint8_t *wire, size_t size)
{
	uint8_t *exact = malloc(size);
	assert_non_null(exact);
	memcpy(exact, wire, size);
	size_t result = lookup_name_set(name, exact, size);
	free(exact);
	return result;
}

static void
test_label_limit(void **state)
{
	(void)state;
	struct lookup_name name;
	uint8_t wire[300];
	for (unsigned size = 62; size <= 65; size++) {
		size_t length = make_name(wire, (const unsigned[]){size}, 1);
		assert_int_equal(set_exact(&name, wire, length), size <= 63 ? length : 0);
	}
	/* Compression pointers and extended labels. */
	for (unsigned first = 64; first < 256; first++) {
		memset(wire, 0, sizeof wire);
		wire[0] = (uint8_t)first;
		assert_int_equal(lookup_name_set(&name, wire, sizeof wire), 0);
	}
}

static void
test_name_limit(void **state)
{
	(void)state;
	struct lookup_name name;
	uint8_t wire[400];
	for (unsigned last = 60; last <= 63; last++) {
		size_t length = make_name(wire, (const unsigned[]){63, 63, 63, last}, 4);
		assert_int_equal(set_exact(&name, wire, length), length <= 255 ? length : 0);
		if (length > 255)
			continue;
		assert_int_equal(name.size, length);
		assert_int_equal(name.labels, 4);
		assert_memory_equal(name.lower, wire, length);
	}
}

static void
test_labels_limit(void **state)
{
	(void)state;
	struct lookup_name name;
	uint8_t wire[400];
	for (unsigned labels = 126; labels <= 128; labels++) {
		for (unsigned i = 0; i < labels; i++) {
			wire[2 * i] = 1;
			wire[2 * i + 1] = 'x';
		}
		wire[2 * labels] = 0;
		size_t length = 2 * labels + 1;
		assert_int_equal(set_exact(&name, wire, length), labels <= 127 ? length : 0);
		if (labels > 127)
			continue;
		assert_int_equal(name.labels, labels);
		for (unsigned n = 0; n <= labels; n++) {
			assert_int_equal(lookup_name_suffix_size(&name, n), 2 * n + 1);
			assert_ptr_equal(lookup_name_suffix(&name, n),
					 name.lower + 2 * (labels - n));
		}
	}
}

/* Every cut of a good name is none; bytes behind it do not matter. */
static void
test_limit(void **state)
{
	(void)state;
	struct lookup_name name;
	static const uint8_t wire[] = "\3www\7example\3com";
	for (size_t size = 0; size < sizeof wire; size++)
		assert_int_equal(lookup_name_set(&name, wire, size), 0);
	assert_int_equal(set_exact(&name, wire, sizeof wire), sizeof wire);
	assert_int_equal(lookup_name_set(&name, (const uint8_t *)"", 1), 1);
	assert_int_equal(name.labels, 0);
	assert_int_equal(lookup_name_suffix_size(&name, 0), 1);
}

/* RFC 4343: A-Z and nothing else, at every place of a word. */
static void
test_folding(void **state)
{
	(void)state;
	struct lookup_name name;
	uint8_t wire[20] = {17};
	for (unsigned c = 0; c < 256; c++) {
		for (size_t at = 1; at <= 17; at++) {
			memset(wire + 1, 'q', 17);
			wire[at] = (uint8_t)c;
			assert_int_equal(set_exact(&name, wire, 19), 19);
			for (size_t i = 1; i <= 17; i++) {
				uint8_t byte = i == at ? (uint8_t)c : 'q';
				uint8_t lower = byte >= 'A' && byte <= 'Z' ? byte + 32 : byte;
				assert_int_equal(name.lower[i], lower);
			}
		}
	}
	/* Neighbours in a word do not carry into each other. */
	for (unsigned first = 0; first < 256; first += 5) {
		uint8_t all[66] = {63};
		for (unsigned i = 0; i < 63; i++)
			all[1 + i] = (uint8_t)(first + i);
		assert_int_equal(set_exact(&name, all, 65), 65);
		for (unsigned i = 0; i < 63; i++)
			assert_int_equal(name.lower[1 + i], name_fold((uint8_t)(first + i)));
	}
}

/* The hash of a suffix is that of the suffix as a name of its own, whatever stands before it. */
static void
test_suffix_hashes(void **state)
{
	(void)state;
	struct lookup_name whole, own;
	uint8_t wire[400];
	static const unsigned sizes[] = {1, 7, 8, 9, 15, 16, 17, 63, 2, 6, 23, 31};
	size_t length = make_name(wire, sizes, ARRAY_LENGTH(sizes));
	assert_int_equal(lookup_name_set(&whole, wire, sizeof wire), length);
	memset(&own, 0xa5, sizeof own);
	for (unsigned n = 0; n <= whole.labels; n++) {
		size_t size = lookup_name_suffix_size(&whole, n);
		assert_int_equal(set_exact(&own, lookup_name_suffix(&whole, n), size), size);
		assert_int_equal(own.labels, n);
		for (unsigned i = 0; i <= n; i++)
			assert_true(own.hashes[i] == whole.hashes[i]);
	}
	for (unsigned a = 0; a <= whole.labels; a++)
		for (unsigned b = 0; b < a; b++)
			assert_true(whole.hashes[a] != whole.hashes[b]);
}

/* Part of the image format: a change of these numbers is a new format version. */
static void
test_hash_is_fixed(void **state)
{
	(void)state;
	struct lookup_name name;
	assert_int_equal(lookup_name_set(&name, (const uint8_t *)"\7eXample\3com", 13), 13);
	assert_true(name.hashes[0] == 0x9e3779b97f4a7c15u);
	struct lookup_name upper;
	assert_int_equal(lookup_name_set(&upper, (const uint8_t *)"\7EXAMPLE\3COM", 13), 13);
	assert_true(name.hashes[2] == upper.hashes[2]);
	/* By the definition, a word of 8 bytes at a time. */
	uint64_t hash = (0x9e3779b97f4a7c15u ^ 0x6d6f6303u) * 0xd6e8feb86659fd93u;
	hash ^= hash >> 32;
	assert_true(name.hashes[1] == hash);
	hash = (hash ^ 0x656c706d61786507u) * 0xd6e8feb86659fd93u;
	hash ^= hash >> 32;
	assert_true(name.hashes[2] == hash);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_label_limit),   cmocka_unit_test(test_name_limit),
		cmocka_unit_test(test_labels_limit),  cmocka_unit_test(test_limit),
		cmocka_unit_test(test_folding),       cmocka_unit_test(test_suffix_hashes),
		cmocka_unit_test(test_hash_is_fixed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
