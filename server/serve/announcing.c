/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve/announcing.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "announce/announce_pack.h"
#include "announce/announce_plan.h"
#include "announce/announcer_change.h"
#include "base/clock.h"
#include "base/priority.h"

struct announcing {
	struct log *log;
	struct lease *lease;
	struct announcer announcer;
	bool forked;
	struct health *health;
	struct announcing_session sessions[ANNOUNCE_PEER_SLOTS];
	struct announcing_driver drivers[DRIVERS_MAX][LEASE_GATES];

	/* A reload under way. */
	uint32_t serial;
	struct parts *parts;
	bool differs; /* and the announcer is prepared for it */
	bool behind;  /* the announcer has not taken an earlier one */
};

/* The health thread calls this the moment a gate has moved: the announcer need not wait for its
 * tick. */
static void
poke(void *context)
{
	const struct announcing *announcing = context;
	announcer_poke(&announcing->announcer);
}

struct announcing *
announcing_open(const struct config *config, struct log *log, struct report *report)
{
	struct place place = {.file = config->path};
	struct announcing *announcing = calloc(1, sizeof *announcing);
	if (announcing) {
		announcing->log = log;
		announcing->lease = lease_new();
	}
	for (size_t i = 0; announcing && i < ANNOUNCE_PEER_SLOTS; i++)
		announcing->sessions[i].since = MONOTIME_NEVER;
	if (!announcing || !announcing->lease) {
		report_errno(report, SEVERITY_ERROR, place, NULL, "cannot prepare announcing");
		announcing_close(announcing);
		return NULL;
	}
	priority_allow();
	announcing->forked = announcer_start(&announcing->announcer, config, announcing->lease, log,
					     report);
	if (!announcing->forked) {
		announcing_close(announcing);
		return NULL;
	}
	return announcing;
}

struct lease *
announcing_lease(struct announcing *announcing)
{
	return announcing->lease;
}

bool
announcing_prepare(struct announcing *announcing, const struct config *config, struct net *net,
		   struct report *report)
{
	announcing->health = health_new(config, announcing->lease, net, announcing->log, poke,
					announcing, report);
	return announcing->health != NULL;
}

bool
announcing_start(struct announcing *announcing, struct publish *publish, struct report *report)
{
	return health_start(announcing->health, publish, report);
}

/* ------------------------------------------------------------ reload */

static void take_over(void *context, const struct announcer_event *event);

/* Whether the announcer would do otherwise; out of memory is another matter, and told later. */
static bool
differ(const struct config *old, const struct config *next)
{
	size_t sizes[2] = {0};
	uint8_t *blocks[2] = {announce_pack(&old->announce, &sizes[0]),
			      announce_pack(&next->announce, &sizes[1])};
	bool same = blocks[0] && blocks[1] && sizes[0] == sizes[1] &&
		    memcmp(blocks[0], blocks[1], sizes[0]) == 0;
	for (size_t i = 0; i < ARRAY_LENGTH(blocks); i++)
		announce_pack_free(blocks[i], sizes[i]);
	return !same;
}

bool
announcing_reload_begin(struct announcing *announcing, const struct config *old,
			struct config *next, struct report *report)
{
	struct place place = {.file = next->path};
	if (!announce_plan(old, next, report))
		return false;
	announcing->parts = health_prepare(announcing->health, next);
	if (!announcing->parts) {
		report_errno(report, SEVERITY_ERROR, place, "reload once more",
			     "health: cannot prepare for the change");
		return false;
	}
	announcing->differs = announcing->behind || differ(old, next);
	if (!announcing->differs ||
	    announcer_prepare(&announcing->announcer, next, ++announcing->serial, take_over,
			      announcing, report))
		return true;
	announcing->differs = false;
	announcing_reload_abort(announcing);
	return false;
}

/* Of prefixes that went and of those in their places. */
static void
forget_views(struct announcing *announcing, const struct config *old, const struct config *next)
{
	for (size_t i = 0; i < next->announce.prefix_count; i++) {
		const struct config_prefix *prefix = &next->announce.prefixes[i];
		for (size_t j = 0; j < DRIVERS_MAX; j++)
			if (!announce_has_prefix(&old->announce, prefix))
				announcing->drivers[j][prefix->slot] = (struct announcing_driver){
					0};
	}
}

/*
 * The announcer first: it follows no gate of a prefix that it does not know yet, and those of
 * prefixes that go are cleared when it knows.
 */
