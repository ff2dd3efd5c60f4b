/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * settings.h - what the health thread takes from a configuration and a reload replaces: the listen
 * addresses with all that is known about each, and limits.
 */
#ifndef ANYNS_HEALTH_SETTINGS_H
#define ANYNS_HEALTH_SETTINGS_H

#include "health/evidence.h"
#include "health/gates.h"

struct settings {
	int64_t interval_ns; /* between own queries */
	struct detector_limits detector;
	struct gate_limits gate;
	size_t count;
	struct evidence **evidence;        /* of each listen address */
	struct detector_verdict *verdicts; /* of the last turn, in the same order */
	bool *served;
};

/* With memory for everything, so that taking it over cannot fail. NULL when there is not enough. */
struct settings *settings_new(const struct config *config) NODISCARD;

/* `probes` as evidence_free() has it; NULL is legal for both. */
void settings_free(struct settings *settings, struct probes *probes);

/* What `old` knows about addresses that stay moves to `next`; new ones begin in `next`. */
void settings_inherit(struct settings *next, struct settings *old);

/* Seconds from turn to turn: the interval, 20 ms at most, for the lease is to be renewed. */
double settings_turn(const struct settings *settings);

/* How many own queries listen address `index` gets over UDP at once. */
unsigned settings_burst(const struct settings *settings, size_t index, size_t worker_count);

/* What the verdicts on all listen addresses of a prefix mean for it. */
struct settings_faults {
	struct reason hard; /* the first of its kind, with the address; empty: none */
	struct reason soft;
	bool proven; /* all of them, one at least */
};
void settings_find_faults(const struct settings *settings, const struct gates *gates, size_t prefix,
			  struct settings_faults *faults);

#endif
