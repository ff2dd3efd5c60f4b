/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * supervisor.c - what the server tells the service manager that started it, and the watchdog.
 *
 * READY is said when queries are answered, not when the process runs; STOPPING when it begins to
 * withdraw, which takes minutes. The watchdog is fed four times in its time, and only while pulse.c
 * finds the whole server alive: a worker that hangs ends the process, because one of N sockets that
 * swallows its queries is worse than a restart. With `announce:` the health thread has withdrawn
 * long before.
 */
#include "serve/supervisor.h"

#include <stdio.h>

#include "serve/notify.h"
#include "serve/server_state.h"

enum {
	FEEDS = 4,           /* in the time of the watchdog; systemd asks for two at least */
	FEED_LEAST_MS = 200, /* what pulse_beats() needs to tell rest from death */
};

static void
summarize(const struct server *server, char line[static STATUS_TEXT])
{
	struct generation_summary summary = generation_summarize(server->current);

	snprintf(line, STATUS_TEXT, "serving %zu zones as instance %s; %zu zones failed",
		 summary.zones - summary.failed, server->current->config->instance, summary.failed);
}

static void
on_watchdog(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct server *server = timer->data;
	const struct lease *lease = server->announcing ? announcing_lease(server->announcing)
						       : NULL;
	char stuck[32];
	(void)loop, (void)events;

	if (pulse_beats(&server->pulse, server->net, server->current->config, lease, stuck)) {
		notify_alive();
		server->missed = false;
		return;
	}
	if (!server->missed)
		log_error(
			server->log,
			"%s does not move; unless it does, the watchdog is not fed and the service "
			"manager ends and restarts this server",
			stuck);
	server->missed = true;
}

void
supervisor_starting(const struct server *server)
{
	(void)server;
	notify_status("loading zones");
}

void
supervisor_ready(struct server *server)
{
	char line[STATUS_TEXT];
	uint64_t us = notify_watchdog_us();

	summarize(server, line);
	notify_phase(NOTIFY_READY, line);
	if (!us)
		return;
	double every = (double)us / 1e6 / FEEDS;
	if (every < FEED_LEAST_MS / 1e3)
		every = FEED_LEAST_MS / 1e3;
	ev_timer_init(&server->watchdog, on_watchdog, 0., every);
	server->watchdog.data = server;
	ev_timer_start(server->loop, &server->watchdog);
}

void
supervisor_reloading(const struct server *server)
{
	(void)server;
	notify_phase(NOTIFY_RELOADING, "reading configuration and zones again");
}

/* Well or not: what is served now is what counts. A server that is leaving says no "ready" again.
 */
void
supervisor_reloaded(const struct server *server)
{
	char line[STATUS_TEXT];

	if (server->leaving)
		return;
	summarize(server, line);
	notify_phase(NOTIFY_READY, line);
}

void
supervisor_stopping(const struct server *server)
{
	notify_phase(NOTIFY_STOPPING,
		     server->leaving ? "withdrawing first, and answering until the routes are gone"
				     : "stopping");
}
