/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * health_stage.h - transports that serve zones from text on this process's own loopback address,
 * for tests that look at them from outside.
 *
 * `answered` is what the workers answer from, `expected` what own queries are compared with. They
 * are the same until a test publishes something else in one of them.
 */
#ifndef HEALTH_STAGE_H
#define HEALTH_STAGE_H

#include "health_fixture.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "anyns/config.h"
#include "anyns/lease.h"
#include "anyns/publish.h"
#include "net/net.h"
#include "served.h"

enum { STAGE_LIMIT_MS = 20000 };

static const struct served_zone stage_zones[] = {
	{"example.", "@ 60 SOA ns h 7 1 1 1 1\n@ 60 NS ns\nns 60 A 192.0.2.1\n", PLAN_UNSIGNED},
	{"other.", "@ 60 SOA ns h 3 1 1 1 1\n@ 60 NS ns\nns 60 A 192.0.2.1\n", PLAN_UNSIGNED},
};

/* The first zone with another serial. */
static const struct served_zone stage_wrong_zones[] = {
	{"example.", "@ 60 SOA ns h 8 1 1 1 1\n@ 60 NS ns\nns 60 A 192.0.2.1\n", PLAN_UNSIGNED},
	{"other.", "@ 60 SOA ns h 3 1 1 1 1\n@ 60 NS ns\nns 60 A 192.0.2.1\n", PLAN_UNSIGNED},
};

struct stage {
	struct config config;
	struct config_address listen[2];
	struct config_prefix prefixes[2];
	struct served *served;
	struct publish *answered;
	struct publish *expected;
	struct lease *lease;
	struct net *net;
	struct report report;
};

static inline struct monotime
stage_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (struct monotime){now.tv_sec * MONOTIME_S + now.tv_nsec};
}

/* Waits for an event, STAGE_LIMIT_MS at most. */
#define stage_eventually(condition)                                                      \
	do {                                                                             \
		struct monotime limit_ = monotime_add(stage_now(), STAGE_LIMIT_MS * MS); \
		while (!(condition) && !monotime_reached(stage_now(), limit_))           \
			nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);         \
		assert_true(condition);                                                  \
	} while (0)

/* 127.x.y.z of this process, so that tests can run side by side on a fixed port. */
static inline struct config_address
stage_address(unsigned which, unsigned port)
{
	struct config_address address = {.size = sizeof(struct sockaddr_in)};
	uint32_t pid = (uint32_t)getpid() & 0x3fffff;

	address.socket.v4.sin_family = AF_INET;
	address.socket.v4.sin_port = htons((uint16_t)port);
	address.socket.v4.sin_addr.s_addr = htonl(0x7f400000u + (which << 22) + pid);
	inet_ntop(AF_INET, &address.socket.v4.sin_addr, address.text, 32);
	snprintf(address.text + strlen(address.text), 16, "@%u", port);
	return address;
}

/* A prefix of `length` bits around the address. */
static inline struct config_prefix
stage_prefix(const struct config_address *address, unsigned length)
{
	struct config_prefix prefix = {.family = AF_INET, .length = (uint8_t)length};
	uint32_t bits = ntohl(address->socket.v4.sin_addr.s_addr) & ~0u << (32 - length);

	bits = htonl(bits);
	memcpy(prefix.bytes, &bits, 4);
	inet_ntop(AF_INET, prefix.bytes, prefix.text, 32);
	snprintf(prefix.text + strlen(prefix.text), 8, "/%u", length);
	return prefix;
}

static inline void
stage_open(struct stage *stage)
{
	static char path[] = "test.yaml", instance[] = "fra1-a";

	*stage = (struct stage){
		.config = {.path = path,
			   .instance = instance,
			   .listen = stage->listen,
			   .listen_count = 1,
			   .workers = 2,
			   .tcp_mss = 1220,
			   .tcp_clients = 100,
			   .tcp_clients_per_address = 100,
			   .tcp_idle_ms = 10000,
			   .tcp_total_ms = 60000,
			   .announce = {.prefixes = stage->prefixes, .prefix_count = 1},
			   .health = {.interval_ms = 20,
				      .drain_s = 0,
				      .linger_s = 0,
				      .hold_min_s = 10,
				      .hold_max_s = 600}},
	};
	stage->listen[0] = stage_address(0, 15310);
	stage->listen[1] = stage_address(1, 15310);
	stage->prefixes[0] = stage_prefix(&stage->listen[0], 32);
	stage->prefixes[1] = stage_prefix(&stage->listen[1], 32);
	stage->prefixes[1].slot = 1;
	stage->served = served_new(stage_zones, 2);
	stage->answered = publish_new();
	stage->expected = publish_new();
	stage->lease = lease_new();
	assert_null(publish_swap(stage->answered, &stage->served->view));
	assert_null(publish_swap(stage->expected, &stage->served->view));
	assert_non_null(stage->lease);
}

static inline void
stage_serve(struct stage *stage)
{
	stage->net = net_open(&stage->config, NULL, &stage->report);
	assert_non_null(stage->net);
	assert_true(net_start(stage->net, stage->answered, stage->lease, &stage->report));
}

static inline void
stage_close(struct stage *stage)
{
	net_close(stage->net);
	publish_free(stage->answered);
	publish_free(stage->expected);
	served_free(stage->served);
	lease_free(stage->lease);
	report_clear(&stage->report);
}

#endif
