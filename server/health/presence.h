/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * presence.h - whether packets for an address reach this host: asks the kernel's routes.
 *
 * Not a list of interface addresses: an address may be local by a route (`ip route add local`)
 * without standing on any interface. Not bind() either: ip_nonlocal_bind lets it lie.
 */
#ifndef ANYNS_HEALTH_PRESENCE_H
#define ANYNS_HEALTH_PRESENCE_H

#include "anyns/config.h"

/* One thread at a time. */
struct presence {
	int fd; /* -1: every answer is PRESENCE_UNKNOWN */
	uint32_t sequence;
};

enum presence_state {
	PRESENCE_UNKNOWN, /* the kernel did not say */
	PRESENCE_HERE,
	PRESENCE_ABSENT,
};

/* false, with errno, when there is no such socket. */
bool presence_open(struct presence *presence) NODISCARD;
void presence_close(struct presence *presence);

/* A system call or two, none of which waits. The address is no wildcard. */
enum presence_state presence_check(struct presence *presence, const struct config_address *address);

#endif
