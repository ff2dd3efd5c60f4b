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
 *   gates.c       all prefixes: log, state, lease           (board.c: to be read)
 *   keeper.c      the state on the disk                         (a thread of its own)
 *   lease.c       what the announcer sees
 *   soft.c        the operator's command, zones, last stand     (command.c, sites.c, zone_facts.c)
 *   verified.c    was every mapped image read?                  (pure)
 *   signals.c     all of it as words, for `anyns status`
 *   settings.c    limits and listen addresses
 *   parts.c       all of that which a reload replaces
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
#include <ev.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/priority.h"
#include "health/board.h"
#include "health/evidence.h"
#include "health/heartbeat.h"
#include "health/parts.h"
#include "health/quiet.h"
#include "health/scrub.h"
#include "health/signals.h"
#include "health/verified.h"

enum { STREAM_EVERY_MS = 100 };

struct health {
	struct log *log;
	struct lease *lease;
	void (*poke)(void *);
	void *context;
	char *directory;       /* NULL: memory only */
	struct keeper *keeper; /* NULL without directory */
	struct scrub *scrub;
	struct signals *signals;
	struct presence presence;
	bool started;
	pthread_t thread;

	/* The thread's own. */
	struct ev_loop *loop;
	ev_timer turn;
	ev_async wake;
	struct parts *parts;
	struct evidence_server server;
	struct verified verified;
	struct monotime asked_at;
	struct monotime streamed_at;
	bool stopping;
	bool drain_saved;
	bool saved_once;
	struct quiet quiet;
	uint64_t foreign; /* queries received that were not ours; never backwards */

	/* Orders. */
	_Atomic(struct parts *) order; /* NULL: none */
	sem_t taken;
	atomic_int wish; /* enum health_wish */
	atomic_bool leave;
	atomic_bool lapsed;
	atomic_bool stop;
	struct heartbeat main; /* of the server's main thread */

	/* For others to read. */
	atomic_bool drained;
	struct board *board;
};

static const struct place nowhere = {NULL, 0, 0};

/* ------------------------------------------------------------ parts */

static void on_wrong(void *context);

/* What there was before is left to be freed. */
static void
take_parts(struct health *h, struct parts *next)
{
	struct settings *settings = next->settings;

	if (h->parts)
		parts_inherit(next, h->parts, h->server.probes);
	for (size_t i = 0; i < settings->count; i++)
		evidence_on_wrong(settings->evidence[i], on_wrong, h);
	h->turn.repeat = settings_turn(settings);
	h->parts = next;
}

/* ------------------------------------------------------------ a turn: see */

static void
look_at_server(struct health *h)
{
	struct evidence_server *server = &h->server;
	struct scrub_status scrub;

	for (size_t w = 0; w < server->worker_count; w++)
		net_read_worker(server->net, w, &server->workers[w]);
	scrub_read(h->scrub, &scrub);
	server->scrub_passes = scrub.passes;
	server->mismatches = scrub.mismatches;
	server->image_bad = scrub.bad;
	server->image_words = scrub.words;
}

static bool
is_time_to_ask(const struct health *h, struct monotime now)
{
	return monotime_since(now, h->asked_at) >= h->parts->settings->interval_ns;
}

static void
look_for_addresses(struct health *h)
{
	const struct settings *settings = h->parts->settings;

	for (size_t i = 0; i < settings->count; i++)
		evidence_look(settings->evidence[i], &h->server);
}

static void
ask(struct health *h, struct monotime now)
{
	struct settings *settings = h->parts->settings;
	bool stream = monotime_since(now, h->streamed_at) >= STREAM_EVERY_MS * MONOTIME_MS;
	h->asked_at = now;
	if (stream)
		h->streamed_at = now;
	for (size_t i = 0; i < settings->count; i++)
		evidence_ask(settings->evidence[i], &h->server,
			     settings_burst(settings, i, h->server.worker_count), stream, now);
}

