/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net_fixture.h - what the tests of the net room share: an answer room that tells what it was
 * given, and small blocking clients with a time limit.
 *
 * The answer room is not linked into these tests: they are about moving bytes, not about DNS.
 */
#ifndef ANYNS_TESTS_NET_FIXTURE_H
#define ANYNS_TESTS_NET_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "anyns/answer.h"
#include "anyns/config.h"
#include "anyns/publish.h"
#include "anyns/wire.h"

#define UNUSED __attribute__((unused))

/*
 * A fake query: ID (2), flags (1; 0x80: a response, gets no answer), what to do (1), argument (2),
 * zeros to at least 12 bytes. The answer: the same with flags 0x80; at 6 the view's generation, at
 * 7 the transport, at 8 the address size, at 10 the keepalive.
 */
enum fake_order {
	FAKE_ECHO,
	FAKE_SIZE, /* an answer of as many bytes as the argument says */
	FAKE_WAIT, /* answered when fake_gate is open */
};

enum { FAKE_HEADER = 12, LIMIT_MS = 10000 };

struct answer_worker {
	int unused;
};

static atomic_bool fake_gate;   /* open: FAKE_WAIT goes on */
static atomic_int fake_waiting; /* queries that wait at the gate */
static const uint8_t fake_generations[2] = {1, 2};

struct answer_worker *
answer_worker_new(void)
{
	return calloc(1, sizeof(struct answer_worker));
}

void
answer_worker_free(struct answer_worker *worker)
{
	free(worker);
}

static void UNUSED
pause_briefly(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
}

size_t
answer_message(struct answer_worker *worker, const struct answer_view *view,
	       const struct answer_client *client, const uint8_t *query, size_t size, uint8_t *out,
	       size_t room)
{
	(void)worker;
	if (size < FAKE_HEADER || query[2] & 0x80 || room < size)
		return 0;
	size_t answer = size;
	memcpy(out, query, size);
	if (query[3] == FAKE_SIZE) {
		answer = size_min(wire_peek_u16(query + 4), room);
		memset(out + FAKE_HEADER, query[1], answer - FAKE_HEADER);
	} else if (query[3] == FAKE_WAIT) {
		atomic_fetch_add(&fake_waiting, 1);
		while (!atomic_load(&fake_gate))
			pause_briefly();
	}
	out[2] = 0x80;
	out[6] = *(const uint8_t *)(const void *)view->zones;
	out[7] = (uint8_t)client->transport;
	out[8] = (uint8_t)client->address_size;
	wire_poke_u16(out + 10, client->keepalive);
	return answer;
}

static struct {
	const uint8_t *query;
	size_t size;
} fake_prepared[ANSWER_BATCH];

void
answer_prepare(struct answer_worker *worker, const struct answer_view *view, size_t slot,
	       const uint8_t *query, size_t size)
{
	(void)worker;
	(void)view;
	fake_prepared[slot].query = query;
	fake_prepared[slot].size = size;
}

void
answer_fetch(struct answer_worker *worker, size_t slot)
{
	(void)worker;
	(void)slot;
}

size_t
answer_finish(struct answer_worker *worker, const struct answer_view *view,
	      const struct answer_client *client, size_t slot, uint8_t *out, size_t room)
{
	return answer_message(worker, view, client, fake_prepared[slot].query,
			      fake_prepared[slot].size, out, room);
}

/* A view whose answers carry fake_generations[which]. */
static struct answer_view UNUSED
fake_view(unsigned which)
{
	return (struct answer_view){
		.zones = (const struct directory *)(const void *)&fake_generations[which]};
}

static uint64_t UNUSED
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Waits for an event, LIMIT_MS at most. */
#define assert_eventually(condition)                      \
	do {                                              \
		uint64_t limit_ = now_ms() + LIMIT_MS;    \
		while (!(condition) && now_ms() < limit_) \
			pause_briefly();                  \
		assert_true(condition);                   \
	} while (0)

/* `text` is an address; the port in host order. */
static struct config_address UNUSED
address_of(const char *text, unsigned port)
{
	struct config_address a = {.line = 7, .column = 9};

	if (strchr(text, ':')) {
		a.socket.v6.sin6_family = AF_INET6;
		a.socket.v6.sin6_port = htons((uint16_t)port);
		a.size = sizeof(a.socket.v6);
		assert_int_equal(inet_pton(AF_INET6, text, &a.socket.v6.sin6_addr), 1);
	} else {
		a.socket.v4.sin_family = AF_INET;
		a.socket.v4.sin_port = htons((uint16_t)port);
		a.size = sizeof(a.socket.v4);
		assert_int_equal(inet_pton(AF_INET, text, &a.socket.v4.sin_addr), 1);
	}
	snprintf(a.text, sizeof(a.text), "%s@%u", text, port);
	return a;
}

