/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * speakers.c - many sessions, one table of prefixes.
 *
 * The table has a place for every gate of the lease. A prefix that a reload takes away stays in its
 * place, wanted by nobody, until another one needs it: so its withdrawal can still be made for a
 * peer that reads slowly.
 */
#include "announce/speakers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "announce/announce_plan.h"
#include "anyns/lease.h"

struct speaker {
	struct bgp_session *session;
	unsigned slot;
	unsigned told; /* serial of the news that were passed on */
};

struct speakers {
	struct speakers_setup setup;
	struct bgp_prefix prefixes[LEASE_GATES];
	struct speaker *list; /* in the order of the configuration */
	size_t count;

	/* Prepared. */
	const struct config_announce *next; /* NULL: nothing is */
	struct speaker *next_list;          /* without a session: the one of this slot stays */
};

static void
put_prefix(struct speakers *s, const struct config_prefix *from)
{
	struct bgp_prefix *to = &s->prefixes[from->slot];
	*to = (struct bgp_prefix){
		.family = from->family == AF_INET6 ? BGP_IPV6 : BGP_IPV4,
		.length = from->length,
	};
	memcpy(to->bytes, from->bytes, sizeof to->bytes);
}

static struct bgp_session *
make_session(struct speakers *s, const struct config_peer *peer, uint32_t router_id)
{
	struct bgp_session_setup setup = {
		.peer = peer,
		.router_id = router_id,
		.listens = listeners_of(s->setup.listeners, peer) != NULL,
		.prefixes = s->prefixes,
		.prefix_count = LEASE_GATES,
		.loop = s->setup.loop,
		.log = s->setup.log,
	};
	/* A seed that stays 0 only costs some jitter. */
	(void)!getrandom(&setup.seed, sizeof setup.seed, GRND_NONBLOCK);
	return bgp_session_new(&setup);
}

static struct speaker *
speaker_in(const struct speakers *s, unsigned slot)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->list[i].slot == slot)
			return &s->list[i];
	return NULL;
}

/* A list for all peers of `next`, with sessions for those that `s` has none for. */
static struct speaker *
make_list(struct speakers *s, const struct config_announce *next)
{
	struct speaker *list = calloc(next->peer_count + 1, sizeof *list);
	bool good = list != NULL;
	for (size_t i = 0; good && i < next->peer_count; i++) {
		const struct config_peer *peer = &next->peers[i];
		list[i].slot = peer->slot;
		if (speaker_in(s, peer->slot))
			continue;
		list[i].session = make_session(s, peer, next->router_id);
		good = list[i].session != NULL;
	}
	if (good)
		return list;
	for (size_t i = 0; list && i < next->peer_count; i++)
		bgp_session_free(list[i].session);
	free(list);
	return NULL;
}

struct speakers *
speakers_new(const struct speakers_setup *setup)
{
	struct speakers *s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	s->setup = *setup;
	for (size_t i = 0; i < setup->announce->prefix_count; i++)
		put_prefix(s, &setup->announce->prefixes[i]);
	s->list = make_list(s, setup->announce);
	if (!s->list) {
		free(s);
		return NULL;
	}
	s->count = setup->announce->peer_count;
	return s;
}

void
speakers_free(struct speakers *s)
{
	if (!s)
		return;
	speakers_abort(s);
	for (size_t i = 0; i < s->count; i++)
		bgp_session_free(s->list[i].session);
	free(s->list);
	free(s);
}

void
speakers_start(struct speakers *s)
{
	for (size_t i = 0; i < s->count; i++)
		bgp_session_start(s->list[i].session);
}

void
speakers_follow(struct speakers *s, speakers_wish *wish, void *context)
{
	const struct config_announce *announce = s->setup.announce;
	for (size_t i = 0; i < s->count; i++) {
		struct bgp_session *session = s->list[i].session;
		enum peer_kind kind = bgp_session_kind(session);
		for (size_t j = 0; j < announce->prefix_count; j++) {
			unsigned slot = announce->prefixes[j].slot;
			bgp_session_want(session, slot, wish(context, slot, kind));
		}
		bgp_session_push(session);
	}
}

struct bgp_session *
speakers_called(const struct speakers *s, const struct listener *listener,
		const struct config_address *from)
{
	for (size_t i = 0; i < s->count; i++)
		if (listeners_of(s->setup.listeners, &s->setup.announce->peers[i]) == listener &&
		    bgp_session_is_peer(s->list[i].session, from))
			return s->list[i].session;
	return NULL;
}

