/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of a segment; every fault of its geometry; damage anywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>

#include "anyns/zone.h"
#include "damage.h"
#include "image/segment.h"

/* A copy of a good segment, to be damaged. */
struct copy {
	struct segment *segment;
	uint8_t *bytes;
	size_t size;
	struct image_header *header;
};

static struct copy
copy_of(const struct served_zone *zone)
{
	struct copy c;
	c.segment = served_segment(zone);
	const void *bytes = segment_bytes(c.segment, &c.size);
	c.bytes = malloc(c.size);
	assert_non_null(c.bytes);
	memcpy(c.bytes, bytes, c.size);
	c.header = (struct image_header *)(void *)c.bytes;
	return c;
}

static void
restore(struct copy *c)
{
	size_t size;
	memcpy(c->bytes, segment_bytes(c->segment, &size), c->size);
}

static void
drop(struct copy *c)
{
	segment_release(c->segment);
	free(c->bytes);
}

/* Opens the first `size` bytes. A refusal is told with the name and its remedy. */
static bool
opens(const struct copy *c, size_t size)
{
	struct report report = REPORT_INIT;
	uint8_t *exact = malloc(size ? size : 1);
	assert_non_null(exact);
	memcpy(exact, c->bytes, size);
	struct segment *segment = segment_open(exact, size, "x.image", &report);
	free(exact);
	assert_int_equal(report.errors, segment ? 0 : 1);
	if (!segment) {
		assert_string_equal(report.findings[0].file, "x.image");
		assert_non_null(report.findings[0].remedy);
	}
	bool opened = segment != NULL;
	segment_release(segment);
	report_clear(&report);
	return opened;
}

static void
test_life(void **state)
{
	(void)state;
	struct copy c = copy_of(&damage_zones[1]);
	struct report report = REPORT_INIT;
	struct segment *opened = segment_open(c.bytes, c.size, "x", &report);
	assert_non_null(opened);
	size_t size;
	assert_ptr_not_equal(segment_bytes(opened, &size), c.bytes);
	assert_int_equal(size, c.size);
	assert_memory_equal(segment_bytes(opened, &size), c.bytes, size);
	assert_int_equal(segment_serial(opened), 7);
	assert_memory_equal(segment_apex(opened), "\7example", 9);
	assert_int_equal(segment_image(opened).size, size);
	assert_ptr_equal(segment_image(opened).base, segment_bytes(opened, &size));
	assert_true(segment_verify(opened, NULL));
	assert_ptr_equal(segment_share(opened), opened);
	segment_release(opened);
	assert_true(segment_verify(opened, NULL));
	segment_release(opened);
	segment_release(NULL);
	drop(&c);
}

/* Any changed byte is seen by the digest, be it in the digest. */
static void
test_verify(void **state)
{
	(void)state;
	struct copy c = copy_of(&damage_zones[2]);
	for (size_t at = 0; at < c.size; at++) {
		c.bytes[at] ^= 0x10;
		struct report report = REPORT_INIT;
		struct segment *segment = segment_open(c.bytes, c.size, "x", &report);
		if (segment)
			assert_false(segment_verify(segment, NULL));
		segment_release(segment);
		report_clear(&report);
		c.bytes[at] ^= 0x10;
	}
	uint8_t digest[IMAGE_DIGEST_SIZE];
	assert_true(segment_digest(c.bytes, c.size, digest));
	assert_memory_equal(digest, c.header->digest, sizeof digest);
	drop(&c);
}

/* Without SHA-256 nothing is verified, and nothing is built. */
static void
test_no_digest(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	struct copy c = copy_of(&damage_zones[0]);
	struct zone *zone = served_load(&damage_zones[0], &report);
	uint8_t digest[IMAGE_DIGEST_SIZE];
	report_clear(&report);
	assert_int_equal(EVP_set_default_properties(NULL, "provider=none"), 1);
	assert_false(segment_digest(c.bytes, c.size, digest));
	assert_false(segment_verify(c.segment, NULL));
	assert_null(segment_build(zone, &report));
	assert_int_equal(report.errors, 1);
	assert_int_equal(EVP_set_default_properties(NULL, ""), 1);
	assert_true(segment_verify(c.segment, NULL));
	zone_free(zone);
	report_clear(&report);
	drop(&c);
}

