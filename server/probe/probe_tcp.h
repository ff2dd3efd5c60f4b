/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_tcp.h - one query over a TCP connection of its own (RFC 7766).
 */
#ifndef ANYNS_PROBE_PROBE_TCP_H
#define ANYNS_PROBE_PROBE_TCP_H

#include <ev.h>

#include "probe/probe_address.h"
#include "probe/probe_message.h"
#include "probe/probe_record.h"

struct probe_tcp;

/*
 * Called once: with the message that came (PROBE_ANSWER, whatever it says), or with the reason why
 * none will. Closes the connection afterwards with probe_tcp_close().
 */
typedef void probe_tcp_done(void *context, struct probe_tcp *tcp, enum probe_outcome outcome,
			    const uint8_t *message, size_t size);

struct probe_tcp {
	ev_io io;
	struct ev_loop *loop;
	probe_tcp_done *done;
	void *context;
	int fd;
	bool sent;
	uint16_t port; /* it asks from */
	size_t frame_size;
	uint8_t frame[2 + PROBE_QUERY_MAX];
};

struct probe_tcp_query {
	const struct probe_address *target;
	const struct probe_address *source; /* NULL or size 0: any address */
	uint16_t port;                      /* to ask from; 0: any free one */
	const uint8_t *message;
	size_t size; /* at most PROBE_QUERY_MAX */
};

/*
 * Connects and asks; the query is copied. NULL with errno when there is no socket or no route;
 * `done` is never called from here.
 */
struct probe_tcp *probe_tcp_ask(struct ev_loop *loop, const struct probe_tcp_query *query,
				probe_tcp_done *done, void *context) NODISCARD;

/* Ends the connection at once; NULL is legal. */
void probe_tcp_close(struct probe_tcp *tcp);

#endif
