/* SPDX-License-Identifier: BSD-2-Clause */
/* The chain of a segment, and what each node says denies it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "anyns/name.h"
#include "anyns/zone.h"
#include "image/builder.h"
#include "image/lookup.h"
#include "image/segment.h"
#include "served.h"

#define SOA "$TTL 300\n@ SOA ns.other. h 1 2 3 4 120\n@ NS ns.other.\n"
#define SIG "@ RRSIG SOA 13 1 300 20370101000000 20200101000000 1 example. AAAA\n"

static const struct image_node *
node_of(const struct image *image, const char *text)
{
	struct lookup_name name;
	uint8_t wire[DNS_NAME_MAX];
	size_t size = name_parse(wire, text);
	assert_int_equal(lookup_name_set(&name, wire, size), size);
	struct lookup found = image_lookup(image, &name);
	assert_int_equal(found.kind, LOOKUP_FOUND);
	return found.node;
}

static struct segment *
build(const char *text, enum plan_signing signing)
{
	return served_segment(&(struct served_zone){"example.", text, signing});
}

/* The NSEC node at a ref is that of this name. */
static void
expect_nsec(const struct image *image, uint32_t ref, const char *name)
{
	assert_ptr_equal(image_node_at(image, ref), node_of(image, name));
}

static void
test_nsec(void **state)
{
	(void)state;
	struct segment *segment = build(SOA "b.c TXT x\n*.w TXT x\nz TXT x\n", PLAN_NSEC);
	struct image image = segment_image(segment);
	assert_int_equal(image_header(&image)->chain_count, 4);
	/* An empty non-terminal is covered, not matched (RFC 4035 3.1.3.2). */
	const struct image_node *empty = node_of(&image, "c.example.");
	assert_false(empty->flags & IMAGE_NODE_PROVEN);
	expect_nsec(&image, image_node_denial(empty)->own, "example.");
	expect_nsec(&image, image_node_denial(empty)->wildcard, "example.");
	const struct image_node *z = node_of(&image, "z.example.");
	assert_true(z->flags & IMAGE_NODE_PROVEN);
	expect_nsec(&image, image_node_denial(z)->own, "z.example.");
	expect_nsec(&image, image_node_denial(z)->wildcard, "z.example.");
	/* Where a wildcard exists nothing covers it. */
	assert_int_equal(image_node_denial(node_of(&image, "w.example."))->wildcard, 0);
	segment_release(segment);
}

static void
test_opt_out(void **state)
{
	(void)state;
	struct segment *segment = build(SOA "abc NS ns.other.\nunx.def NS ns.other.\nz TXT x\n",
					PLAN_OPT_OUT);
	struct image image = segment_image(segment);
	bool exact;
	uint8_t hash[IMAGE_HASH_SIZE];
	assert_int_equal(image_header(&image)->chain_count, 2);
	image_nsec3_hash(&image, (const uint8_t *)"\7example", 9, hash);
	uint32_t apex = image_nsec3_find(&image, hash, &exact);
	assert_true(exact);
	static const char *const names[] = {"abc.example.", "def.example.", "unx.def.example."};
	for (size_t i = 0; i < 3; i++) {
		const struct image_node *node = node_of(&image, names[i]);
		assert_false(node->flags & IMAGE_NODE_PROVEN);
		assert_int_equal(image_node_denial(node)->own, apex);
		/* Two hashes: what covers is one of them. */
		assert_non_null(image_hashed_at(&image, image_node_denial(node)->closer));
	}
	segment_release(segment);
}

