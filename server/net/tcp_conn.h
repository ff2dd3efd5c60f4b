/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tcp_conn.h - one TCP connection: framing, pipelining, back-pressure. Knows a descriptor, no event
 * loop and no clock.
 */
#ifndef ANYNS_NET_TCP_CONN_H
#define ANYNS_NET_TCP_CONN_H

#include "anyns/answer.h"
#include "anyns/dns.h"
#include "anyns/lease.h"

enum {
	TCP_FRAME_MAX = 2 + DNS_MESSAGE_MAX, /* RFC 1035 4.2.2: a two byte length in front */
	/* Read at a time. Small, so that one client's flood is answered a slice (some 400 queries)
	   per turn. */
	TCP_READ_ROOM = 16384,
	/* Answers gathered for one write. Two frames: while one is left free, another answer surely
	   fits. */
	TCP_WRITE_ROOM = 2 * TCP_FRAME_MAX,
	/* Messages that are no queries before the peer is taken for no DNS client. */
	TCP_GARBAGE_MAX = 8,
};

struct tcp_buffer {
	uint8_t *bytes; /* NULL when empty, so that an idle connection costs nothing here */
	size_t at;      /* first byte still of use */
	size_t size;    /* end of the bytes in use */
	size_t capacity;
};

/* All zero but fd and address is a new connection. */
struct tcp_conn {
	int fd;
	uint8_t address[16];
	uint8_t address_size; /* 4 or 16 */
	bool ended;           /* the client sends no more; what came is still answered */
	bool broken;          /* its bytes make no sense; only pending answers are sent */
	bool progress;        /* a message was completed or bytes were sent; the caller resets it */
	uint8_t garbage;      /* messages that got no answer */
	struct tcp_buffer input;  /* a message's beginning, or messages that wait for the output */
	struct tcp_buffer output; /* what the kernel did not take */
};

/* What connections share during one turn of the loop. */
struct tcp_turn {
	struct answer_worker *worker;
	const struct answer_view *view;
	uint32_t now;        /* struct answer_client's */
	uint16_t keepalive;  /* likewise */
	struct lease *lease; /* told which message is being answered; NULL: nobody is */
	size_t slot;         /* of the lease */
	bool last;           /* read until nothing is left, then end: the server stops */
	uint64_t received;   /* messages, counted up */
	uint64_t sent;       /* answers, counted up */
	uint8_t read[TCP_READ_ROOM];
	uint8_t write[TCP_WRITE_ROOM];
};

enum tcp_conn_want { TCP_CONN_READ, TCP_CONN_WRITE, TCP_CONN_CLOSE };

/*
 * Does what can be done without blocking: sends, answers, reads once. Returns what to wait for
 * before the next call, or that the connection is over and the caller closes it.
 *
 * Answers come in the order of the queries. While the client does not take its answers nothing more
 * is read or answered, so a connection holds at most TCP_WRITE_ROOM bytes of output and
 * TCP_FRAME_MAX of input.
 */
enum tcp_conn_want tcp_conn_run(struct tcp_conn *conn, struct tcp_turn *turn) NODISCARD;

/* Whether answers wait for the client. Such a connection is not idle (RFC 7766 3). */
bool tcp_conn_is_busy(const struct tcp_conn *conn);

/* Closes the descriptor and frees the buffers. */
void tcp_conn_close(struct tcp_conn *conn);

#endif
