/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sites.h - which of the other sites answer: a question with NSID over UDP to each, once a second.
 *
 * Belongs to the thread that runs the loop; nothing here waits.
 */
#ifndef ANYNS_HEALTH_SITES_H
#define ANYNS_HEALTH_SITES_H

#include "anyns/config.h"
#include "health/last_stand.h"
#include "health/reason.h"

struct ev_loop;
struct sites;

enum {
	SITES_INTERVAL_MS = 1000,
	/* Five questions; over the worst of paths one of them is answered. */
	SITES_FRESH_MS = 5000,
};

/* Keeps nothing of the arguments but copies. `instance`: ours. NULL when out of memory. */
struct sites *sites_new(const struct config_last_stand *config, const char *instance,
			struct ev_loop *loop) NODISCARD;
void sites_free(struct sites *sites); /* NULL is legal */

/* Whether they ask the same sites to the same end. */
bool sites_same(const struct sites *a, const struct sites *b);

/* Once per turn: asks those whose time it is. */
void sites_turn(struct sites *sites, struct monotime now);

/* Whether too few are known up, so that soft evidence must not act. */
bool sites_last_stand(const struct sites *sites, struct monotime now);

/* How many are known up; those of one instance count once. */
unsigned sites_known_up(const struct sites *sites, struct monotime now);
unsigned sites_required(const struct sites *sites);

/* For people: the last answer of one site and its time (never: there was none). NULL past the
 * last; else the site's address. */
const char *sites_tell(const struct sites *sites, size_t index, struct reason *words,
		       struct monotime *at);

#endif
