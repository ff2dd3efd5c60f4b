/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/probe.h"

#include <errno.h>
#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "anyns/dns.h"
#include "anyns/wire.h"
#include "health/canary.h"

enum {
	/*
	 * A TCP connection that had read the old view may still answer from it a moment after the
	 * swap. An answer that differs counts only when asked for later than that.
	 */
	VIEW_SETTLES_MS = 100,
	ANSWER_ROOM = DNS_MESSAGE_MAX + 2,
	UDP_ROOM = 4096, /* the largest `udp-size:` */
};

struct probe {
	ev_io io;
	struct probes *probes;
	bool used;
	bool sent; /* TCP: the query is out */
	enum answer_transport transport;
	struct config_address from;
	struct monotime asked_at;
	size_t query_size;
	uint8_t query[CANARY_QUERY_MAX];
	probe_done *done;
	void *context;
	uint64_t tag;
};

struct probes {
	struct ev_loop *loop;
	const struct publish *publish;
	struct answer_worker *worker;
	uint16_t next_id;
	/* Compared, never followed. */
	const struct answer_view *view;
	struct monotime view_since;
	struct monotime now; /* of the last turn or question */
	struct probe slots[PROBES_MAX];
	uint8_t got[ANSWER_ROOM];
	uint8_t expected[ANSWER_ROOM];
};

static void
see_view(struct probes *p)
{
	const struct answer_view *view = publish_read(p->publish);

	if (view == p->view)
		return;
	p->view = view;
	p->view_since = p->now;
}

static void
release(struct probe *probe)
{
	ev_io_stop(probe->probes->loop, &probe->io);
	close(probe->io.fd);
	probe->used = false;
}

static void
finish(struct probe *probe, enum probe_result result, const struct reason *words)
{
	release(probe);
	if (probe->done)
		probe->done(probe->context, probe->tag, result, words);
}

/* What the answer has to be, into p->expected. */
static size_t
expect(struct probes *p, const struct probe *probe)
{
	bool v6 = probe->from.socket.any.sa_family == AF_INET6;
	struct answer_client client = {
		.transport = probe->transport,
		.address = v6 ? probe->from.socket.v6.sin6_addr.s6_addr
			      : (const uint8_t *)&probe->from.socket.v4.sin_addr,
		.address_size = v6 ? 16 : 4,
	};

	return answer_message(p->worker, publish_read(p->publish), &client, probe->query,
			      probe->query_size, p->expected,
			      probe->transport == ANSWER_UDP ? UDP_ROOM : DNS_MESSAGE_MAX);
}

static void
judge(struct probe *probe, const uint8_t *answer, size_t size)
{
	struct probes *p = probe->probes;
	struct reason words = {0};

	see_view(p);
	size_t expected = expect(p, probe);
	if (canary_compare(p->expected, expected, answer, size, &words))
		finish(probe, PROBE_RIGHT, NULL);
	else if (probe->asked_at.ns <= p->view_since.ns + VIEW_SETTLES_MS * MONOTIME_MS)
		finish(probe, PROBE_VOID, NULL);
	else
		finish(probe, PROBE_WRONG, &words);
}

static void
hear_datagram(struct probe *probe)
{
	struct probes *p = probe->probes;
	ssize_t size = recv(probe->io.fd, p->got, sizeof(p->got), MSG_DONTWAIT);

	/* Another ID: a late answer to the socket that had this port before. */
	if (size >= 2 && memcmp(p->got, probe->query, 2) != 0)
		return;
	if (size >= 0)
		judge(probe, p->got, (size_t)size);
	else if (errno != EAGAIN && errno != EINTR)
		finish(probe, PROBE_LOST, NULL); /* refused: nobody listens */
}

/* The answer stays in the kernel until it is whole; so no probe needs a buffer of its own. */
static void
hear_stream(struct probe *probe)
{
	struct probes *p = probe->probes;
	ssize_t size = recv(probe->io.fd, p->got, sizeof(p->got), MSG_DONTWAIT | MSG_PEEK);

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size <= 0)
		finish(probe, PROBE_LOST, NULL);
	else if (size >= 2 && size - 2 >= wire_peek_u16(p->got))
		judge(probe, p->got + 2, wire_peek_u16(p->got));
}

static void
send_stream(struct probe *probe)
{
	uint8_t frame[2 + CANARY_QUERY_MAX];
	int error = 0;
	socklen_t error_size = sizeof(error);
	size_t size = 2 + probe->query_size;

	wire_poke_u16(frame, (uint16_t)probe->query_size);
	memcpy(frame + 2, probe->query, probe->query_size);
	(void)getsockopt(probe->io.fd, SOL_SOCKET, SO_ERROR, &error, &error_size);
	/* A new connection takes a frame of 300 bytes whole or is broken. */
	if (error != 0 ||
	    send(probe->io.fd, frame, size, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)size) {
		finish(probe, PROBE_LOST, NULL);
		return;
	}
	probe->sent = true;
	ev_io_stop(probe->probes->loop, &probe->io);
	ev_io_set(&probe->io, probe->io.fd, EV_READ);
	ev_io_start(probe->probes->loop, &probe->io);
}

