/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * socket.h - the sockets we listen on: created, given their options, bound.
 */
#ifndef ANYNS_NET_SOCKET_H
#define ANYNS_NET_SOCKET_H

#include "anyns/config.h"

enum socket_kind { SOCKET_UDP, SOCKET_TCP };

/* Where the address was configured, for findings; `file` is the configuration's. */
struct socket_request {
	enum socket_kind kind;
	const struct config_address *address;
	const char *file;
	unsigned tcp_mss; /* 0: the kernel's choice */
};

/* Whether the kernel has the address's family at all. */
bool socket_supported(const struct config_address *address);

/* Whether the address is 0.0.0.0 or ::, so that each reply needs its source address given. */
bool socket_is_wildcard(const struct config_address *address);

/* Whether both are the same address and port. */
bool socket_same_address(const struct config_address *a, const struct config_address *b);

/* Whether sockets on both compete for datagrams: same family and port, equal or one a wildcard. */
bool socket_overlaps(const struct config_address *a, const struct config_address *b);

/*
 * Whether nobody, of whatever user, holds the address. Asked apart because SO_REUSEPORT lets two
 * servers of one user share a port without a word, each getting half of the queries. false with an
 * error at the address's place.
 */
bool socket_probe(const struct socket_request *request, struct report *report) NODISCARD;

/*
 * A bound socket; TCP ones listen and do not block, UDP ones block unless MSG_DONTWAIT. Returns the
 * descriptor, the caller's to close, or -1 with an error at the address's place.
 */
int socket_open(const struct socket_request *request, struct report *report) NODISCARD;

/* Changes the segment size of a TCP listener; connections accepted later have it. */
void socket_set_mss(int fd, unsigned tcp_mss);

#endif
