/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bgp_socket.h - TCP as BGP wants it: what is set on a socket before the first byte, and what the
 * kernel knows afterwards.
 *
 * All sockets are non-blocking and closed on exec: a program that inherited one would keep the
 * session, and so the route, alive after our death.
 */
#ifndef ANNOUNCE_BGP_SOCKET_H
#define ANNOUNCE_BGP_SOCKET_H

#include "announce/bgp_attribute.h"
#include "anyns/config.h"

/* Starts a connection to the peer. Returns the socket, connecting or connected; -1 with errno. */
int bgp_socket_connect(const struct config_peer *peer) NODISCARD;

/* When the socket is writable: 0, it is connected; else the errno of why not. */
int bgp_socket_error(int fd);

/*
 * Listens on all addresses of the family; `port` in network order, 0 lets the kernel choose.
 * Wants the TCP-MD5 signatures of those peers of `announce` (may be NULL) that would call there, as
 * far as they can be set. Returns the socket; -1 with errno.
 */
int bgp_socket_listen(int family, in_port_t port, const struct config_announce *announce) NODISCARD;

/* Makes a listener accept this peer's TCP-MD5 signature, if it has one. false with errno. */
bool bgp_socket_expect(int listener, const struct config_peer *peer) NODISCARD;

/* Takes that back; what was not there is not missed. */
void bgp_socket_forget(int listener, const struct config_peer *peer);

/* The next connection that waits and where it is from. Returns the socket; -1 with errno. */
int bgp_socket_accept(int listener, struct config_address *from) NODISCARD;

/* Sets on an accepted socket what its peer's configuration wants. false with errno. */
bool bgp_socket_prepare(int fd, const struct config_peer *peer) NODISCARD;

/* The same host, whatever the ports. Scopes count where both have one. */
bool bgp_socket_same_host(const struct config_address *a, const struct config_address *b);

/* Whether the peer's TCP has acknowledged all that was sent. */
bool bgp_socket_acknowledged(int fd);

/*
 * The next hop of routes sent over a connected socket: `next-hop:`, else our own address of it,
 * with IPv6 and the link-local one behind if the peer is on the same link (RFC 2545 3). Size 0 when
 * the kernel does not tell.
 */
struct bgp_next_hop bgp_socket_next_hop(int fd, const struct config_peer *peer);

/*
 * Writes nothing more, forgets what was received, closes. Unread bytes would turn the end of the
 * stream into a reset, and a reset can overtake the NOTIFICATION before it.
 */
void bgp_socket_close(int fd);

#endif
