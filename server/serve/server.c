/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server.c - start, reload, stop.
 *
 * The main thread only waits for signals and orders (libev). Whatever takes long, reading and
 * compiling zones, runs in a loader thread, at the start as well as at a reload, so that SIGTERM is
 * heard at any time. The order of the start: read the configuration; bind; give up root; load every
 * zone as the user that later reloads it; only then receive the first query: nothing is answered
 * before all that can load has loaded.
 */
#include "serve/server.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "anyns/name.h"
#include "base/clock.h"
#include "base/privileges.h"
#include "control/control_socket.h"
#include "health/heartbeat.h"
#include "serve/give_way.h"
#include "serve/missing_address.h"
#include "serve/restart_needed.h"
#include "serve/server_state.h"
#include "serve/supervisor.h"

/* ------------------------------------------------------------ loading */

static void *
load_thread(void *argument)
{
	struct server *server = argument;
	if (server->current)
		give_way();
	struct config *config = server->to_load;
	server->to_load = NULL;
	if (!config)
		config = config_read(server->path, &server->load_report);
	if (config) {
		struct load_options options = {
			.previous = server->current ? server->current->loaded : NULL,
			.threads = config->workers,
			.progress = !server->current && isatty(STDERR_FILENO),
			.cancel = &server->cancel,
		};
		server->next = generation_make(config, &options, server->fallback_secret,
					       &server->load_report);
	}
	/* What the text and its records took, several times the zone, goes back to the system. */
	(void)malloc_trim(0);
	ev_async_send(server->loop, &server->loaded);
	return NULL;
}

static void
begin_load(struct server *server)
{
	sigset_t all;
	sigset_t old;
	sigfillset(&all);
	sigdelset(&all, SIGBUS); /* of an image that shrinks, see mapping.c */
	server->load_again = false;
	/* Signals are the main thread's. */
	pthread_sigmask(SIG_SETMASK, &all, &old);
	control_reload_begins(server->control);
	if (server->running && !server->leaving)
		supervisor_reloading(server);
	server->loading = pthread_create(&server->loader, NULL, load_thread, server) == 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (server->loading) {
		net_share(server->net, server->running);
		return;
	}
	log_error(server->log, "cannot start a thread to load zones; %s",
		  server->current ? "the zones served before go on being served, try again"
				  : "nothing can be served");
	server_control_tell(server, NULL);
	if (server->running)
		supervisor_reloaded(server);
	if (!server->current) {
		server->failed = true;
		ev_break(server->loop, EVBREAK_ALL);
	}
}

void
server_reload(struct server *server)
{
	if (server->loading)
		server->load_again = true;
	else
		begin_load(server);
}

/* Zones of the configuration come first: those behind them have no master file. */
static const char *
remedy_of(const struct generation *generation, size_t index)
{
	return index < generation->config->zone_count ? "correct the file"
						      : "compile the image again";
}

static void
log_zones(const struct server *server, const struct generation *generation)
{
	log_report(server->log, &generation->loaded->report);
	for (size_t i = 0; i < generation->loaded->count; i++) {
		const struct loaded_zone *zone = &generation->loaded->zones[i];
		char text[NAME_TEXT_MAX];
		log_report(server->log, &zone->report);
		if (zone->stale)
			log_error(server->log,
				  "zone %s has errors; its previous version, serial %u, goes on "
				  "being served; %s and reload",
				  name_text(text, zone->apex), segment_serial(zone->segment),
				  remedy_of(generation, i));
		else if (!zone->segment)
			log_error(server->log,
				  "zone %s has errors and is answered with SERVFAIL; %s and reload",
				  name_text(text, zone->apex), remedy_of(generation, i));
	}
	if (generation->loaded->image_due)
		log_error(server->log,
			  "%s cannot be served as it is; write it again, beside, and rename it: it "
			  "is loaded by itself within seconds once it has changed and keeps "
			  "still, or with a reload",
			  generation->config->image);
}

static bool
start_serving(struct server *server, struct generation *generation)
{
	const struct config *config = generation->config;
	struct generation_summary summary = generation_summarize(generation);
	publish_swap(server->publish, &generation->view);
	server->current = generation;
	struct announcing *announcing = server->announcing;
	if (announcing)
		announcing_tell_zones(announcing, generation->loaded);
	if (!net_start(server->net, server->publish,
		       announcing ? announcing_lease(announcing) : NULL, &server->load_report) ||
	    (announcing && !announcing_start(announcing, server->publish, &server->load_report))) {
		log_report(server->log, &server->load_report);
		return false;
	}
	server->running = true;
	log_notice(server->log,
		   "serving %zu zones on %zu addresses with %u workers as instance %s; %zu zones "
		   "failed",
		   summary.zones - summary.failed, config->listen_count, config->workers,
		   config->instance, summary.failed);
	if (config->image || config->image_cache)
		log_notice(server->log,
			   "of these zones %zu are from the image, %zu from the image cache, %zu "
			   "compiled from text",
			   summary.mapped, summary.cached, summary.compiled);
	missing_address_tell(config, server->log);
	server_background_care(server, NULL);
	supervisor_ready(server);
	return true;
}

