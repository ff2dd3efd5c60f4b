/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/probe_udp.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "anyns/dns.h"

enum {
	/* Datagrams in one turn: with a single port all answers come here, and sending must go on.
	 */
	TURN = 64,
	/* At 10,000 queries a second this holds the answers of a tenth of a second and more. */
	RECEIVE_BUFFER = 4 << 20,
};

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(struct sock_extended_err) + sizeof(struct sockaddr_in6))];
};

/* errno of an ICMP message, 0 when the report is of something else. */
static int
error_of(struct msghdr *message)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		struct sock_extended_err report;
		bool ours = (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
			    (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR);
		if (!ours || c->cmsg_len < CMSG_LEN(sizeof(report)))
			continue;
		memcpy(&report, CMSG_DATA(c), sizeof(report));
		if (report.ee_origin == SO_EE_ORIGIN_ICMP || report.ee_origin == SO_EE_ORIGIN_ICMP6)
			return (int)report.ee_errno;
	}
	return 0;
}

/* One datagram or report; false when there is none. */
static bool
hear_one(struct probe_udp *udp, int flags)
{
	uint8_t bytes[DNS_MESSAGE_MAX];
	struct sockaddr_storage from = {0};
	union control control;
	struct iovec vector = {.iov_base = bytes, .iov_len = sizeof(bytes)};
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t size = recvmsg(udp->fd, &message, flags | MSG_DONTWAIT);

	/* An error pending on the socket is that of a report in its queue, and cleared by this. */
	if (size < 0)
		return errno != EAGAIN && errno != EBADF;
	int error = flags & MSG_ERRQUEUE ? error_of(&message) : 0;
	if (!(flags & MSG_ERRQUEUE) || error)
		udp->heard(udp->context, udp, bytes, (size_t)size, (struct sockaddr *)&from, error);
	return true;
}

static void
on_event(struct ev_loop *loop, ev_io *io, int events)
{
	struct probe_udp *udp = io->data;
	bool gone = false;
	(void)loop, (void)events;

	udp->gone = &gone;
	for (unsigned i = 0; i < TURN && !gone && hear_one(udp, 0); i++)
		continue;
	for (unsigned i = 0; i < TURN && !gone && hear_one(udp, MSG_ERRQUEUE); i++)
		continue;
	if (!gone)
		udp->gone = NULL;
}

/* Reports of ICMP errors, which a socket that is not connected would not get otherwise. */
static bool
set_options(int fd, int family)
{
	int on = 1;
	int buffer = RECEIVE_BUFFER;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	if (family == AF_INET)
		return setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on)) == 0;
	return setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0 &&
	       setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof(on)) == 0;
}

static bool
bind_socket(int fd, int family, const struct probe_address *source, uint16_t port, uint16_t *bound)
{
	struct probe_address own = {0};

	if (source && source->size) {
		own = *source;
	} else {
		own.socket.any.sa_family = (sa_family_t)family;
		own.size = family == AF_INET6 ? sizeof(own.socket.v6) : sizeof(own.socket.v4);
	}
	probe_address_set_port(&own, port);
	if (bind(fd, &own.socket.any, own.size) != 0 ||
	    getsockname(fd, &own.socket.any, &own.size) != 0)
		return false;
	*bound = probe_address_port(&own);
	return true;
}

struct probe_udp *
probe_udp_open(struct ev_loop *loop, int family, const struct probe_address *source, uint16_t port,
	       probe_udp_heard *heard, void *context)
{
	struct probe_udp *udp = calloc(1, sizeof(*udp));

	if (!udp)
		return NULL;
	udp->loop = loop;
	udp->heard = heard;
	udp->context = context;
	udp->fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (udp->fd < 0 || !set_options(udp->fd, family) ||
	    !bind_socket(udp->fd, family, source, port, &udp->port)) {
		int error = errno;
		if (udp->fd >= 0)
			close(udp->fd);
		free(udp);
		errno = error;
		return NULL;
	}
	ev_io_init(&udp->io, on_event, udp->fd, EV_READ);
	udp->io.data = udp;
	ev_io_start(loop, &udp->io);
	return udp;
}

void
probe_udp_close(struct probe_udp *udp)
{
	if (!udp)
		return;
	if (udp->gone)
		*udp->gone = true;
	ev_io_stop(udp->loop, &udp->io);
	close(udp->fd);
	free(udp);
}

int
probe_udp_send(struct probe_udp *udp, const uint8_t *bytes, size_t size,
	       const struct probe_address *target)
{
	/* The first try may only tell of an earlier datagram's ICMP error, and clears it. */
	for (unsigned i = 0; i < 2; i++) {
		if (sendto(udp->fd, bytes, size, MSG_DONTWAIT, &target->socket.any, target->size) >=
		    0)
			return 0;
	}
	return errno;
}
