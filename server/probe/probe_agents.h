/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_agents.h - probes at other vantage points: commands, run side by side, their output read as
 * it comes.
 */
#ifndef ANYNS_PROBE_PROBE_AGENTS_H
#define ANYNS_PROBE_PROBE_AGENTS_H

#include "anyns/report.h"
#include "probe/probe_record.h"

struct ev_loop;
struct probe_agents;

enum { PROBE_AGENTS_MAX = 1024 };

/* Called once, when all have ended. */
typedef void probe_agents_done(void *context);

/* Reads `NAME: COMMAND` lines from a file and starts nothing; NULL: the report says why. */
struct probe_agents *probe_agents_read(const char *path, struct report *report) NODISCARD;
/* Kills what still runs; NULL is legal. */
void probe_agents_free(struct probe_agents *agents);

size_t probe_agents_count(const struct probe_agents *agents);

/*
 * Runs them. `done` gets the sink's context. What goes wrong with one is added to the report, which
 * is kept until probe_agents_free(). Ends are noticed by the end of their output.
 */
void probe_agents_start(struct probe_agents *agents, struct ev_loop *loop,
			const struct probe_sink *sink, probe_agents_done *done,
			struct report *report);

/* Sends a signal to all that run, with their own children. */
void probe_agents_signal(const struct probe_agents *agents, int number);

#endif