static void
test_adopt(void **state)
{
	(void)state;
	struct copy c = copy_of(&damage_zones[0]);
	struct segment *adopted = segment_adopt(c.bytes, c.size);
	assert_non_null(adopted);
	size_t size;
	assert_ptr_equal(segment_bytes(adopted, &size), c.bytes);
	assert_true(segment_verify(adopted, NULL));
	segment_release(adopted);
	segment_release(c.segment);
}

static void
test_sizes(void **state)
{
	(void)state;
	struct copy c = copy_of(&damage_zones[0]);
	for (size_t size = 0; size < c.size; size++)
		assert_false(opens(&c, size));
	assert_true(opens(&c, c.size));
	/* One byte more, unsaid and said. */
	c.bytes = realloc(c.bytes, c.size + 8);
	assert_non_null(c.bytes);
	c.header = (struct image_header *)(void *)c.bytes;
	memset(c.bytes + c.size, 0, 8);
	assert_false(opens(&c, c.size + 1));
	c.header->size = c.size + 8;
	assert_true(opens(&c, c.size + 8));
	drop(&c);
}

/* A segment of nothing but a header that says so, with a name of no bytes. */
static void
test_bare_header(void **state)
{
	(void)state;
	struct copy c = copy_of(&damage_zones[0]);
	c.header->size = sizeof *c.header;
	c.header->apex_size = 0;
	c.header->apex_labels = 0;
	c.header->salt_size = 0;
	assert_false(opens(&c, sizeof *c.header));
	drop(&c);
}

/* What was changed is refused; then it is whole again. */
static void
fault(struct copy *c)
{
	assert_false(opens(c, c->size));
	restore(c);
}

static void
fault_head(struct copy *c)
{
	c->header->magic[0] ^= 1;
	fault(c);
	c->header->magic[7] ^= 0x20;
	fault(c);
	c->header->byte_order = 0x04030201;
	fault(c);
	c->header->format_version++;
	fault(c);
	c->header->format_version = 0;
	fault(c);
	c->header->size--;
	fault(c);
	c->header->size++;
	fault(c);
	c->header->size = UINT64_MAX;
	fault(c);
	c->header->apex_size = 0;
	fault(c);
	c->header->apex_size--;
	fault(c);
	c->header->apex_size++;
	fault(c);
	c->header->apex_labels++;
	fault(c);
	c->header->apex_labels = 200;
	fault(c);
	c->bytes[sizeof *c->header] = 64;
	fault(c);
	c->bytes[sizeof *c->header] = 0xc0;
	fault(c);
}

static void
fault_sections(struct copy *c)
{
	uint32_t units = (uint32_t)(c->size / IMAGE_REF_UNIT);
	uint32_t element = c->header->flags & IMAGE_NSEC3 ? 24 : 4;
	c->header->bucket_count = 0;
	fault(c);
	c->header->bucket_count = UINT32_MAX;
	fault(c);
	c->header->bucket_count = (uint32_t)(c->size / 64) + 1;
	fault(c);
	c->header->probe_limit = 0;
	fault(c);
	c->header->probe_limit = IMAGE_PROBE_MAX + 1;
	fault(c);
	c->header->probe_limit = UINT32_MAX;
	fault(c);
	c->header->buckets = 0;
	fault(c);
	c->header->buckets = 12; /* inside the header */
	fault(c);
	c->header->buckets = units - 8 * c->header->bucket_count + 1;
	fault(c);
	c->header->buckets = UINT32_MAX;
	fault(c);
	c->header->chain = 0;
	fault(c);
	c->header->chain = units + 1;
	fault(c);
	c->header->chain = UINT32_MAX;
	fault(c);
	c->header->chain_count = UINT32_MAX;
	fault(c);
	c->header->chain_count = (uint32_t)(c->size / element) + 1;
	fault(c);
	/* The last places that are still inside. */
	c->header->buckets = units - 8 * c->header->bucket_count;
	c->header->probe_limit = IMAGE_PROBE_MAX;
	assert_true(opens(c, c->size));
	restore(c);
}

static void
test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < DAMAGE_ZONES; i++) {
		struct copy c = copy_of(&damage_zones[i]);
		assert_true(opens(&c, c.size));
		fault_head(&c);
		fault_sections(&c);
		drop(&c);
	}
}

