/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bgp_session.h - one peer: its state machine, its connections, its routes and its log lines.
 */
#ifndef ANNOUNCE_BGP_SESSION_H
#define ANNOUNCE_BGP_SESSION_H

#include <ev.h>

#include "announce/bgp_prefix.h"
#include "anyns/config.h"
#include "anyns/log.h"
#include "health/attributes.h"

struct bgp_session;

enum { BGP_SESSION_TEXT = 256 };

struct bgp_session_setup {
	const struct config_peer *peer;
	uint32_t router_id;
	bool listens; /* somebody accepts connections for this peer */
	const struct bgp_prefix *prefixes;
	size_t prefix_count;
	uint32_t seed; /* any random number, see bgp_fsm.h */
	struct ev_loop *loop;
	struct log *log;
};

struct bgp_session_status {
	unsigned serial; /* counts the news; 0: none yet */
	bool up;
	char text[BGP_SESSION_TEXT]; /* why */
};

/* A session at rest. What the setup points to must outlive it. NULL when out of memory. */
struct bgp_session *bgp_session_new(const struct bgp_session_setup *setup) NODISCARD;

/* Closes what is open without a word. NULL is legal. */
void bgp_session_free(struct bgp_session *session);

/* Begins to connect, or to welcome connections. */
void bgp_session_start(struct bgp_session *session);

/* Whether a connection from there is the peer's. */
bool bgp_session_is_peer(const struct bgp_session *session, const struct config_address *from);

/* A connection from the peer; takes the socket over. */
void bgp_session_accept(struct bgp_session *session, int fd);

/*
 * What the peer is to have: for each prefix of the other family nothing is done. Several changes,
 * then one push: prefixes that change together share a message.
 */
void bgp_session_want(struct bgp_session *session, size_t prefix,
		      const struct attributes *attributes);
void bgp_session_push(struct bgp_session *session);

/* eBGP or iBGP: whose attributes to want. */
enum peer_kind bgp_session_kind(const struct bgp_session *session);

/* Withdraws everything and ends the session, with a Cease that gives the reason. */
void bgp_session_stop(struct bgp_session *session, const char *reason);

/* Valid as long as the session. */
const struct bgp_session_status *bgp_session_status(const struct bgp_session *session);

#endif
