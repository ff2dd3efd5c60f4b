/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * follower.h - what the announcer's loop works with, and the two steps in which it takes another
 * configuration (announcer_change.h).
 *
 * What the lease says about a gate is never taken for another prefix than it was said about: a
 * prefix comes into a slot only when the gate there is empty and no peer has a route of the prefix
 * before.
 */
#ifndef ANNOUNCE_FOLLOWER_H
#define ANNOUNCE_FOLLOWER_H

#include <ev.h>

#include "announce/announcer.h"
#include "announce/announcer_process.h"
#include "announce/speakers.h"
#include "health/attributes.h"
#include "health/lease_watch.h"

struct follower;

struct caller {
	ev_io io;
	int fd;
	struct follower *follower;
};

struct follower {
	const struct announcer_setup *setup;
	struct config config;             /* the server's; a reload puts in another `announce:` */
	struct config_announce *announce; /* whose parts it has; NULL: those of the start */
	struct config_announce *next;     /* prepared; NULL: nothing is */
	struct log *log;
	struct ev_loop *loop;
	ev_io orders;
	ev_timer tick;
	struct lease_watch watch;
	enum lease_status status;
	unsigned ticks;
	double complained;
	struct attributes_table table;
	struct listeners listeners;
	size_t listening; /* listeners that are watched; the rest is only prepared */
	struct caller callers[LISTENERS_MAX];
	struct speakers *speakers;
	char reason[sizeof((struct announcer_order *)0)->text]; /* of the end */
	bool ended;
};

/* Has all ready for what comes with the descriptor, which it closes; nothing changes. NULL, or why
 * not; `text` is room for that. */
const char *follower_prepare(struct follower *f, int fd, char text[static ANNOUNCER_TEXT]);

/*
 * Follows what was prepared, if anything was. Cannot fail. No listener may be watched meanwhile:
 * those without a peer are closed, and the others may move.
 */
void follower_commit(struct follower *f);

/* Drops what was prepared. */
void follower_forget(struct follower *f);

#endif
