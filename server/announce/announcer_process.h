/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * announcer_process.h - what runs in the announcer: the loop that follows the lease.
 */
#ifndef ANNOUNCE_ANNOUNCER_PROCESS_H
#define ANNOUNCE_ANNOUNCER_PROCESS_H

#include "announce/driver.h"
#include "anyns/config.h"
#include "anyns/lease.h"
#include "anyns/log.h"

enum { ANNOUNCER_LISTENERS = 16 };

/* Sockets that passive peers call at: one per family and port. */
struct announcer_listeners {
	size_t count;
	struct announcer_listener {
		int fd;
		int family;
		in_port_t port; /* network order */
	} list[ANNOUNCER_LISTENERS];
};

/* The listener a peer would call at, or NULL. */
const struct announcer_listener *announcer_listener_of(const struct announcer_listeners *listeners,
						       const struct config_peer *peer);

/* What the server tells the announcer, one message each. */
enum announcer_order_type {
	ANNOUNCER_LOOK, /* at the lease */
	ANNOUNCER_STOP, /* withdraw, say `text`, end */
};

struct announcer_order {
	uint32_t type;
	char text[252];
};

struct announcer_setup {
	const struct config *config;
	const struct lease *lease;
	struct log *log;
	int fd; /* our end of the socketpair: orders in, struct announcer_event out */
	const struct announcer_listeners *listeners;
	struct drivers *drivers; /* prepared */
};

/*
 * Holds the sessions until it is told to stop or the other end of the socketpair closes; either way
 * everything is withdrawn when it returns. false: it could not begin, the log says why.
 */
bool announcer_process_run(const struct announcer_setup *setup) NODISCARD;

#endif
