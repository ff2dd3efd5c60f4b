/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exabgp_relay.h - what ExaBGP's child decides: which command is due. Pure.
 *
 * Desired state comes as records from the announcer, observed state from ExaBGP's replies and from
 * its adj-rib-out, read once a second. The next command is made from the difference that there is
 * now; there is no queue, so an edge that got lost is repaired and one that is out of date is never
 * sent.
 */
#ifndef ANNOUNCE_EXABGP_RELAY_H
#define ANNOUNCE_EXABGP_RELAY_H

#include "announce/exabgp_line.h"
#include "anyns/lease.h"
#include "anyns/monotime.h"

enum {
	/* Commands without a reply: one, and beside a silent ExaBGP a withdrawal of each prefix. */
	EXABGP_UNANSWERED = 2 * LEASE_GATES + 2,
	EXABGP_SHOW = LEASE_GATES, /* in the place of a route's index: the look at adj-rib-out */
};

/* What ExaBGP has, as far as its replies tell. */
enum exabgp_known { EXABGP_UNKNOWN, EXABGP_WITHDRAWN, EXABGP_ANNOUNCED };

struct exabgp_route {
	char prefix[EXABGP_PREFIX_MAX];
	char wanted[EXABGP_LINE_MAX]; /* the announcement; empty: withdrawn */
	char said[EXABGP_LINE_MAX];   /* the announcement that ExaBGP was last given */
	enum exabgp_known known;
	bool begun;                 /* withdrawn once: the child before may have announced it */
	bool withdrawing;           /* told so, not answered yet */
	struct monotime not_before; /* of the next announcement */
	struct monotime retry_at;   /* of the next withdrawal, after an error */
	unsigned seen;              /* times in the adj-rib-out, in the look under way */
	unsigned most;              /* in the look before */
	struct monotime repair_at;  /* not before: what the adj-rib-out lacks */
	int64_t repair_ns;          /* the wait after that */
	struct monotime refresh_at;
};

/* A command whose reply is to come. */
struct exabgp_command {
	uint8_t route; /* index, or EXABGP_SHOW */
	bool announces;
};

struct exabgp_relay {
	struct exabgp_route routes[LEASE_GATES];
	size_t count;
	bool named;     /* the operator named the prefixes: there are no others */
	bool connected; /* to the announcer */
	bool renewed;   /* since the last tick */
	bool holds;     /* the announcer stands behind what is wanted */
	unsigned missed;
	size_t told; /* prefixes that the announcer has named, all of them when it is `expected` */
	size_t expected;
	struct exabgp_command waiting[EXABGP_UNANSWERED]; /* the oldest first */
	size_t waiting_count;
	struct monotime quiet_since; /* while commands wait: ExaBGP's last reply or the first */
	struct monotime look_at;
	char line[EXABGP_LINE_MAX]; /* the command last given */
	/* Announced, but not named: it stays withdrawn. Emptied by whoever has told people. */
	char ignored[EXABGP_PREFIX_MAX];
};

/* Knows no prefix yet. A relay is large, nothing for the stack. */
void exabgp_relay_init(struct exabgp_relay *relay);

/* A prefix that the operator named: it is withdrawn first thing. false: no prefix, or too many. */
bool exabgp_relay_name(struct exabgp_relay *relay, const char *prefix) NODISCARD;

/* A connection to the announcer begins; it is gone: everything is to be withdrawn. */
void exabgp_relay_connected(struct exabgp_relay *relay);
void exabgp_relay_lost(struct exabgp_relay *relay);

/*
 * A record from the announcer, `size` bytes as received; as soon as all those of a connection are
 * known and it says that they hold, they are announced. NULL, or why the connection is to be given
 * up.
 */
const char *exabgp_relay_record(struct exabgp_relay *relay, const struct exabgp_record *record,
				size_t size);

/* Every 20 ms: counts those without a renewal, ten of them are a lapse. Whether one began now. */
bool exabgp_relay_tick(struct exabgp_relay *relay);

enum exabgp_reply { EXABGP_NO_REPLY, EXABGP_DONE, EXABGP_ERROR };

/* A line from ExaBGP. An error is tried again after a second. */
enum exabgp_reply exabgp_relay_heard(struct exabgp_relay *relay, const char *line,
				     struct monotime now);

/* The command that is due, taken for given, or NULL. Valid until the next call. */
const char *exabgp_relay_next(struct exabgp_relay *relay, struct monotime now);

#endif
