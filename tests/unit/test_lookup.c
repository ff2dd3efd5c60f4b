/* SPDX-License-Identifier: BSD-2-Clause */
/* Names in an image: all that exist are found, all that do not have the right encloser; refs that
 * lead nowhere. */
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
#include "image/lookup.h"
#include "image/segment.h"
#include "served.h"

#define ZONE_TEXT                                                                              \
	"$TTL 300\n@ SOA ns.other. h 1 2 3 4 5\n@ NS ns.other.\n"                              \
	"www A 192.0.2.1\nwww TXT x\nwww TYPE300 \\# 0\na.b.c TXT x\n*.w TXT x\n*.x.w TXT x\n" \
	"cut NS ns.cut\nns.cut A 192.0.2.2\ndn DNAME other.\nalias CNAME www\n"

static const struct served_zone zone = {"example.", ZONE_TEXT, PLAN_UNSIGNED};
static const struct served_zone root = {".", ZONE_TEXT, PLAN_UNSIGNED};

static struct lookup_name
name_of(const char *text)
{
	struct lookup_name name;
	uint8_t wire[DNS_NAME_MAX];
	size_t size = name_parse(wire, text);
	assert_int_equal(lookup_name_set(&name, wire, size), size);
	return name;
}

static struct lookup
look(const struct image *image, const char *text)
{
	struct lookup_name name = name_of(text);
	return image_lookup(image, &name);
}

/* Whether the node's labels below the apex are these. */
static bool
is_node(const struct image_node *node, const char *labels, size_t size)
{
	return node && node->name_size == size && memcmp(image_node_name(node), labels, size) == 0;
}

/* Hints change nothing, and follow no ref out of the image: the sanitizers look on. */
static void
test_fetch(void **state)
{
	(void)state;
	static const char *const names[] = {"www.example.", "none.example.", "example.",
					    "a.b.c.example."};
	struct segment *segment = served_segment(&zone);
	struct image image = segment_image(segment);
	uint8_t *damaged = malloc((size_t)image.size);
	assert_non_null(damaged);
	memcpy(damaged, image.base, (size_t)image.size);
	struct image copy = {.base = damaged, .size = image.size, .header = (const void *)damaged};
	struct image_bucket *buckets = (void *)(damaged + (size_t)image_header(&copy)->buckets *
								  IMAGE_REF_UNIT);
	for (uint32_t i = 0; i < image_header(&copy)->bucket_count; i++)
		for (unsigned slot = 0; slot < IMAGE_BUCKET_SLOTS; slot++)
			buckets[i].refs[slot] = UINT32_MAX - slot;
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		struct lookup_name name = name_of(names[i]);
		struct lookup before = image_lookup(&image, &name);
		image_fetch_bucket(&image, &name);
		image_fetch_node(&image, &name);
		struct lookup after = image_lookup(&image, &name);
		assert_int_equal(after.kind, before.kind);
		assert_ptr_equal(after.node, before.node);
		image_fetch_bucket(&copy, &name);
		image_fetch_node(&copy, &name);
	}
	free(damaged);
	segment_release(segment);
}

static void
test_kinds(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		enum lookup_kind kind;
		const char *node; /* NULL: none */
		unsigned encloser_labels;
	} table[] = {
		{"example.", LOOKUP_FOUND, "", 1},
		{"WWW.example.", LOOKUP_FOUND, "\3www", 2},
		{"a.b.c.example.", LOOKUP_FOUND, "\1a\1b\1c", 4},
		{"c.example.", LOOKUP_FOUND, "\1c", 2},
		{"b.c.example.", LOOKUP_FOUND, "\1b\1c", 3},
		{"x.b.c.example.", LOOKUP_MISSING, NULL, 3},
		{"x.y.example.", LOOKUP_MISSING, NULL, 1},
		{"x.a.b.c.example.", LOOKUP_MISSING, NULL, 4},
		{"*.w.example.", LOOKUP_FOUND, "\1*\1w", 3},
		{"q.w.example.", LOOKUP_WILDCARD, "\1*\1w", 2},
		{"p.q.w.example.", LOOKUP_WILDCARD, "\1*\1w", 2},
		{"q.x.w.example.", LOOKUP_WILDCARD, "\1*\1x\1w", 3},
		{"q.*.w.example.", LOOKUP_MISSING, NULL, 3},
		{"cut.example.", LOOKUP_FOUND, "\3cut", 2},
		{"ns.cut.example.", LOOKUP_BELOW_CUT, "\3cut", 2},
		{"a.b.cut.example.", LOOKUP_BELOW_CUT, "\3cut", 2},
		{"dn.example.", LOOKUP_FOUND, "\2dn", 2},
		{"a.dn.example.", LOOKUP_DNAME, "\2dn", 2},
	};
	struct segment *segment = served_segment(&zone);
	struct image image = segment_image(segment);
	for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
		struct lookup found = look(&image, table[i].name);
		assert_int_equal(found.kind, table[i].kind);
		assert_int_equal(found.encloser_labels, table[i].encloser_labels);
		assert_non_null(found.encloser);
		if (table[i].node)
			assert_true(is_node(found.node, table[i].node, strlen(table[i].node)));
		else
			assert_null(found.node);
		if (found.kind == LOOKUP_FOUND)
			assert_ptr_equal(found.node, found.encloser);
	}
	segment_release(segment);
}

