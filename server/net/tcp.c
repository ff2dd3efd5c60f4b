/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tcp.c - all TCP in one thread, on libev.
 *
 * DNS over TCP is a small share of the traffic and mostly one query per connection (after
 * truncation), so one thread does. tcp_conn.c knows what happens on a connection, tcp_pool.c how
 * many there may be and for how long; here is what is left: listeners, the thread and its orders.
 *
 * libev tells when the loop goes to wait and when it is back; that is just when the published view
 * may not be, and may be, in use. So each turn reads the view anew and no callback has to think of
 * it.
 */
#include "net/tcp.h"

#include <errno.h>
#include <ev.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	ACCEPT_BURST = 64, /* connections accepted before those that are open have their turn */
	/* Without descriptors or memory: accept() would fail in a busy loop. */
	ACCEPT_PAUSE_MS = 100,
	ACCEPT_LAST = 1024, /* the backlog's size: clients keep coming while it is emptied */
	COMPLAIN_EVERY_S = 60,
	STOP_PATIENCE_MS = 1000,
};

struct listener {
	ev_io io;
	int fd;
	struct tcp_server *server;
};

struct tcp_set {
	struct tcp_limits limits;
	size_t count;
	struct listener listeners[];
};

struct tcp_server {
	struct ev_loop *loop;
	ev_async wake;
	ev_timer pause;
	ev_timer patience;
	struct tcp_set *set;
	struct tcp_pool *pool;
	struct log *log;
	bool stopping;
	double complained;          /* time of the loop's clock; 0: never */
	atomic_uint_fast64_t turns; /* of the loop; written by the thread alone */

	_Atomic(struct tcp_set *) order; /* NULL: none */
	atomic_bool stop;
	sem_t taken;
	pthread_t thread;
	bool started;
	atomic_bool ended; /* joining it takes no time */
};

static void
watch_listeners(struct tcp_server *s, bool watch)
{
	for (size_t i = 0; i < s->set->count; i++) {
		if (watch)
			ev_io_start(s->loop, &s->set->listeners[i].io);
		else
			ev_io_stop(s->loop, &s->set->listeners[i].io);
	}
}

/* The system has no descriptor or memory for a connection: make some room, wait a little. */
static void
pause_accepting(struct tcp_server *s, int error)
{
	double now = ev_now(s->loop);

	if (now - s->complained >= COMPLAIN_EVERY_S) {
		s->complained = now;
		log_warning(s->log,
			    "cannot accept TCP connections (%s): the longest idle ones are closed; "
			    "raise the limit of open files (LimitNOFILE=) or lower tcp-clients",
			    strerrordesc_np(error));
	}
	tcp_pool_evict(s->pool);
	watch_listeners(s, false);
	ev_timer_stop(s->loop, &s->pause);
	ev_timer_set(&s->pause, ACCEPT_PAUSE_MS / 1000., 0.);
	ev_timer_start(s->loop, &s->pause);
}

static void
on_pause_over(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop, (void)events;
	watch_listeners(timer->data, true);
}

static bool
lacks_resources(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/* Whether a connection waits: accept() fails for want of a descriptor even when none does. */
static bool
is_waited_for(const struct listener *listener)
{
	struct pollfd poll_fd = {.fd = listener->fd, .events = POLLIN};

	return poll(&poll_fd, 1, 0) > 0;
}

/* Accepts up to `limit` connections. */
static void
accept_some(struct listener *listener, size_t limit)
{
	struct tcp_server *s = listener->server;

	for (size_t i = 0; i < limit; i++) {
		struct sockaddr_storage peer;
		socklen_t size = sizeof(peer);
		int fd = accept4(listener->fd, (struct sockaddr *)&peer, &size,
				 SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			tcp_pool_admit(s->pool, fd, &peer);
		} else if (lacks_resources(errno)) {
			int error = errno;
			if (is_waited_for(listener))
				pause_accepting(s, error);
			return;
		} else if (errno == EAGAIN) {
			return;
		} /* else: an error of that connection, accept(2); the next may be good */
	}
}

static void
on_listener(struct ev_loop *loop, ev_io *io, int events)
{
	(void)loop, (void)events;
	accept_some(io->data, ACCEPT_BURST);
}

static bool
set_has(const struct tcp_set *set, int fd)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->listeners[i].fd == fd)
			return true;
	return false;
}

/* Accepts what waits and closes the listener. */
static void
retire(struct listener *listener)
{
	accept_some(listener, ACCEPT_LAST);
	close(listener->fd);
}

/* Listens as `next` says from now on. */
static void
take(struct tcp_server *s, struct tcp_set *next, bool running)
{
	struct tcp_set *old = s->set;

	if (running)
		watch_listeners(s, false);
	for (size_t i = 0; i < old->count; i++) {
		if (set_has(next, old->listeners[i].fd))
			continue;
		if (running)
			retire(&old->listeners[i]);
		else
			close(old->listeners[i].fd);
	}
	for (size_t i = 0; i < next->count; i++)
		next->listeners[i].server = s;
	s->set = next;
	tcp_set_free(old);
	tcp_pool_set_limits(s->pool, &next->limits);
	if (running)
		watch_listeners(s, true);
}

static void
on_patience_over(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)timer, (void)events;
	ev_break(loop, EVBREAK_ALL);
}

