/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bgp_session.h - one peer: its state machine, its connections, its routes and its log lines.
 */
#ifndef ANNOUNCE_BGP_SESSION_H
#define ANNOUNCE_BGP_SESSION_H

#include <ev.h>

#include "announce/bgp_error.h"
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
	char text[BGP_SESSION_TEXT];    /* why */
	char failure[BGP_SESSION_TEXT]; /* the last one; stays while the session is up */
};

/* A session at rest. What the setup points to must outlive it. NULL when out of memory. */
struct bgp_session *bgp_session_new(const struct bgp_session_setup *setup) NODISCARD;

/* Closes what is open without a word. NULL is legal. */
void bgp_session_free(struct bgp_session *session);

/* Begins to connect, or to welcome connections. */
void bgp_session_start(struct bgp_session *session);

/* Whether it is the peer's host, whatever the port. */
bool bgp_session_is_at(const struct bgp_session *session, const struct config_address *host);

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

/*
 * A reload: the peer is configured by `peer` from now on, which is the same session as before
 * (announce_same_session). What its routes say may be something else; then they are sent again. The
 * peer that the session was made with is not looked at any more.
 */
void bgp_session_change(struct bgp_session *session, const struct config_peer *peer);

/* Whether the peer has a route to the prefix from us. */
bool bgp_session_has(const struct bgp_session *session, size_t prefix);

/*
 * Withdraws everything and ends the session with a Cease, which gives the reason where its subcode
 * has a place for one (BGP_CEASE_SHUTDOWN).
 */
void bgp_session_stop(struct bgp_session *session, enum bgp_cease_subcode subcode,
		      const char *reason);

/* Valid as long as the session. */
const struct bgp_session_status *bgp_session_status(const struct bgp_session *session);

#endif
