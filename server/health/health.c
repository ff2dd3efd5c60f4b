/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * health.c - the sidecar thread.
 *
 * The room, from what is seen to what is done:
 *
 *   presence.c    is the address ours?                          (kernel routes)
 *   canary.c      what an own query asks, what its answer lacks (pure)
 *   probe.c       own queries over real sockets
 *   scrub.c       digests of what is served                     (a thread of its own)
 *   evidence.c    all of that about one listen address, in rounds
 *   detector.c    evidence, hard and soft                       (pure; leaky.c, quiet.c)
 *   gate.c        what follows for a prefix                     (pure; backoff.c, last_stand.c)
 *   gates.c       all prefixes: log, state, lease      (board.c: to be read; absent.c)
 *   keeper.c      the state on the disk                         (a thread of its own)
 *   lease.c       what the announcer sees
 *   soft.c        the operator's command, zones, last stand     (command.c, sites.c, zone_facts.c)
 *   verified.c    was every mapped image read?                  (pure)
 *   signals.c     all of it as words, for `anyns status`
 *   settings.c    limits and listen addresses
 *   parts.c       all of that which a reload replaces
 *   health_turn.c a turn: all of it in order
 *   health.c      this thread and its clock
 *
 * A turn every 20 ms at most: look at the workers and sockets, ask, judge, step the gates, renew
 * the lease. The lease lapses after ten of the announcer's 20 ms ticks, so nothing here may wait:
 * no disk, no lock that others hold for long, no blocking socket. What must wait has its thread.
 *
 * A turn that comes late, as under full load, asks less; it never asks more to catch up.
 */
#include "health/health.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/priority.h"
#include "health/health_state.h"
#include "health/health_turn.h"

static const struct place nowhere = {NULL, 0, 0};

/* ------------------------------------------------------------ parts */

static void on_wrong(void *context);

/* What there was before is left to be freed. */
static void
take_parts(struct health *h, struct parts *next)
{
	struct settings *settings = next->settings;

	if (h->parts)
		parts_inherit(next, h->parts, h->server.probes, clock_now());
	for (size_t i = 0; i < settings->count; i++)
		evidence_on_wrong(settings->evidence[i], on_wrong, h);
	h->turn.repeat = settings_turn(settings);
	h->parts = next;
}

static void
on_turn(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop, (void)events;
	health_turn(timer->data);
}

/* Within a probe's callback: let it end, then turn at once. */
static void
on_wrong(void *context)
{
	struct health *h = context;

	ev_feed_event(h->loop, &h->turn, EV_TIMER);
}

/* An order, or the state was saved. */
static void
on_wake(struct ev_loop *loop, ev_async *wake, int events)
{
	struct health *h = wake->data;
	(void)events;

	struct parts *next = atomic_exchange(&h->order, NULL);
	if (next) {
		take_parts(h, next);
		sem_post(&h->taken);
	}
	if (atomic_load(&h->stop))
		ev_break(loop, EVBREAK_ALL);
	else
		ev_feed_event(loop, &h->turn, EV_TIMER);
}

/* ------------------------------------------------------------ the thread */

static void
before_wait(struct ev_loop *loop)
{
	(void)loop;
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
	struct health *h = argument;

	(void)priority_take();
	publish_enter();
	ev_set_loop_release_cb(h->loop, before_wait, after_wait);
	ev_timer_set(&h->turn, 0., settings_turn(h->parts->settings));
	ev_timer_start(h->loop, &h->turn);
	ev_run(h->loop, 0);
	publish_leave();
	return NULL;
}

static void
on_saved(void *context)
{
	struct health *h = context;

	ev_async_send(h->loop, &h->wake);
}

/* ------------------------------------------------------------ life */

static bool
make_parts(struct health *h, const struct config *config, const struct state *saved)
{
	struct parts_setup setup = {h->lease, h->log, h->loop, saved, clock_now()};
	struct parts *parts = parts_new(config, &setup);

	h->scrub = scrub_new();
	h->signals = signals_new();
	h->board = board_new();
	if (!parts)
		return false;
	take_parts(h, parts);
	if (!h->scrub || !h->signals || !h->board)
		return false;
	board_put(h->board, parts->gates);
	if (!config->state_directory)
		return true;
	h->directory = strdup(config->state_directory);
	h->keeper = keeper_new(config->state_directory, h->log, on_saved, h);
	return h->directory && h->keeper;
}

struct health *
health_new(const struct config *config, struct lease *lease, struct net *net, struct log *log,
	   void (*poke)(void *), void *context, struct report *report)
{
	struct health *h = calloc(1, sizeof(*h));
	struct state *room = calloc(1, sizeof(*room));
	bool good = false;

	if (h && room) {
		h->log = log;
		h->lease = lease;
		h->poke = poke;
		h->context = context;
		h->presence.fd = -1;
		h->server.net = net;
		h->server.presence = &h->presence;
		h->server.worker_count = net_worker_count(net);
		sem_init(&h->taken, 0, 0);
		ev_timer_init(&h->turn, on_turn, 0., 0.);
		ev_async_init(&h->wake, on_wake);
		h->turn.data = h->wake.data = h;
		const struct state *saved = parts_read_saved(config, room, report);
		atomic_store(&h->wish, saved && saved->drain ? HEALTH_DRAIN : HEALTH_SERVE);
		h->loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
		good = h->loop && make_parts(h, config, saved);
	}
	free(room);
	if (good)
		return h;
	report_errno(report, SEVERITY_ERROR, nowhere, NULL, "cannot prepare the health thread");
	health_free(h);
	return NULL;
}

