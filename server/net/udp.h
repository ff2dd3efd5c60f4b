/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * udp.h - a UDP worker: one thread and its own sockets, one per listen address.
 *
 * One thread controls the workers (new, start, hand, wait, ...); counters may be read by any.
 */
#ifndef ANYNS_NET_UDP_H
#define ANYNS_NET_UDP_H

#include "anyns/publish.h"
#include "net/net.h"

struct udp_worker;
struct udp_set;

/* Sockets that one worker serves, for `places` of them, filled with udp_set_add(). NULL when out of
 * memory. */
struct udp_set *udp_set_new(size_t places) NODISCARD;
void udp_set_add(struct udp_set *set, int fd, const struct config_address *address);
/* Frees the set, closes nothing; NULL is legal. */
void udp_set_free(struct udp_set *set);

/* A worker that serves no socket yet. NULL when out of memory. */
struct udp_worker *udp_worker_new(void) NODISCARD;
/* Stopped before, or never started. Closes its sockets; NULL is legal. */
void udp_worker_free(struct udp_worker *worker);

/* Before the start: note in slot `slot` of the lease which packet the worker is busy with. */
void udp_worker_set_lease(struct udp_worker *worker, struct lease *lease, size_t slot);

/* Starts the thread. Returns 0 or an errno. */
int udp_worker_start(struct udp_worker *worker, const struct publish *publish) NODISCARD;

/*
 * Gives the worker another set, which it owns from then on; the sockets in it too. Those of the
 * set before that are not in the new one are answered empty and closed; the others go on untouched.
 * After each hand-over call udp_worker_wait(), which returns when it is done (within 100 ms, plus
 * the draining). A worker that was not started takes the set at once.
 */
void udp_worker_hand(struct udp_worker *worker, struct udp_set *set);
void udp_worker_wait(struct udp_worker *worker);

/*
 * While `sharing` a busy worker takes queries in larger batches, up to 0.2 ms later, so that
 * another thread on its core gets what that saves. Any thread, at any time.
 */
void udp_worker_share(struct udp_worker *worker, bool sharing);

/*
 * Asks the worker to answer what is queued, close its sockets and end; join waits for it. Two
 * calls, so that all workers end at the same time. Both may be called on a worker that never
 * started.
 */
void udp_worker_stop(struct udp_worker *worker);
void udp_worker_join(struct udp_worker *worker);
/* Whether join would return at once. */
bool udp_worker_ended(const struct udp_worker *worker);

/* The worker's signs of life. */
void udp_worker_read(const struct udp_worker *worker, struct net_worker_status *status);

/* Adds the worker's counters to the udp_* ones. */
void udp_worker_count(const struct udp_worker *worker, struct net_counters *counters);

#endif
