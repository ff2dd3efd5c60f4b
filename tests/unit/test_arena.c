/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone_fixture.h"

#include "zone/arena.h"

static void
test_alignment_and_contents(void **state)
{
	(void)state;
	struct arena *arena = arena_new();
	uint8_t *blocks[500];
	for (size_t i = 0; i < ARRAY_LENGTH(blocks); i++) {
		assert_non_null(arena_copy(arena, "x", 1)); /* brings the next out of step */
		blocks[i] = arena_alloc(arena, i);
		assert_non_null(blocks[i]);
		assert_int_equal((uintptr_t)blocks[i] % _Alignof(max_align_t), 0);
		memset(blocks[i], (int)i, i);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(blocks); i++)
		for (size_t j = 0; j < i; j++)
			assert_int_equal(blocks[i][j], (uint8_t)i);
	arena_free(arena);
}

static void
test_sizes_around_a_chunk(void **state)
{
	(void)state;
	for (size_t size = 1020; size <= 1030; size++) {
		struct arena *arena = arena_new();
		uint8_t *p = arena_alloc(arena, size);
		uint8_t *q = arena_copy(arena, "abc", 3);
		memset(p, 0xff, size);
		assert_memory_equal(q, "abc", 3);
		arena_free(arena);
	}
	struct arena *arena = arena_new();
	uint8_t *big = arena_alloc(arena, 5u << 20);
	assert_non_null(big);
	big[0] = big[(5u << 20) - 1] = 1;
	assert_non_null(arena_copy(arena, NULL, 0));
	assert_null(arena_alloc(arena, SIZE_MAX - 8));
	arena_free(arena);
}

static void
test_adopt(void **state)
{
	(void)state;
	struct arena *arena = arena_new();
	for (int i = 0; i < 100; i++)
		assert_true(
			arena_adopt(arena, malloc(100))); /* the leak checker is the assertion */
	arena_free(arena);
	arena_free(NULL);
}

/* What was taken from either lives as long as the one that is left. */
static void
test_join(void **state)
{
	(void)state;
	struct arena *to = arena_new();
	struct arena *from = arena_new();
	assert_true(to && from);
	const uint8_t *a = arena_copy(to, "first", 6);
	const uint8_t *b = arena_copy(from, "second", 7);
	assert_true(arena_adopt(from, malloc(10)));
	arena_join(to, from);
	/* Both can be used on. */
	const uint8_t *c = arena_copy(to, "third", 6);
	const uint8_t *d = arena_copy(from, "fourth", 7);
	assert_string_equal((const char *)d, "fourth");
	arena_free(from);
	assert_string_equal((const char *)a, "first");
	assert_string_equal((const char *)b, "second");
	assert_string_equal((const char *)c, "third");
	/* An empty one on either side. */
	from = arena_new();
	assert_non_null(from);
	arena_join(to, from);
	arena_join(from, to);
	arena_free(to);
	assert_string_equal((const char *)b, "second");
	arena_free(from);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alignment_and_contents),
		cmocka_unit_test(test_sizes_around_a_chunk),
		cmocka_unit_test(test_adopt),
		cmocka_unit_test(test_join),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
