/* SPDX-License-Identifier: BSD-2-Clause */
/* What covers a name or hash, against a search through all of the chain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/sha.h>

#include "anyns/name.h"
#include "anyns/zone.h"
#include "image/base32hex.h"
#include "image/lookup.h"
#include "image/segment.h"
#include "served.h"

#define ZONE_TEXT                                                                                 \
	"$TTL 300\n@ SOA ns.other. h 1 2 3 4 5\n@ NS ns.other.\n"                                 \
	"a TXT x\nyljkjljk.a TXT x\nZ.a TXT x\nzABC.a TXT x\nz TXT x\n\\001.z TXT x\n*.z TXT x\n" \
	"\\200.z TXT x\nab TXT x\nabc TXT x\nb.c.d.e TXT x\n"

static const char *const asked[] = {
	"example.",       "0.example.",          "a.example.",           "a.a.example.",
	"b.a.example.",   "yljkjljk.a.example.", "yljkjljka.a.example.", "yljkjljj.a.example.",
	"zz.a.example.",  "z.example.",          "\\000.z.example.",     "\\002.z.example.",
	"-.z.example.",   "zz.example.",         "\\255.z.example.",     "aa.example.",
	"abb.example.",   "abcd.example.",       "e.example.",           "d.e.example.",
	"c.d.e.example.", "a.b.c.d.e.example.",  "c.c.d.e.example.",     "f.example.",
};

static struct lookup_name
name_of(const char *text)
{
	struct lookup_name name;
	uint8_t wire[DNS_NAME_MAX];
	size_t size = name_parse(wire, text);
	assert_true(size > 0);
	assert_int_equal(lookup_name_set(&name, wire, size), size);
	return name;
}

/* The last name with NSEC before this one; the last of all for the first. */
static const struct zone_name *
cover_of(const struct zone *zone, const uint8_t *wire)
{
	const struct zone_name *found = NULL;
	const struct zone_name *last = NULL;
	for (uint32_t i = 0; i < zone->name_count; i++) {
		const struct zone_name *name = &zone->names[i];
		if (!zone_find_set(zone, name, DNS_TYPE_NSEC))
			continue;
		last = name;
		if (name_compare(name->wire, wire) < 0)
			found = name;
	}
	return found ? found : last;
}

static void
test_nsec(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	const struct served_zone served = {"example.", ZONE_TEXT, PLAN_NSEC};
	struct zone *zone = served_load(&served, &report);
	struct segment *segment = segment_build(zone, &report);
	struct image image = segment_image(segment);
	for (size_t i = 0; i < ARRAY_LENGTH(asked); i++) {
		struct lookup_name name = name_of(asked[i]);
		const struct zone_name *expected = cover_of(zone, name.lower);
		const struct image_node *node = image_node_at(&image,
							      image_nsec_cover(&image, &name));
		assert_non_null(node);
		assert_int_equal(node->name_size, expected->size - zone->apex_size);
		assert_memory_equal(image_node_name(node), expected->wire, node->name_size);
	}
	segment_release(segment);
	zone_free(zone);
	report_clear(&report);
}

static void
test_no_chain(void **state)
{
	(void)state;
	uint8_t hash[IMAGE_HASH_SIZE] = {0};
	bool exact = true;
	struct lookup_name name = name_of("x.example.");
	for (enum plan_signing signing = PLAN_UNSIGNED; signing <= PLAN_NSEC3; signing++) {
		struct segment *segment = served_segment(
			&(struct served_zone){"example.", ZONE_TEXT, signing});
		struct image image = segment_image(segment);
		assert_int_equal(image_nsec_cover(&image, &name) != 0, signing == PLAN_NSEC);
		assert_int_equal(image_nsec3_find(&image, hash, &exact) != 0,
				 signing == PLAN_NSEC3);
		assert_false(exact);
		segment_release(segment);
	}
}

