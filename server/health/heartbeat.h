/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * heartbeat.h - whether a thread that answers no questions still turns.
 *
 * The main thread reloads, listens to signals and talks to `anyns status`; queries are answered
 * without it. So that it is stuck withdraws nothing, but nobody would see it: it is the one that
 * would tell.
 */
#ifndef ANYNS_HEALTH_HEARTBEAT_H
#define ANYNS_HEALTH_HEARTBEAT_H

#include <stdatomic.h>

#include "anyns/log.h"
#include "anyns/monotime.h"

enum {
	HEARTBEAT_EVERY_MS = 500,
	/* A reload waits for the announcer and for the operator's command, three seconds in all. */
	HEARTBEAT_LATE_MS = 5000,
};

/* All zero: not watched yet. */
struct heartbeat {
	_Atomic uint64_t beats;
	/* The watcher's own. */
	bool watched;
	bool late;
	uint64_t seen;
	struct monotime at; /* when the last beat was seen */
};

/* The thread itself. */
void heartbeat_beat(struct heartbeat *heartbeat);

/*
 * The watcher, once per turn: a line in the log when the thread has been silent for too long, and
 * one when it is back. Returns when it was last seen to turn.
 */
struct monotime heartbeat_watch(struct heartbeat *heartbeat, struct log *log, struct monotime now);

#endif
