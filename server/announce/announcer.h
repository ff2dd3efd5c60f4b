/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * announcer.h - the small process that holds the BGP sessions and follows the lease.
 *
 * Forked before any zone is read and before other threads exist. It announces a prefix while its
 * gate's state in the lease says so and the lease is renewed; it withdraws when the state says so,
 * when the lease lapses (ten of its own 20 ms ticks), or when the server's end of the socketpair
 * closes. Nobody restarts it: when it dies its TCP sessions close, the routes go with them, and the
 * server sees the socketpair close and ends.
 *
 * A shutdown takes one of two ways: announcer_stop() with a reason, or the server's death, which
 * closes its end of the socketpair. Both withdraw and end every session with a Cease that says why
 * (RFC 9003).
 */
#ifndef ANYNS_ANNOUNCE_ANNOUNCER_H
#define ANYNS_ANNOUNCE_ANNOUNCER_H

#include <sys/types.h>

#include "anyns/config.h"
#include "anyns/lease.h"
#include "anyns/log.h"
#include "anyns/report.h"

struct announcer {
	pid_t pid;
	int fd; /* the server's end: SOCK_SEQPACKET; readable: a struct announcer_event or end of
		   file */
};

/* What the announcer tells the server, one message each. */
enum announcer_event_type {
	ANNOUNCER_SESSION, /* a session changed: peer, up, text */
	/*
	 * The lease lapsed and everything was withdrawn: gates take it for a fault
	 * (lease_begin_term). Comes again with each tick, at most one unread at a time, until a
	 * later term begins; `term` tells one that came too late.
	 */
	ANNOUNCER_LAPSED,
	/*
	 * What a driver wants of the daemon and observes there (driver.h): `peer` is the prefix's
	 * slot, `term` the driver, `up` whether the two agree, `more` what is wanted, `text` what
	 * is observed.
	 */
	ANNOUNCER_DRIVER,
	/* The word on ANNOUNCER_PREPARE: `term` is its serial, `text` why not. */
	ANNOUNCER_READY,
	ANNOUNCER_REFUSED,
};

enum { ANNOUNCER_TEXT = 256 };

struct announcer_event {
	uint32_t type;
	uint32_t peer; /* its slot (config.h) */
	uint32_t up;
	uint32_t term; /* of a lapse: the 16 high bits of the lease_renewal() that lapsed */
	char text[ANNOUNCER_TEXT]; /* why, for the log and for status */
	char more[ANNOUNCER_TEXT]; /* of a session: the last time that it failed, and why */
};

/* What the server tells the announcer, one message each. */
enum announcer_order_type {
	ANNOUNCER_LOOK,    /* at the lease */
	ANNOUNCER_STOP,    /* withdraw, say `text`, end */
	ANNOUNCER_PREPARE, /* for the configuration that comes along; change nothing yet */
	ANNOUNCER_COMMIT,  /* follow it */
	ANNOUNCER_ABORT,   /* forget it */
};

struct announcer_order {
	uint32_t type;
	uint32_t serial; /* of a PREPARE */
	char text[248];
};

/*
 * Binds listening sockets if a peer is passive, forks, and lets the child follow the gates of
 * the lease for the prefixes of `config`. The child touches and locks its working set (MCL_ONFAULT;
 * a refusal is a warning in its log), then becomes config->user if set. false with an error in the
 * report when it cannot start.
 */
bool announcer_start(struct announcer *announcer, const struct config *config, struct lease *lease,
		     struct log *log, struct report *report) NODISCARD;

/*
 * "Look at the lease now", instead of at the next tick: for the health thread, after a gate was put
 * with another state. Never blocks and is async-signal-safe; a poke that does not fit is not
 * needed, because another one waits to be read.
 */
void announcer_poke(const struct announcer *announcer);

/*
 * Orderly end: tells the announcer to withdraw everything, say why in a Cease (RFC 9003) and exit;
 * waits for it, at most two seconds, then kills it.
 */
void announcer_stop(struct announcer *announcer, const char *reason);

#endif