static void
refuse_reload(struct server *server, struct generation *generation)
{
	log_report(server->log, &server->load_report);
	log_error(server->log, "reload refused, everything goes on as before");
	server_control_tell(server, NULL);
	generation_free(generation);
}

/* All that may fail: announcer, health thread, sockets. false: everything stays as it was. */
static bool
prepare_switch(struct server *server, struct generation *generation)
{
	struct config *old = server->current->config;
	struct report *report = &server->load_report;
	if (server->announcing &&
	    !announcing_reload_begin(server->announcing, old, generation->config, report))
		return false;
	if (!net_reload(server->net, generation->config, report)) {
		if (server->announcing)
			announcing_reload_abort(server->announcing);
		return false;
	}
	restart_needed(old, generation->config, server->announcing != NULL, report);
	return true;
}

static void
switch_over(struct server *server, struct generation *generation)
{
	if (!prepare_switch(server, generation)) {
		refuse_reload(server, generation);
		return;
	}
	log_report(server->log, &server->load_report);
	publish_swap(server->publish, &generation->view);
	struct generation *old = server->current;
	server->current = generation;
	if (server->announcing) {
		announcing_reload_commit(server->announcing, old->config, generation->config);
		announcing_tell_zones(server->announcing, generation->loaded);
	}
	log_set_level(server->log, (enum log_level)generation->config->log_level);
	if (!log_set_instance(server->log, generation->config->instance))
		log_error(server->log, "no memory to log as instance %s from now on",
			  generation->config->instance);
	struct generation_summary summary = generation_summarize(generation);
	log_notice(server->log,
		   "reloaded: %zu zones, %zu compiled, %zu unchanged, %zu kept in their previous "
		   "version, %zu failed",
		   summary.zones, summary.compiled + summary.mapped + summary.cached,
		   summary.reused, summary.stale, summary.failed);
	missing_address_tell(generation->config, server->log);
	server_control_tell(server, generation);
	server_background_care(server, old);
}

static void
on_loaded(struct ev_loop *loop, ev_async *event, int events)
{
	struct server *server = event->data;
	(void)events;
	/* The join, not the event, is what makes the loader's writes ours to read. */
	pthread_join(server->loader, NULL);
	server->loading = false;
	net_share(server->net, false);
	struct generation *generation = server->next;
	bool was_running = server->running;
	server->next = NULL;
	if (generation) {
		log_zones(server, generation);
		if (server->running)
			switch_over(server, generation);
		else
			server->failed = !start_serving(server, generation);
	} else {
		log_report(server->log, &server->load_report);
		if (server->running)
			log_error(server->log, "reload refused, everything goes on as before");
		else
			server->failed = true;
		server_control_tell(server, NULL);
	}
	report_clear(&server->load_report);
	if (was_running)
		supervisor_reloaded(server);
	if (server->failed)
		ev_break(loop, EVBREAK_ALL);
	else if (server->load_again)
		begin_load(server);
}

/* ------------------------------------------------------------ signals */

static void
on_hangup(struct ev_loop *loop, ev_signal *event, int events)
{
	struct server *server = event->data;
	(void)loop;
	(void)events;
	log_info(server->log, "SIGHUP: reloading %s", server->path);
	server_reload(server);
}

static void
on_terminate(struct ev_loop *loop, ev_signal *event, int events)
{
	struct server *server = event->data;
	(void)events;
	/* From here on a second signal has its default effect: it ends the process at once. */
	ev_signal_stop(loop, &server->terminate);
	ev_signal_stop(loop, &server->interrupt);
	log_notice(server->log, "signal %d: stopping", event->signum);
	server_leave(server);
}

static void
on_leave(struct ev_loop *loop, ev_timer *event, int events)
{
	struct server *server = event->data;
	(void)events;
	if (health_drained(announcing_health(server->announcing)))
		ev_break(loop, EVBREAK_ALL);
}

void
server_leave(struct server *server)
{
	atomic_store(&server->cancel, true);
	if (!server->announcing || !server->running) {
		supervisor_stopping(server);
		ev_break(server->loop, EVBREAK_ALL);
		return;
	}
	log_notice(server->log,
		   "withdrawing first, and answering until the routes are gone; a second "
		   "signal ends it at once");
	server->leaving = true;
	supervisor_stopping(server);
	health_leave(announcing_health(server->announcing));
	ev_timer_start(server->loop, &server->leave);
}

static void
on_beat(struct ev_loop *loop, ev_timer *event, int events)
{
	struct server *server = event->data;
	(void)loop, (void)events;
	health_beat(announcing_health(server->announcing));
}

static void
on_announcer(struct ev_loop *loop, ev_io *event, int events)
{
	struct server *server = event->data;
	(void)events;
	if (announcing_listen(server->announcing))
		return;
	ev_io_stop(loop, event);
	log_error(server->log, "the announcer process is gone, and with its sessions every route; "
			       "nothing brings them back but a restart: ending");
	server->failed = true;
	ev_break(loop, EVBREAK_ALL);
}

