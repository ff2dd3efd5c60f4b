/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * announcing.h - everything between the serving process and its route: the lease, the announcer
 * process, the health thread. Without `announce:` in the configuration nothing of it exists.
 */
#ifndef ANYNS_SERVE_ANNOUNCING_H
#define ANYNS_SERVE_ANNOUNCING_H

#include "announce/announcer.h"
#include "announce/driver.h"
#include "health/health.h"
#include "serve/load.h"

struct announcing;
struct net;

/* A BGP session as the announcer last told. */
struct announcing_session {
	bool up;
	struct monotime since; /* never: nothing was told yet */
	char text[ANNOUNCER_TEXT];
	char failure[ANNOUNCER_TEXT]; /* the last one, also while it is up; empty: none */
};

/* What a driver wants and observes of a prefix. */
struct announcing_driver {
	const char *name;
	bool agrees;
	struct monotime since; /* never: nothing was told yet */
	char wanted[DRIVER_WORDS];
	char observed[DRIVER_WORDS];
};

/*
 * Makes the lease and forks the announcer: first thing after the configuration is read, while this
 * process is small, has one thread and still the privileges to bind. NULL with an error in the
 * report.
 */
struct announcing *announcing_open(const struct config *config, struct log *log,
				   struct report *report) NODISCARD;

/* The lease, for net_open(). */
struct lease *announcing_lease(struct announcing *announcing);

/* Prepares the health thread; needs the transports. false with an error. */
bool announcing_prepare(struct announcing *announcing, const struct config *config, struct net *net,
			struct report *report) NODISCARD;

/* Starts it: from now on the lease is renewed. The transports run and `publish` holds a view. */
bool announcing_start(struct announcing *announcing, struct publish *publish,
		      struct report *report) NODISCARD;

/*
 * A reload, in two steps, because what else it changes can fail, too. The first gives `next` its
 * slots and has announcer and health thread ready; false with an error in the report for what only
 * a restart can do, and nothing has changed. Then one of the other two.
 */
bool announcing_reload_begin(struct announcing *announcing, const struct config *old,
			     struct config *next, struct report *report) NODISCARD;
void announcing_reload_commit(struct announcing *announcing, const struct config *old,
			      const struct config *next);
void announcing_reload_abort(struct announcing *announcing);

/* Tells the health thread what a load found out; at every one, before it starts too. */
void announcing_tell_zones(struct announcing *announcing, const struct loaded *loaded);

/* Readable when the announcer has something to tell. */
int announcing_fd(const struct announcing *announcing);

/* Takes over what it tells. false: it is gone, and with it every route. */
bool announcing_listen(struct announcing *announcing) NODISCARD;

struct health *announcing_health(struct announcing *announcing);
/* Of the peer with this slot, below ANNOUNCE_PEER_SLOTS. */
const struct announcing_session *announcing_session(const struct announcing *announcing,
						    unsigned slot);

/* Of driver `number` and the prefix with this slot, below LEASE_GATES; NULL: no such driver is
 * configured. */
const struct announcing_driver *announcing_driver(const struct announcing *announcing,
						  unsigned number, unsigned slot);

/*
 * Withdraws what is left with the reason, ends announcer and health thread. The lease remains: the
 * workers, which are to end after it, note in it what they are busy with. NULL is legal.
 */
void announcing_stop(struct announcing *announcing, const char *reason);

/* Frees all; when the transports are closed. Stopped before, or never started; NULL is legal. */
void announcing_close(struct announcing *announcing);

#endif