/* Every hash of the chain, and the ones right before and behind it. */
static void
test_nsec3(void **state)
{
	(void)state;
	struct segment *segment = served_segment(
		&(struct served_zone){"example.", ZONE_TEXT, PLAN_NSEC3});
	struct image image = segment_image(segment);
	const struct image_header *header = image_header(&image);
	const struct image_chain_hash *chain = (const void *)(image.base + (size_t)header->chain *
										   IMAGE_REF_UNIT);
	assert_int_equal(header->chain_count, 15);
	for (uint32_t i = 0; i < header->chain_count; i++) {
		bool exact;
		uint8_t hash[IMAGE_HASH_SIZE], decoded[IMAGE_HASH_SIZE];
		uint32_t before = (i ? i : header->chain_count) - 1;
		if (i)
			assert_true(memcmp(chain[i - 1].hash, chain[i].hash, sizeof hash) < 0);
		memcpy(hash, chain[i].hash, sizeof hash);
		assert_int_equal(image_nsec3_find(&image, hash, &exact), chain[i].record);
		assert_true(exact);
		hash[19]++; /* none of them ends in 255 or 0 */
		assert_int_equal(image_nsec3_find(&image, hash, &exact), chain[i].record);
		assert_false(exact);
		hash[19] = (uint8_t)(hash[19] - 2);
		assert_int_equal(image_nsec3_find(&image, hash, &exact), chain[before].record);
		assert_false(exact);
		const struct image_hashed *record = image_hashed_at(&image, chain[i].record);
		assert_true(base32hex_decode(record->label, decoded));
		assert_memory_equal(decoded, chain[i].hash, sizeof decoded);
		assert_int_equal(image_hashed_set(&image, record)->type, DNS_TYPE_NSEC3);
	}
	segment_release(segment);
}

/* RFC 5155 appendix A. */
static void
test_hash(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		const char *hash;
	} table[] = {
		{"example.", "\x20"
			     "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"},
		{"a.example.", "\x20"
			       "35mthgpgcu1qg68fab165klnsnk3dpvl"},
		{"ai.example.", "\x20"
				"gjeqe526plbf1g8mklp59enfd789njgi"},
		{"*.w.example.", "\x20"
				 "r53bq7cc2uvmubfu5ocmm6pers9tk9en"},
		{"2t7b4g4vsa5smi47k61mv5bv1a22bojr.example.", "\x20"
							      "kohar7mbb8dc2ce8a9qvl8hon4k53uhi"},
	};
	struct segment *segment = served_segment(&(struct served_zone){
		"example.",
		"@ 300 SOA ns.other. h 1 2 3 4 5\n@ 300 NS ns.other.\n"
		"@ 300 NSEC3PARAM 1 0 12 aabbccdd\n"
		"@ 300 RRSIG SOA 13 1 300 20370101000000 20200101000000 1 example. AAAA\n",
		PLAN_UNSIGNED});
	struct image image = segment_image(segment);
	assert_int_equal(image_header(&image)->nsec3_iterations, 12);
	assert_int_equal(image_header(&image)->salt_size, 4);
	for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
		uint8_t hash[IMAGE_HASH_SIZE], expected[IMAGE_HASH_SIZE];
		struct lookup_name name = name_of(table[i].name);
		assert_true(base32hex_decode((const uint8_t *)table[i].hash, expected));
		image_nsec3_hash(&image, name.lower, name.size, hash);
		assert_memory_equal(hash, expected, sizeof hash);
	}
	/* NSEC3PARAM without a chain: nothing covers anything. */
	bool exact;
	uint8_t hash[IMAGE_HASH_SIZE] = {0};
	assert_int_equal(image_nsec3_find(&image, hash, &exact), 0);
	segment_release(segment);
}

/* A chain made by hand, behind a header. */
struct made {
	struct image_header header;
	struct image_chain_hash chain[700];
};

static int
compare_elements(const void *a, const void *b)
{
	return memcmp(a, b, IMAGE_HASH_SIZE);
}

