/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * prober.h - asks as planned, on an event loop, and tells what became of each query.
 *
 * A series is a target, a transport and a question. Query k of series i of n is due at
 * start + (k + i/n) * interval: whatever the answers do, the pace stays, so that loss in an
 * interval is also time in it. A prober that was kept from running for long shifts the rest of its
 * plan instead of sending it in one burst.
 */
#ifndef ANYNS_PROBE_PROBER_H
#define ANYNS_PROBE_PROBER_H

#include "anyns/base.h"
#include "probe/probe_address.h"
#include "probe/probe_message.h"
#include "probe/probe_record.h"

struct ev_loop;
struct prober;

enum { PROBER_PORTS_MAX = 4096 };

/* Borrowed until prober_free(). */
struct prober_plan {
	const struct probe_address *targets;
	size_t target_count;
	const struct probe_question *questions;
	size_t question_count;
	bool udp;
	bool tcp;
	uint64_t count;      /* queries of each series; 0: no end */
	int64_t duration_ns; /* stop asking then; 0: never */
	int64_t interval_ns; /* between two queries of a series, at least 1 */
	int64_t timeout_ns;
	struct probe_address source_v4; /* size 0: any; with a port the source ports begin there */
	struct probe_address source_v6;
	unsigned source_ports; /* in turn, at most PROBER_PORTS_MAX; 0: a new one for each query */
	struct probe_subnet subnet;
	bool recurse;
	const char *vantage; /* NULL: none */
};

/* All queries have been asked and have an outcome. */
typedef void prober_done(void *context);

/*
 * NULL with errno when memory, a timer or the source ports cannot be had. Asks nothing yet. `done`
 * is called with the sink's context.
 */
struct prober *prober_new(struct ev_loop *loop, const struct prober_plan *plan,
			  const struct probe_sink *sink, prober_done *done) NODISCARD;
/* Forgets what is under way; NULL is legal. */
void prober_free(struct prober *prober);

/* Begins; everything else happens in the loop. */
void prober_start(struct prober *prober);

/* Queries asked so far, with and without outcome. */
uint64_t prober_asked(const struct prober *prober);

#endif
