/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe.h - our own queries, over real sockets like everybody else's, many under way at once.
 *
 * A query goes from the asked address to itself, or from loopback to a wildcard, so it never leaves
 * the host and no other site behind the same address can answer it. Each has a socket and so a
 * source port of its own: the kernel spreads them over the workers.
 *
 * Belongs to the thread that runs the loop, which is a reader of `publish` (publish_read() works
 * whenever a function here is called).
 */
#ifndef ANYNS_HEALTH_PROBE_H
#define ANYNS_HEALTH_PROBE_H

#include "anyns/answer.h"
#include "anyns/config.h"
#include "anyns/monotime.h"
#include "anyns/publish.h"
#include "health/reason.h"

struct ev_loop;
struct probes;

enum {
	PROBES_MAX = 256, /* under way at once */
	/* Later than that an answer is of no use to a resolver either. */
	PROBE_PATIENCE_MS = 500,
};

enum probe_result {
	PROBE_RIGHT,
	PROBE_WRONG,
	PROBE_LOST, /* no answer in time, or the connection was refused */
	PROBE_VOID, /* says nothing: the view was replaced meanwhile */
};

struct probe_question {
	struct config_address address; /* listened on; wildcards are asked by loopback */
	enum answer_transport transport;
	const uint8_t *apex; /* zone to ask about; NULL: the identity. Not kept */
	uint64_t tag;        /* the caller's */
};

/* `words` only with PROBE_WRONG. May ask anew. */
typedef void probe_done(void *context, uint64_t tag, enum probe_result result,
			const struct reason *words);

/* NULL when out of memory. */
struct probes *probes_new(struct ev_loop *loop, const struct publish *publish) NODISCARD;
/* Drops what is under way; NULL is legal. */
void probes_free(struct probes *probes);

/*
 * Asks; `done` is called once, never from here. false: not asked, because too many are under way or
 * the system has no socket or no such address.
 */
bool probes_ask(struct probes *probes, const struct probe_question *question, probe_done *done,
		void *context, struct monotime now);

/* Once per turn of the loop: sees whether the view is another one, and gives up what is late. */
void probes_turn(struct probes *probes, struct monotime now);

/* Nobody is called any more for questions with this context. */
void probes_forget(struct probes *probes, const void *context);

#endif