void
speakers_tell(struct speakers *s, bool (*tell)(void *context, const struct announcer_event *event),
	      void *context)
{
	for (size_t i = 0; i < s->count; i++) {
		struct speaker *speaker = &s->list[i];
		const struct bgp_session_status *status = bgp_session_status(speaker->session);
		struct announcer_event event = {
			.type = ANNOUNCER_SESSION, .peer = speaker->slot, .up = status->up};
		if (status->serial == speaker->told)
			continue;
		snprintf(event.text, sizeof event.text, "%s", status->text);
		snprintf(event.more, sizeof event.more, "%s", status->failure);
		if (!tell(context, &event))
			return;
		speaker->told = status->serial;
	}
}

void
speakers_stop(struct speakers *s, const char *reason)
{
	for (size_t i = 0; i < s->count; i++)
		bgp_session_stop(s->list[i].session, BGP_CEASE_SHUTDOWN, reason);
}

/* ------------------------------------------------------------ another configuration */

static bool
is_owed(const struct speakers *s, unsigned slot)
{
	for (size_t i = 0; i < s->count; i++)
		if (bgp_session_has(s->list[i].session, slot))
			return true;
	return false;
}

const char *
speakers_prepare(struct speakers *s, const struct config_announce *next)
{
	speakers_abort(s);
	for (size_t i = 0; i < next->prefix_count; i++) {
		const struct config_prefix *prefix = &next->prefixes[i];
		/* A peer that has not read the withdrawal of the prefix that was here. */
		if (!announce_has_prefix(s->setup.announce, prefix) && is_owed(s, prefix->slot))
			return "a peer has not taken the withdrawal of an earlier prefix yet";
	}
	s->next_list = make_list(s, next);
	if (!s->next_list)
		return "there is no memory for its sessions";
	s->next = next;
	return NULL;
}

/* With the Cease that says what became of it: is there still a peer at the address? */
static void
end_session(struct speakers *s, const struct config_peer *peer, struct speaker *speaker)
{
	enum bgp_cease_subcode subcode = BGP_CEASE_DECONFIGURED;
	for (size_t i = 0; i < s->next->peer_count; i++) {
		const struct config_address *other = &s->next->peers[i].address;
		if (bgp_session_is_at(speaker->session, other))
			subcode = BGP_CEASE_CONFIGURATION;
	}
	log_notice(s->setup.log, "BGP peer %s AS%u: %s by a reload", peer->address.text, peer->as,
		   subcode == BGP_CEASE_DECONFIGURED ? "removed" : "changed");
	bgp_session_stop(speaker->session, subcode, "");
	bgp_session_free(speaker->session);
	speaker->session = NULL;
}

/* Prefixes that go are withdrawn, those that come find their place. */
static void
change_prefixes(struct speakers *s)
{
	const struct config_announce *before = s->setup.announce;
	for (size_t i = 0; i < before->prefix_count; i++) {
		if (announce_has_prefix(s->next, &before->prefixes[i]))
			continue;
		for (size_t j = 0; j < s->count; j++)
			bgp_session_want(s->list[j].session, before->prefixes[i].slot, NULL);
	}
	for (size_t j = 0; j < s->count; j++)
		bgp_session_push(s->list[j].session);
	for (size_t i = 0; i < s->next->prefix_count; i++)
		put_prefix(s, &s->next->prefixes[i]);
}

void
speakers_commit(struct speakers *s)
{
	const struct config_announce *before = s->setup.announce, *next = s->next;
	if (!next)
		return;
	change_prefixes(s);
	for (size_t i = 0; i < s->count; i++)
		if (!announce_peer_in(next, s->list[i].slot))
			end_session(s, &before->peers[i], &s->list[i]);
	for (size_t i = 0; i < next->peer_count; i++) {
		const struct speaker *stays = speaker_in(s, next->peers[i].slot);
		if (!stays)
			continue;
		s->next_list[i] = *stays;
		bgp_session_change(stays->session, &next->peers[i]);
	}
	free(s->list);
	s->list = s->next_list;
	s->count = next->peer_count;
	s->setup.announce = next;
	s->next_list = NULL;
	s->next = NULL;
	for (size_t i = 0; i < s->count; i++)
		if (!announce_peer_in(before, s->list[i].slot))
			bgp_session_start(s->list[i].session);
}

void
speakers_abort(struct speakers *s)
{
	for (size_t i = 0; s->next && i < s->next->peer_count; i++)
		bgp_session_free(s->next_list[i].session);
	free(s->next_list);
	s->next_list = NULL;
	s->next = NULL;
}
