/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tcp_pool.h - the open TCP connections of one event loop: how many, how long, who makes room.
 *
 * Belongs to the thread that runs the loop; counters may be read by any.
 */
#ifndef ANYNS_NET_TCP_POOL_H
#define ANYNS_NET_TCP_POOL_H

#include <sys/socket.h>

#include "anyns/publish.h"
#include "net/net.h"

struct ev_loop;
struct tcp_pool;

struct tcp_limits {
	unsigned clients;             /* connections open at once */
	unsigned clients_per_address; /* of one IPv4 address or IPv6 /64 */
	unsigned idle_ms;             /* without a whole query or a sent answer */
	unsigned total_ms;            /* life of a connection */
};

/*
 * An empty pool for about `expected` connections, all limits 0. The loop is the caller's and lives
 * longer. NULL when out of memory.
 */
struct tcp_pool *tcp_pool_new(struct ev_loop *loop, size_t expected) NODISCARD;
/* Closes what is open; NULL is legal. */
void tcp_pool_free(struct tcp_pool *pool);

/* Where answers come from; before the first connection. */
void tcp_pool_set_publish(struct tcp_pool *pool, const struct publish *publish);

/* Before the first connection: note in slot `slot` of the lease which message is being answered. */
void tcp_pool_set_lease(struct tcp_pool *pool, struct lease *lease, size_t slot);

/* New limits, for open connections too: the times at once, the numbers from the next admission on.
 */
void tcp_pool_set_limits(struct tcp_pool *pool, const struct tcp_limits *limits);

/* Takes an accepted, non-blocking socket, or closes it when `peer` or the pool has enough. */
void tcp_pool_admit(struct tcp_pool *pool, int fd, const struct sockaddr_storage *peer);

/* Closes the connection that is idle longest. false when none is idle. */
bool tcp_pool_evict(struct tcp_pool *pool);

/*
 * Answers what came on every connection and closes those that owe nothing then; the others follow
 * when they are done. Breaks the loop when the last one is gone.
 */
void tcp_pool_finish(struct tcp_pool *pool);

/* Closes all. */
void tcp_pool_clear(struct tcp_pool *pool);

/* Signs of life; `turns` counts connections that had their turn. */
void tcp_pool_read(const struct tcp_pool *pool, struct net_worker_status *status);

/* Adds the tcp_* counters. */
void tcp_pool_count(const struct tcp_pool *pool, struct net_counters *counters);

#endif