/* Threads start without our signals, which are the main thread's. */
static void
block_signals(sigset_t *before)
{
	sigset_t all;

	sigfillset(&all);
	sigdelset(&all, SIGBUS); /* of an image that shrinks, see mapping.c */
	pthread_sigmask(SIG_SETMASK, &all, before);
}

static int
start_threads(struct health *h, struct publish *publish)
{
	sigset_t before;

	block_signals(&before);
	int error = h->keeper ? keeper_start(h->keeper) : 0;
	if (error == 0)
		error = scrub_start(h->scrub, publish);
	if (error == 0)
		error = parts_start(h->parts, NULL);
	if (error == 0)
		error = pthread_create(&h->thread, NULL, run, h);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error == 0) {
		h->started = true;
		pthread_setname_np(h->thread, "anyns-health");
	}
	return error;
}

bool
health_start(struct health *h, struct publish *publish, struct report *report)
{
	h->server.publish = publish;
	h->server.probes = probes_new(h->loop, publish);
	if (!presence_open(&h->presence))
		log_warning(h->log,
			    "cannot ask the kernel for routes (%s): an address that goes "
			    "away is noticed late",
			    strerrordesc_np(errno));
	/* Here, not in the thread: an order given before the thread runs must be seen. */
	ev_async_start(h->loop, &h->wake);
	int error = h->server.probes ? start_threads(h, publish) : ENOMEM;
	if (error == 0)
		return true;
	scrub_stop(h->scrub);
	soft_stop(h->parts->soft);
	if (h->keeper)
		keeper_stop(h->keeper);
	errno = error;
	report_errno(report, SEVERITY_ERROR, nowhere,
		     "raise the limit of threads (TasksMax=, ulimit -u)",
		     "cannot start the health thread");
	return false;
}

struct parts *
health_prepare(struct health *h, const struct config *config)
{
	struct parts_setup setup = {h->lease, h->log, h->loop, NULL, clock_now()};
	struct parts *parts = parts_new(config, &setup);
	sigset_t before;

	if (!parts || !h->started)
		return parts;
	block_signals(&before);
	int error = parts_start(parts, h->parts);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error == 0)
		return parts;
	parts_free(parts, NULL);
	errno = error;
	return NULL;
}

void
health_commit(struct health *h, struct parts *parts)
{
	struct parts *old = h->parts;

	if (h->started) {
		atomic_store(&h->order, parts);
		ev_async_send(h->loop, &h->wake);
		while (sem_wait(&h->taken) != 0 && errno == EINTR)
			;
	} else {
		take_parts(h, parts);
		board_put(h->board, parts->gates);
	}
	parts_free(old, NULL);
}

void
health_abort(struct parts *parts)
{
	parts_free(parts, NULL);
}

void
health_wish(struct health *h, enum health_wish wish)
{
	atomic_store(&h->wish, wish);
	if (wish != HEALTH_DRAIN)
		atomic_store(&h->drained, false);
	ev_async_send(h->loop, &h->wake);
}

enum health_wish
health_wished(const struct health *h)
{
	return (enum health_wish)atomic_load(&h->wish);
}

void
health_beat(struct health *h)
{
	heartbeat_beat(&h->main);
}

void
health_leave(struct health *h)
{
	atomic_store(&h->leave, true);
	ev_async_send(h->loop, &h->wake);
}

void
health_lapsed(struct health *h)
{
	atomic_store(&h->lapsed, true);
	ev_async_send(h->loop, &h->wake);
}

bool
health_drained(const struct health *h)
{
	/* Without a thread or in a dry run nothing was ever announced. */
	return !h->started || h->parts->dry_run || atomic_load(&h->drained);
}

bool
health_read(struct health *h, size_t index, struct health_gate_status *status)
{
	struct gate gate;

	if (!board_read(h->board, index, &gate, status->prefix))
		return false;
	status->state = gate.state;
	status->since_ms = monotime_since(clock_now(), gate.since) / MONOTIME_MS;
	snprintf(status->reason, sizeof(status->reason), "%s", gate.reason.text);
	snprintf(status->waiting, sizeof(status->waiting), "%s", gate.waiting.text);
	return true;
}

void
health_facts(struct health *h, const struct zone_facts *facts)
{
	soft_set_facts(h->parts->soft, facts);
}

bool
health_read_signal(struct health *h, size_t index, struct health_signal *signal)
{
	struct signal_value value;

	if (!signals_read(h->signals, index, &value))
		return false;
	snprintf(signal->name, sizeof(signal->name), "%s", value.name);
	snprintf(signal->value, sizeof(signal->value), "%s", value.words.text);
	signal->age_ms = monotime_is_never(value.at)
				 ? -1
				 : monotime_since(clock_now(), value.at) / MONOTIME_MS;
	return true;
}

void
health_stop(struct health *h)
{
	if (!h->started)
		return;
	atomic_store(&h->stop, true);
	ev_async_send(h->loop, &h->wake);
	pthread_join(h->thread, NULL);
	h->started = false;
	scrub_stop(h->scrub);
	soft_stop(h->parts->soft);
	if (!h->keeper)
		return;
	keeper_stop(h->keeper);
	/* After the keeper has ended, so that this is the last word. */
	gates_save_end(h->parts->gates, h->directory, atomic_load(&h->wish) == HEALTH_DRAIN,
		       clock_now());
}

void
health_free(struct health *h)
{
	if (!h)
		return;
	if (h->loop)
		health_stop(h);
	parts_free(h->parts, h->server.probes);
	probes_free(h->server.probes);
	presence_close(&h->presence);
	scrub_free(h->scrub);
	signals_free(h->signals);
	board_free(h->board);
	keeper_free(h->keeper);
	free(h->directory);
	if (h->loop)
		ev_loop_destroy(h->loop);
	sem_destroy(&h->taken);
	free(h);
}
