/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/board.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct board {
	pthread_mutex_t lock;
	size_t count;
	struct board_entry {
		char prefix[sizeof(((struct config_prefix *)0)->text)];
		struct gate gate;
	} at[LEASE_GATES];
};

struct board *
board_new(void)
{
	struct board *board = calloc(1, sizeof(*board));

	if (board)
		pthread_mutex_init(&board->lock, NULL);
	return board;
}

void
board_free(struct board *board)
{
	if (!board)
		return;
	pthread_mutex_destroy(&board->lock);
	free(board);
}

void
board_put(struct board *board, const struct gates *gates)
{
	pthread_mutex_lock(&board->lock);
	board->count = gates_count(gates);
	for (size_t i = 0; i < board->count; i++) {
		struct board_entry *entry = &board->at[i];
		memcpy(entry->prefix, gates_prefix(gates, i)->text, sizeof(entry->prefix));
		entry->gate = *gates_at(gates, i);
	}
	pthread_mutex_unlock(&board->lock);
}

bool
board_read(struct board *board, size_t index, struct gate *gate,
	   char prefix[static sizeof(((struct config_prefix *)0)->text)])
{
	pthread_mutex_lock(&board->lock);
	bool found = index < board->count;
	if (found) {
		*gate = board->at[index].gate;
		memcpy(prefix, board->at[index].prefix, sizeof(board->at[index].prefix));
	}
	pthread_mutex_unlock(&board->lock);
	return found;
}
