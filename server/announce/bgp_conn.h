/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bgp_conn.h - one TCP connection of a session: bytes in, messages out of them, and the way back.
 *
 * Both buffers are of fixed size. That is enough, because nothing is queued that could be made
 * later: UPDATEs are made from what is wanted when there is room for them (routes.h).
 */
#ifndef ANNOUNCE_BGP_CONN_H
#define ANNOUNCE_BGP_CONN_H

#include <ev.h>

#include "announce/bgp_event.h"

enum {
	/* Room that UPDATEs leave for the messages that cannot wait. */
	BGP_CONN_RESERVE = 1024,
	BGP_CONN_OUT = 2 * BGP_MESSAGE_MAX + BGP_CONN_RESERVE,
};

struct bgp_conn {
	int fd; /* -1: closed */
	bool connecting;
	bool failed;         /* of no use any more; what was received may still be taken */
	int error;           /* of a failure: errno, 0 when the peer closed */
	unsigned generation; /* another number: another connection */
	struct ev_loop *loop;
	ev_io readable;
	ev_io writable;
	size_t in_size;
	size_t out_size;
	uint8_t in[BGP_MESSAGE_MAX];
	uint8_t out[BGP_CONN_OUT];
};

typedef void bgp_conn_callback(struct ev_loop *loop, ev_io *io, int events);

/* A closed connection. The callback is called with `io->data` = `data` when there is news. */
void bgp_conn_init(struct bgp_conn *conn, struct ev_loop *loop, bgp_conn_callback *callback,
		   void *data);

/* Takes the socket over and watches it. The connection must be closed. */
void bgp_conn_open(struct bgp_conn *conn, int fd, bool connecting);

/* Writes what goes at once and closes. Legal when closed. */
void bgp_conn_close(struct bgp_conn *conn);

/* Notes that it cannot be used; the first reason stays. */
void bgp_conn_fail(struct bgp_conn *conn, int error);

/* When connecting and writable: true, it is connected; else it failed. */
bool bgp_conn_finish_connect(struct bgp_conn *conn);

/* Queues a message; false when it does not fit, which is no failure. Size 0 is legal. */
bool bgp_conn_put(struct bgp_conn *conn, const uint8_t *bytes, size_t size);

/* Whether an UPDATE of any size may be put. */
bool bgp_conn_has_room(const struct bgp_conn *conn);

/* Writes what goes at once, and watches for more room if that was not all. */
void bgp_conn_flush(struct bgp_conn *conn);

/* Reads what fits. false: nothing there, or it failed. */
bool bgp_conn_fill(struct bgp_conn *conn);

/*
 * Takes the first whole message out of what was read, as the event that it means for `lane`. A
 * stream that cannot be read on is an event, too. false: no whole message yet.
 */
bool bgp_conn_take(struct bgp_conn *conn, enum bgp_lane_id lane, struct bgp_event *event);

/* Whether the peer's TCP has all that was put. */
bool bgp_conn_drained(const struct bgp_conn *conn);

#endif
