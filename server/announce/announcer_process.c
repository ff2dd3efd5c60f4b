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
#include <sys/socket.h>
#include <unistd.h>

#include "announce/announce_pack.h"
#include "announce/announcer.h"
#include "announce/announcer_change.h"
#include "announce/bgp_socket.h"
#include "announce/follower.h"

enum {
	/* Accepted in one turn; a flood of calls must not keep the lease from being read. */
	ACCEPT_BURST = 8,
	/* Ticks from one look at what drivers want and see to the next: 200 ms. */
	LOOK_EVERY = 200 / LEASE_TICK_MS,
	/* Lines about strangers: a port scan must not fill the log. */
	COMPLAIN_EVERY_S = 60,
};

/* ------------------------------------------------------------ the lease */

/* What the prefix in a slot is to look like to a kind of peer; NULL: withdrawn. */
static const struct attributes *
wanted(const struct follower *f, unsigned slot, enum peer_kind kind, struct lease_view *view)
{
	*view = (struct lease_view){.state = GATE_DOWN};
	if (f->status != LEASE_HOLDS || f->config.announce.dry_run ||
	    !lease_get_gate(f->setup->lease, slot, view))
		return NULL;
	return attributes_get(&f->table, view->state, kind);
}

static const struct attributes *
wanted_by_peers(void *context, unsigned slot, enum peer_kind kind)
{
	struct lease_view view;
	return wanted(context, slot, kind, &view);
}

