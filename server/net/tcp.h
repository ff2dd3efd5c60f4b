/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tcp.h - the TCP thread: listeners, connections, their limits and times.
 *
 * One thread controls it (new, start, hand, wait, ...); counters may be read by any.
 */
#ifndef ANYNS_NET_TCP_H
#define ANYNS_NET_TCP_H

#include "anyns/log.h"
#include "anyns/publish.h"
#include "net/net.h"
#include "net/tcp_pool.h"

struct tcp_server;
struct tcp_set;

/* Listeners and the limits that go with them, `places` for descriptors. NULL when out of memory. */
struct tcp_set *tcp_set_new(size_t places, const struct tcp_limits *limits) NODISCARD;
void tcp_set_add(struct tcp_set *set, int fd);
/* Frees the set, closes nothing; NULL is legal. */
void tcp_set_free(struct tcp_set *set);

/* A server without listeners, for about `expected` connections. NULL when out of memory. */
struct tcp_server *tcp_server_new(size_t expected, struct log *log) NODISCARD;
/* Stopped before, or never started. Closes its listeners; NULL is legal. */
void tcp_server_free(struct tcp_server *server);

/* Before the start: note in slot `slot` of the lease which message is being answered. */
void tcp_server_set_lease(struct tcp_server *server, struct lease *lease, size_t slot);

/* Starts the thread. Returns 0 or an errno. */
int tcp_server_start(struct tcp_server *server, const struct publish *publish) NODISCARD;

/*
 * Gives the server another set, which it owns from then on; the listeners in it too. Listeners that
 * are not in the new set are closed after accepting what waits there; connections stay, and the
 * limits of the new set count for all. After each hand-over call tcp_server_wait(), which returns
 * when it is done. A server that was not started takes the set at once.
 */
void tcp_server_hand(struct tcp_server *server, struct tcp_set *set);
void tcp_server_wait(struct tcp_server *server);

/* Makes an idle one turn once. */
void tcp_server_wake(struct tcp_server *server);

/*
 * Asks the server to accept and answer what came, to close its listeners, to send what is left for
 * at most a second and to end; join waits for it. Both may be called on a server that never
 * started.
 */
void tcp_server_stop(struct tcp_server *server);
void tcp_server_join(struct tcp_server *server);
/* Whether join would return at once. */
bool tcp_server_ended(const struct tcp_server *server);

/* The thread's signs of life. */
void tcp_server_read(const struct tcp_server *server, struct net_worker_status *status);

/* Adds the tcp_* counters. */
void tcp_server_count(const struct tcp_server *server, struct net_counters *counters);

#endif
