/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * soft.h - the soft evidence of the whole server: the operator's command, what the load said about
 * zones, and whether the other sites allow us to act on it.
 *
 * It can degrade, or withdraw where the operator said so; zones can only degrade. None of it delays
 * warming. The health thread steps it.
 */
#ifndef ANYNS_HEALTH_SOFT_H
#define ANYNS_HEALTH_SOFT_H

#include "anyns/config.h"
#include "health/command.h"
#include "health/sites.h"
#include "health/zone_facts.h"

struct soft;

/* As struct gate_input has them; texts are valid until the next step. */
struct soft_verdict {
	const char *soft;
	const char *zone;
	bool last_stand;
};

/* As the last step found them, for people. */
struct soft_status {
	bool has_command;
	struct command_status command;
	struct reason zones;
	struct monotime zones_at; /* when they were last judged; never: not yet */
	bool has_sites;
	unsigned known_up;
	unsigned required;
};

/* NULL when out of memory. */
struct soft *soft_new(const struct config *config, struct ev_loop *loop) NODISCARD;

/* Starts the command's thread. Returns 0 or an errno. */
int soft_start(struct soft *soft) NODISCARD;

/* Whether a command of `a` would only go on with what that of `b` does. */
bool soft_same_command(const struct soft *a, const struct soft *b);

/*
 * The health thread: what `old` knows and still counts in `next` moves there. Only soft_stop() and
 * soft_free() are left for `old`.
 */
void soft_inherit(struct soft *next, struct soft *old);

/* Any thread: another load. Until the first one nothing is known against any zone. */
void soft_set_facts(struct soft *soft, const struct zone_facts *facts);

/* `clock`: seconds since 1970, for signatures. */
void soft_step(struct soft *soft, struct monotime now, int64_t clock, struct soft_verdict *verdict);

void soft_read(const struct soft *soft, struct monotime now, struct soft_status *status);

/* NULL without. */
const struct sites *soft_sites(const struct soft *soft);

/* Ends the command. May be called on one that never started. */
void soft_stop(struct soft *soft);
void soft_free(struct soft *soft); /* stopped before; NULL is legal */

#endif