/* `shared`: so many first bytes are the same in all hashes, as no real chain has them. */
static void
make_chain(struct made *made, uint32_t count, size_t shared)
{
	memset(made, 0, sizeof *made);
	made->header.flags = IMAGE_NSEC3;
	made->header.chain = sizeof made->header / IMAGE_REF_UNIT;
	made->header.chain_count = count;
	for (uint32_t i = 0; i < count; i++)
		for (size_t byte = 0; byte < IMAGE_HASH_SIZE; byte++)
			made->chain[i].hash[byte] = byte < shared ? 0x55 : (uint8_t)rand();
	qsort(made->chain, count, sizeof made->chain[0], compare_elements);
	for (uint32_t i = 0; i < count; i++)
		made->chain[i].record = i + 1;
}

static void
check_find(const struct made *made, const uint8_t hash[IMAGE_HASH_SIZE])
{
	const struct image image = {
		.base = (const uint8_t *)made, .size = sizeof *made, .header = &made->header};
	uint32_t expected = made->header.chain_count;
	bool there = false;
	bool exact;
	for (uint32_t i = 0; i < made->header.chain_count; i++) {
		int order = memcmp(made->chain[i].hash, hash, IMAGE_HASH_SIZE);
		if (order <= 0)
			expected = i + 1;
		there |= order == 0;
	}
	assert_int_equal(image_nsec3_find(&image, hash, &exact), expected);
	assert_int_equal(exact, there);
}

/* Chains of all sizes, evenly spread and not: the search starts from where a hash should be. */
static void
test_spread(void **state)
{
	(void)state;
	static struct made made;
	static const size_t shares[] = {0, 1, 7, 8, 9, 19};
	uint8_t hash[IMAGE_HASH_SIZE];
	srand(1);
	for (uint32_t count = 1; count <= 700; count += count < 40 ? 1 : 60) {
		for (size_t share = 0; share < ARRAY_LENGTH(shares); share++) {
			make_chain(&made, count, shares[share]);
			for (uint32_t i = 0; i < count; i++) {
				memcpy(hash, made.chain[i].hash, sizeof hash);
				check_find(&made, hash);
				hash[IMAGE_HASH_SIZE - 1] ^= 1;
				check_find(&made, hash);
				hash[rand() % IMAGE_HASH_SIZE] = (uint8_t)rand();
				check_find(&made, hash);
			}
			memset(hash, 0, sizeof hash);
			check_find(&made, hash);
			memset(hash, 0xff, sizeof hash);
			check_find(&made, hash);
		}
	}
}

/* Names and salts of all sizes, around that of one block too, with and without iterations. */
static void
test_hash_sizes(void **state)
{
	(void)state;
	struct {
		struct image_header header;
		uint8_t apex_and_salt[1 + 255];
	} made = {.header = {.apex_size = 1}};
	const struct image image = {
		.base = (const uint8_t *)&made, .size = sizeof made, .header = &made.header};
	uint8_t text[DNS_NAME_MAX + 255];
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (uint8_t)(i * 7 + 1);
	for (unsigned salt = 0; salt <= 255; salt += salt < 60 ? 1 : 65) {
		made.header.salt_size = (uint8_t)salt;
		memcpy(made.apex_and_salt + 1, text + 100, salt);
		for (size_t size = 1; size <= DNS_NAME_MAX; size++) {
			uint8_t message[2 * 255];
			uint8_t hash[IMAGE_HASH_SIZE];
			uint8_t expected[IMAGE_HASH_SIZE];
			memcpy(message, text, size);
			memcpy(message + size, text + 100, salt);
			SHA1(message, size + salt, expected);
			made.header.nsec3_iterations = 0;
			image_nsec3_hash(&image, text, size, hash);
			assert_memory_equal(hash, expected, sizeof hash);
			memcpy(message, expected, sizeof expected);
			memcpy(message + sizeof expected, text + 100, salt);
			SHA1(message, sizeof expected + salt, expected);
			made.header.nsec3_iterations = 1;
			image_nsec3_hash(&image, text, size, hash);
			assert_memory_equal(hash, expected, sizeof hash);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nsec),       cmocka_unit_test(test_no_chain),
		cmocka_unit_test(test_nsec3),      cmocka_unit_test(test_spread),
		cmocka_unit_test(test_hash_sizes), cmocka_unit_test(test_hash),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
