/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * health_turn.c - from what is seen to what the announcer sees, in the order in which it matters.
 */
#include "health/health_turn.h"

#include <stdatomic.h>
#include <time.h>

#include "base/clock.h"
#include "health/health_state.h"

enum { STREAM_EVERY_MS = 100 };

/* ------------------------------------------------------------ see */

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

/* ------------------------------------------------------------ decide */

static void
step_gate(struct health *h, size_t index, struct gate_input input, struct monotime now)
{
	struct settings_faults faults;

	settings_find_faults(h->parts->settings, h->parts->gates, index, &faults);
	if (!input.hard && faults.hard.text[0] != '\0')
		input.hard = faults.hard.text;
	if (faults.soft.text[0] != '\0')
		input.soft = faults.soft.text;
	input.proven = faults.proven && verified_all(&h->verified, publish_read(h->server.publish));
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

void
health_turn(struct health *h)
{
	struct monotime now = clock_now();

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
