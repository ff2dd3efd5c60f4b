/* SPDX-License-Identifier: BSD-2-Clause */
/* detector_fixture.h - a listen address with workers, own queries and a simulated clock. */
#ifndef DETECTOR_FIXTURE_H
#define DETECTOR_FIXTURE_H

#include "health_fixture.h"

#include "health/detector.h"

enum { WORKERS = 4, PROBES = 4, ROUND = 8 };

/* As often as the health thread steps. */
#define TICK (50 * MONOTIME_MS)

struct address {
	struct detector detector;
	struct detector_limits limits;
	struct detector_worker workers[WORKERS];
	struct detector_input input;
	struct detector_verdict verdict;
	struct monotime now;
	uint64_t seed;
	unsigned round; /* own queries answered in the round under way */
};

static inline struct detector_verdict
observe(struct address *address, int64_t passed)
{
	address->now = monotime_add(address->now, passed);
	address->input.workers = address->workers;
	address->verdict = detector_step(&address->detector, &address->limits, &address->input,
					 address->now);
	return address->verdict;
}

static inline void
address_begin(struct address *address)
{
	memset(address, 0, sizeof(*address));
	address->limits = DETECTOR_LIMITS_DEFAULT;
	address->now = START;
	address->seed = 4711;
	address->input.worker_count = WORKERS;
	address->input.listening = address->input.present = true;
	observe(address, 0);
}

/* One tick of workers that turn and answer, and of own queries of which `loss` percent get lost. */
static inline void
serve(struct address *address, unsigned loss)
{
	for (unsigned i = 0; i < WORKERS; i++)
		address->workers[i].turns++;
	for (unsigned i = 0; i < PROBES; i++) {
		if (by_chance(&address->seed, loss)) {
			address->input.probes_lost++;
			continue;
		}
		address->input.probes_ok++;
		address->input.answered++;
		if (++address->round == ROUND) {
			address->round = 0;
			address->input.rounds++;
		}
	}
	observe(address, TICK);
}

#endif
