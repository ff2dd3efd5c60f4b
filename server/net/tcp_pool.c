/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tcp_pool.c - how many TCP connections there may be, and for how long.
 *
 * Times: both limits are the same for all connections, so lists are sorted by deadline without
 * sorting: by the last activity (moved to the end at each) and by age. One timer looks at their
 * heads. Activity is a whole query or sent bytes; a client that sends a query byte by byte is idle.
 *
 * When full, the connection that was idle longest makes room, as RFC 7766 6.2.3 lets us.
 * Connections whose answers are being sent are in a list of their own and are never chosen.
 */
#include "net/tcp_pool.h"

#include <ev.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>
#include <unistd.h>

#include "net/clients.h"
#include "net/tcp_conn.h"

struct connection {
	struct tcp_conn conn;
	ev_io io;
	struct tcp_pool *pool;
	bool busy;       /* in the busy list, not the idle one */
	uint64_t active; /* ms */
	uint64_t born;   /* ms */
	TAILQ_ENTRY(connection) by_activity;
	TAILQ_ENTRY(connection) by_age;
};

TAILQ_HEAD(connection_list, connection);

/* Written by the loop's thread alone. */
struct tcp_counters {
	atomic_uint_fast64_t accepted;
	atomic_uint_fast64_t refused;
	atomic_uint_fast64_t received;
	atomic_uint_fast64_t sent;
	atomic_uint_fast64_t open;
	atomic_uint_fast64_t turns;
};

struct tcp_pool {
	struct tcp_counters counters;
	struct ev_loop *loop;
	ev_timer expiry;
	struct tcp_limits limits;
	struct clients *clients;
	const struct publish *publish;
	struct connection_list idle; /* longest without activity first */
	struct connection_list busy; /* likewise; answers wait for the client */
	struct connection_list age;  /* all, oldest first */
	size_t open;
	bool finishing;
	struct tcp_turn turn;
};

static void
count(atomic_uint_fast64_t *counter, uint64_t value)
{
	atomic_store_explicit(counter, value, memory_order_relaxed);
}

static void
count_more(atomic_uint_fast64_t *counter, uint64_t more)
{
	count(counter, atomic_load_explicit(counter, memory_order_relaxed) + more);
}

static uint64_t
milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static struct connection_list *
list_of(struct connection *c)
{
	return c->busy ? &c->pool->busy : &c->pool->idle;
}

static void
drop(struct connection *c)
{
	struct tcp_pool *pool = c->pool;

	ev_io_stop(pool->loop, &c->io);
	TAILQ_REMOVE(list_of(c), c, by_activity);
	TAILQ_REMOVE(&pool->age, c, by_age);
	clients_remove(pool->clients, c->conn.address, c->conn.address_size);
	tcp_conn_close(&c->conn);
	free(c);
	count(&pool->counters.open, --pool->open);
	if (pool->finishing && pool->open == 0)
		ev_break(pool->loop, EVBREAK_ALL);
}

/* Arms the timer for the earliest deadline; `now` in ms. */
static void
arm_expiry(struct tcp_pool *pool, uint64_t now)
{
	const struct connection *idle = TAILQ_FIRST(&pool->idle);
	const struct connection *busy = TAILQ_FIRST(&pool->busy);
	const struct connection *oldest = TAILQ_FIRST(&pool->age);

	ev_timer_stop(pool->loop, &pool->expiry);
	if (!oldest)
		return;
	uint64_t deadline = oldest->born + pool->limits.total_ms;
	if (idle && idle->active + pool->limits.idle_ms < deadline)
		deadline = idle->active + pool->limits.idle_ms;
	if (busy && busy->active + pool->limits.idle_ms < deadline)
		deadline = busy->active + pool->limits.idle_ms;
	uint64_t wait = deadline > now ? deadline - now : 1;
	ev_timer_set(&pool->expiry, (double)wait / 1000, 0.);
	ev_timer_start(pool->loop, &pool->expiry);
}