/* Accepts and answers what came; only connections that owe answers stay, for a while. */
static void
begin_stop(struct tcp_server *s)
{
	watch_listeners(s, false);
	ev_timer_stop(s->loop, &s->pause);
	for (size_t i = 0; i < s->set->count; i++)
		retire(&s->set->listeners[i]);
	s->set->count = 0;
	s->stopping = true;
	ev_timer_set(&s->patience, STOP_PATIENCE_MS / 1000., 0.);
	ev_timer_start(s->loop, &s->patience);
	tcp_pool_finish(s->pool);
}

static void
on_wake(struct ev_loop *loop, ev_async *wake, int events)
{
	struct tcp_server *s = wake->data;
	(void)loop, (void)events;

	struct tcp_set *next = atomic_exchange_explicit(&s->order, NULL, memory_order_acquire);
	if (next) {
		take(s, next, true);
		sem_post(&s->taken);
	}
	if (atomic_load_explicit(&s->stop, memory_order_acquire) && !s->stopping)
		begin_stop(s);
}

static void
before_wait(struct ev_loop *loop)
{
	struct tcp_server *s = ev_userdata(loop);

	atomic_fetch_add_explicit(&s->turns, 1, memory_order_relaxed);
	publish_sleep();
}

static void
after_wait(struct ev_loop *loop)
{
	(void)loop;
	publish_wake();
}

static void *
run(void *argument)
{
	struct tcp_server *s = argument;

	publish_enter();
	ev_set_userdata(s->loop, s);
	ev_set_loop_release_cb(s->loop, before_wait, after_wait);
	watch_listeners(s, true);
	ev_run(s->loop, 0);
	tcp_pool_clear(s->pool);
	publish_leave();
	atomic_store(&s->ended, true);
	return NULL;
}

struct tcp_set *
tcp_set_new(size_t places, const struct tcp_limits *limits)
{
	struct tcp_set *set = calloc(1, sizeof(*set) + places * sizeof(set->listeners[0]));

	if (set)
		set->limits = *limits;
	return set;
}

void
tcp_set_add(struct tcp_set *set, int fd)
{
	struct listener *listener = &set->listeners[set->count++];

	listener->fd = fd;
	ev_io_init(&listener->io, on_listener, fd, EV_READ);
	listener->io.data = listener;
}

void
tcp_set_free(struct tcp_set *set)
{
	free(set);
}

static void
prepare_watchers(struct tcp_server *s)
{
	ev_async_init(&s->wake, on_wake);
	ev_timer_init(&s->pause, on_pause_over, 0., 0.);
	ev_timer_init(&s->patience, on_patience_over, 0., 0.);
	s->wake.data = s->pause.data = s->patience.data = s;
	/* Here, not in the thread: an order given before the thread runs must be seen. */
	ev_async_start(s->loop, &s->wake);
}

struct tcp_server *
tcp_server_new(size_t expected, struct log *log)
{
	struct tcp_server *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->log = log;
	sem_init(&s->taken, 0, 0);
	s->loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
	s->set = tcp_set_new(0, &(struct tcp_limits){0});
	s->pool = s->loop ? tcp_pool_new(s->loop, expected) : NULL;
	if (!s->loop || !s->set || !s->pool) {
		tcp_server_free(s);
		return NULL;
	}
	prepare_watchers(s);
	return s;
}

void
tcp_server_free(struct tcp_server *s)
{
	if (!s)
		return;
	for (size_t i = 0; s->set && i < s->set->count; i++)
		close(s->set->listeners[i].fd);
	tcp_pool_free(s->pool);
	if (s->loop)
		ev_loop_destroy(s->loop);
	tcp_set_free(s->set);
	sem_destroy(&s->taken);
	free(s);
}

void
tcp_server_set_lease(struct tcp_server *s, struct lease *lease, size_t slot)
{
	tcp_pool_set_lease(s->pool, lease, slot);
}

int
tcp_server_start(struct tcp_server *s, const struct publish *publish)
{
	tcp_pool_set_publish(s->pool, publish);
	int error = pthread_create(&s->thread, NULL, run, s);
	if (error == 0) {
		s->started = true;
		pthread_setname_np(s->thread, "anyns-tcp");
	}
	return error;
}

void
tcp_server_hand(struct tcp_server *s, struct tcp_set *set)
{
	if (s->started) {
		atomic_store_explicit(&s->order, set, memory_order_release);
		ev_async_send(s->loop, &s->wake);
		return;
	}
	take(s, set, false);
	sem_post(&s->taken);
}

void
tcp_server_wait(struct tcp_server *s)
{
	while (sem_wait(&s->taken) != 0 && errno == EINTR)
		;
}

void
tcp_server_wake(struct tcp_server *s)
{
	ev_async_send(s->loop, &s->wake);
}

void
tcp_server_stop(struct tcp_server *s)
{
	atomic_store_explicit(&s->stop, true, memory_order_release);
	ev_async_send(s->loop, &s->wake);
}

bool
tcp_server_ended(const struct tcp_server *s)
{
	return !s->started || atomic_load(&s->ended);
}

void
tcp_server_join(struct tcp_server *s)
{
	if (!s->started)
		return;
	pthread_join(s->thread, NULL);
	s->started = false;
}

void
tcp_server_read(const struct tcp_server *s, struct net_worker_status *status)
{
	tcp_pool_read(s->pool, status);
	/* Connections count as well as turns: one turn over a thousand of them takes long. */
	status->turns += atomic_load_explicit(&s->turns, memory_order_relaxed);
}

void
tcp_server_count(const struct tcp_server *s, struct net_counters *counters)
{
	tcp_pool_count(s->pool, counters);
}