static void
follow_drivers(struct follower *f)
{
	const struct drivers *drivers = f->setup->drivers;
	for (size_t i = 0; i < drivers->count; i++) {
		struct driver *driver = drivers->slots[i].driver;
		for (size_t j = 0; j < f->config.announce.prefix_count; j++) {
			struct lease_view view;
			unsigned slot = f->config.announce.prefixes[j].slot;
			const struct attributes *attributes = wanted(f, slot, driver->peers, &view);
			driver->kind->apply(driver, slot, view.state, attributes);
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
	speakers_follow(f->speakers, wanted_by_peers, f);
	follow_drivers(f);
}

/* ------------------------------------------------------------ talking to the server */

/* News that did not fit are told with a later tick: the server may be stopped. */
static bool
tell(void *context, const struct announcer_event *event)
{
	const struct follower *f = context;
	return send(f->setup->fd, event, sizeof *event, MSG_DONTWAIT | MSG_NOSIGNAL) ==
	       (ssize_t)sizeof *event;
}

/* Only when all earlier ones were read, else a server that wakes up had to read hundreds. */
static void
tell_lapse(struct follower *f)
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
	speakers_tell(f->speakers, tell, f);
	if (++f->ticks % LOOK_EVERY == 0)
		drivers_tell(f->setup->drivers, &f->config.announce, tell, f);
}

/* What the workers of a server that died had before them, one line each: evidence. */
static void
log_packets(const struct follower *f)
{
	size_t workers = f->setup->config->workers;

	/* The slot behind the workers' is the TCP thread's, as net_start() has it. */
	for (size_t worker = 0; worker <= workers; worker++) {
		uint8_t bytes[LEASE_PACKET_SIZE];
		char hex[2 * LEASE_PACKET_SIZE + 1] = "", name[32] = "the TCP thread";
		size_t length;
		size_t size = lease_packet_get(f->setup->lease, worker, bytes, &length);
		if (!length)
			continue;
		for (size_t i = 0; i < size; i++)
			snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
		if (worker < workers)
			snprintf(name, sizeof name, "worker %zu", worker);
		log_error(f->log, "%s was busy with this packet of %zu bytes: %s%s", name, length,
			  hex, length > size ? "..." : "");
	}
}

static void
end(struct follower *f, const char *reason)
{
	snprintf(f->reason, sizeof f->reason, "%s", reason);
	f->ended = true;
	speakers_stop(f->speakers, f->reason);
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
on_call(struct ev_loop *loop, ev_io *io, int events)
{
	struct caller *caller = io->data;
	struct follower *f = caller->follower;
	const struct listener *listener = &f->listeners.list[caller - f->callers];
	(void)events;
	for (unsigned i = 0; i < ACCEPT_BURST; i++) {
		struct config_address from;
		int fd = bgp_socket_accept(caller->fd, &from);
		if (fd < 0)
			return;
		struct bgp_session *session = speakers_called(f->speakers, listener, &from);
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

/* Hears calls at the listeners that are not watched yet. */
static void
listen_to_all(struct follower *f)
{
	for (; f->listening < f->listeners.count; f->listening++) {
		struct caller *caller = &f->callers[f->listening];
		caller->fd = f->listeners.list[f->listening].fd;
		caller->follower = f;
		ev_io_init(&caller->io, on_call, caller->fd, EV_READ);
		caller->io.data = caller;
		ev_io_start(f->loop, &caller->io);
	}
}

static void
listen_to_none(struct follower *f)
{
	while (f->listening > 0)
		ev_io_stop(f->loop, &f->callers[--f->listening].io);
}

/* ------------------------------------------------------------ orders */

static void
prepare(struct follower *f, uint32_t serial, int attached)
{
	struct announcer_event word = {.type = ANNOUNCER_READY, .term = serial};
	char text[ANNOUNCER_TEXT];
	const char *why = follower_prepare(f, attached, text);
	if (why) {
		word.type = ANNOUNCER_REFUSED;
		snprintf(word.text, sizeof word.text, "%s", why);
	}
	/* A server that misses it waits, and then gives up. */
	(void)tell(f, &word);
}

static void
take_order(struct follower *f, const struct announcer_order *order, int attached)
{
	if (order->type == ANNOUNCER_PREPARE) {
		prepare(f, order->serial, attached);
		return;
	}
	if (attached >= 0)
		close(attached);
	if (order->type == ANNOUNCER_STOP)
		end(f, order->text);
	else if (order->type == ANNOUNCER_ABORT)
		follower_forget(f);
	else if (order->type == ANNOUNCER_COMMIT) {
		listen_to_none(f);
		follower_commit(f);
		listen_to_all(f);
	}
}

static void
on_orders(struct ev_loop *loop, ev_io *io, int events)
{
	struct follower *f = io->data;
	bool look = false;
	(void)loop, (void)events;
	while (!f->ended) {
		struct announcer_order order = {0};
		int attached;
		ssize_t size = announcer_hear(io->fd, &order, &attached);
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0 && errno == EAGAIN)
			break;
		if (size <= 0) {
			on_server_dead(f);
			return;
		}
		look = true;
		/* A poke is no more than its type; so is whatever is no whole order. */
		if (size < (ssize_t)sizeof order)
			order.type = ANNOUNCER_LOOK;
		order.text[sizeof order.text - 1] = '\0';
		take_order(f, &order, attached);
	}
	if (look && !f->ended)
		follow(f);
}

/* ------------------------------------------------------------ begin and end */

static void
watch(struct follower *f)
{
	ev_io_init(&f->orders, on_orders, f->setup->fd, EV_READ);
	/* A fault goes before whatever peers have to say. */
	ev_set_priority(&f->orders, EV_MAXPRI);
	f->orders.data = f;
	ev_io_start(f->loop, &f->orders);
	ev_timer_init(&f->tick, on_tick, 0., LEASE_TICK_MS / 1000.);
	f->tick.data = f;
	ev_timer_start(f->loop, &f->tick);
	listen_to_all(f);
}

static bool
begin(struct follower *f)
{
	struct speakers_setup speakers = {
		.announce = &f->config.announce, .listeners = &f->listeners, .log = f->log};
	struct driver_setup driver = {.config = &f->config, .log = f->log};
	attributes_defaults(&f->table);
	f->loop = driver.loop = speakers.loop = ev_loop_new(EVFLAG_AUTO);
	f->speakers = f->loop ? speakers_new(&speakers) : NULL;
	if (!f->speakers || !drivers_open(f->setup->drivers, &driver))
		return false;
	watch(f);
	speakers_start(f->speakers);
	return true;
}

static void
free_all(struct follower *f)
{
	if (f->speakers)
		follower_forget(f);
	speakers_free(f->speakers);
	listeners_close(&f->listeners, 0);
	announce_unpack_free(f->announce);
	if (f->loop)
		ev_loop_destroy(f->loop);
	free(f);
}

bool
announcer_process_run(const struct announcer_setup *setup)
{
	struct follower *f = calloc(1, sizeof *f);
	bool begun = false;
	if (f) {
		f->setup = setup;
		f->config = *setup->config;
		f->listeners = *setup->listeners;
		f->log = setup->log;
		begun = begin(f);
	}
	if (begun)
		ev_run(f->loop, 0);
	else
		log_error(setup->log, "no memory for the announcer: nothing can be announced");
	drivers_close(setup->drivers, "end");
	if (f)
		free_all(f);
	return begun;
}
