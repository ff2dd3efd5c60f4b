/* SPDX-License-Identifier: BSD-2-Clause */
/* Zones to segments: what is in, what is not, the same bytes each time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "anyns/name.h"
#include "anyns/wire.h"
#include "anyns/zone.h"
#include "image/lookup.h"
#include "image/segment.h"
#include "served.h"

#define SOA "$TTL 300\n@ SOA ns.other. h 1 2 3 4 120\n@ NS ns.other.\n"

static struct lookup
look(const struct image *image, const char *text)
{
	struct lookup_name name;
	uint8_t wire[DNS_NAME_MAX];
	size_t size = name_parse(wire, text);
	assert_int_equal(lookup_name_set(&name, wire, size), size);
	return image_lookup(image, &name);
}

/* The same zone from the same text, and from lines in another order, is the same segment. */
static void
test_same_bytes(void **state)
{
	(void)state;
	static const char *const texts[] = {
		SOA "b A 192.0.2.2\nb A 192.0.2.1\na MX 1 b\nsub NS ns.sub\nns.sub A 192.0.2.3\n",
		SOA "ns.sub A 192.0.2.3\nsub NS ns.sub\na MX 1 b\nb A 192.0.2.1\nb A 192.0.2.2\n",
	};
	for (enum plan_signing signing = PLAN_UNSIGNED; signing <= PLAN_OPT_OUT; signing++) {
		size_t size, other_size;
		struct segment *first = served_segment(
			&(struct served_zone){"example.", texts[0], signing});
		const void *bytes = segment_bytes(first, &size);
		assert_true(segment_verify(first, NULL));
		for (size_t i = 0; i < 3; i++) {
			struct segment *other = served_segment(
				&(struct served_zone){"Example.", texts[i % 2], signing});
			const void *other_bytes = segment_bytes(other, &other_size);
			assert_int_equal(size, other_size);
			assert_memory_equal(bytes, other_bytes, size);
			segment_release(other);
		}
		segment_release(first);
	}
}

static void
test_header(void **state)
{
	(void)state;
	for (enum plan_signing signing = PLAN_UNSIGNED; signing <= PLAN_OPT_OUT; signing++) {
		struct segment *segment = served_segment(
			&(struct served_zone){"x.Example.", SOA "a.b TXT x\n", signing});
		struct image image = segment_image(segment);
		const struct image_header *header = image_header(&image);
		uint32_t flags = signing == PLAN_NSEC    ? IMAGE_NSEC
				 : signing >= PLAN_NSEC3 ? IMAGE_NSEC3
							 : 0;
		assert_int_equal(header->serial, 1);
		assert_int_equal(header->flags, flags);
		assert_int_equal(header->apex_size, 11);
		assert_int_equal(header->apex_labels, 2);
		assert_memory_equal(image_apex(&image), "\1x\7example", 11);
		assert_int_equal(header->node_count, 3);
		assert_int_equal(header->salt_size, flags == IMAGE_NSEC3 ? 2 : 0);
		assert_int_equal(header->nsec3_iterations, flags == IMAGE_NSEC3);
		if (flags == IMAGE_NSEC3)
			assert_memory_equal(image_salt(&image), "\xab\xcd", 2);
		segment_release(segment);
	}
}

/* RFC 2308 5: the smaller of the SOA's TTL and its MINIMUM. */
static void
test_negative_soa(void **state)
{
	(void)state;
	for (unsigned ttl = 119; ttl <= 121; ttl++) {
		char text[200];
		snprintf(text, sizeof text,
			 "@ %u SOA ns.other. h 1 2 3 4 120\n@ 300 NS ns.other.\n", ttl);
		struct segment *segment = served_segment(
			&(struct served_zone){"example.", text, PLAN_UNSIGNED});
		struct image image = segment_image(segment);
		const struct image_set *soa = image_set_at(&image,
							   image_header(&image)->negative_soa);
		assert_int_equal(soa->type, DNS_TYPE_SOA);
		assert_int_equal(wire_peek_u32(image_set_data(soa) + 6), ttl < 120 ? ttl : 120);
		const struct image_set *own = image_find_set(&image, look(&image, "example.").node,
							     DNS_TYPE_SOA);
		assert_int_equal(wire_peek_u32(image_set_data(own) + 6), ttl);
		segment_release(segment);
	}
}