void
announcing_reload_commit(struct announcing *announcing, const struct config *old,
			 const struct config *next)
{
	if (announcing->differs) {
		announcing->behind = !announcer_commit(&announcing->announcer);
		if (announcing->behind)
			log_error(announcing->log,
				  "the announcer does not take the change of `announce:` (%s): it "
				  "goes on with the prefixes and peers before; reload once more, "
				  "and if that does not help, restart the server",
				  strerrordesc_np(errno));
	}
	health_commit(announcing->health, announcing->parts);
	announcing->parts = NULL;
	forget_views(announcing, old, next);
	for (size_t i = 0; i < next->announce.peer_count; i++) {
		unsigned slot = next->announce.peers[i].slot;
		if (!announce_peer_in(&old->announce, slot))
			announcing->sessions[slot] = (struct announcing_session){
				.since = MONOTIME_NEVER};
	}
}

void
announcing_reload_abort(struct announcing *announcing)
{
	if (announcing->differs)
		announcer_abort(&announcing->announcer);
	health_abort(announcing->parts);
	announcing->parts = NULL;
}

/* ------------------------------------------------------------ news */

void
announcing_tell_zones(struct announcing *announcing, const struct loaded *loaded)
{
	struct zone_facts facts = ZONE_FACTS_INIT;

	for (size_t i = 0; i < loaded->count; i++) {
		const struct loaded_zone *zone = &loaded->zones[i];
		zone_facts_add(&facts, zone->apex,
			       !zone->segment ? ZONE_FACT_FAILED
			       : zone->stale  ? ZONE_FACT_STALE
					      : ZONE_FACT_OK,
			       zone->expires);
	}
	health_facts(announcing->health, &facts);
}

int
announcing_fd(const struct announcing *announcing)
{
	return announcing->announcer.fd;
}

static void
take_view(struct announcing *announcing, const struct announcer_event *event)
{
	struct announcing_driver next = {
		.name = drivers_name(event->term), .agrees = event->up != 0, .since = clock_now()};
	if (!next.name || event->peer >= LEASE_GATES)
		return;
	snprintf(next.wanted, sizeof next.wanted, "%.*s", DRIVER_WORDS - 1, event->more);
	snprintf(next.observed, sizeof next.observed, "%.*s", DRIVER_WORDS - 1, event->text);
	struct announcing_driver *driver = &announcing->drivers[event->term][event->peer];
	/* After a reload everything is told again. */
	if (driver->name && driver->agrees == next.agrees &&
	    strcmp(driver->wanted, next.wanted) == 0 &&
	    strcmp(driver->observed, next.observed) == 0)
		return;
	*driver = next;
}

static void
take_over(void *context, const struct announcer_event *event)
{
	struct announcing *announcing = context;
	/* One that comes late is about a lapse that the gates have taken for a fault already. */
	if (event->type == ANNOUNCER_LAPSED) {
		if (event->term == lease_term(lease_renewal(announcing->lease)))
			health_lapsed(announcing->health);
		return;
	}
	if (event->type == ANNOUNCER_DRIVER)
		take_view(announcing, event);
	if (event->type != ANNOUNCER_SESSION || event->peer >= ANNOUNCE_PEER_SLOTS)
		return;
	struct announcing_session *session = &announcing->sessions[event->peer];
	session->up = event->up;
	session->since = clock_now();
	snprintf(session->text, sizeof session->text, "%.*s", ANNOUNCER_TEXT - 1, event->text);
	snprintf(session->failure, sizeof session->failure, "%.*s", ANNOUNCER_TEXT - 1,
		 event->more);
}

bool
announcing_listen(struct announcing *announcing)
{
	for (;;) {
		struct announcer_event event;
		ssize_t size = recv(announcing->announcer.fd, &event, sizeof event, MSG_DONTWAIT);
		if (size == (ssize_t)sizeof event)
			take_over(announcing, &event);
		else if (size < 0 && errno == EINTR)
			continue;
		else if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return true;
		else if (size <= 0)
			return false;
	}
}

struct health *
announcing_health(struct announcing *announcing)
{
	return announcing->health;
}

const struct announcing_session *
announcing_session(const struct announcing *announcing, unsigned slot)
{
	return &announcing->sessions[slot];
}

const struct announcing_driver *
announcing_driver(const struct announcing *announcing, unsigned number, unsigned slot)
{
	const struct announcing_driver *driver = &announcing->drivers[number][slot];
	return driver->name ? driver : NULL;
}

/* The route first: the announcer withdraws before the health thread stops renewing. */
void
announcing_stop(struct announcing *announcing, const char *reason)
{
	if (!announcing)
		return;
	if (announcing->forked)
		announcer_stop(&announcing->announcer, reason);
	if (announcing->health)
		health_stop(announcing->health);
}

void
announcing_close(struct announcing *announcing)
{
	if (!announcing)
		return;
	health_free(announcing->health);
	lease_free(announcing->lease);
	free(announcing);
}
