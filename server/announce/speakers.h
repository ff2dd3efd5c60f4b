/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * speakers.h - the BGP sessions of a configuration, and how they come and go with another one.
 *
 * Prefixes and peers are known by their slots, which a reload moves for none that stays.
 */
#ifndef ANNOUNCE_SPEAKERS_H
#define ANNOUNCE_SPEAKERS_H

#include <ev.h>

#include "announce/announcer.h"
#include "announce/bgp_session.h"
#include "announce/listeners.h"

struct speakers;

struct speakers_setup {
	const struct config_announce *announce; /* until another one is committed */
	const struct listeners *listeners;      /* outlive the speakers, as do loop and log */
	struct ev_loop *loop;
	struct log *log;
};

/* What the prefix in a slot is to look like to a kind of peer; NULL: withdrawn. */
typedef const struct attributes *speakers_wish(void *context, unsigned slot, enum peer_kind kind);

/* Sessions at rest. NULL when out of memory. */
struct speakers *speakers_new(const struct speakers_setup *setup) NODISCARD;

/* Closes what is open without a word. NULL is legal. */
void speakers_free(struct speakers *speakers);

void speakers_start(struct speakers *speakers);

/* Asks for every prefix and peer, and sends the difference. */
void speakers_follow(struct speakers *speakers, speakers_wish *wish, void *context);

/* The peer that calls at this listener from there, or NULL. */
struct bgp_session *speakers_called(const struct speakers *speakers,
				    const struct listener *listener,
				    const struct config_address *from);

/* Passes on what changed since it was passed on: `tell` returns whether it could. */
void speakers_tell(struct speakers *speakers,
		   bool (*tell)(void *context, const struct announcer_event *event), void *context);

/* Withdraws everything and ends all sessions with the reason. */
void speakers_stop(struct speakers *speakers, const char *reason);

/*
 * Has all ready that `next` needs, and changes nothing. NULL, or why it cannot be. Then one of the
 * two below.
 */
const char *speakers_prepare(struct speakers *speakers,
			     const struct config_announce *next) NODISCARD;

/*
 * Follows what was prepared: sessions that stay are not touched; those that go end with a Cease.
 * The configuration before is not looked at any more.
 */
void speakers_commit(struct speakers *speakers);

/* Drops what was prepared. */
void speakers_abort(struct speakers *speakers);

#endif
