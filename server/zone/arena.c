/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arena.c - bump allocation in chunks.
 *
 * A server holds 100,000 zones of four records or one of a million: the first chunk is small and
 * every further one twice as large up to a limit, so that small zones waste little and big ones
 * call malloc seldom.
 */
#include "zone/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum {
	CHUNK_FIRST = 1024,
	CHUNK_LAST = 1 << 20,
};

struct chunk {
	struct chunk *next;
	alignas(max_align_t) uint8_t bytes[];
};

struct adopted {
	struct adopted *next;
	void *block;
};

struct arena {
	struct chunk *chunks; /* the newest first; only that one is filled further */
	struct adopted *adopted;
	uint8_t *at;
	size_t room;
	size_t next_size;
};

struct arena *
arena_new(void)
{
	struct arena *arena = calloc(1, sizeof *arena);
	if (arena)
		arena->next_size = CHUNK_FIRST;
	return arena;
}

void
arena_free(struct arena *arena)
{
	if (!arena)
		return;
	/* The adopted blocks' list lies in the chunks: it goes first. */
	for (struct adopted *a = arena->adopted; a; a = a->next)
		free(a->block);
	for (struct chunk *chunk = arena->chunks, *next; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(arena);
}

static bool
add_chunk(struct arena *arena, size_t size)
{
	if (size < arena->next_size)
		size = arena->next_size;
	if (size > SIZE_MAX / 2)
		return false;
	struct chunk *chunk = malloc(sizeof *chunk + size);
	if (!chunk)
		return false;
	chunk->next = arena->chunks;
	arena->chunks = chunk;
	arena->at = chunk->bytes;
	arena->room = size;
	if (arena->next_size < CHUNK_LAST)
		arena->next_size *= 2;
	return true;
}

static void *
take(struct arena *arena, size_t size, size_t alignment)
{
	size_t gap = align_up((uintptr_t)arena->at, alignment) - (uintptr_t)arena->at;
	if (!arena->at || gap > arena->room || size > arena->room - gap) {
		if (!add_chunk(arena, size))
			return NULL;
		gap = 0;
	}
	uint8_t *p = arena->at + gap;
	arena->at = p + size;
	arena->room -= gap + size;
	return p;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	return take(arena, size, alignof(max_align_t));
}

uint8_t *
arena_copy(struct arena *arena, const void *bytes, size_t size)
{
	uint8_t *copy = take(arena, size, 1);
	if (copy && size)
		memcpy(copy, bytes, size);
	return copy;
}

bool
arena_adopt(struct arena *arena, void *block)
{
	struct adopted *adopted = arena_alloc(arena, sizeof *adopted);
	if (!adopted)
		return false;
	*adopted = (struct adopted){arena->adopted, block};
	arena->adopted = adopted;
	return true;
}

void
arena_join(struct arena *to, struct arena *from)
{
	struct chunk **chunk = &to->chunks;
	struct adopted **adopted = &to->adopted;
	/* Behind its own, the newest of which goes on being filled. */
	while (*chunk)
		chunk = &(*chunk)->next;
	while (*adopted)
		adopted = &(*adopted)->next;
	*chunk = from->chunks;
	*adopted = from->adopted;
	*from = (struct arena){.next_size = CHUNK_FIRST};
}