/* At a cut only what the parent may say; below it nothing but the glue that somebody needs. */
static void
test_cuts(void **state)
{
	(void)state;
	struct segment *segment = served_segment(&(struct served_zone){
		"example.",
		SOA
		"sub NS ns.sub\nsub NS sub\nsub TXT no\nsub A 192.0.2.1\nsub AAAA 2001:db8::1\n"
		"sub DS 1 13 2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
		"ns.sub A 192.0.2.2\nns.sub TXT no\nother.sub A 192.0.2.3\nsub NS *.sub\n*.sub A "
		"192.0.2.4\n",
		PLAN_NSEC});
	struct image image = segment_image(segment);
	const struct image_node *cut = look(&image, "sub.example.").node;
	static const uint16_t types[] = {DNS_TYPE_A, DNS_TYPE_NS, DNS_TYPE_AAAA, DNS_TYPE_DS,
					 DNS_TYPE_NSEC};
	assert_true(cut->flags & IMAGE_NODE_CUT);
	for (size_t i = 0; i < ARRAY_LENGTH(types); i++)
		assert_non_null(image_find_set(&image, cut, types[i]));
	assert_null(image_find_set(&image, cut, DNS_TYPE_TXT));
	assert_int_equal(look(&image, "ns.sub.example.").kind, LOOKUP_BELOW_CUT);
	assert_int_equal(image_header(&image)->node_count, 2);
	const struct image_set *ns = image_find_set(&image, cut, DNS_TYPE_NS);
	assert_int_equal(ns->extra_count, 3);
	for (unsigned i = 0; i < 3; i++) {
		const struct image_extra *extra = &image_set_extras(ns)[i];
		const struct image_node *node = image_node_at(&image, extra->node);
		assert_true(extra->required);
		assert_non_null(image_find_set(&image, node, DNS_TYPE_A));
		assert_null(image_find_set(&image, node, DNS_TYPE_TXT));
	}
	segment_release(segment);
}

static void
test_node_flags(void **state)
{
	(void)state;
	struct segment *segment = served_segment(&(struct served_zone){
		"example.", SOA "c CNAME a\nd DNAME x.\n*.w TXT x\na TXT x\n", PLAN_UNSIGNED});
	struct image image = segment_image(segment);
	assert_int_equal(look(&image, "c.example.").node->flags, IMAGE_NODE_CNAME);
	assert_int_equal(look(&image, "d.example.").node->flags, IMAGE_NODE_DNAME);
	assert_int_equal(look(&image, "a.example.").node->flags, 0);
	const struct image_node *w = look(&image, "w.example.").node;
	assert_ptr_equal(image_node_at(&image, w->wildcard), look(&image, "*.w.example.").node);
	assert_int_equal(look(&image, "example.").node->wildcard, 0);
	segment_release(segment);
}

/* An apex that is itself called "*" is nobody's wildcard here. */
static void
test_wildcard_apex(void **state)
{
	(void)state;
	struct segment *segment = served_segment(
		&(struct served_zone){"*.example.", SOA "a TXT x\n", PLAN_NSEC});
	struct image image = segment_image(segment);
	assert_int_equal(look(&image, "a.*.example.").kind, LOOKUP_FOUND);
	assert_int_equal(look(&image, "b.*.example.").kind, LOOKUP_MISSING);
	segment_release(segment);
}

/* Signatures over nothing make no set (RFC 4035 2.2 forbids them, files have them). */
static void
test_stray_signature(void **state)
{
	(void)state;
	struct segment *segment = served_segment(
		&(struct served_zone){"example.",
				      SOA "a RRSIG TXT 13 2 300 20370101000000 20200101000000 1 "
					  "example. AAAA\na A 192.0.2.1\n",
				      PLAN_UNSIGNED});
	struct image image = segment_image(segment);
	const struct image_node *a = look(&image, "a.example.").node;
	assert_int_equal(a->set_count, 1);
	assert_non_null(image_find_set(&image, a, DNS_TYPE_A));
	segment_release(segment);
}