/* Whether hardly anybody but us asks. Of the whole server: a drain is one of all prefixes. */
static bool
is_quiet(struct health *h, struct monotime now)
{
	uint64_t received = 0, own = 0;
	const struct settings *settings = h->parts->settings;

	for (size_t w = 0; w < h->server.worker_count; w++)
		received += h->server.workers[w].received;
	for (size_t i = 0; i < settings->count; i++)
		own += evidence_answered(settings->evidence[i]);
	/* Ours that are under way make it waver a little; a counter must not run backwards. */
	if (received > own && received - own > h->foreign)
		h->foreign = received - own;
	return quiet_count(&h->quiet, h->foreign, now);
}

/* ------------------------------------------------------------ a turn: decide */

static void
step_gate(struct health *h, size_t index, struct gate_input input, struct monotime now)
{
	struct settings_faults faults;

	settings_find_faults(h->parts->settings, h->parts->gates, index, &faults);
	if (!input.hard && faults.hard.text[0] != '\0')
		input.hard = faults.hard.text;
	if (faults.soft.text[0] != '\0')
		input.soft = faults.soft.text;
	input.proven = faults.proven &&
		       verified_all(&h->verified, publish_read(h->server.publish)->zones);
	gates_step(h->parts->gates, index, &input, now);
}

static const enum gate_freeze freezes[] = {
	[HEALTH_SERVE] = GATE_THAWED,
	[HEALTH_DRAIN] = GATE_THAWED,
	[HEALTH_FREEZE] = GATE_FREEZE_AS_IS,
	[HEALTH_FREEZE_ANNOUNCED] = GATE_FREEZE_ANNOUNCED,
	[HEALTH_FREEZE_WITHDRAWN] = GATE_FREEZE_WITHDRAWN,
};

/* Everything that is known by now, to its consequences. */
static void
decide(struct health *h, struct monotime now)
{
	struct settings *settings = h->parts->settings;
	struct gates *gates = h->parts->gates;
	bool lapsed = atomic_exchange(&h->lapsed, false);
	enum health_wish wish = (enum health_wish)atomic_load(&h->wish);
	bool leave = atomic_load(&h->leave);
	struct soft_verdict soft;
	soft_step(h->parts->soft, now, time(NULL), &soft);
	struct gate_input input = {
		/* Every gate takes a lapse for a fault, before a new term makes the lease hold. */
		.hard = lapsed ? "the server had stalled, its lease had lapsed" : NULL,
		.soft = soft.soft,
		.zone = soft.zone,
		.last_stand = soft.last_stand,
		.drain = leave || wish == HEALTH_DRAIN,
		.freeze = leave ? GATE_THAWED : freezes[wish],
		.quiet = is_quiet(h, now),
	};

	for (size_t i = 0; i < settings->count; i++)
		settings->served[i] = evidence_step(settings->evidence[i], &h->server,
						    &settings->detector, now,
						    &settings->verdicts[i]);
	for (size_t i = 0; i < gates_count(gates); i++)
		step_gate(h, i, input, now);
	/* A withdraw goes out first and is saved then, an announcement the other way round. */
	bool moved = gates_show(gates, h->keeper);
	if (lapsed)
		lease_begin_term(h->lease);
	lease_renew(h->lease);
	if (moved && h->poke)
		h->poke(h->context);
	bool drain = wish == HEALTH_DRAIN;
	gates_save(gates, h->keeper, drain, !h->saved_once || drain != h->drain_saved, now);
	h->saved_once = true;
	h->drain_saved = drain;
	gates_log(gates);
	atomic_store(&h->drained, input.drain && gates_drained(gates));
	board_put(h->board, gates);
}

static void
on_turn(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct health *h = timer->data;
	struct monotime now = clock_now();
	(void)loop, (void)events;

	probes_turn(h->server.probes, now);
	look_at_server(h);
	bool asks = is_time_to_ask(h, now);
	if (asks)
		look_for_addresses(h);
	/* What is known goes out before anything that costs time, as questions do. */
	decide(h, now);
	if (asks)
		ask(h, now);
	h->server.main_at = heartbeat_watch(&h->main, h->log, now);
	signals_gather(h->signals, h->parts->settings, &h->server, h->parts->soft, now);
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