static void
expire_list(struct connection_list *list, uint64_t idle_ms, uint64_t now)
{
	struct connection *c;

	/* The analyzer loses track of TAILQ_REMOVE(): after drop() the head is another one.
	 * NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
	while ((c = TAILQ_FIRST(list)) && c->active + idle_ms <= now)
		drop(c);
}

static void
expire(struct tcp_pool *pool)
{
	uint64_t now = milliseconds();
	struct connection *c;

	expire_list(&pool->idle, pool->limits.idle_ms, now);
	expire_list(&pool->busy, pool->limits.idle_ms, now);
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): as above */
	while ((c = TAILQ_FIRST(&pool->age)) && c->born + pool->limits.total_ms <= now)
		drop(c);
	arm_expiry(pool, now);
}

static void
on_expiry(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop, (void)events;
	expire(timer->data);
}

/* Puts the connection where its state belongs in the lists, which stay sorted by activity. */
static void
note_progress(struct connection *c)
{
	/* Output comes with a message and goes by sending: busy changes only with progress. */
	if (!c->conn.progress)
		return;
	c->conn.progress = false;
	TAILQ_REMOVE(list_of(c), c, by_activity);
	c->active = milliseconds();
	c->busy = tcp_conn_is_busy(&c->conn);
	TAILQ_INSERT_TAIL(list_of(c), c, by_activity);
}

/* Lets the connection do what it can; it may be gone afterwards. */
static void
advance(struct connection *c)
{
	struct tcp_pool *pool = c->pool;
	struct tcp_turn *turn = &pool->turn;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	turn->now = (uint32_t)now.tv_sec;
	turn->view = publish_read(pool->publish);
	turn->keepalive = (uint16_t)size_min(pool->limits.idle_ms / 100, UINT16_MAX);
	turn->last = pool->finishing;
	enum tcp_conn_want want = tcp_conn_run(&c->conn, turn);
	count(&pool->counters.received, turn->received);
	count(&pool->counters.sent, turn->sent);
	count_more(&pool->counters.turns, 1);
	if (want == TCP_CONN_CLOSE) {
		drop(c);
		return;
	}
	note_progress(c);
	int events = want == TCP_CONN_WRITE ? EV_WRITE : EV_READ;
	if ((c->io.events & (EV_READ | EV_WRITE)) == events)
		return;
	ev_io_stop(pool->loop, &c->io);
	ev_io_set(&c->io, c->conn.fd, events);
	ev_io_start(pool->loop, &c->io);
}

static void
on_connection(struct ev_loop *loop, ev_io *io, int events)
{
	(void)loop, (void)events;
	advance(io->data);
}

/* Whether one more connection fits, after the longest idle ones went if need be: one, but more when
 * a reload has lowered the limit. */
static bool
make_room(struct tcp_pool *pool)
{
	while (pool->open >= pool->limits.clients)
		if (!tcp_pool_evict(pool))
			return false;
	return true;
}

static struct connection *
connection_new(struct tcp_pool *pool, int fd, const struct sockaddr_storage *peer)
{
	struct connection *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->pool = pool;
	c->conn.fd = fd;
	if (peer->ss_family == AF_INET6) {
		c->conn.address_size = 16;
		memcpy(c->conn.address, &((const struct sockaddr_in6 *)peer)->sin6_addr, 16);
	} else {
		c->conn.address_size = 4;
		memcpy(c->conn.address, &((const struct sockaddr_in *)peer)->sin_addr, 4);
	}
	return c;
}

void
tcp_pool_admit(struct tcp_pool *pool, int fd, const struct sockaddr_storage *peer)
{
	struct connection *c = connection_new(pool, fd, peer);

	count_more(&pool->counters.turns, 1);
	/* The client's own limit comes first: past it, it must not push others out. */
	if (!c || !clients_add(pool->clients, c->conn.address, c->conn.address_size,
			       pool->limits.clients_per_address)) {
		count_more(&pool->counters.refused, 1);
		close(fd);
		free(c);
		return;
	}
	if (!make_room(pool)) {
		clients_remove(pool->clients, c->conn.address, c->conn.address_size);
		count_more(&pool->counters.refused, 1);
		close(fd);
		free(c);
		return;
	}
	c->born = c->active = milliseconds();
	TAILQ_INSERT_TAIL(&pool->idle, c, by_activity);
	TAILQ_INSERT_TAIL(&pool->age, c, by_age);
	count(&pool->counters.open, ++pool->open);
	count_more(&pool->counters.accepted, 1);
	ev_io_init(&c->io, on_connection, fd, EV_READ);
	c->io.data = c;
	ev_io_start(pool->loop, &c->io);
	if (!ev_is_active(&pool->expiry))
		arm_expiry(pool, c->born);
}

