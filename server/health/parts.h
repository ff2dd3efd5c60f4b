/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parts.h - all that the health thread has from the configuration. A reload makes other ones beside
 * those in use, and the thread takes them over within one turn.
 */
#ifndef ANYNS_HEALTH_PARTS_H
#define ANYNS_HEALTH_PARTS_H

#include "health/gates.h"
#include "health/settings.h"
#include "health/soft.h"

struct parts {
	struct settings *settings;
	struct gates *gates;
	struct soft *soft;
	bool dry_run;
};

struct parts_setup {
	struct lease *lease;
	struct log *log;
	struct ev_loop *loop;
	const struct state *saved; /* of an earlier run; NULL: none */
	struct monotime now;
};

/*
 * What an earlier run saved in state-directory, or NULL; `room` is for it. Without a directory a
 * warning.
 */
const struct state *parts_read_saved(const struct config *config, struct state *room,
				     struct report *report);

/* With memory for everything, so that taking them over cannot fail. NULL when there is not enough.
 */
struct parts *parts_new(const struct config *config, const struct parts_setup *setup) NODISCARD;

/*
 * Starts what has a thread of its own and is another one than in `before` (NULL: none was). Returns
 * 0 or an errno.
 */
int parts_start(struct parts *parts, const struct parts *before) NODISCARD;

/*
 * In the health thread: what `old` knows about addresses, prefixes, the command and sites that stay
 * moves to `next`. Gates that go are taken out of the lease. Only parts_free() is left for `old`.
 */
void parts_inherit(struct parts *next, struct parts *old, struct probes *probes,
		   struct monotime now);

/* Waits for the operator's command to end. `probes` as settings_free() has it; NULL is legal. */
void parts_free(struct parts *parts, struct probes *probes);

#endif