static void
on_event(struct ev_loop *loop, ev_io *io, int events)
{
	struct probe *probe = io->data;
	(void)loop, (void)events;

	if (probe->transport == ANSWER_UDP)
		hear_datagram(probe);
	else if (probe->sent)
		hear_stream(probe);
	else
		send_stream(probe);
}

/* The address to ask and to ask from: the same one. */
static struct config_address
self_of(const struct config_address *address)
{
	struct config_address self = *address;

	if (self.socket.any.sa_family == AF_INET6) {
		if (IN6_IS_ADDR_UNSPECIFIED(&self.socket.v6.sin6_addr))
			self.socket.v6.sin6_addr = in6addr_loopback;
	} else if (self.socket.v4.sin_addr.s_addr == htonl(INADDR_ANY)) {
		self.socket.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	}
	return self;
}

/*
 * A socket bound to the address before it is connected to it: where the address is not ours, that
 * fails instead of sending the query out to another site. Returns -1 when it cannot be had.
 */
static int
open_socket(const struct config_address *self, enum answer_transport transport)
{
	struct config_address from = *self;
	/* Closing resets: thousands of connections in TIME_WAIT would use up the ports. */
	struct linger reset = {.l_onoff = 1};
	int type = transport == ANSWER_UDP ? SOCK_DGRAM : SOCK_STREAM;
	int fd = socket(self->socket.any.sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	from.socket.v4.sin_port = 0; /* at the same place in both forms */
	if (transport == ANSWER_TCP)
		(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	if (bind(fd, &from.socket.any, from.size) == 0 &&
	    (connect(fd, &self->socket.any, self->size) == 0 || errno == EINPROGRESS ||
	     errno == ECONNREFUSED))
		return fd;
	close(fd);
	return -1;
}

static struct probe *
free_slot(struct probes *p)
{
	for (size_t i = 0; i < PROBES_MAX; i++)
		if (!p->slots[i].used)
			return &p->slots[i];
	return NULL;
}

bool
probes_ask(struct probes *p, const struct probe_question *question, probe_done *done, void *context,
	   struct monotime now)
{
	struct probe *probe = free_slot(p);
	bool udp = question->transport == ANSWER_UDP;

	if (!probe)
		return false;
	struct config_address self = self_of(&question->address);
	int fd = open_socket(&self, question->transport);
	if (fd < 0)
		return false;
	p->now = now;
	see_view(p);
	*probe = (struct probe){
		.probes = p,
		.used = true,
		.transport = question->transport,
		.from = self,
		.asked_at = now,
		.done = done,
		.context = context,
		.tag = question->tag,
	};
	probe->query_size = canary_query(probe->query, p->next_id++, question->apex);
	ev_io_init(&probe->io, on_event, fd, udp ? EV_READ : EV_WRITE);
	probe->io.data = probe;
	ev_io_start(p->loop, &probe->io);
	/* A datagram that cannot be sent is lost like others: it is missed in time. */
	if (udp)
		(void)send(fd, probe->query, probe->query_size, MSG_DONTWAIT | MSG_NOSIGNAL);
	return true;
}

void
probes_turn(struct probes *p, struct monotime now)
{
	p->now = now;
	see_view(p);
	for (size_t i = 0; i < PROBES_MAX; i++) {
		struct probe *probe = &p->slots[i];
		if (probe->used &&
		    monotime_since(now, probe->asked_at) >= PROBE_PATIENCE_MS * MONOTIME_MS)
			finish(probe, PROBE_LOST, NULL);
	}
}

void
probes_forget(struct probes *p, const void *context)
{
	for (size_t i = 0; i < PROBES_MAX; i++)
		if (p->slots[i].used && p->slots[i].context == context)
			release(&p->slots[i]);
}

struct probes *
probes_new(struct ev_loop *loop, const struct publish *publish)
{
	struct probes *p = calloc(1, sizeof(*p));
	struct timespec now;

	if (!p)
		return NULL;
	p->loop = loop;
	p->publish = publish;
	/* Not a secret, our sockets are connected; only not the same after each start. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	p->next_id = (uint16_t)now.tv_nsec;
	p->worker = answer_worker_new();
	if (!p->worker) {
		free(p);
		return NULL;
	}
	return p;
}

void
probes_free(struct probes *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < PROBES_MAX; i++)
		if (p->slots[i].used)
			release(&p->slots[i]);
	answer_worker_free(p->worker);
	free(p);
}
