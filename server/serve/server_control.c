/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server_control.c - the running server as `anyns status` and its like see and command it.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "serve/server_state.h"

/* ------------------------------------------------------------ status */

/* The first error with its place, cut to what status shows. */
static const char *
first_error(const struct report *report, char line[static STATUS_TEXT])
{
	line[0] = '\0';
	for (size_t i = 0; i < report->count; i++)
		if (report->findings[i].severity == SEVERITY_ERROR)
			return report_bare_line(&report->findings[i], line, STATUS_TEXT);
	return line;
}

static enum status_zone_state
state_of(const struct loaded_zone *zone)
{
	if (!zone->segment)
		return STATUS_ZONE_FAILED;
	return zone->stale ? STATUS_ZONE_STALE : STATUS_ZONE_OK;
}

/* Those with errors first: of 100,000 zones the operator wants to see these. */
static void
list_zones(struct status_zones *zones, const struct loaded *loaded, bool only_errors)
{
	zones->total = loaded->count;
	for (unsigned pass = 0; pass < (only_errors ? 1u : 2u); pass++) {
		for (size_t i = 0; i < loaded->count; i++) {
			const struct loaded_zone *zone = &loaded->zones[i];
			enum status_zone_state state = state_of(zone);
			if ((state == STATUS_ZONE_OK) != (pass == 1))
				continue;
			zones->stale += state == STATUS_ZONE_STALE;
			zones->failed += state == STATUS_ZONE_FAILED;
			char error[STATUS_TEXT];
			status_add_zone(zones, zone->apex, state,
					zone->segment ? segment_serial(zone->segment) : 0,
					first_error(&zone->report, error));
		}
	}
}

static void
list_counters(struct status *status, const struct net *net)
{
	struct net_counters c;
	net_read_counters(net, &c);
	status_add_counter(status, "udp_received", c.udp_received);
	status_add_counter(status, "udp_sent", c.udp_sent);
	status_add_counter(status, "udp_ignored", c.udp_ignored);
	status_add_counter(status, "udp_send_errors", c.udp_send_errors);
	status_add_counter(status, "tcp_accepted", c.tcp_accepted);
	status_add_counter(status, "tcp_refused", c.tcp_refused);
	status_add_counter(status, "tcp_received", c.tcp_received);
	status_add_counter(status, "tcp_sent", c.tcp_sent);
	status_add_counter(status, "tcp_open", c.tcp_open);
}

static void
list_gates(struct status *status, struct announcing *announcing)
{
	struct health_gate_status gate;
	for (size_t i = 0; i < STATUS_GATES && health_read(announcing_health(announcing), i, &gate);
	     i++) {
		struct status_gate *to = &status->gates[status->gate_count++];
		memcpy(to->prefix, gate.prefix, sizeof to->prefix);
		to->state = gate_state_name(gate.state);
		to->since_ms = gate.since_ms;
		snprintf(to->reason, sizeof to->reason, "%s", gate.reason);
		snprintf(to->waiting, sizeof to->waiting, "%s", gate.waiting);
	}
}

static void
list_signals(struct status *status, struct announcing *announcing)
{
	struct health_signal signal;
	for (size_t i = 0;
	     i < STATUS_SIGNALS && health_read_signal(announcing_health(announcing), i, &signal);
	     i++) {
		struct status_signal *to = &status->signals[status->signal_count++];
		memcpy(to->name, signal.name, sizeof to->name);
		snprintf(to->value, sizeof to->value, "%s", signal.value);
		to->age_ms = signal.age_ms;
	}
}

static void
list_peers(struct status *status, const struct announcing *announcing,
	   const struct config_announce *configured)
{
	for (size_t i = 0; i < configured->peer_count && i < STATUS_PEERS; i++) {
		const struct announcing_session *session = announcing_session(
			announcing, configured->peers[i].slot);
		struct status_peer *to = &status->peers[status->peer_count++];
		snprintf(to->address, sizeof to->address, "%s", configured->peers[i].address.text);
		to->as = configured->peers[i].as;
		to->up = session->up;
		to->since_ms = monotime_is_never(session->since)
				       ? -1
				       : monotime_since(clock_now(), session->since) / MONOTIME_MS;
		snprintf(to->text, sizeof to->text, "%s", session->text);
		snprintf(to->failure, sizeof to->failure, "%s", session->failure);
	}
}

static void
list_drivers(struct status *status, const struct announcing *announcing,
	     const struct config_announce *configured)
{
	for (unsigned number = 0; number < DRIVERS_MAX; number++)
		for (size_t i = 0; i < configured->prefix_count; i++) {
			const struct config_prefix *prefix = &configured->prefixes[i];
			const struct announcing_driver *driver = announcing_driver(
				announcing, number, prefix->slot);
			if (!driver || status->driver_count == STATUS_DRIVERS)
				continue;
			struct status_driver *to = &status->drivers[status->driver_count++];
			to->name = driver->name;
			snprintf(to->prefix, sizeof to->prefix, "%s", prefix->text);
			snprintf(to->wanted, sizeof to->wanted, "%s", driver->wanted);
			snprintf(to->observed, sizeof to->observed, "%s", driver->observed);
			to->agrees = driver->agrees;
			to->since_ms = monotime_since(clock_now(), driver->since) / MONOTIME_MS;
		}
}

