/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net.h - the transports: UDP workers and the TCP thread. They move bytes and know no DNS.
 */
#ifndef ANYNS_NET_NET_H
#define ANYNS_NET_NET_H

#include "anyns/config.h"
#include "anyns/log.h"
#include "anyns/publish.h"

struct lease;
struct net;

/* Sums over all workers, since start. */
struct net_counters {
	uint64_t udp_received;
	uint64_t udp_sent;
	uint64_t udp_ignored;     /* nothing to send: not a query */
	uint64_t udp_send_errors; /* dropped by the kernel or the socket buffer full */
	uint64_t tcp_accepted;
	uint64_t tcp_refused;  /* over a limit, and no idle connection could make room */
	uint64_t tcp_received; /* messages */
	uint64_t tcp_sent;
	uint64_t tcp_open; /* now */
};

/*
 * Opens and binds every socket of `config`: per listen address one UDP socket per worker and one
 * TCP listener. Nothing is received before net_start(). NULL with errors at the addresses' places
 * when a socket cannot be had (port in use, no permission); then nothing stays open. An address
 * whose family the kernel lacks (IPv6 turned off) is a warning and left out, as long as another one
 * is left.
 */
struct net *net_open(const struct config *config, struct log *log, struct report *report) NODISCARD;

/*
 * Starts the threads. `publish` must hold a view already. Each notes in its slot of `lease` which
 * packet it is busy with (worker i in slot i, the TCP thread behind them if there is room); NULL:
 * nobody wants to know. false with an error when a thread cannot start.
 */
bool net_start(struct net *net, struct publish *publish, struct lease *lease,
	       struct report *report) NODISCARD;

/*
 * Takes over what `config` changes: addresses that came are opened, those that went are drained and
 * closed, limits and timeouts apply at once, tcp_mss to new connections. Sockets that stay are not
 * touched, so no query is lost. Returns when all threads have taken over, within a fraction of a
 * second. A changed `workers:` is a warning (needs a restart). false with errors, and nothing
 * changed, when a new address cannot be bound, or when a thread hangs.
 */
bool net_reload(struct net *net, const struct config *config, struct report *report) NODISCARD;

/*
 * Whether the workers share their cores with a loader: then busy ones take larger batches, which
 * costs queries up to 0.2 ms of waiting and leaves a loader what that saves.
 */
void net_share(struct net *net, bool sharing);

/*
 * Answers what was received, closes the sockets, joins the threads: takes a tenth of a second, up
 * to one more when TCP clients are slow to take their answers. It cannot be started again. false
 * when a thread hangs and did not end within some seconds: it may use whatever it was given.
 */
bool net_stop(struct net *net);

/*
 * Closes everything; stops first when running. NULL is legal. false when a thread hangs: then
 * nothing is freed, and what the threads answer from must not be either.
 */
bool net_close(struct net *net);

/* Any thread. */
void net_read_counters(const struct net *net, struct net_counters *counters);

/* Signs of life of one thread. Counters never run backwards. */
struct net_worker_status {
	uint64_t turns; /* any change is progress */
	uint64_t received;
	uint64_t sent;
	bool busy; /* in the middle of a packet, as the lease says */
};

enum { NET_WORKERS_MAX = 257 }; /* as many as `workers:` can be, and the TCP thread */

/* Any thread: the UDP workers, and as the last one the TCP thread. Never changes. */
size_t net_worker_count(const struct net *net);

/* Any thread; `index` < net_worker_count(). */
void net_read_worker(const struct net *net, size_t index, struct net_worker_status *status);

/* The sockets of one listen address. */
struct net_address_status {
	bool listening;                /* all of them are open, bound and not shut down */
	uint64_t dropped;              /* by the kernel: receive buffers full; never backwards */
	bool waiting[NET_WORKERS_MAX]; /* by worker: something is in its queue */
};

/*
 * Any thread, until net_close(): looks at the sockets of `address` without taking anything from
 * them. false: the address is not served (any more).
 */
bool net_read_address(struct net *net, const struct config_address *address,
		      struct net_address_status *status);

#endif
