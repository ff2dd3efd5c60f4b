/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keeper.h - a thread that writes the state file, so that the health thread never waits for a disk:
 * one slow fsync() and the lease would lapse.
 *
 * One thread puts (the health thread); the callback is called by the keeper's own.
 */
#ifndef ANYNS_HEALTH_KEEPER_H
#define ANYNS_HEALTH_KEEPER_H

#include "anyns/log.h"
#include "health/state_file.h"

struct keeper;

/* `written` is called after every write, good or not. NULL when out of memory. */
struct keeper *keeper_new(const char *directory, struct log *log, void (*written)(void *),
			  void *context) NODISCARD;

/* Starts the thread. Returns 0 or an errno. */
int keeper_start(struct keeper *keeper) NODISCARD;

/* Orders the state to be written; a later one replaces what was not begun yet. Its ticket. */
uint64_t keeper_put(struct keeper *keeper, const struct state *state);

/* Whether the state with this ticket, or a later one, was written or could not be. */
bool keeper_done(struct keeper *keeper, uint64_t ticket);

/* Writes what was put and ends the thread. May be called on one that never started. */
void keeper_stop(struct keeper *keeper);
void keeper_free(struct keeper *keeper); /* stopped before; NULL is legal */

#endif
