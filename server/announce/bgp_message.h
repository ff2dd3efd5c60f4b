/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bgp_message.h - BGP-4 messages on the wire: the header, and which message starts where.
 *
 * This speaker only announces. It makes OPEN, UPDATE, NOTIFICATION and KEEPALIVE; what it hears it
 * checks, counts and forgets. It asks nobody for routes, so it never makes a ROUTE-REFRESH.
 */
#ifndef ANNOUNCE_BGP_MESSAGE_H
#define ANNOUNCE_BGP_MESSAGE_H

#include "announce/bgp_error.h"
#include "anyns/wire.h"

enum {
	BGP_HEADER_SIZE = 19,
	/* RFC 8654 would allow 65535 to those who offer capability 6; we do not. */
	BGP_MESSAGE_MAX = 4096,
	BGP_REFRESH_SIZE = 23,
};

enum bgp_message_type {
	BGP_OPEN = 1,
	BGP_UPDATE = 2,
	BGP_NOTIFICATION = 3,
	BGP_KEEPALIVE = 4,
	BGP_ROUTE_REFRESH = 5, /* RFC 2918 */
};

/* Address families, unicast. The AFI numbers of IANA happen to be distinct bits: also a set. */
enum bgp_family {
	BGP_IPV4 = 1,
	BGP_IPV6 = 2,
	BGP_FAMILIES = BGP_IPV4 | BGP_IPV6,
};

enum { BGP_SAFI_UNICAST = 1 };

/* A received message; `body` points behind the header, into the receive buffer. */
struct bgp_message {
	enum bgp_message_type type;
	size_t size; /* of the whole message: what to take from the buffer */
	const uint8_t *body;
	size_t body_size;
};

enum bgp_frame {
	BGP_FRAME_MORE,  /* nothing wrong yet, read on */
	BGP_FRAME_READY, /* `message` is filled */
	BGP_FRAME_BAD,   /* `error` says why; the stream cannot be read on */
};

/*
 * The first message of the `size` bytes received. Length and type are judged as soon as the header
 * is there, so a receive buffer of BGP_MESSAGE_MAX bytes is always enough.
 */
enum bgp_frame bgp_message_frame(const uint8_t *bytes, size_t size, struct bgp_message *message,
				 struct bgp_error *error);

/* The AFI a ROUTE-REFRESH asks for, or 0 when it is not one of ours. */
uint8_t bgp_message_refresh_family(const struct bgp_message *message);

/* Starts a message in `out`: the header with the length still open. */
struct wire_writer bgp_message_begin(uint8_t out[BGP_MESSAGE_MAX], enum bgp_message_type type);

/* Fills in the length. Returns the message's size, or 0 when something did not fit. */
size_t bgp_message_end(const struct wire_writer *w);

/* A KEEPALIVE is a header alone. Returns BGP_HEADER_SIZE. */
size_t bgp_message_keepalive(uint8_t out[BGP_MESSAGE_MAX]);

#endif
