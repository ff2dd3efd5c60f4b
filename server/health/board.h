/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * board.h - copies of the gates that any thread may read, while the health thread works on the
 * gates themselves.
 */
#ifndef ANYNS_HEALTH_BOARD_H
#define ANYNS_HEALTH_BOARD_H

#include "health/gates.h"

struct board;

/* Empty. NULL when out of memory. */
struct board *board_new(void) NODISCARD;
void board_free(struct board *board); /* NULL is legal */

/* The health thread: everything anew. */
void board_put(struct board *board, const struct gates *gates);

/* Any thread: gate `index` and its prefix as text; false past the last. */
bool board_read(struct board *board, size_t index, struct gate *gate,
		char prefix[static sizeof(((struct config_prefix *)0)->text)]) NODISCARD;

#endif
