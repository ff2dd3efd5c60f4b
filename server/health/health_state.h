/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * health_state.h - what the sidecar thread has; health.c's and health_turn.c's alone.
 */
#ifndef ANYNS_HEALTH_HEALTH_STATE_H
#define ANYNS_HEALTH_HEALTH_STATE_H

#include <ev.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "health/board.h"
#include "health/evidence.h"
#include "health/health.h"
#include "health/heartbeat.h"
#include "health/parts.h"
#include "health/quiet.h"
#include "health/scrub.h"
#include "health/signals.h"
#include "health/verified.h"

struct health {
	struct log *log;
	struct lease *lease;
	void (*poke)(void *);
	void *context;
	char *directory;       /* NULL: memory only */
	struct keeper *keeper; /* NULL without directory */
	struct scrub *scrub;
	struct signals *signals;
	struct presence presence;
	bool started;
	pthread_t thread;

	/* The thread's own. */
	struct ev_loop *loop;
	ev_timer turn;
	ev_async wake;
	struct parts *parts;
	struct evidence_server server;
	struct verified verified;
	struct monotime asked_at;
	struct monotime streamed_at;
	bool stopping;
	bool drain_saved;
	bool saved_once;
	struct quiet quiet;
	uint64_t foreign; /* queries received that were not ours; never backwards */

	/* Orders. */
	_Atomic(struct parts *) order; /* NULL: none */
	sem_t taken;
	atomic_int wish; /* enum health_wish */
	atomic_bool leave;
	atomic_bool lapsed;
	atomic_bool stop;
	struct heartbeat main; /* of the server's main thread */

	/* For others to read. */
	atomic_bool drained;
	struct board *board;
};

#endif
