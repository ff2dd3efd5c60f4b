/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * announce_fixture.h - a server's side of the announcer: a configuration with one router and one
 * prefix, a lease, and a log to read afterwards.
 */
#ifndef TESTS_ANNOUNCE_FIXTURE_H
#define TESTS_ANNOUNCE_FIXTURE_H

#include "router_fixture.h"

#include <fcntl.h>
#include <stdlib.h>

#include "anyns/lease.h"
#include "anyns/log.h"
#include "anyns/monotime.h"

struct stand {
	struct router router;
	struct config config;
	struct config_prefix prefix;
	struct lease *lease;
	struct log *log;
	int log_file;
	int old_stderr;
	char log_text[65536];
};

static UNUSED struct monotime
stand_now(void)
{
	return (struct monotime){router_now_ms() * MONOTIME_MS};
}

/* While it is turned the server lives: the lease is renewed. */
static UNUSED void
stand_turn(void *data)
{
	struct stand *stand = data;
	lease_renew(stand->lease);
	router_sleep(NULL);
}

static UNUSED struct stand *
stand_open(void)
{
	static struct stand stand;
	char name[] = "/tmp/anyns-test-log-XXXXXX";
	stand = (struct stand){.prefix = {.family = AF_INET, .length = 24, .bytes = {192, 0, 2}}};
	router_open(&stand.router);
	stand.router.turn = stand_turn;
	stand.router.data = &stand;
	stand.lease = lease_new();
	assert_non_null(stand.lease);
	stand.config.workers = 2;
	stand.config.announce = (struct config_announce){.prefixes = &stand.prefix,
							 .prefix_count = 1,
							 .router_id = 0x0a000002,
							 .peers = &stand.router.peer,
							 .peer_count = 1};
	stand.log_file = mkostemp(name, O_CLOEXEC | O_APPEND);
	assert_true(stand.log_file >= 0);
	unlink(name);
	stand.old_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	assert_int_equal(dup2(stand.log_file, STDERR_FILENO), STDERR_FILENO);
	stand.log = log_new("test", LOG_LEVEL_INFO);
	assert_non_null(stand.log);
	return &stand;
}

static UNUSED void
stand_close(struct stand *stand)
{
	assert_int_equal(dup2(stand->old_stderr, STDERR_FILENO), STDERR_FILENO);
	close(stand->old_stderr);
	close(stand->log_file);
	log_free(stand->log);
	lease_free(stand->lease);
	router_close(&stand->router);
}

static UNUSED void
stand_gate(struct stand *stand, enum gate_state state)
{
	lease_put_gate(stand->lease, 0, state, stand_now());
}

static UNUSED const char *
stand_log(struct stand *stand)
{
	ssize_t size = pread(stand->log_file, stand->log_text, sizeof stand->log_text - 1, 0);
	stand->log_text[size > 0 ? size : 0] = '\0';
	return stand->log_text;
}

#endif
