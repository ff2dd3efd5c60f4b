/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server_background.c - what the server learns about its zones after it serves them: whether the
 * digests of mapped segments are right, whether their files are still whole, whether the image
 * cache could be written. What is found wrong leads to a reload, which finds something better.
 */
#include "anyns/name.h"
#include "serve/server_state.h"

/* Who asks for what a file no longer has gets SERVFAIL at once; this finds it within seconds: */
static const double WATCH_S = 0.5;

void
server_background_care(struct server *server, struct generation *old)
{
	struct background *background = &server->background;
	server->cache_due |= server->current->loaded->cache_due;
	server->told_bad = false;
	if (old) {
		old->next = server->retired;
		server->retired = old;
	}
	if (background->running) {
		/* Its config and zones are among the retired ones, which it does not free. */
		atomic_store(&background->cancel, true);
		server->care_again = true;
		return;
	}
	server->care_again = false;
	old = server->retired;
	server->retired = NULL;
	if (!background_begin(background, server->current, server->cache_due, old))
		log_warning(server->log, "cannot start a thread to check images: they are served "
					 "unchecked until the next reload");
}

static void
tell_digests(struct server *server, const struct background_result *result)
{
	char text[NAME_TEXT_MAX];
	if (result->bad) {
		server->told_bad = true;
		log_error(server->log,
			  "digest of zone %s is wrong%s: what was mapped is damaged; loading what "
			  "is not, compile the image again",
			  name_text(text, result->first_bad),
			  result->bad > 1 ? ", and others too" : "");
		server_reload(server);
	} else if (result->read) {
		log_notice(server->log, "digests of %zu mapped zones are right: %.1f MB in %.2f s",
			   result->read, (double)result->bytes / 1e6, result->seconds);
	}
}

static void
on_done(struct ev_loop *loop, ev_async *event, int events)
{
	struct server *server = event->data;
	struct background_result *result = &server->background.result;
	(void)loop;
	(void)events;
	if (!server->background.running)
		return;
	background_end(&server->background, false);
	if (!server->care_again && !server->told_bad)
		tell_digests(server, result);
	if (result->cache_written) {
		server->cache_due = false;
		log_info(server->log, "image cache written: %zu zones", result->cached);
	}
	log_report(server->log, &result->report);
	/* Once is enough: the next zone that is compiled brings the next try. */
	if (result->report.count)
		server->cache_due = false;
	report_clear(&result->report);
	if (server->care_again)
		server_background_care(server, NULL);
}

/*
 * What was changed, NULL: nothing. One zone of each mapping stands for all of it. Both are asked:
 * each tells a change once.
 */
static const char *
find_changed(const struct generation *generation)
{
	const char *names[] = {generation->config->image, "the image cache"};
	const char *changed = NULL;
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		const struct segment *witness = generation->loaded->witnesses[i];
		if (witness && segment_file_changed(witness))
			changed = names[i] ? names[i] : "an image file";
	}
	return changed;
}

/*
 * Whoever compares digests meanwhile, the health thread does, may find a zone bad. A part of the
 * zones at a time, so that many cost little: 100,000 are seen within ten seconds.
 */
static const struct loaded_zone *
find_bad(struct server *server)
{
	enum { AT_ONCE = 5000 };
	const struct loaded *loaded = server->current->loaded;
	for (size_t i = 0; i < AT_ONCE && i < loaded->count; i++) {
		if (server->looked_at >= loaded->count)
			server->looked_at = 0;
		const struct loaded_zone *zone = &loaded->zones[server->looked_at++];
		if (zone->segment && segment_trust(zone->segment) == SEGMENT_BAD)
			return zone;
	}
	return NULL;
}

static void
act_on_bad(struct server *server)
{
	const struct loaded_zone *zone = server->told_bad ? NULL : find_bad(server);
	if (!zone)
		return;
	struct background_result result = {.bad = 1};
	(void)name_lower(result.first_bad, zone->apex);
	tell_digests(server, &result);
}

/*
 * What lies in a file that was changed in place is looked at again at once: text, or SERVFAIL, is
 * better than what may be neither the old zone nor the new one. While somebody goes on writing to
 * the image that is enough.
 */
static void
act_on_change(struct server *server, const char *what)
{
	if (server->unsettled) {
		server->changed_again = true;
		return;
	}
	server->unsettled = server->current->config->image != NULL;
	log_error(server->log,
		  "%s was cut short or written to while it is served, or cannot be read any more: "
		  "loading what is whole; zones that are not are named then, and served from text "
		  "or answered with SERVFAIL. Replace such files by renaming, never in place",
		  what);
	server_reload(server);
}

/* An image that could not be taken as it was, and is another one by now, is loaded when whoever
 * writes to it is done. */
static void
act_on_still_image(struct server *server)
{
	const struct loaded *loaded = server->current->loaded;
	const char *path = server->current->config->image;
	if (!path || !(server->unsettled || loaded->image_due) ||
	    !image_watch_look(&server->image_watch, path))
		return;
	bool another = !image_stamp_equal(&server->image_watch.last, &loaded->image_seen);
	bool load = server->changed_again || (loaded->image_due && another);
	server->unsettled = false;
	server->changed_again = false;
	if (!load)
		return;
	log_notice(server->log, "%s has changed and keeps still now: loading it", path);
	server_reload(server);
}

static void
on_watch(struct ev_loop *loop, ev_timer *event, int events)
{
	struct server *server = event->data;
	(void)loop;
	(void)events;
	if (!server->current || server->loading)
		return;
	const char *changed = find_changed(server->current);
	if (changed)
		act_on_change(server, changed);
	else
		act_on_bad(server);
	if (!server->loading)
		act_on_still_image(server);
}

static void
tell_loop(void *context)
{
	struct server *server = context;
	ev_async_send(server->loop, &server->background_done);
}

void
server_background_watch(struct server *server)
{
	server->background.done = tell_loop;
	server->background.context = server;
	ev_async_init(&server->background_done, on_done);
	ev_timer_init(&server->watch, on_watch, WATCH_S, WATCH_S);
	server->background_done.data = server;
	server->watch.data = server;
	ev_async_start(server->loop, &server->background_done);
	ev_timer_start(server->loop, &server->watch);
}

void
server_background_stop(struct server *server)
{
	background_end(&server->background, true);
	report_clear(&server->background.result.report);
	while (server->retired) {
		struct generation *next = server->retired->next;
		generation_free(server->retired);
		server->retired = next;
	}
}
