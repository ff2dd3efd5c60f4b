/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * router_fixture.h - a router on loopback that says what the test tells it to, and waits for what
 * it is to hear.
 */
#ifndef TESTS_ROUTER_FIXTURE_H
#define TESTS_ROUTER_FIXTURE_H

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "announce/bgp_notification.h"
#include "announce/bgp_open.h"
#include "announce/bgp_update.h"
#include "anyns/config.h"

#include "bgp_fixture.h"

#define UNUSED __attribute__((unused))

enum { ROUTER_AS = 64496, OUR_AS = 64512, ROUTER_ID = 0x0a000001, ROUTER_LIMIT_MS = 10000 };

struct router {
	struct config_peer peer; /* as it would be configured */
	int listener;
	int fd; /* -1: no connection */
	size_t size;
	uint8_t in[2 * BGP_MESSAGE_MAX];
	uint8_t last[BGP_MESSAGE_MAX]; /* what router_hear() heard */
	struct bgp_message message;
	void (*turn)(void *data); /* lets the other side work */
	void *data;
};

static UNUSED void
router_sleep(void *data)
{
	(void)data;
	nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

static UNUSED int64_t
router_now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The condition may do something when it is true: it is not asked again then. */
#define router_wait(router, condition)                              \
	do {                                                        \
		int64_t limit_ = router_now_ms() + ROUTER_LIMIT_MS; \
		while (!(condition)) {                              \
			assert_true(router_now_ms() < limit_);      \
			(router)->turn((router)->data);             \
		}                                                   \
	} while (0)

/* Listens on a port of its own. */
static UNUSED void
router_open(struct router *r)
{
	*r = (struct router){.fd = -1, .turn = router_sleep};
	struct config_address *address = &r->peer.address;
	address->size = sizeof(address->socket.v4);
	address->socket.v4.sin_family = AF_INET;
	address->socket.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	r->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(r->listener, &address->socket.any, address->size), 0);
	assert_int_equal(listen(r->listener, 4), 0);
	assert_int_equal(getsockname(r->listener, &address->socket.any, &address->size), 0);
	snprintf(address->text, sizeof address->text, "127.0.0.1@%u",
		 ntohs(address->socket.v4.sin_port));
	r->peer.as = ROUTER_AS;
	r->peer.local_as = OUR_AS;
	r->peer.hold = 9;
	r->peer.role = CONFIG_ROLE_NONE;
}

static UNUSED void
router_close(struct router *r)
{
	if (r->fd >= 0)
		close(r->fd);
	if (r->listener >= 0)
		close(r->listener);
	r->fd = r->listener = -1;
	r->size = 0;
}

static inline bool
router_accepts(struct router *r)
{
	if (r->fd < 0)
		r->fd = accept4(r->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	return r->fd >= 0;
}

static UNUSED void
router_say(struct router *r, const uint8_t *bytes, size_t size)
{
	assert_int_equal(send(r->fd, bytes, size, MSG_NOSIGNAL), size);
}

static UNUSED void
router_say_open(struct router *r, uint32_t as, uint16_t hold)
{
	uint8_t out[BGP_MESSAGE_MAX];
	struct bgp_open open = {.as = as,
				.id = ROUTER_ID,
				.hold = hold,
				.role = BGP_ROLE_NONE,
				.families = BGP_FAMILIES,
				.four_octet_as = true,
				.route_refresh = true};
	router_say(r, out, bgp_open_encode(&open, out));
}

static UNUSED void
router_say_keepalive(struct router *r)
{
	uint8_t out[BGP_MESSAGE_MAX];
	router_say(r, out, bgp_message_keepalive(out));
}

/* Whether a whole message has come; it is then taken out. */
static inline bool
router_take(struct router *r)
{
	struct bgp_error error;
	ssize_t got = recv(r->fd, r->in + r->size, sizeof r->in - r->size, MSG_DONTWAIT);
	if (got > 0)
		r->size += (size_t)got;
	enum bgp_frame frame = bgp_message_frame(r->in, r->size, &r->message, &error);
	assert_int_not_equal(frame, BGP_FRAME_BAD);
	if (frame != BGP_FRAME_READY)
		return false;
	memcpy(r->last, r->in, r->message.size);
	r->message.body = r->last + BGP_HEADER_SIZE;
	r->size -= r->message.size;
	memmove(r->in, r->in + r->message.size, r->size);
	return true;
}

/* The next message but KEEPALIVEs, which must be of this type. */
static UNUSED void
router_hear(struct router *r, enum bgp_message_type type)
{
	do
		router_wait(r, router_take(r));
	while (r->message.type == BGP_KEEPALIVE && type != BGP_KEEPALIVE);
	assert_int_equal(r->message.type, type);
}

/* The next UPDATE, whose body reads so. */
static UNUSED void
router_hear_update(struct router *r, const char *hex)
{
	router_hear(r, BGP_UPDATE);
	assert_hex(r->message.body, r->message.body_size, hex);
}

/* The peer ends the session with these words. */
static UNUSED void
router_hear_cease(struct router *r, unsigned subcode, const char *text)
{
	char words[BGP_SHUTDOWN_TEXT_MAX + 1];
	router_hear(r, BGP_NOTIFICATION);
	struct bgp_error error = bgp_notification_decode(&r->message);
	assert_int_equal(error.code, BGP_CEASE);
	assert_int_equal(error.subcode, subcode);
	assert_string_equal(bgp_notification_text(&error, words), text);
}

static inline bool
router_sees_end(struct router *r)
{
	uint8_t byte;
	ssize_t got = recv(r->fd, &byte, 1, MSG_DONTWAIT);
	return got == 0 || (got < 0 && errno == ECONNRESET);
}

#define END_OF_RIB "0000 0000"
/* 192.0.2.0/24 from loopback: ORIGIN IGP, AS_PATH 64512 once and four times, NEXT_HOP. */
#define ANNOUNCE_UP "0000 0014 40010100 4002 06 02 01 0000fc00 4003 04 7f000001 18c00002"
#define ANNOUNCE_DEGRADED                                                      \
	"0000 0020 40010100 4002 12 02 04 0000fc00 0000fc00 0000fc00 0000fc00" \
	" 4003 04 7f000001 18c00002"
#define ANNOUNCE_DRAINING                                            \
	"0000 001b 40010100 4002 06 02 01 0000fc00 4003 04 7f000001" \
	" c008 04 ffff0000 18c00002"
#define WITHDRAW "0004 18c00002 0000"

/* To Established, with the End-of-RIB of a table without routes. */
static UNUSED void
router_establish(struct router *r)
{
	router_wait(r, router_accepts(r));
	router_hear(r, BGP_OPEN);
	router_say_open(r, ROUTER_AS, 90);
	router_hear(r, BGP_KEEPALIVE);
	router_say_keepalive(r);
	router_hear_update(r, END_OF_RIB);
}

#endif