/* An address of 127.0.0.0/8 that is this process's own, so tests can run side by side on fixed
 * ports. */
static UNUSED const char *
own_address(unsigned which)
{
	static char text[4][INET_ADDRSTRLEN];
	unsigned pid = (unsigned)getpid();

	snprintf(text[which], sizeof(text[which]), "127.%u.%u.%u",
		 64 + 32 * (which & 1) + (pid >> 16) % 32, (pid >> 8) % 256, pid % 256);
	return text[which];
}

/* A port that is free now on all addresses, for UDP and TCP. */
static unsigned UNUSED
free_port(int family)
{
	for (;;) {
		struct config_address a = address_of(family == AF_INET6 ? "::" : "0.0.0.0", 0);
		int udp = socket(family, SOCK_DGRAM, 0), tcp = socket(family, SOCK_STREAM, 0);
		assert_int_equal(bind(udp, &a.socket.any, a.size), 0);
		assert_int_equal(getsockname(udp, &a.socket.any, &a.size), 0);
		bool both = bind(tcp, &a.socket.any, a.size) == 0;
		close(udp);
		close(tcp);
		if (both)
			return ntohs(a.socket.v4.sin_port);
	}
}

/* A client socket that gives up after LIMIT_MS. */
static int UNUSED
client_socket(int type, const struct config_address *to)
{
	struct timeval limit = {.tv_sec = LIMIT_MS / 1000};
	int fd = socket(to->socket.any.sa_family, type, 0);

	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	return fd;
}

/* Connected: over UDP it then hears answers from no other address. */
static int UNUSED
client_connect(int type, const struct config_address *to)
{
	int fd = client_socket(type, to);

	assert_int_equal(connect(fd, &to->socket.any, to->size), 0);
	return fd;
}

/* Fills a fake query of `size` bytes. */
static void UNUSED
query_make(uint8_t *query, size_t size, unsigned id, enum fake_order order, unsigned argument)
{
	memset(query, 0, size);
	wire_poke_u16(query, (uint16_t)id);
	query[3] = (uint8_t)order;
	wire_poke_u16(query + 4, (uint16_t)argument);
}

static void UNUSED
udp_ask(int fd, unsigned id, enum fake_order order, unsigned argument)
{
	uint8_t query[FAKE_HEADER];

	query_make(query, sizeof(query), id, order, argument);
	assert_int_equal(send(fd, query, sizeof(query), 0), sizeof(query));
}

/* The next answer's ID, or -1 when none came in time. */
static int UNUSED
udp_hear(int fd)
{
	uint8_t answer[8192] = {0};
	ssize_t size = recv(fd, answer, sizeof(answer), 0);

	return size < FAKE_HEADER ? -1 : wire_peek_u16(answer);
}

static void UNUSED
stream_write(int fd, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	while (size > 0) {
		ssize_t done = send(fd, at, size, MSG_NOSIGNAL);
		assert_true(done > 0);
		at += done;
		size -= (size_t)done;
	}
}

/* Reads exactly `size` bytes; false at the end of the stream or after the time limit. */
static bool UNUSED
stream_read(int fd, void *bytes, size_t size)
{
	uint8_t *at = bytes;

	while (size > 0) {
		ssize_t done = recv(fd, at, size, 0);
		if (done <= 0)
			return false;
		at += done;
		size -= (size_t)done;
	}
	return true;
}

/* Whether the peer has closed, by FIN or RST. */
static bool UNUSED
stream_ended(int fd)
{
	uint8_t byte;
	ssize_t got = recv(fd, &byte, 1, 0);

	return got == 0 || (got < 0 && errno == ECONNRESET);
}

/* A framed query into `out`; returns the frame's size. */
static size_t UNUSED
frame_make(uint8_t *out, size_t size, unsigned id, enum fake_order order, unsigned argument)
{
	wire_poke_u16(out, (uint16_t)size);
	query_make(out + 2, size, id, order, argument);
	return 2 + size;
}

static void UNUSED
tcp_ask(int fd, unsigned id, enum fake_order order, unsigned argument)
{
	uint8_t frame[2 + FAKE_HEADER];

	stream_write(fd, frame, frame_make(frame, FAKE_HEADER, id, order, argument));
}

/* The next answer's ID and size, or -1 at the stream's end. */
static int UNUSED
tcp_hear(int fd, size_t *size)
{
	uint8_t answer[DNS_MESSAGE_MAX] = {0};
	uint8_t length[2] = {0};

	if (!stream_read(fd, length, 2) || !stream_read(fd, answer, wire_peek_u16(length)))
		return -1;
	if (size)
		*size = wire_peek_u16(length);
	return wire_peek_u16(answer);
}

#endif
