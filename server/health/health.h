/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * health.h - the sidecar thread: gathers evidence, steps the gates, renews the lease.
 *
 * One thread (the server's main thread) makes, starts, reloads, stops and frees it.
 */
#ifndef ANYNS_HEALTH_HEALTH_H
#define ANYNS_HEALTH_HEALTH_H

#include "anyns/config.h"
#include "anyns/lease.h"
#include "anyns/log.h"
#include "anyns/publish.h"
#include "anyns/report.h"
#include "health/gate.h"
#include "health/zone_facts.h"

struct health;
struct net;
struct parts; /* a configuration that is prepared */

/* What the operator wants; levels, not edges. */
enum health_wish {
	HEALTH_SERVE,
	HEALTH_DRAIN,
	HEALTH_FREEZE, /* as it is */
	HEALTH_FREEZE_ANNOUNCED,
	HEALTH_FREEZE_WITHDRAWN,
};

/* One gate as `anyns status` shows it. */
struct health_gate_status {
	char prefix[64];
	enum gate_state state;
	int64_t since_ms; /* ago */
	char reason[256];
	char waiting[256]; /* empty: for nothing */
};

/* The last value of one signal, as `anyns status` shows it. */
struct health_signal {
	char name[80];
	char value[192];
	int64_t age_ms; /* negative: it never had one */
};

/*
 * Makes the health of all prefixes of `config`, of which nothing is kept but copies. Reads the
 * saved penalties and drain from state-directory (an unclean end of the earlier run counts as a
 * fault); none is a warning. Nothing runs before health_start(). `poke` (may be NULL) is called by
 * the health thread the moment the lease has changed; it must not block. NULL with an error in the
 * report.
 */
struct health *health_new(const struct config *config, struct lease *lease, struct net *net,
			  struct log *log, void (*poke)(void *), void *context,
			  struct report *report) NODISCARD;

/* Starts the threads; the transports are running and `publish` holds a view. false with an error.
 */
bool health_start(struct health *health, struct publish *publish, struct report *report) NODISCARD;

/*
 * A new configuration, in two steps: all that can fail, and then one of the two below. Prefixes
 * have the slots that announce_plan() gave them. Nothing is kept of `config` but copies. NULL with
 * errno, and the old one stays in force.
 */
struct parts *health_prepare(struct health *health, const struct config *config) NODISCARD;

/* Follows it: waits for the thread to take it over. Before or after publish_swap(). */
void health_commit(struct health *health, struct parts *parts);

/* Drops it. */
void health_abort(struct parts *parts);

/* Any thread. Draining is saved in state-directory; a freeze ends with the process. */
void health_wish(struct health *health, enum health_wish wish);
enum health_wish health_wished(const struct health *health);

/* The main thread, every HEARTBEAT_EVERY_MS: it turns. Its silence is told, and no fault. */
void health_beat(struct health *health);

/* Any thread: drains because the server is about to end. Not saved and not taken back. */
void health_leave(struct health *health);

/* Any thread: the announcer says that the lease had lapsed. */
void health_lapsed(struct health *health);

/* Any thread: whether every gate is withdrawn and has lingered, so that the server may end. */
bool health_drained(const struct health *health);

/* What a load found out about the zones. Before the first call nothing is held against them. */
void health_facts(struct health *health, const struct zone_facts *facts);

/* Any thread: copies signal `index`; false past the last. */
bool health_read_signal(struct health *health, size_t index, struct health_signal *signal);

/* Any thread: copies the status of gate `index`; false past the last. */
bool health_read(struct health *health, size_t index, struct health_gate_status *status);

/* Ends the threads and marks the end as clean in state-directory. The transports still run. */
void health_stop(struct health *health);
void health_free(struct health *health); /* stops first when running; NULL is legal */

#endif
