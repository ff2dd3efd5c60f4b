/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve/announcing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"

struct announcing {
	struct log *log;
	struct lease *lease;
	struct announcer announcer;
	bool forked;
	struct health *health;
	struct announcing_session *sessions;
	size_t session_count;
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
		announcing->session_count = config->announce.peer_count;
		announcing->sessions = calloc(announcing->session_count + 1,
					      sizeof *announcing->sessions);
		announcing->lease = lease_new();
	}
	for (size_t i = 0; announcing && announcing->sessions && i < announcing->session_count; i++)
		announcing->sessions[i].since = MONOTIME_NEVER;
	if (!announcing || !announcing->sessions || !announcing->lease) {
		report_errno(report, SEVERITY_ERROR, place, NULL, "cannot prepare announcing");
		announcing_close(announcing, NULL);
		return NULL;
	}
	announcing->forked = announcer_start(&announcing->announcer, config, announcing->lease, log,
					     report);
	if (!announcing->forked) {
		announcing_close(announcing, NULL);
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

static bool
same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool
same_links(const struct config_announce *a, const struct config_announce *b)
{
	for (size_t i = 0; i < CONFIG_BIRD_PROTOCOLS; i++)
		if (!same_text(a->bird.protocols[i], b->bird.protocols[i]))
			return false;
	return same_text(a->tun, b->tun) && same_text(a->bird.socket, b->bird.socket);
}

static bool
same_prefixes(const struct config_announce *a, const struct config_announce *b)
{
	if (a->prefix_count != b->prefix_count || a->peer_count != b->peer_count ||
	    a->router_id != b->router_id || a->dry_run != b->dry_run || !same_links(a, b))
		return false;
	for (size_t i = 0; i < a->prefix_count; i++)
		if (strcmp(a->prefixes[i].text, b->prefixes[i].text) != 0)
			return false;
	for (size_t i = 0; i < a->peer_count; i++)
		if (strcmp(a->peers[i].address.text, b->peers[i].address.text) != 0 ||
		    a->peers[i].as != b->peers[i].as)
			return false;
	return true;
}

void
announcing_reload(struct announcing *announcing, const struct config *old,
		  const struct config *config, struct report *report)
{
	if (!same_prefixes(&old->announce, &config->announce))
		report_add(report, SEVERITY_WARNING, (struct place){.file = config->path},
			   "restart the server: drain it first",
			   "`announce:` has changed; the prefixes and peers of the start stay in "
			   "force");
	health_reload(announcing->health, config);
}

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
take_over(struct announcing *announcing, const struct announcer_event *event)
{
	if (event->type == ANNOUNCER_LAPSED) {
		health_lapsed(announcing->health);
		return;
	}
	if (event->type != ANNOUNCER_SESSION || event->peer >= announcing->session_count)
		return;
	struct announcing_session *session = &announcing->sessions[event->peer];
	session->up = event->up;
	session->since = clock_now();
	memcpy(session->text, event->text, sizeof session->text);
	session->text[sizeof session->text - 1] = '\0';
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
announcing_session(const struct announcing *announcing, size_t peer)
{
	return peer < announcing->session_count ? &announcing->sessions[peer] : NULL;
}

/* The route first: the announcer withdraws before the health thread stops renewing. */
void
announcing_close(struct announcing *announcing, const char *reason)
{
	if (!announcing)
		return;
	if (announcing->forked)
		announcer_stop(&announcing->announcer, reason ? reason : "server could not start");
	if (announcing->health)
		health_stop(announcing->health);
	health_free(announcing->health);
	lease_free(announcing->lease);
	free(announcing->sessions);
	free(announcing);
}
