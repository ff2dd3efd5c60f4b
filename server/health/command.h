/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * command.h - the operator's own check: a program that is run again and again, its exit status, and
 * what many of them together say.
 *
 * One thread makes, starts, stops and frees it; any thread reads.
 */
#ifndef ANYNS_HEALTH_COMMAND_H
#define ANYNS_HEALTH_COMMAND_H

#include "anyns/config.h"
#include "anyns/monotime.h"
#include "health/reason.h"

struct command;

struct command_status {
	uint64_t runs;       /* ended or given up */
	bool good;           /* the last one */
	bool bad;            /* evidence: too many were not good */
	struct monotime at;  /* when the last one ended; only with runs */
	struct reason words; /* about the last one */
};

/* Keeps nothing of `config` but copies. NULL when out of memory or descriptors. */
struct command *command_new(const struct config_command *config) NODISCARD;

/* Whether they run the same in the same rhythm. */
bool command_same(const struct command *a, const struct command *b);

/*
 * What the runs of `old` have proven goes on to count until those of `next` prove otherwise: a
 * check that fails is not forgotten because somebody has changed its time limit.
 */
void command_inherit(struct command *next, struct command *old);

/* Starts its thread and with it the first run. Returns 0 or an errno. */
int command_start(struct command *command) NODISCARD;

void command_read(struct command *command, struct command_status *status);

/* Kills what runs and ends the thread. May be called on one that never started. */
void command_stop(struct command *command);
void command_free(struct command *command); /* stopped before; NULL is legal */

#endif
