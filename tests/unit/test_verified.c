/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_fixture.h"

#include <stdlib.h>

#include "health/verified.h"
#include "served.h"

static const struct served_zone zones[] = {
	{"example.", "@ 60 SOA ns h 7 1 1 1 1\n@ 60 NS ns\nns 60 A 192.0.2.1\n", PLAN_UNSIGNED},
	{"other.", "@ 60 SOA ns h 3 1 1 1 1\n@ 60 NS ns\nns 60 A 192.0.2.1\n", PLAN_UNSIGNED},
	{"broken.", NULL, PLAN_UNSIGNED},
};

/* Compiled here: good at once, whatever its size. One that is not loaded is no reason to wait. */
static void
test_compiled(void **state)
{
	struct served *served = served_new(zones, 3);
	struct verified verified = {0};
	(void)state;

	assert_true(verified_all(&verified, &served->view));
	assert_true(verified_all(&verified, &served->view));
	served_free(served);
}

/* From elsewhere: when all were read, in whatever order. */
static void
test_unread(void **state)
{
	struct segment *segments[2];
	struct verified verified = {0};
	struct report report = REPORT_INIT;
	(void)state;

	for (size_t i = 0; i < 2; i++) {
		struct segment *compiled = served_segment(&zones[i]);
		size_t size;
		const void *bytes = segment_bytes(compiled, &size);
		segments[i] = segment_open(bytes, size, "test", &report);
		assert_non_null(segments[i]);
		segment_release(compiled);
	}
	struct served *served = served_new_segments(segments, 2);
	struct served *other = served_new(zones, 1);
	other->view.serial = 1;
	assert_false(verified_all(&verified, &served->view));
	assert_true(segment_verify(served->segments[1], NULL));
	assert_false(verified_all(&verified, &served->view));
	assert_true(segment_verify(served->segments[0], NULL));
	assert_true(verified_all(&verified, &served->view));
	assert_true(verified_all(&verified, &other->view));
	assert_true(verified_all(&verified, &served->view));
	served_free(served);
	served_free(other);
	report_clear(&report);
}

/* Another view in the same place, as a freed one may leave it to the next: it is looked at anew. */
static void
test_same_place(void **state)
{
	struct verified verified = {0};
	struct report report = REPORT_INIT;
	struct served *good = served_new(zones, 1);
	size_t size;
	const void *bytes = segment_bytes(good->segments[0], &size);
	struct segment *unread = segment_open(bytes, size, "test", &report);
	struct served *other = served_new_segments(&unread, 1);
	struct answer_view view = good->view;
	(void)state;

	assert_true(verified_all(&verified, &view));
	view = other->view;
	view.serial = 1;
	assert_false(verified_all(&verified, &view));
	assert_true(segment_verify(unread, NULL));
	assert_true(verified_all(&verified, &view));
	served_free(good);
	served_free(other);
	report_clear(&report);
}

/* Read, and not what it should be. */
static void
test_bad(void **state)
{
	struct verified verified = {0};
	struct report report = REPORT_INIT;
	struct segment *compiled = served_segment(&zones[0]);
	size_t size;
	const void *bytes = segment_bytes(compiled, &size);
	uint8_t *copy = malloc(size);
	(void)state;

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	copy[size - 1] ^= 1;
	struct segment *damaged = segment_open(copy, size, "test", &report);
	free(copy);
	segment_release(compiled);
	assert_non_null(damaged);
	struct served *served = served_new_segments(&damaged, 1);
	assert_false(segment_verify(served->segments[0], NULL));
	assert_false(verified_all(&verified, &served->view));
	served_free(served);
	report_clear(&report);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compiled),
		cmocka_unit_test(test_unread),
		cmocka_unit_test(test_same_place),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