struct tcp_pool *
tcp_pool_new(struct ev_loop *loop, size_t expected)
{
	struct tcp_pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return NULL;
	pool->loop = loop;
	TAILQ_INIT(&pool->idle);
	TAILQ_INIT(&pool->busy);
	TAILQ_INIT(&pool->age);
	ev_timer_init(&pool->expiry, on_expiry, 0., 0.);
	pool->expiry.data = pool;
	pool->clients = clients_new(expected);
	pool->turn.worker = answer_worker_new();
	if (!pool->clients || !pool->turn.worker) {
		tcp_pool_free(pool);
		return NULL;
	}
	return pool;
}

void
tcp_pool_free(struct tcp_pool *pool)
{
	if (!pool)
		return;
	tcp_pool_clear(pool);
	clients_free(pool->clients);
	answer_worker_free(pool->turn.worker);
	free(pool);
}

void
tcp_pool_set_publish(struct tcp_pool *pool, const struct publish *publish)
{
	pool->publish = publish;
}

void
tcp_pool_set_lease(struct tcp_pool *pool, struct lease *lease, size_t slot)
{
	pool->turn.lease = lease;
	pool->turn.slot = slot;
}

void
tcp_pool_set_limits(struct tcp_pool *pool, const struct tcp_limits *limits)
{
	pool->limits = *limits;
	expire(pool);
}

bool
tcp_pool_evict(struct tcp_pool *pool)
{
	struct connection *victim = TAILQ_FIRST(&pool->idle);

	if (!victim)
		return false;
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): as in expire_list() */
	drop(victim);
	return true;
}

void
tcp_pool_finish(struct tcp_pool *pool)
{
	struct connection *c, *next;

	pool->finishing = true;
	if (pool->open == 0)
		ev_break(pool->loop, EVBREAK_ALL);
	for (c = TAILQ_FIRST(&pool->age); c; c = next) {
		next = TAILQ_NEXT(c, by_age);
		advance(c);
	}
}

void
tcp_pool_clear(struct tcp_pool *pool)
{
	struct connection *c, *next;

	for (c = TAILQ_FIRST(&pool->age); c; c = next) {
		next = TAILQ_NEXT(c, by_age);
		drop(c);
	}
	ev_timer_stop(pool->loop, &pool->expiry);
}

void
tcp_pool_read(const struct tcp_pool *pool, struct net_worker_status *status)
{
	const struct tcp_counters *own = &pool->counters;

	status->turns = atomic_load_explicit(&own->turns, memory_order_relaxed);
	status->received = atomic_load_explicit(&own->received, memory_order_relaxed);
	status->sent = atomic_load_explicit(&own->sent, memory_order_relaxed);
	status->busy = pool->turn.lease && lease_packet_busy(pool->turn.lease, pool->turn.slot);
}

void
tcp_pool_count(const struct tcp_pool *pool, struct net_counters *counters)
{
	const struct tcp_counters *own = &pool->counters;

	counters->tcp_accepted += atomic_load_explicit(&own->accepted, memory_order_relaxed);
	counters->tcp_refused += atomic_load_explicit(&own->refused, memory_order_relaxed);
	counters->tcp_received += atomic_load_explicit(&own->received, memory_order_relaxed);
	counters->tcp_sent += atomic_load_explicit(&own->sent, memory_order_relaxed);
	counters->tcp_open += atomic_load_explicit(&own->open, memory_order_relaxed);
}
