/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * socket.c - every socket option of the server stands in one table, with its reason.
 */
#include "net/socket.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

enum {
	ON_UDP = 1,
	ON_TCP = 2,
	ON_V4 = 4,
	ON_V6 = 8,
	ON_WILDCARD = 16, /* on no other address */
	ON_PROBE = 32,    /* on the socket of socket_probe() too */
	MAY_FAIL = 64,    /* the server works without */
	ON_EITHER = ON_V4 | ON_V6,
	ON_ANY = ON_UDP | ON_TCP | ON_EITHER,

	/* Kernel buffers are limits, not allocations. 4 MiB, which the kernel doubles, hold some
	 * 10,000 queries: a worker may be away for 10 ms at a million queries a second. */
	UDP_BUFFER = 4 << 20,

	/* What a TCP client that does not read, or sends without reading, costs in the kernel.
	 * Fixed sizes also end the kernel's own growing, up to 6 MiB a connection. Two of the
	 * largest messages fit. */
	TCP_BUFFER = 128 << 10,

	/* Connections waiting for accept(); the kernel cuts it to net.core.somaxconn. */
	TCP_BACKLOG = 1024,

	/* MAX_TCP_WINDOW of the kernel: a larger TCP_MAXSEG is EINVAL. */
	TCP_MSS_MAX = 32767,
};

struct option {
	int level;
	int name;
	int fallback; /* another name to try when the first is refused; 0: none */
	int value;
	unsigned when;
	const char *text;
};

/* clang-format off */
static const struct option options[] = {
	/* An own queue per worker; the kernel spreads the clients over them. For TCP it lets a wildcard
	 * and one of its addresses, or the old and the new one during a reload, listen together. */
	{SOL_SOCKET, SO_REUSEPORT, 0, 1, ON_ANY, "SO_REUSEPORT"},
	/* A restart need not wait for connections in TIME_WAIT. Not on UDP: there it steals datagrams. */
	{SOL_SOCKET, SO_REUSEADDR, 0, 1, ON_TCP | ON_EITHER | ON_PROBE, "SO_REUSEADDR"},
	/* An anycast address that is not there yet, or comes and goes with its interface, works. */
	{IPPROTO_IP, IP_FREEBIND, 0, 1, ON_UDP | ON_TCP | ON_V4 | ON_PROBE, "IP_FREEBIND"},
	{IPPROTO_IPV6, IPV6_FREEBIND, 0, 1, ON_UDP | ON_TCP | ON_V6 | ON_PROBE, "IPV6_FREEBIND"},
	/* :: is IPv6 alone, so that 0.0.0.0 can stand beside it and no client is ::ffff:192.0.2.1. */
	{IPPROTO_IPV6, IPV6_V6ONLY, 0, 1, ON_UDP | ON_TCP | ON_V6 | ON_PROBE, "IPV6_V6ONLY"},
	/* OMIT: no DF bit, and an ICMP "packet too big" is never believed; only the interface's own MTU
	 * counts. A forged one cannot make us fragment (RFC 9715 3), and a true one may have reached
	 * another PoP anyway (RFC 7690). Answers of 1,232 bytes fit every IPv6 path; larger ones, if
	 * `udp-size:` allows them, are fragmented at our interface's MTU, never below it. */
	{IPPROTO_IP, IP_MTU_DISCOVER, 0, IP_PMTUDISC_OMIT, ON_UDP | ON_V4, "IP_MTU_DISCOVER"},
	{IPPROTO_IPV6, IPV6_MTU_DISCOVER, 0, IPV6_PMTUDISC_OMIT, ON_UDP | ON_V6, "IPV6_MTU_DISCOVER"},
	/* Only where needed: the control message costs a few percent of the rate. */
	{IPPROTO_IP, IP_PKTINFO, 0, 1, ON_UDP | ON_V4 | ON_WILDCARD, "IP_PKTINFO"},
	{IPPROTO_IPV6, IPV6_RECVPKTINFO, 0, 1, ON_UDP | ON_V6 | ON_WILDCARD, "IPV6_RECVPKTINFO"},
	/* FORCE passes net.core.[rw]mem_max but needs CAP_NET_ADMIN. */
	{SOL_SOCKET, SO_RCVBUFFORCE, SO_RCVBUF, UDP_BUFFER, ON_UDP | ON_EITHER | MAY_FAIL, "SO_RCVBUF"},
	{SOL_SOCKET, SO_SNDBUFFORCE, SO_SNDBUF, UDP_BUFFER, ON_UDP | ON_EITHER | MAY_FAIL, "SO_SNDBUF"},
	/* On the listener, because the window's scale is fixed in the handshake; inherited by accept(). */
	{SOL_SOCKET, SO_RCVBUF, 0, TCP_BUFFER, ON_TCP | ON_EITHER | MAY_FAIL, "SO_RCVBUF"},
	{SOL_SOCKET, SO_SNDBUF, 0, TCP_BUFFER, ON_TCP | ON_EITHER | MAY_FAIL, "SO_SNDBUF"},
	/* Each write is whole answers already; Nagle would only wait for an ACK. */
	{IPPROTO_TCP, TCP_NODELAY, 0, 1, ON_TCP | ON_EITHER | MAY_FAIL, "TCP_NODELAY"},
};
/* clang-format on */

