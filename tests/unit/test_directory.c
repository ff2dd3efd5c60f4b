/* SPDX-License-Identifier: BSD-2-Clause */
/* Which zone a name belongs to, of none, some and many, at every depth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "anyns/name.h"
#include "image/lookup.h"
#include "image/segment.h"
#include "served.h"

enum { MANY = 3000 };

static struct lookup_name
name_of(const char *text)
{
	struct lookup_name name;
	uint8_t wire[DNS_NAME_MAX];
	size_t size = name_parse(wire, text);
	assert_int_equal(lookup_name_set(&name, wire, size), size);
	return name;
}

/* The size of the found zone's image, which tells the zones here apart; 0: none. */
static const struct zone_entry *
find(const struct directory *directory, const char *text, int labels)
{
	struct lookup_name name = name_of(text);
	return directory_find(directory, &name, labels < 0 ? name.labels : (unsigned)labels);
}

static void
test_empty(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	struct directory *directory = directory_build(NULL, 0, &report);
	assert_non_null(directory);
	assert_null(find(directory, ".", -1));
	assert_null(find(directory, "www.example.", -1));
	directory_free(directory);
	directory_free(NULL);
}

static void
test_longest(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	static const char *const apexes[] = {".", "example.", "a.b.example.", "other."};
	uint8_t wires[4][DNS_NAME_MAX];
	struct directory_entry entries[4];
	for (size_t i = 0; i < 4; i++) {
		name_parse(wires[i], apexes[i]);
		entries[i] = (struct directory_entry){wires[i], NULL};
	}
	struct directory *directory = directory_build(entries, 4, &report);
	/* The apexes are copied. */
	memset(wires, 0xff, sizeof wires);
	const struct zone_entry *root = find(directory, ".", -1);
	const struct zone_entry *example = find(directory, "example.", -1);
	const struct zone_entry *deep = find(directory, "a.b.example.", -1);
	assert_true(root && example && deep && root != example && example != deep);
	assert_null(root->image.base);
	assert_ptr_equal(find(directory, "b.example.", -1), example);
	assert_ptr_equal(find(directory, "x.b.example.", -1), example);
	assert_ptr_equal(find(directory, "x.y.A.B.Example.", -1), deep);
	assert_ptr_equal(find(directory, "net.", -1), root);
	assert_ptr_equal(find(directory, "aexample.", -1), root);
	/* The parent's side: as DS is looked up. */
	assert_ptr_equal(find(directory, "a.b.example.", 2), example);
	assert_ptr_equal(find(directory, "example.", 0), root);
	directory_free(directory);
}

/* Enough zones for collisions, and names as deep as they can be. */
static void
test_many(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	static uint8_t wires[MANY][DNS_NAME_MAX];
	static struct directory_entry entries[MANY];
	char text[300];
	for (size_t i = 0; i < MANY; i++) {
		snprintf(text, sizeof text, "zone%zu.example%s.", i, i % 2 ? "" : ".net");
		name_parse(wires[i], text);
		entries[i] = (struct directory_entry){wires[i], NULL};
	}
	/* Of 127 labels, the most there are. */
	for (size_t i = 0; i < 127; i++)
		memcpy(wires[0] + 2 * i, "\1x", 2);
	wires[0][254] = 0;
	struct directory *directory = directory_build(entries, MANY, &report);
	const struct zone_entry *before = NULL;
	for (size_t i = 1; i < MANY; i++) {
		snprintf(text, sizeof text, "www.zone%zu.example%s.", i, i % 2 ? "" : ".net");
		const struct zone_entry *found = find(directory, text, -1);
		assert_non_null(found);
		assert_ptr_not_equal(found, before);
		before = found;
		snprintf(text, sizeof text, "zone%zu.example%s.", i + MANY, i % 2 ? "" : ".net");
		assert_null(find(directory, text, -1));
	}
	struct lookup_name deep;
	assert_int_equal(lookup_name_known(&deep, wires[0]), 255);
	assert_non_null(directory_find(directory, &deep, 127));
	assert_null(directory_find(directory, &deep, 126));
	directory_free(directory);
}

/* A segment lives as long as any directory or holder needs it. */
static void
test_references(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	const struct served_zone zone = {
		"example.", "@ 300 SOA ns.other. h 1 2 3 4 5\n@ 300 NS ns.other.\n", PLAN_UNSIGNED};
	struct segment *segment = served_segment(&zone);
	struct directory_entry entry = {segment_apex(segment), segment};
	struct directory *first = directory_build(&entry, 1, &report);
	struct directory *second = directory_build(&entry, 1, &report);
	const uint8_t *base = segment_image(segment).base;
	segment_release(segment);
	assert_ptr_equal(find(first, "example.", -1)->image.base, base);
	directory_free(first);
	assert_ptr_equal(find(second, "x.example.", -1)->image.base, base);
	assert_int_equal(find(second, "x.example.", -1)->image.base[0], 'a');
	directory_free(second);
}

/* Zones as they were given, by number. */
static void
test_by_index(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	const struct served_zone zone = {
		"example.", "@ 300 SOA ns.other. h 1 2 3 4 5\n@ 300 NS ns.other.\n", PLAN_UNSIGNED};
	struct segment *segment = served_segment(&zone);
	static const uint8_t broken[] = "\6broken";
	struct directory_entry entries[] = {{broken, NULL}, {segment_apex(segment), segment}};
	struct directory *directory = directory_build(entries, 2, &report);
	assert_int_equal(directory_count(directory), 2);
	assert_true(name_equal(directory_apex(directory, 0), broken));
	assert_null(directory_segment(directory, 0));
	assert_true(name_equal(directory_apex(directory, 1), segment_apex(segment)));
	assert_ptr_equal(directory_segment(directory, 1), segment);
	segment_release(segment);
	directory_free(directory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),    cmocka_unit_test(test_longest),
		cmocka_unit_test(test_many),     cmocka_unit_test(test_references),
		cmocka_unit_test(test_by_index),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
