/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_udp.h - a UDP socket to ask from: what arrives, and what the network says about what was
 * sent.
 *
 * The socket is not connected. A connected one would drop datagrams of others unseen, and whether
 * somebody tries to answer in the service's place is one of the things a probe is for.
 */
#ifndef ANYNS_PROBE_PROBE_UDP_H
#define ANYNS_PROBE_PROBE_UDP_H

#include <ev.h>

#include "probe/probe_address.h"

struct probe_udp;

/*
 * A datagram from `from`; or, with `error` (errno) not 0, the beginning of one that was sent to
 * `from` and cannot be delivered, as an ICMP message says. May close the socket.
 */
typedef void probe_udp_heard(void *context, struct probe_udp *udp, const uint8_t *bytes,
			     size_t size, const struct sockaddr *from, int error);

struct probe_udp {
	ev_io io;
	struct ev_loop *loop;
	probe_udp_heard *heard;
	void *context;
	int fd;
	uint16_t port; /* it is bound to */
	bool *gone;    /* set when closed while its datagrams are read */
	void *user;    /* the owner's */
};

/*
 * A socket of this family, bound to `source` (size 0: any address) and `port` (0: any free one,
 * random). NULL with errno when it cannot be had.
 */
struct probe_udp *probe_udp_open(struct ev_loop *loop, int family,
				 const struct probe_address *source, uint16_t port,
				 probe_udp_heard *heard, void *context) NODISCARD;
/* NULL is legal. */
void probe_udp_close(struct probe_udp *udp);

/* 0 or errno. */
int probe_udp_send(struct probe_udp *udp, const uint8_t *bytes, size_t size,
		   const struct probe_address *target);

#endif