/* The salt and the name must lie inside: a segment that ends in them. */
static void
test_salt(void **state)
{
	(void)state;
	struct copy c = copy_of(&damage_zones[2]);
	size_t end = sizeof *c.header + c.header->apex_size;
	c.header->size = end;
	c.header->salt_size = 1;
	assert_false(opens(&c, end));
	c.header->salt_size = 0;
	assert_false(opens(&c, end)); /* the name is inside, the index is not */
	drop(&c);
}

/* Any node as the apex: then names do not end in what they should. */
static void
test_other_apex(void **state)
{
	(void)state;
	struct damage *damage = damage_new();
	assert_non_null(damage);
	for (size_t zone = 0; zone < DAMAGE_ZONES; zone++) {
		struct copy c = copy_of(&damage_zones[zone]);
		const struct image_bucket *buckets =
			(const void *)(c.bytes + (size_t)c.header->buckets * IMAGE_REF_UNIT);
		for (uint32_t i = 0; i < c.header->bucket_count * IMAGE_BUCKET_SLOTS; i++) {
			c.header->apex_node =
				buckets[i / IMAGE_BUCKET_SLOTS].refs[i % IMAGE_BUCKET_SLOTS];
			assert_true(damage_ask(damage, c.bytes, c.size));
		}
		drop(&c);
	}
	damage_free(damage);
}

/* Sets emptied of all records, in turn. */
static void
test_empty_sets(void **state)
{
	(void)state;
	struct damage *damage = damage_new();
	assert_non_null(damage);
	for (size_t zone = 0; zone < 2; zone++) {
		struct copy c = copy_of(&damage_zones[zone]);
		for (size_t at = sizeof *c.header; at + sizeof(struct image_set) < c.size;
		     at += 8) {
			struct image_set *set = (struct image_set *)(void *)(c.bytes + at);
			if (set->rr_count == 0 || set->rr_count > 3 || set->data_size < 12)
				continue;
			/* As many bytes in all as before, so that what follows is still found. */
			set->sig_size = (uint16_t)(set->sig_size + set->data_size);
			set->data_size = 0;
			set->rr_count = 0;
			damage_ask(damage, c.bytes, c.size);
			restore(&c);
		}
		drop(&c);
	}
	damage_free(damage);
}

/* Each byte damaged in several ways, alone. */
static void
test_damage(void **state)
{
	(void)state;
	static const uint8_t patterns[] = {0x01, 0x40, 0xff};
	struct damage *damage = damage_new();
	assert_non_null(damage);
	size_t opened = 0;
	for (size_t zone = 0; zone < DAMAGE_ZONES - 1; zone++) {
		struct copy c = copy_of(&damage_zones[zone]);
		for (size_t at = zone % 2; at < c.size; at += 2) {
			c.bytes[at] ^= patterns[(at + zone) % 3];
			opened += damage_ask(damage, c.bytes, c.size);
			restore(&c);
		}
		drop(&c);
	}
	assert_true(opened > 1000);
	damage_free(damage);
}

/* xorshift64: the same sequence everywhere. */
static unsigned
next_random(uint64_t *state, unsigned below)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (unsigned)(*state >> 20) % below;
}

/* Many bytes at once, at places and with values that a fixed seed decides. */
static void
test_much_damage(void **state)
{
	(void)state;
	uint64_t seed = 42;
	struct damage *damage = damage_new();
	assert_non_null(damage);
	size_t opened = 0;
	for (size_t zone = 0; zone < DAMAGE_ZONES; zone++) {
		struct copy c = copy_of(&damage_zones[zone]);
		for (unsigned round = 0; round < 300; round++) {
			/* Behind the header, which is checked as a whole elsewhere. */
			for (unsigned i = 0; i <= round % 60; i++)
				c.bytes[128 + next_random(&seed, (unsigned)c.size - 128)] =
					(uint8_t)next_random(&seed, 256);
			opened += damage_ask(damage, c.bytes, c.size);
			restore(&c);
		}
		drop(&c);
	}
	assert_int_equal(opened, DAMAGE_ZONES * 300);
	damage_free(damage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),        cmocka_unit_test(test_verify),
		cmocka_unit_test(test_adopt),       cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_faults),      cmocka_unit_test(test_bare_header),
		cmocka_unit_test(test_salt),        cmocka_unit_test(test_damage),
		cmocka_unit_test(test_much_damage), cmocka_unit_test(test_no_digest),
		cmocka_unit_test(test_other_apex),  cmocka_unit_test(test_empty_sets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