static const char *
wish_name(enum health_wish wish)
{
	switch (wish) {
	case HEALTH_DRAIN:
		return "drain";
	case HEALTH_FREEZE:
		return "freeze";
	case HEALTH_FREEZE_ANNOUNCED:
		return "freeze announced";
	case HEALTH_FREEZE_WITHDRAWN:
		return "freeze withdrawn";
	default:
		return "serve";
	}
}

static void
fill_status(void *context, struct status *status)
{
	struct server *server = context;
	status->version = ANYNS_VERSION;
	status->config = server->path;
	status->phase = server->leaving   ? "draining to stop"
			: server->running ? "serving"
					  : "starting";
	status->loading = server->loading;
	status->pid = (uint32_t)getpid();
	status->uptime_ms = monotime_since(clock_now(), server->started) / MONOTIME_MS;
	if (!server->current)
		return;
	const struct config *config = server->current->config;
	status->instance = config->instance;
	list_zones(&status->zones, server->current->loaded, false);
	list_counters(status, server->net);
	status->needs_restart = !server->announcing && config->announce.prefix_count;
	if (!server->announcing)
		return;
	status->dry_run = config->announce.dry_run;
	status->wish = wish_name(health_wished(announcing_health(server->announcing)));
	list_gates(status, server->announcing);
	list_peers(status, server->announcing, &config->announce);
	list_drivers(status, server->announcing, &config->announce);
	list_signals(status, server->announcing);
}

/* ------------------------------------------------------------ commands */

static void
order_reload(void *context)
{
	server_reload(context);
}

static const enum health_wish wishes[] = {
	[CONTROL_DRAIN] = HEALTH_DRAIN,
	[CONTROL_UNDRAIN] = HEALTH_SERVE,
	[CONTROL_FREEZE] = HEALTH_FREEZE,
	[CONTROL_FREEZE_ANNOUNCED] = HEALTH_FREEZE_ANNOUNCED,
	[CONTROL_FREEZE_WITHDRAWN] = HEALTH_FREEZE_WITHDRAWN,
	[CONTROL_UNFREEZE] = HEALTH_SERVE,
};

/* The announcer is forked before there is anything else: a reload cannot make one. */
static const char *
why_not_announced(const struct server *server)
{
	if (!server->running)
		return "the server is still starting";
	if (server->current->config->announce.prefix_count)
		return "nothing is announced: `announce:` is new since the start: restart the "
		       "server";
	return "nothing is announced: the configuration has no `announce:`";
}

static bool
order_wish(void *context, enum control_wish wish, char text[static STATUS_TEXT])
{
	struct server *server = context;
	if (!server->announcing || !server->running) {
		snprintf(text, STATUS_TEXT, "%s", why_not_announced(server));
		return false;
	}
	struct health *health = announcing_health(server->announcing);
	enum health_wish now = health_wished(health);
	bool undo = wish == CONTROL_UNDRAIN || wish == CONTROL_UNFREEZE;
	/* Undrain does not thaw, unfreeze does not undrain. */
	if (undo && (now == HEALTH_SERVE || (now == HEALTH_DRAIN) != (wish == CONTROL_UNDRAIN))) {
		snprintf(text, STATUS_TEXT, "nothing to undo: the wish is \"%s\"", wish_name(now));
		return true;
	}
	health_wish(health, wishes[wish]);
	snprintf(text, STATUS_TEXT, "the wish is \"%s\"; anyns status shows how far it is",
		 wish_name(wishes[wish]));
	return true;
}

static enum control_drained
tell_drained(void *context, char text[static STATUS_TEXT])
{
	struct server *server = context;
	struct health_gate_status gate;
	size_t counts[GATE_STATES] = {0}, size = 0;
	if (!server->announcing || !server->running) {
		snprintf(text, STATUS_TEXT, "%s", why_not_announced(server));
		return CONTROL_NOT_DRAINING;
	}
	struct health *health = announcing_health(server->announcing);
	if (!server->leaving && health_wished(health) != HEALTH_DRAIN) {
		snprintf(text, STATUS_TEXT, "not draining: the wish is \"%s\"",
			 wish_name(health_wished(health)));
		return CONTROL_NOT_DRAINING;
	}
	if (health_drained(health)) {
		snprintf(text, STATUS_TEXT,
			 "drained: every prefix is withdrawn and nobody is left to answer");
		return CONTROL_DRAINED;
	}
	for (size_t i = 0; health_read(health, i, &gate); i++)
		counts[gate.state]++;
	for (unsigned state = 0; state < GATE_STATES; state++)
		if (counts[state] && size < STATUS_TEXT)
			size += (size_t)snprintf(text + size, STATUS_TEXT - size, "%s%zu %s",
						 size ? ", " : "", counts[state],
						 gate_state_name((enum gate_state)state));
	return CONTROL_DRAINING;
}

struct control_handler
server_control_handler(struct server *server)
{
	return (struct control_handler){.context = server,
					.status = fill_status,
					.reload = order_reload,
					.wish = order_wish,
					.drained = tell_drained};
}

void
server_control_tell(struct server *server, const struct generation *generation)
{
	struct status_reload reload = {.taken = generation != NULL, .report = &server->load_report};
	if (generation) {
		struct generation_summary summary = generation_summarize(generation);
		reload.compiled = summary.compiled + summary.mapped + summary.cached;
		reload.unchanged = summary.reused;
		list_zones(&reload.zones, generation->loaded, true);
	}
	control_reload_ends(server->control, &reload);
}