/* Adds the finding for errno; each cause has its own remedy. */
static void
refuse(const struct socket_request *request, const char *step, struct report *report)
{
	const struct config_address *address = request->address;
	const char *protocol = request->kind == SOCKET_UDP ? "UDP" : "TCP";
	struct place place = {request->file, address->line, address->column};

	switch (errno) {
	case EADDRINUSE:
		report_add(report, SEVERITY_ERROR, place,
			   "stop the other server (`ss -lntup` names it) or choose another address "
			   "or port",
			   "%s (%s) is already in use", address->text, protocol);
		break;
	case EACCES:
	case EPERM:
		report_add(report, SEVERITY_ERROR, place,
			   "start as root or with CAP_NET_BIND_SERVICE, choose a higher port, or "
			   "lower sysctl net.ipv4.ip_unprivileged_port_start",
			   "no permission to listen on %s (%s)", address->text, protocol);
		break;
	case EMFILE:
	case ENFILE:
		report_errno(report, SEVERITY_ERROR, place,
			     "raise the limit of open files (LimitNOFILE= of the unit, ulimit -n)",
			     "cannot listen on %s (%s)", address->text, protocol);
		break;
	default:
		/* EINVAL at bind is what a link-local address without its interface gets. */
		report_errno(report, SEVERITY_ERROR, place,
			     errno == EINVAL && address->socket.any.sa_family == AF_INET6
				     ? "a link-local address needs its interface, as fe80::1%eth0"
				     : NULL,
			     "cannot listen on %s (%s): %s", address->text, protocol, step);
	}
}

static int
create(const struct socket_request *request)
{
	int type = request->kind == SOCKET_UDP ? SOCK_DGRAM : SOCK_STREAM | SOCK_NONBLOCK;

	return socket(request->address->socket.any.sa_family, type | SOCK_CLOEXEC, 0);
}

static bool
set(int fd, const struct option *option)
{
	socklen_t size = sizeof(option->value);

	if (setsockopt(fd, option->level, option->name, &option->value, size) == 0)
		return true;
	return option->fallback &&
	       setsockopt(fd, option->level, option->fallback, &option->value, size) == 0;
}

/* Sets what the table has for such a socket. Returns the option that failed, or NULL. */
static const char *
set_options(int fd, const struct socket_request *request, bool probe)
{
	unsigned kind = request->kind == SOCKET_UDP ? ON_UDP : ON_TCP;
	unsigned family = request->address->socket.any.sa_family == AF_INET6 ? ON_V6 : ON_V4;
	bool wildcard = socket_is_wildcard(request->address);

	for (size_t i = 0; i < ARRAY_LENGTH(options); i++) {
		unsigned when = options[i].when;
		if (!(when & kind) || !(when & family) || (probe && !(when & ON_PROBE)) ||
		    (!wildcard && (when & ON_WILDCARD)))
			continue;
		if (!set(fd, &options[i]) && !(when & MAY_FAIL))
			return options[i].text;
	}
	return NULL;
}

bool
socket_supported(const struct config_address *address)
{
	int fd = socket(address->socket.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno != EAFNOSUPPORT;
	close(fd);
	return true;
}

bool
socket_is_wildcard(const struct config_address *address)
{
	if (address->socket.any.sa_family == AF_INET6)
		return IN6_IS_ADDR_UNSPECIFIED(&address->socket.v6.sin6_addr);
	return address->socket.v4.sin_addr.s_addr == htonl(INADDR_ANY);
}

bool
socket_same_address(const struct config_address *a, const struct config_address *b)
{
	if (a->socket.any.sa_family != b->socket.any.sa_family)
		return false;
	if (a->socket.any.sa_family == AF_INET6)
		return a->socket.v6.sin6_port == b->socket.v6.sin6_port &&
		       a->socket.v6.sin6_scope_id == b->socket.v6.sin6_scope_id &&
		       IN6_ARE_ADDR_EQUAL(&a->socket.v6.sin6_addr, &b->socket.v6.sin6_addr);
	return a->socket.v4.sin_port == b->socket.v4.sin_port &&
	       a->socket.v4.sin_addr.s_addr == b->socket.v4.sin_addr.s_addr;
}

bool
socket_overlaps(const struct config_address *a, const struct config_address *b)
{
	/* The port stands at the same place in both forms. */
	if (a->socket.any.sa_family != b->socket.any.sa_family ||
	    a->socket.v4.sin_port != b->socket.v4.sin_port)
		return false;
	return socket_is_wildcard(a) || socket_is_wildcard(b) || socket_same_address(a, b);
}

bool
socket_probe(const struct socket_request *request, struct report *report)
{
	int fd = create(request);
	const char *step = "socket";

	if (fd >= 0 && !(step = set_options(fd, request, true))) {
		step = "bind";
		if (bind(fd, &request->address->socket.any, request->address->size) == 0)
			step = NULL;
	}
	if (step)
		refuse(request, step, report);
	if (fd >= 0)
		close(fd);
	return !step;
}

int
socket_open(const struct socket_request *request, struct report *report)
{
	int fd = create(request);
	const char *step = "socket";

	if (fd >= 0 && !(step = set_options(fd, request, false))) {
		step = "bind";
		if (bind(fd, &request->address->socket.any, request->address->size) == 0)
			step = NULL;
	}
	if (!step && request->kind == SOCKET_TCP) {
		socket_set_mss(fd, request->tcp_mss);
		if (listen(fd, TCP_BACKLOG) != 0)
			step = "listen";
	}
	if (!step)
		return fd;
	refuse(request, step, report);
	if (fd >= 0)
		close(fd);
	return -1;
}

void
socket_set_mss(int fd, unsigned tcp_mss)
{
	/* 0 gives the choice back to the kernel. A failure is no reason not to serve: a small
	 * segment only makes it unlikely that a router has to tell us, or another PoP, of its MTU.
	 */
	int value = (int)size_min(tcp_mss, TCP_MSS_MAX);

	(void)setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &value, sizeof(value));
}
