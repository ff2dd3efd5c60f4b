/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * evidence.h - one listen address: what is seen of its sockets, its place in the routes and our own
 * queries to it, in rounds, and the detector that judges it.
 *
 * A round is: the canaries of up to EVIDENCE_ZONES zones over UDP (all of them in turn; those that
 * were wrong in every round), one over TCP, and a packet received by every worker, each right at
 * least once since the round began. A wrong answer spoils it. So a server with 100,000 zones proves
 * itself as fast as one with three, and still asks about every zone again and again.
 *
 * Belongs to the health thread, a reader of `publish`.
 */
#ifndef ANYNS_HEALTH_EVIDENCE_H
#define ANYNS_HEALTH_EVIDENCE_H

#include "health/detector.h"
#include "health/presence.h"
#include "health/probe.h"
#include "net/net.h"

enum {
	EVIDENCE_ZONES = 64,
	EVIDENCE_SUSPECTS = 8, /* zones whose last answer was wrong, remembered by name */
};

/* What is the same for all addresses, gathered once per turn. */
struct evidence_server {
	struct net *net;
	struct presence *presence;
	struct probes *probes;
	const struct publish *publish;
	struct monotime main_at; /* when the main thread was last seen to turn */
	size_t worker_count;     /* <= NET_WORKERS_MAX */
	struct net_worker_status workers[NET_WORKERS_MAX];
	uint64_t scrub_passes;
	uint64_t mismatches; /* of the scrub; each one is a wrong answer of every address */
	bool image_bad;      /* no round ends while it is */
	struct reason image_words;
};

struct evidence;

/* NULL when out of memory. */
struct evidence *evidence_new(const struct config_address *address) NODISCARD;

/* Forgets its queries under way; NULL is legal. `probes` may be NULL when none was ever asked. */
void evidence_free(struct evidence *evidence, struct probes *probes);

const struct config_address *evidence_address(const struct evidence *evidence);

/* Called when an answer was wrong, as a hard fault must not wait for the next turn. */
void evidence_on_wrong(struct evidence *evidence, void (*call)(void *), void *context);

/* Looks whether the address is ours and listened to. Before evidence_step(), which judges it. */
void evidence_look(struct evidence *evidence, const struct evidence_server *server);

/* Asks up to `count` own queries over UDP and, if `stream`, one over TCP, where it was there. */
void evidence_ask(struct evidence *evidence, const struct evidence_server *server, unsigned count,
		  bool stream, struct monotime now);

/*
 * Judges all that is known by now. false: the address is not served (any more), so it says nothing
 * for or against any prefix; `verdict` is all empty then.
 */
bool evidence_step(struct evidence *evidence, const struct evidence_server *server,
		   const struct detector_limits *limits, struct monotime now,
		   struct detector_verdict *verdict);

/* Own queries that were answered, rightly or not. */
uint64_t evidence_answered(const struct evidence *evidence);

/* For people: what was seen so far, and when the last answer came (never: none yet). */
struct monotime evidence_tell(const struct evidence *evidence, struct reason *words);

#endif
