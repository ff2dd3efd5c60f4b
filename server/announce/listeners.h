/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listeners.h - the sockets that passive peers call at: one per family and port, on all addresses.
 */
#ifndef ANNOUNCE_LISTENERS_H
#define ANNOUNCE_LISTENERS_H

#include "anyns/config.h"

enum { LISTENERS_MAX = 16 };

struct listener {
	int fd;
	int family;
	in_port_t port; /* network order */
};

struct listeners {
	size_t count;
	struct listener list[LISTENERS_MAX];
};

/* The one that a peer would call at, or NULL. */
const struct listener *listeners_of(const struct listeners *listeners,
				    const struct config_peer *peer);

/* Listens for a passive peer of `announce`, unless somebody does already. false with errno. */
bool listeners_open(struct listeners *listeners, const struct config_peer *peer,
		    const struct config_announce *announce) NODISCARD;

/* Closes those that no passive peer calls at any more; those behind them move up. */
void listeners_keep(struct listeners *listeners, const struct config_announce *announce);

/*
 * Makes the listener that the peer would call at, if there is one, want the peer's TCP-MD5
 * signature. An active peer may call, too, where somebody listens. false with errno.
 */
bool listeners_expect(const struct listeners *listeners, const struct config_peer *peer) NODISCARD;

/* Takes that back. */
void listeners_forget(const struct listeners *listeners, const struct config_peer *peer);

/* Closes all but the first `keep`. */
void listeners_close(struct listeners *listeners, size_t keep);

#endif
