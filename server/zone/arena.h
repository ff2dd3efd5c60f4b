/* SPDX-License-Identifier: BSD-2-Clause */
/* arena.h - memory that is given back all at once. Not thread-safe: an arena belongs to its
 * builder. */
#ifndef ZONE_ARENA_H
#define ZONE_ARENA_H

#include "anyns/base.h"

struct arena;

/* NULL when out of memory. An arena that holds nothing takes a few dozen bytes. */
struct arena *arena_new(void) NODISCARD;

/* Frees the arena, all that was taken from it and all it adopted. NULL is legal. */
void arena_free(struct arena *arena);

/* `size` bytes for any object, not initialised, or NULL. Size 0 gives a valid pointer too. */
void *arena_alloc(struct arena *arena, size_t size) NODISCARD;

/* A copy of `size` bytes, aligned to nothing, or NULL. */
uint8_t *arena_copy(struct arena *arena, const void *bytes, size_t size) NODISCARD;

/* Makes a malloc()ed block part of the arena. False (the block stays the caller's) when out of
 * memory. */
bool arena_adopt(struct arena *arena, void *block) NODISCARD;

/* Moves all that was taken from and adopted by `from` to `to`. `from` is empty afterwards. */
void arena_join(struct arena *to, struct arena *from);

#endif
