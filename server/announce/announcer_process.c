/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * announcer_process.c - the loop that follows the lease.
 *
 * Nothing here decides: a prefix is announced while its gate in the lease says so and the lease is
 * renewed, and how it is announced stands in a table. All of it is looked at anew with every tick
 * and every poke, so no message can be lost that matters. The ways in which this process can be
 * left alone all end in a withdrawal: the server dies, the socketpair closes; the server stalls,
 * the lease is not renewed; we die, the sessions close; the host dies, the hold timer expires.
 */
#include "announce/announcer_process.h"

#include <errno.h>
#include <ev.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "announce/announcer.h"
#include "announce/bgp_session.h"
#include "announce/bgp_socket.h"
#include "health/attributes.h"
#include "health/lease_watch.h"

enum {
	/* Accepted in one turn; a flood of calls must not keep the lease from being read. */
	ACCEPT_BURST = 8,
	/* Lines about strangers: a port scan must not fill the log. */
	COMPLAIN_EVERY_S = 60,
};

struct follower;

struct caller {
	ev_io io;
	int fd;
	struct follower *follower;
};

struct peer {
	struct bgp_session *session;
	unsigned told; /* serial of the news that the server has */
};

struct follower {
	const struct announcer_setup *setup;
	const struct config_announce *announce;
	struct log *log;
	struct ev_loop *loop;
	ev_io orders;
	ev_timer tick;
	struct lease_watch watch;
	enum lease_status status;
	double complained;
	struct attributes_table table;
	struct bgp_prefix prefixes[LEASE_GATES];
	struct caller callers[ANNOUNCER_LISTENERS];
	struct peer *peers;
	char reason[sizeof((struct announcer_order *)0)->text]; /* of the end */
};

const struct announcer_listener *
announcer_listener_of(const struct announcer_listeners *listeners, const struct config_peer *peer)
{
	for (size_t i = 0; i < listeners->count; i++) {
		const struct announcer_listener *listener = &listeners->list[i];
		/* The port stands at the same place in both forms. */
		if (listener->family == peer->address.socket.any.sa_family &&
		    listener->port == peer->address.socket.v4.sin_port)
			return listener;
	}
	return NULL;
}

/* ------------------------------------------------------------ the lease */

/* What gate `index` is to look like to a kind of peer; NULL: withdrawn. */
static const struct attributes *
wanted(const struct follower *f, size_t index, enum peer_kind kind, struct lease_view *view)
{
	*view = (struct lease_view){.state = GATE_DOWN};
	if (f->status != LEASE_HOLDS || f->announce->dry_run ||
	    !lease_get_gate(f->setup->lease, index, view))
		return NULL;
	return attributes_get(&f->table, view->state, kind);
}

static void
follow_drivers(struct follower *f)
{
	const struct drivers *drivers = f->setup->drivers;
	for (size_t i = 0; i < drivers->count; i++) {
		struct driver *driver = drivers->slots[i].driver;
		for (size_t gate = 0; gate < f->announce->prefix_count; gate++) {
			struct lease_view view;
			const struct attributes *attributes = wanted(f, gate, driver->peers, &view);
			driver->kind->apply(driver, gate, view.state, attributes);
		}
		driver->kind->push(driver);
	}
}

static void
tick_drivers(struct follower *f)
{
	const struct drivers *drivers = f->setup->drivers;
	for (size_t i = 0; i < drivers->count; i++)
		if (drivers->slots[i].kind->tick)
			drivers->slots[i].kind->tick(drivers->slots[i].driver);
}

static void
follow(struct follower *f)
{
	for (size_t i = 0; i < f->announce->peer_count; i++) {
		struct bgp_session *session = f->peers[i].session;
		enum peer_kind kind = bgp_session_kind(session);
		for (size_t gate = 0; gate < f->announce->prefix_count; gate++) {
			struct lease_view view;
			bgp_session_want(session, gate, wanted(f, gate, kind, &view));
		}
		bgp_session_push(session);
	}
	follow_drivers(f);
}

/* ------------------------------------------------------------ talking to the server */

static bool
tell(const struct follower *f, const struct announcer_event *event)
{
	return send(f->setup->fd, event, sizeof *event, MSG_DONTWAIT | MSG_NOSIGNAL) ==
	       (ssize_t)sizeof *event;
}

