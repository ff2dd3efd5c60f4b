/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bgp_socket.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	/* CS6, network control: routers drop it last when a link is full (RFC 4594 3.1). */
	DSCP_CS6 = 0xc0,
	TTL_MAX = 255,
	BACKLOG = 16, /* as many peers may call at once; others dial again */
};

static bool
set(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

static bool
is_v6(const struct config_address *address)
{
	return address->socket.any.sa_family == AF_INET6;
}

/*
 * RFC 5082. Without it the TTL stays the kernel's, which reaches routers next door and those some
 * hops away alike.
 */
static bool
set_gtsm(int fd, const struct config_peer *peer)
{
	int least = TTL_MAX + 1 - (int)peer->gtsm_hops;
	if (!peer->gtsm_hops)
		return true;
	if (is_v6(&peer->address))
		return set(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, TTL_MAX) &&
		       set(fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT, least);
	return set(fd, IPPROTO_IP, IP_TTL, TTL_MAX) && set(fd, IPPROTO_IP, IP_MINTTL, least);
}

/* RFC 2385. The port of the address has no meaning here; an empty key takes one away. */
static bool
sign(int fd, const struct config_peer *peer, const char *key)
{
	struct tcp_md5sig signature = {0};
	size_t size = strlen(key);
	if (size > sizeof signature.tcpm_key) {
		errno = EINVAL;
		return false;
	}
	memcpy(&signature.tcpm_addr, &peer->address.socket, peer->address.size);
	memcpy(signature.tcpm_key, key, size);
	signature.tcpm_keylen = (uint16_t)size;
	bool done = setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, &signature, sizeof signature) == 0;
	explicit_bzero(&signature, sizeof signature);
	return done;
}

bool
bgp_socket_expect(int listener, const struct config_peer *peer)
{
	return !peer->password || sign(listener, peer, peer->password);
}

void
bgp_socket_forget(int listener, const struct config_peer *peer)
{
	(void)sign(listener, peer, "");
}

bool
bgp_socket_prepare(int fd, const struct config_peer *peer)
{
	/* Wishes: a session without them is a session. */
	if (is_v6(&peer->address))
		(void)set(fd, IPPROTO_IPV6, IPV6_TCLASS, DSCP_CS6);
	else
		(void)set(fd, IPPROTO_IP, IP_TOS, DSCP_CS6);
	(void)set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	/* Where a dead path is found by what we send, the kernel need not outlast the hold time. */
	if (peer->hold)
		(void)set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, (int)peer->hold * 1000);
	return set_gtsm(fd, peer);
}

static int
stream_socket(int family)
{
	return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
}

static int
give_up(int fd)
{
	int error = errno;
	if (fd >= 0)
		close(fd);
	errno = error;
	return -1;
}

int
bgp_socket_connect(const struct config_peer *peer)
{
	const struct config_address *to = &peer->address;
	int fd = stream_socket(to->socket.any.sa_family);
	/* Before connect(): the SYN is signed already, and the SYN+ACK comes with a TTL too. */
	if (fd < 0 || !bgp_socket_prepare(fd, peer) || !bgp_socket_expect(fd, peer) ||
	    (connect(fd, &to->socket.any, to->size) != 0 && errno != EINPROGRESS))
		return give_up(fd);
	return fd;
}

int
bgp_socket_error(int fd)
{
	int error = 0;
	socklen_t size = sizeof error;
	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

int
bgp_socket_listen(int family, in_port_t port, const struct config_announce *announce)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = port};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = port};
	bool six = family == AF_INET6;
	int fd = stream_socket(family);
	/* The SYN+ACK is sent before we know by whom we are called: 255 satisfies those with GTSM.
	 */
	if (fd < 0 || !set(fd, SOL_SOCKET, SO_REUSEADDR, 1) ||
	    (six ? !set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) ||
			     !set(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, TTL_MAX)
		 : !set(fd, IPPROTO_IP, IP_TTL, TTL_MAX)))
		return give_up(fd);
	int bound = six ? bind(fd, (struct sockaddr *)&v6, sizeof v6)
			: bind(fd, (struct sockaddr *)&v4, sizeof v4);
	/* Before the first call can be answered: none is to come in without its signature. What
	 * cannot be set here is told of when it is set again, see listeners_expect(). */
	for (size_t i = 0; bound == 0 && announce && i < announce->peer_count; i++)
		if (announce->peers[i].address.socket.any.sa_family == family &&
		    announce->peers[i].address.socket.v4.sin_port == port)
			(void)!bgp_socket_expect(fd, &announce->peers[i]);
	if (bound != 0 || listen(fd, BACKLOG) != 0)
		return give_up(fd);
	return fd;
}