/* While the parameters change there are two chains: that of NSEC3PARAM is ours. */
static void
test_two_chains(void **state)
{
	(void)state;
	static const char text[] = SOA SIG
		"@ NSEC3PARAM 1 0 1 abcd\n"
		"00000000000000000000000000000000 NSEC3 1 0 1 abcd "
		"11111111111111111111111111111111 A\n"
		"11111111111111111111111111111111 NSEC3 1 0 2 abcd "
		"11111111111111111111111111111111 A\n"
		"22222222222222222222222222222222 NSEC3 1 0 1 abce "
		"11111111111111111111111111111111 A\n"
		"33333333333333333333333333333333 NSEC3 1 0 1 - 11111111111111111111111111111111 "
		"A\n"
		"44444444444444444444444444444444 NSEC3 1 0 1 abcdef "
		"11111111111111111111111111111111 A\n"
		"55555555555555555555555555555555 NSEC3 1 1 1 abcd "
		"11111111111111111111111111111111 A\n"
		"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz NSEC3 1 0 1 abcd "
		"11111111111111111111111111111111 A\n"
		"00000000000000000000000000000000 TXT x\n"
		"short NSEC3 1 0 1 abcd 11111111111111111111111111111111 A\n"
		"66666666666666666666666666666666.x NSEC3 1 0 1 abcd "
		"11111111111111111111111111111111 A\n";
	struct report report = REPORT_INIT;
	struct zone *zone = served_load(&(struct served_zone){"example.", text, PLAN_UNSIGNED},
					&report);
	if (zone) {
		struct segment *segment = segment_build(zone, &report);
		struct image image = segment_image(segment);
		const struct image_header *header = image_header(&image);
		const struct image_chain_hash *chain =
			(const void *)(image.base + (size_t)header->chain * IMAGE_REF_UNIT);
		assert_int_equal(header->chain_count, 2);
		assert_int_equal(chain[0].hash[0], 0);
		assert_int_equal(chain[1].hash[0], 0x29);
		segment_release(segment);
		zone_free(zone);
	} else {
		report_print(&report, stderr);
		fail();
	}
	report_clear(&report);
}

/* Signed, but without NSEC or NSEC3: nothing can be denied. */
static void
test_no_chain(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint32_t flags;
	} cases[] = {
		{SOA SIG, 0},
		{SOA "@ NSEC3PARAM 1 0 0 -\n", 0}, /* not signed */
		{SOA SIG "@ NSEC3PARAM 1 0 0 -\n", IMAGE_NSEC3},
		/* Signatures over records that are not there. */
		{SOA SIG "@ RRSIG NSEC 13 1 300 20370101000000 20200101000000 1 example. AAAA\n",
		 IMAGE_NSEC},
		{SOA SIG
		 "@ RRSIG NSEC3PARAM 13 1 300 20370101000000 20200101000000 1 example. AAAA\n"
		 "a RRSIG NSEC3 13 2 300 20370101000000 20200101000000 1 example. AAAA\n",
		 IMAGE_NSEC3},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct segment *segment = build(cases[i].text, PLAN_UNSIGNED);
		struct image image = segment_image(segment);
		assert_int_equal(image_header(&image)->chain_count, 0);
		assert_int_equal(image_header(&image)->flags, cases[i].flags);
		const struct image_denial *denial = image_node_denial(node_of(&image, "example."));
		assert_int_equal(denial != NULL, cases[i].flags != 0);
		if (denial)
			assert_int_equal(denial->own | denial->closer | denial->wildcard, 0);
		segment_release(segment);
	}
}

/* No "*" fits below a name of 254 bytes: then nothing below it can be asked for. */
static void
test_long_names(void **state)
{
	(void)state;
	char text[600];
	for (unsigned last = 58; last <= 62; last++) {
		snprintf(text, sizeof text, SOA "%060u.%060u.%060u.%0*u TXT x\n", 1, 2, 3,
			 (int)last, 4);
		for (enum plan_signing signing = PLAN_NSEC; signing <= PLAN_NSEC3; signing++) {
			struct segment *segment = build(text, signing);
			struct image image = segment_image(segment);
			char *name = strstr(text, "00000");
			char full[300];
			snprintf(full, sizeof full, "%.*s.example.", (int)strcspn(name, " "), name);
			size_t size = strlen(full) + 1;
			const struct image_denial *denial = image_node_denial(
				node_of(&image, full));
			assert_int_equal(denial->wildcard != 0, size + 2 <= 255);
			assert_int_not_equal(denial->own, 0);
			segment_release(segment);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nsec),       cmocka_unit_test(test_opt_out),
		cmocka_unit_test(test_two_chains), cmocka_unit_test(test_no_chain),
		cmocka_unit_test(test_long_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
