/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bird_client.h - a connection to BIRD's control socket that is made again whenever it is lost.
 *
 * One command at a time. Time is counted in ticks of 20 ms, as the lease's is, so that a machine
 * that was stopped for a while does not take BIRD for dead.
 */
#ifndef ANNOUNCE_BIRD_CLIENT_H
#define ANNOUNCE_BIRD_CLIENT_H

#include <ev.h>

#include "announce/bird_reply.h"

enum {
	BIRD_CLIENT_DEADLINE = 100, /* ticks without an answer: 2 s */
	BIRD_CLIENT_AGAIN = 10,     /* ticks to the next try to connect: 200 ms */
};

/* What whoever owns the client is told; calls into the client are legal there. */
struct bird_client_events {
	void (*connected)(void *data); /* greeted: the first command may be sent */
	void (*line)(void *data, unsigned code, const char *text);
	void (*done)(void *data); /* after the last line of an answer */
	void (*lost)(void *data, const char *why);
};

struct bird_client;

/* `path` and `events` outlive it. NULL when out of memory. Connects with the first tick. */
struct bird_client *bird_client_new(struct ev_loop *loop, const char *path,
				    const struct bird_client_events *events, void *data) NODISCARD;
void bird_client_free(struct bird_client *client);

/* Every 20 ms. */
void bird_client_tick(struct bird_client *client);

/* Connected, greeted, and no command without its answer. */
bool bird_client_is_idle(const struct bird_client *client) NODISCARD;

/* `command` without line feed; only when idle. What goes wrong is told by lost(). */
void bird_client_send(struct bird_client *client, const char *command);

#endif