/* Enough names that buckets overflow into their neighbours; each is found, its neighbour is not. */
static void
test_many(void **state)
{
	(void)state;
	enum { MANY = 20000 };
	char *text = malloc(MANY * 32 + 200), name[64];
	assert_non_null(text);
	size_t at = (size_t)snprintf(text, 200, SOA);
	for (unsigned i = 0; i < MANY; i++)
		at += (size_t)snprintf(text + at, 32, "n%u.x%u A 192.0.2.1\n", i, i % 100);
	struct segment *segment = served_segment(
		&(struct served_zone){"example.", text, PLAN_UNSIGNED});
	struct image image = segment_image(segment);
	assert_int_equal(image_header(&image)->node_count, MANY + 100 + 1);
	assert_true(image_header(&image)->probe_limit > 1);
	assert_true(image_header(&image)->probe_limit <= IMAGE_PROBE_MAX);
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(name, sizeof name, "n%u.x%u.example.", i, i % 100);
		assert_int_equal(look(&image, name).kind, LOOKUP_FOUND);
		snprintf(name, sizeof name, "n%u.x%u.example.", i, i % 100 + 1);
		struct lookup found = look(&image, name);
		assert_int_equal(found.kind, LOOKUP_MISSING);
		assert_int_equal(found.encloser_labels, i % 100 == 99 ? 1 : 2);
	}
	segment_release(segment);
	free(text);
}

/* Small indexes: what overflows at the end goes on at the start. */
static void
test_wrap(void **state)
{
	(void)state;
	char text[8000], name[64];
	for (unsigned count = 30; count < 300; count += 9) {
		size_t at = (size_t)snprintf(text, sizeof text, SOA);
		for (unsigned i = 0; i < count; i++)
			at += (size_t)snprintf(text + at, sizeof text - at, "n%u A 192.0.2.1\n", i);
		struct segment *segment = served_segment(
			&(struct served_zone){"example.", text, PLAN_UNSIGNED});
		struct image image = segment_image(segment);
		for (unsigned i = 0; i < 2 * count; i++) {
			snprintf(name, sizeof name, "n%u.example.", i);
			assert_int_equal(look(&image, name).kind,
					 i < count ? LOOKUP_FOUND : LOOKUP_MISSING);
		}
		segment_release(segment);
	}
}

/* An RRset larger than a message: the zone room refuses it, and so does this one. */
static void
test_too_large(void **state)
{
	(void)state;
	uint8_t bytes[22] = {0};
	uint8_t *big = calloc(1, 65535);
	struct zone_rdata rdatas[3] = {{bytes, 22, 0}, {big, 65535, 0}, {bytes, 22, 0}};
	struct zone_set sets[2] = {{.type = DNS_TYPE_SOA, .rdata_count = 1},
				   {.type = DNS_TYPE_TXT, .first_rdata = 1, .rdata_count = 1}};
	static const uint8_t apex[] = "\7example";
	struct zone_name name = {.wire = apex,
				 .size = 9,
				 .labels = 1,
				 .parent = ZONE_NONE,
				 .cover = ZONE_NONE,
				 .set_count = 2};
	struct zone zone = {.apex_size = 9,
			    .apex_labels = 1,
			    .class = 1,
			    .names = &name,
			    .name_count = 1,
			    .sets = sets,
			    .set_count = 2,
			    .rdatas = rdatas,
			    .rdata_count = 3};
	memcpy(zone.apex, apex, sizeof apex);
	for (unsigned files = 0; files < 2; files++) {
		struct report report = REPORT_INIT;
		char path[] = "big.zone";
		struct zone_file file = {.path = path};
		zone.files = &file;
		zone.file_count = files;
		assert_null(segment_build(&zone, &report));
		assert_int_equal(report.errors, 1);
		if (files)
			assert_string_equal(report.findings[0].file, "big.zone");
		assert_non_null(strstr(report.findings[0].message, "example."));
		report_clear(&report);
	}
	free(big);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_bytes),      cmocka_unit_test(test_header),
		cmocka_unit_test(test_negative_soa),    cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_node_flags),      cmocka_unit_test(test_wildcard_apex),
		cmocka_unit_test(test_stray_signature), cmocka_unit_test(test_many),
		cmocka_unit_test(test_too_large),       cmocka_unit_test(test_wrap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
