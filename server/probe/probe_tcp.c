/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/probe_tcp.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "anyns/wire.h"

static void
finish(struct probe_tcp *tcp, enum probe_outcome outcome, const uint8_t *message, size_t size)
{
	ev_io_stop(tcp->loop, &tcp->io);
	tcp->done(tcp->context, tcp, outcome, message, size);
}

/* Half a message and then the end: the half stays readable, so a read does not tell. */
static bool
is_over(int fd)
{
	struct tcp_info info = {0};
	socklen_t size = sizeof(info);

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
	       info.tcpi_state != TCP_ESTABLISHED;
}

/* The answer stays in the kernel until it is whole, so that no connection needs its own buffer. */
static void
hear(struct probe_tcp *tcp)
{
	uint8_t bytes[2 + DNS_MESSAGE_MAX];
	bool over = is_over(
		tcp->fd); /* asked first: what came before the end is seen by the read */
	ssize_t size = recv(tcp->fd, bytes, sizeof(bytes), MSG_DONTWAIT | MSG_PEEK);

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size <= 0) {
		finish(tcp, PROBE_CLOSED, NULL, 0);
		return;
	}
	size_t wanted = size >= 2 ? wire_peek_u16(bytes) : 0;
	if (size >= 2 && (size_t)size >= 2 + wanted) {
		finish(tcp, PROBE_ANSWER, bytes + 2, wanted);
		return;
	}
	if (over) {
		finish(tcp, PROBE_CLOSED, NULL, 0);
		return;
	}
	/* What was peeked at stays readable; wake up only when there is more, or the end. */
	int low = size >= 2 ? (int)(2 + wanted) : 2;
	(void)setsockopt(tcp->fd, SOL_SOCKET, SO_RCVLOWAT, &low, sizeof(low));
}

static enum probe_outcome
outcome_of(int error)
{
	return error == ECONNRESET || error == EPIPE ? PROBE_CLOSED : PROBE_UNREACHABLE;
}

static void
send_query(struct probe_tcp *tcp)
{
	int error = 0;
	socklen_t error_size = sizeof(error);

	(void)getsockopt(tcp->fd, SOL_SOCKET, SO_ERROR, &error, &error_size);
	if (error) {
		finish(tcp, outcome_of(error), NULL, 0);
		return;
	}
	/* A new connection takes a few hundred bytes whole or is broken. */
	if (send(tcp->fd, tcp->frame, tcp->frame_size, MSG_DONTWAIT | MSG_NOSIGNAL) !=
	    (ssize_t)tcp->frame_size) {
		finish(tcp, outcome_of(errno), NULL, 0);
		return;
	}
	tcp->sent = true;
	ev_io_stop(tcp->loop, &tcp->io);
	ev_io_set(&tcp->io, tcp->fd, EV_READ);
	ev_io_start(tcp->loop, &tcp->io);
}

static void
on_event(struct ev_loop *loop, ev_io *io, int events)
{
	struct probe_tcp *tcp = io->data;
	(void)loop, (void)events;

	if (tcp->sent)
		hear(tcp);
	else
		send_query(tcp);
}

static bool
bind_socket(int fd, const struct probe_tcp_query *query)
{
	struct probe_address own = {0};
	int on = 1;

	if (query->source && query->source->size) {
		own = *query->source;
	} else {
		own.socket.any.sa_family = query->target->socket.any.sa_family;
		own.size = query->target->size;
	}
	probe_address_set_port(&own, query->port);
	/* The port is chosen with the destination known, so that there are enough of them. */
	if (query->port == 0)
		(void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	else
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return bind(fd, &own.socket.any, own.size) == 0;
}

/* -1 with errno. */
static int
open_socket(const struct probe_tcp_query *query)
{
	const struct probe_address *target = query->target;
	/* Closing resets: thousands of connections in TIME_WAIT would use up the ports. */
	struct linger reset = {.l_onoff = 1};
	int fd = socket(target->socket.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			0);

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	if (bind_socket(fd, query) &&
	    (connect(fd, &target->socket.any, target->size) == 0 || errno == EINPROGRESS))
		return fd;
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

struct probe_tcp *
probe_tcp_ask(struct ev_loop *loop, const struct probe_tcp_query *query, probe_tcp_done *done,
	      void *context)
{
	struct probe_tcp *tcp = calloc(1, sizeof(*tcp));
	struct probe_address own = {.size = sizeof(own.socket)};

	if (!tcp)
		return NULL;
	tcp->loop = loop;
	tcp->done = done;
	tcp->context = context;
	tcp->fd = open_socket(query);
	if (tcp->fd < 0) {
		int error = errno;
		free(tcp);
		errno = error;
		return NULL;
	}
	if (getsockname(tcp->fd, &own.socket.any, &own.size) == 0)
		tcp->port = probe_address_port(&own);
	wire_poke_u16(tcp->frame, (uint16_t)query->size);
	memcpy(tcp->frame + 2, query->message, query->size);
	tcp->frame_size = 2 + query->size;
	ev_io_init(&tcp->io, on_event, tcp->fd, EV_WRITE);
	tcp->io.data = tcp;
	ev_io_start(loop, &tcp->io);
	return tcp;
}

void
probe_tcp_close(struct probe_tcp *tcp)
{
	if (!tcp)
		return;
	ev_io_stop(tcp->loop, &tcp->io);
	close(tcp->fd);
	free(tcp);
}