int
bgp_socket_accept(int listener, struct config_address *from)
{
	*from = (struct config_address){.size = sizeof from->socket};
	return accept4(listener, &from->socket.any, &from->size, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

bool
bgp_socket_same_host(const struct config_address *a, const struct config_address *b)
{
	if (a->socket.any.sa_family != b->socket.any.sa_family)
		return false;
	if (!is_v6(a))
		return a->socket.v4.sin_addr.s_addr == b->socket.v4.sin_addr.s_addr;
	uint32_t scope_a = a->socket.v6.sin6_scope_id;
	uint32_t scope_b = b->socket.v6.sin6_scope_id;
	return IN6_ARE_ADDR_EQUAL(&a->socket.v6.sin6_addr, &b->socket.v6.sin6_addr) &&
	       (scope_a == scope_b || !scope_a || !scope_b);
}

bool
bgp_socket_acknowledged(int fd)
{
	int unacknowledged = 0;
	return ioctl(fd, SIOCOUTQ, &unacknowledged) == 0 && unacknowledged == 0;
}

static const struct in6_addr *
address_of(const struct ifaddrs *entry)
{
	if (!entry->ifa_addr || entry->ifa_addr->sa_family != AF_INET6)
		return NULL;
	return &((const struct sockaddr_in6 *)(const void *)entry->ifa_addr)->sin6_addr;
}

static bool
in_subnet(const struct ifaddrs *entry, const struct in6_addr *other)
{
	const struct in6_addr *own = address_of(entry);
	if (!entry->ifa_netmask)
		return false;
	const struct in6_addr *mask =
		&((const struct sockaddr_in6 *)(const void *)entry->ifa_netmask)->sin6_addr;
	for (size_t i = 0; i < sizeof *own; i++)
		if ((own->s6_addr[i] ^ other->s6_addr[i]) & mask->s6_addr[i])
			return false;
	return true;
}

/* The interface with our address, if the peer is on its link; NULL otherwise. */
static const char *
shared_link(const struct ifaddrs *list, const struct in6_addr *local, const struct in6_addr *peer)
{
	for (; list; list = list->ifa_next) {
		const struct in6_addr *own = address_of(list);
		if (own && IN6_ARE_ADDR_EQUAL(own, local) && !(list->ifa_flags & IFF_LOOPBACK) &&
		    in_subnet(list, peer))
			return list->ifa_name;
	}
	return NULL;
}

/* The first address of an interface that is link-local, or that is not. */
static const struct in6_addr *
address_on(const struct ifaddrs *list, const char *interface, bool link_local)
{
	for (; list; list = list->ifa_next) {
		const struct in6_addr *own = address_of(list);
		if (own && strcmp(list->ifa_name, interface) == 0 &&
		    IN6_IS_ADDR_LINKLOCAL(own) == link_local)
			return own;
	}
	return NULL;
}

/*
 * RFC 2545 3: the global address, and the link-local one if and only if the link is shared. A
 * session between link-local addresses needs a global one of the same interface for the first half;
 * where there is none, routers take the link-local one twice.
 */
static void
put_v6_next_hop(struct bgp_next_hop *hop, const struct in6_addr *local, const struct in6_addr *peer)
{
	struct ifaddrs *list = NULL;
	hop->size = sizeof *local;
	memcpy(hop->bytes, local, sizeof *local);
	if (getifaddrs(&list) != 0)
		return;
	const char *interface = shared_link(list, local, peer);
	const struct in6_addr *other = NULL;
	bool is_link_local = IN6_IS_ADDR_LINKLOCAL(local);
	if (interface)
		other = address_on(list, interface, !is_link_local);
	if (is_link_local) {
		hop->size = 2 * sizeof *local;
		memcpy(hop->bytes + sizeof *local, local, sizeof *local);
		if (other)
			memcpy(hop->bytes, other, sizeof *other);
	} else if (other) {
		hop->size = 2 * sizeof *local;
		memcpy(hop->bytes + sizeof *local, other, sizeof *other);
	}
	freeifaddrs(list);
}

struct bgp_next_hop
bgp_socket_next_hop(int fd, const struct config_peer *peer)
{
	struct config_address local = {.size = sizeof local.socket};
	struct bgp_next_hop hop = {.size = is_v6(&peer->address) ? sizeof(struct in6_addr)
								 : sizeof(struct in_addr)};
	if (peer->has_next_hop) {
		memcpy(hop.bytes, peer->next_hop, hop.size);
	} else if (getsockname(fd, &local.socket.any, &local.size) != 0) {
		hop.size = 0;
	} else if (is_v6(&local)) {
		put_v6_next_hop(&hop, &local.socket.v6.sin6_addr,
				&peer->address.socket.v6.sin6_addr);
	} else {
		memcpy(hop.bytes, &local.socket.v4.sin_addr, hop.size);
	}
	return hop;
}

void
bgp_socket_close(int fd)
{
	uint8_t waste[4096];
	(void)shutdown(fd, SHUT_WR);
	/* Bounded: a peer in the middle of its full table must not keep us here. */
	for (unsigned i = 0; i < 64 && recv(fd, waste, sizeof waste, MSG_DONTWAIT) > 0; i++)
		;
	close(fd);
}