/* News that did not fit are told with a later tick: the server may be stopped. */
static void
tell_sessions(struct follower *f)
{
	for (size_t i = 0; i < f->announce->peer_count; i++) {
		const struct bgp_session_status *status = bgp_session_status(f->peers[i].session);
		struct announcer_event event = {
			.type = ANNOUNCER_SESSION, .peer = (uint32_t)i, .up = status->up};
		if (status->serial == f->peers[i].told)
			continue;
		snprintf(event.text, sizeof event.text, "%s", status->text);
		if (!tell(f, &event))
			return;
		f->peers[i].told = status->serial;
	}
}

/* Only when all earlier ones were read, else a server that wakes up had to read hundreds. */
static void
tell_lapse(const struct follower *f)
{
	struct announcer_event event = {.type = ANNOUNCER_LAPSED, .term = (uint32_t)f->watch.term};
	int unread = 0;
	if (ioctl(f->setup->fd, SIOCOUTQ, &unread) == 0 && unread > 0)
		return;
	snprintf(event.text, sizeof event.text, "not renewed for %d ms",
		 LEASE_TICK_MS * LEASE_TICKS);
	(void)tell(f, &event);
}

/* ------------------------------------------------------------ the loop */

static void
on_tick(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct follower *f = timer->data;
	enum lease_status before = f->status;
	(void)loop, (void)events;
	f->status = lease_watch_tick(&f->watch, lease_renewal(f->setup->lease));
	tick_drivers(f);
	follow(f);
	if (f->status == LEASE_LAPSED && before == LEASE_HOLDS)
		log_error(f->log,
			  "the server has not renewed its lease for %d ms, it is stopped or stuck: "
			  "all prefixes are withdrawn until it is back",
			  LEASE_TICK_MS * LEASE_TICKS);
	if (f->status == LEASE_HOLDS && before == LEASE_LAPSED)
		log_notice(f->log, "the server renews its lease again; the gates decide");
	if (f->status == LEASE_LAPSED)
		tell_lapse(f);
	tell_sessions(f);
}

/* What the workers of a server that died had before them, one line each: evidence. */
static void
log_packets(const struct follower *f)
{
	for (size_t worker = 0; worker < f->setup->config->workers; worker++) {
		uint8_t bytes[LEASE_PACKET_SIZE];
		char hex[2 * LEASE_PACKET_SIZE + 1] = "";
		size_t length;
		size_t size = lease_packet_get(f->setup->lease, worker, bytes, &length);
		if (!length)
			continue;
		for (size_t i = 0; i < size; i++)
			snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
		log_error(f->log, "worker %zu was busy with this packet of %zu bytes: %s%s", worker,
			  length, hex, length > size ? "..." : "");
	}
}

static void
end(struct follower *f, const char *reason)
{
	snprintf(f->reason, sizeof f->reason, "%s", reason);
	for (size_t i = 0; i < f->announce->peer_count; i++)
		bgp_session_stop(f->peers[i].session, f->reason);
	drivers_close(f->setup->drivers, f->reason);
	ev_break(f->loop, EVBREAK_ALL);
}

static void
on_server_dead(struct follower *f)
{
	/* First the routes, then the words. */
	end(f, "server died");
	log_error(f->log, "the server died: all prefixes are withdrawn");
	log_packets(f);
}

static void
on_orders(struct ev_loop *loop, ev_io *io, int events)
{
	struct follower *f = io->data;
	struct announcer_order order;
	bool look = false;
	(void)loop, (void)events;
	for (;;) {
		ssize_t size = recv(io->fd, &order, sizeof order, MSG_DONTWAIT);
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0 && errno == EAGAIN)
			break;
		if (size <= 0) {
			on_server_dead(f);
			return;
		}
		if (size == (ssize_t)sizeof order && order.type == ANNOUNCER_STOP) {
			order.text[sizeof order.text - 1] = '\0';
			end(f, order.text);
			return;
		}
		look = true;
	}
	if (look)
		follow(f);
}

static struct bgp_session *
called(const struct follower *f, const struct announcer_listener *listener,
       const struct config_address *from)
{
	for (size_t i = 0; i < f->announce->peer_count; i++)
		if (announcer_listener_of(f->setup->listeners, &f->announce->peers[i]) ==
			    listener &&
		    bgp_session_is_peer(f->peers[i].session, from))
			return f->peers[i].session;
	return NULL;
}