static void
test_sets(void **state)
{
	(void)state;
	struct segment *segment = served_segment(&zone);
	struct image image = segment_image(segment);
	const struct image_node *www = look(&image, "www.example.").node;
	static const uint16_t types[] = {DNS_TYPE_A, DNS_TYPE_TXT, 300};
	const struct image_set *set = image_first_set(&image, www);
	assert_int_equal(www->set_count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(set->type, types[i]);
		assert_ptr_equal(image_find_set(&image, www, types[i]), set);
		assert_null(image_find_set(&image, www, types[i] - 1));
		assert_null(image_find_set(&image, www, types[i] + 1));
		if (i < 2)
			set = image_next_set(&image, set);
	}
	assert_null(image_find_set(&image, www, 0));
	assert_null(image_find_set(&image, www, UINT16_MAX));
	const struct image_node *empty = look(&image, "c.example.").node;
	assert_null(image_first_set(&image, empty));
	assert_null(image_find_set(&image, empty, DNS_TYPE_A));
	assert_null(image_node_denial(empty));
	segment_release(segment);
}

/* The deepest name that can be, with nothing and everything on the way. */
static void
test_depth(void **state)
{
	(void)state;
	char text[2000];
	for (unsigned existing = 0; existing <= 126; existing += 18) {
		size_t at = (size_t)snprintf(
			text, sizeof text, "@ 300 SOA ns.other. h 1 2 3 4 5\n@ 300 NS ns.other.\n");
		for (unsigned i = 0; i < existing; i++)
			at += (size_t)snprintf(text + at, sizeof text - at, "x%s",
					       i + 1 < existing ? "." : " 300 A 192.0.2.1\n");
		struct segment *segment = served_segment(
			&(struct served_zone){"y.", text, PLAN_UNSIGNED});
		struct image image = segment_image(segment);
		for (unsigned labels = 0; labels <= 126; labels++) {
			struct lookup_name name;
			uint8_t wire[DNS_NAME_MAX];
			for (unsigned i = 0; i < labels; i++)
				memcpy(wire + 2 * i, "\1x", 2);
			memcpy(wire + 2 * labels, "\1y", 3);
			assert_true(lookup_name_set(&name, wire, sizeof wire) > 0);
			struct lookup found = image_lookup(&image, &name);
			assert_int_equal(found.kind,
					 labels <= existing ? LOOKUP_FOUND : LOOKUP_MISSING);
			assert_int_equal(found.encloser_labels,
					 1 + (labels < existing ? labels : existing));
		}
		segment_release(segment);
	}
}

static void
test_refs(void **state)
{
	(void)state;
	struct segment *segment = served_segment(&zone);
	struct image image = segment_image(segment);
	uint32_t units = (uint32_t)(image.size / IMAGE_REF_UNIT);
	static const uint32_t outside[] = {0, UINT32_MAX, UINT32_MAX - 1};
	for (size_t i = 0; i < 3; i++) {
		assert_null(image_node_at(&image, outside[i]));
		assert_null(image_set_at(&image, outside[i]));
		assert_null(image_hashed_at(&image, outside[i]));
	}
	for (uint32_t ref = units - 8; ref < units + 8; ref++) {
		size_t left = ref <= units ? image.size - (size_t)ref * 8 : 0;
		if (left < sizeof(struct image_node)) {
			assert_null(image_node_at(&image, ref));
			assert_null(image_set_at(&image, ref));
		}
		assert_int_equal(image_hashed_at(&image, ref) != NULL,
				 left >= sizeof(struct image_hashed));
	}
	segment_release(segment);
}

/* A root whose wildcard, apex and index lead nowhere. */
static void
test_damaged(void **state)
{
	(void)state;
	struct segment *good = served_segment(&root);
	size_t size;
	const void *bytes = segment_bytes(good, &size);
	uint8_t *copy = malloc(size);
	assert_non_null(copy);
	memcpy(copy, bytes, size);
	struct image image = {.base = copy, .size = size, .header = (const void *)copy};
	struct image_header *header = (struct image_header *)(void *)copy;

	struct lookup found = look(&image, "q.w.");
	assert_int_equal(found.kind, LOOKUP_WILDCARD);
	struct image_node *w = (struct image_node *)(void *)(copy +
							     ((const uint8_t *)found.encloser -
							      image.base));
	w->wildcard = UINT32_MAX;
	assert_int_equal(look(&image, "q.w.").kind, LOOKUP_DAMAGED);
	header->apex_node = 0;
	assert_int_equal(look(&image, "none.").kind, LOOKUP_DAMAGED);
	assert_int_equal(look(&image, "www.").kind, LOOKUP_FOUND);
	/* An index of nothing: not even the apex is there, which the search takes for granted. */
	memset(copy + (size_t)header->buckets * 8, 0,
	       header->bucket_count * sizeof(struct image_bucket));
	assert_int_equal(look(&image, ".").kind, LOOKUP_DAMAGED);
	assert_int_equal(look(&image, "www.").kind, LOOKUP_DAMAGED);
	/* An index full of nodes with other names is read no further than the limit. */
	memset(copy + (size_t)header->buckets * 8, 0x7f,
	       header->bucket_count * sizeof(struct image_bucket));
	header->probe_limit = IMAGE_PROBE_MAX;
	assert_int_equal(look(&image, "www.").kind, LOOKUP_DAMAGED);
	free(copy);
	segment_release(good);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds), cmocka_unit_test(test_fetch),
		cmocka_unit_test(test_sets),  cmocka_unit_test(test_depth),
		cmocka_unit_test(test_refs),  cmocka_unit_test(test_damaged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