/*
 * Blocked from the first line to the moment when it is watched: a reload that is ordered right
 * after the start must not end the process, as SIGHUP does by default.
 */
static void
mask_hangup(int how)
{
	sigset_t hangup;

	sigemptyset(&hangup);
	sigaddset(&hangup, SIGHUP);
	pthread_sigmask(how, &hangup, NULL);
}

static void
watch_signals(struct server *server)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a limit on the size of files is a warning, see cache.c */
	ev_signal_init(&server->hangup, on_hangup, SIGHUP);
	ev_signal_init(&server->terminate, on_terminate, SIGTERM);
	ev_signal_init(&server->interrupt, on_terminate, SIGINT);
	ev_async_init(&server->loaded, on_loaded);
	server->hangup.data = server;
	server->terminate.data = server;
	server->interrupt.data = server;
	server->loaded.data = server;
	ev_signal_start(server->loop, &server->hangup);
	ev_signal_start(server->loop, &server->terminate);
	ev_signal_start(server->loop, &server->interrupt);
	ev_async_start(server->loop, &server->loaded);
	mask_hangup(SIG_UNBLOCK);
	/* Often enough not to be waited for, seldom enough to be nothing. */
	server_background_watch(server);
	ev_timer_init(&server->leave, on_leave, 0.1, 0.1);
	server->leave.data = server;
	if (!server->announcing)
		return;
	ev_io_init(&server->announcer, on_announcer, announcing_fd(server->announcing), EV_READ);
	server->announcer.data = server;
	ev_io_start(server->loop, &server->announcer);
	ev_timer_init(&server->beat, on_beat, 0., HEARTBEAT_EVERY_MS / 1000.);
	server->beat.data = server;
	ev_timer_start(server->loop, &server->beat);
}

/* ------------------------------------------------------------ start and stop */

/* Root is needed for ports, the announcer's sockets and the control socket's folder, and for
 * nothing else. */
static bool
open_all(struct server *server, const struct config *config, struct report *report)
{
	enum severity severity = config->control_named ? SEVERITY_ERROR : SEVERITY_WARNING;
	bool control = config->control != NULL;
	server->net = net_open(config, server->log, report);
	if (!server->net)
		return false;
	if (control)
		control = control_socket_folder(config->control, config->user, severity, report);
	if (config->user && !privileges_drop(config->user, report))
		return false;
	if (control)
		server->control = control_open(config->control, severity, report);
	if (config->control_named && config->control && !server->control)
		return false;
	return !server->announcing ||
	       announcing_prepare(server->announcing, config, server->net, report);
}

/* All that must be had before zones are loaded. Takes the configuration over. */
static bool
prepare(struct server *server, struct config *config, struct report *report)
{
	server->to_load = config;
	server->log = log_new(config->instance, (enum log_level)config->log_level);
	/* The fork comes first: this process is still small and has no other thread. */
	if (config->announce.prefix_count) {
		server->announcing = announcing_open(config, server->log, report);
		if (!server->announcing)
			return false;
	}
	server->publish = publish_new();
	server->loop = ev_loop_new(EVFLAG_AUTO);
	if (!server->log || !server->publish || !server->loop ||
	    getrandom(server->fallback_secret, sizeof server->fallback_secret, 0) !=
		    sizeof server->fallback_secret) {
		report_errno(report, SEVERITY_ERROR, (struct place){0}, NULL, "cannot start");
		return false;
	}
	return open_all(server, config, report);
}

static void
stop(struct server *server)
{
	control_close(server->control);
	announcing_stop(server->announcing, server->failed ? "server failed" : "server stopped");
	if (!net_close(server->net)) {
		log_error(server->log, "a thread that answers queries hangs and does not end: the "
				       "routes are withdrawn, the process ends without it");
		return; /* it may use all that is freed below */
	}
	/* Not before: the workers wrote into the lease. */
	announcing_close(server->announcing);
	/* Only now: the workers left the loader nothing to end with. */
	if (server->loading) {
		pthread_join(server->loader, NULL);
		generation_free(server->next);
	}
	if (server->running)
		log_notice(server->log, "stopped");
	server_background_stop(server);
	publish_free(server->publish);
	generation_free(server->current);
	config_free(server->to_load);
	if (server->loop)
		ev_loop_destroy(server->loop);
	report_clear(&server->load_report);
	log_free(server->log);
}

bool
server_run(const char *path)
{
	struct server server = {.path = path, .started = clock_now()};
	struct report report = REPORT_INIT;
	mask_hangup(SIG_BLOCK);
	struct config *config = config_read(path, &report);
	bool ready = config && prepare(&server, config, &report);
	report_print(&report, stderr);
	report_clear(&report);
	if (ready) {
		struct control_handler handler = server_control_handler(&server);
		watch_signals(&server);
		if (server.control)
			control_start(server.control, server.loop, &handler, server.log);
		supervisor_starting(&server);
		begin_load(&server);
		if (!server.failed)
			ev_run(server.loop, 0);
	}
	stop(&server);
	return ready && !server.failed;
}