static void
on_call(struct ev_loop *loop, ev_io *io, int events)
{
	struct caller *caller = io->data;
	struct follower *f = caller->follower;
	const struct announcer_listener *listener = &f->setup->listeners->list[caller - f->callers];
	(void)events;
	for (unsigned i = 0; i < ACCEPT_BURST; i++) {
		struct config_address from;
		int fd = bgp_socket_accept(caller->fd, &from);
		if (fd < 0)
			return;
		struct bgp_session *session = called(f, listener, &from);
		if (session) {
			bgp_session_accept(session, fd);
			continue;
		}
		bgp_socket_close(fd);
		if (ev_now(loop) - f->complained >= COMPLAIN_EVERY_S) {
			f->complained = ev_now(loop);
			log_info(f->log,
				 "refused a BGP connection from an address that is no peer");
		}
	}
}

/* ------------------------------------------------------------ begin and end */

static void
take_prefixes(struct follower *f)
{
	for (size_t i = 0; i < f->announce->prefix_count; i++) {
		const struct config_prefix *from = &f->announce->prefixes[i];
		f->prefixes[i] = (struct bgp_prefix){
			.family = from->family == AF_INET6 ? BGP_IPV6 : BGP_IPV4,
			.length = from->length,
		};
		memcpy(f->prefixes[i].bytes, from->bytes, sizeof f->prefixes[i].bytes);
	}
}

static bool
make_sessions(struct follower *f)
{
	for (size_t i = 0; i < f->announce->peer_count; i++) {
		const struct config_peer *peer = &f->announce->peers[i];
		struct bgp_session_setup setup = {
			.peer = peer,
			.router_id = f->announce->router_id,
			.listens = announcer_listener_of(f->setup->listeners, peer) != NULL,
			.prefixes = f->prefixes,
			.prefix_count = f->announce->prefix_count,
			.loop = f->loop,
			.log = f->log,
		};
		/* A seed that stays 0 only costs some jitter. */
		(void)!getrandom(&setup.seed, sizeof setup.seed, GRND_NONBLOCK);
		f->peers[i].session = bgp_session_new(&setup);
		if (!f->peers[i].session)
			return false;
	}
	return true;
}

static void
watch(struct follower *f)
{
	const struct announcer_listeners *listeners = f->setup->listeners;
	ev_io_init(&f->orders, on_orders, f->setup->fd, EV_READ);
	/* A fault goes before whatever peers have to say. */
	ev_set_priority(&f->orders, EV_MAXPRI);
	f->orders.data = f;
	ev_io_start(f->loop, &f->orders);
	ev_timer_init(&f->tick, on_tick, 0., LEASE_TICK_MS / 1000.);
	f->tick.data = f;
	ev_timer_start(f->loop, &f->tick);
	for (size_t i = 0; i < listeners->count; i++) {
		struct caller *caller = &f->callers[i];
		caller->fd = listeners->list[i].fd;
		caller->follower = f;
		ev_io_init(&caller->io, on_call, caller->fd, EV_READ);
		caller->io.data = caller;
		ev_io_start(f->loop, &caller->io);
	}
}

static bool
begin(struct follower *f)
{
	attributes_defaults(&f->table);
	take_prefixes(f);
	f->loop = ev_loop_new(EVFLAG_AUTO);
	f->peers = calloc(f->announce->peer_count, sizeof *f->peers);
	struct driver_setup driver = {.config = f->setup->config, .loop = f->loop, .log = f->log};
	if (!f->loop || (!f->peers && f->announce->peer_count) || !make_sessions(f) ||
	    !drivers_open(f->setup->drivers, &driver))
		return false;
	watch(f);
	for (size_t i = 0; i < f->announce->peer_count; i++)
		bgp_session_start(f->peers[i].session);
	return true;
}

bool
announcer_process_run(const struct announcer_setup *setup)
{
	struct follower *f = calloc(1, sizeof *f);
	bool begun = false;
	if (f) {
		f->setup = setup;
		f->announce = &setup->config->announce;
		f->log = setup->log;
		begun = begin(f);
	}
	if (begun)
		ev_run(f->loop, 0);
	else
		log_error(setup->log, "no memory for the announcer: nothing can be announced");
	for (size_t i = 0; f && f->peers && i < f->announce->peer_count; i++)
		bgp_session_free(f->peers[i].session);
	drivers_close(setup->drivers, "end");
	if (f && f->loop)
		ev_loop_destroy(f->loop);
	if (f)
		free(f->peers);
	free(f);
	return begun;
}
