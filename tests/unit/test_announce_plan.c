/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/announce_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "anyns/lease.h"

/* Configurations with prefixes 10.N.0.0/16 and peers 192.0.2.N, as a start has numbered them. */
struct draft {
	struct config config;
	struct config_prefix prefixes[LEASE_GATES];
	struct config_peer peers[LEASE_GATES];
};

static struct report report;
static char path[] = "anyns.yaml", first[] = "anyns", second[] = "other";

static void
add_prefix(struct draft *d, uint8_t number)
{
	size_t at = d->config.announce.prefix_count++;
	d->prefixes[at] = (struct config_prefix){
		.family = AF_INET, .length = 16, .bytes = {10, number}, .slot = (unsigned)at};
}

static void
add_peer(struct draft *d, uint8_t number, unsigned hold)
{
	size_t at = d->config.announce.peer_count++;
	struct config_peer *peer = &d->peers[at];
	*peer = (struct config_peer){.slot = (unsigned)at, .hold = hold, .as = 64496};
	peer->address.size = sizeof peer->address.socket.v4;
	peer->address.socket.v4.sin_family = AF_INET;
	peer->address.socket.v4.sin_addr.s_addr = htonl(0xc0000200u + number);
}

static struct draft *
draft(const char *prefixes, const char *peers)
{
	struct draft *d = calloc(1, sizeof *d);
	assert_non_null(d);
	d->config.path = path;
	d->config.announce.prefixes = d->prefixes;
	d->config.announce.peers = d->peers;
	d->config.announce.router_id = 1;
	for (; *prefixes; prefixes++)
		add_prefix(d, (uint8_t)*prefixes);
	for (; *peers; peers++)
		add_peer(d, (uint8_t)*peers, 9);
	return d;
}

static void
expect_plan(const struct draft *old, struct draft *next, bool good)
{
	assert_true(announce_plan(&old->config, &next->config, &report) == good);
	assert_true((report.errors == 0) == good);
	for (size_t i = 0; i < report.count; i++)
		assert_non_null(strstr(report.findings[i].remedy, "reload"));
	report_clear(&report);
}

static void
test_prefixes_keep_their_slots(void **state)
{
	struct draft *old = draft("abc", ""), *next = draft("dcxa", "");
	(void)state;

	expect_plan(old, next, true);
	assert_int_equal(next->prefixes[1].slot, 2); /* c */
	assert_int_equal(next->prefixes[3].slot, 0); /* a */
	/* The slot of b is not free before this reload is over. */
	assert_int_equal(next->prefixes[0].slot, 3);
	assert_int_equal(next->prefixes[2].slot, 4);
	assert_true(announce_has_prefix(&old->config.announce, &next->prefixes[1]));
	assert_false(announce_has_prefix(&old->config.announce, &next->prefixes[0]));
	assert_ptr_equal(announce_prefix_in(&next->config.announce, 4), &next->prefixes[2]);
	assert_null(announce_prefix_in(&next->config.announce, 1));
	struct draft *third = draft("xb", "");
	expect_plan(next, third, true);
	assert_int_equal(third->prefixes[0].slot, 4);
	assert_int_equal(third->prefixes[1].slot, 1);
	free(old);
	free(next);
	free(third);
}

static void
test_too_many_at_once(void **state)
{
	struct draft *old = draft("", ""), *next = draft("", "");
	(void)state;

	for (unsigned i = 0; i < LEASE_GATES; i++) {
		add_prefix(old, (uint8_t)i);
		add_prefix(next, (uint8_t)i);
	}
	expect_plan(old, next, true);
	next->prefixes[5].bytes[1] = 200;
	expect_plan(old, next, false);
	old->config.announce.prefix_count--;
	next->config.announce.prefix_count--;
	expect_plan(old, next, true);
	assert_int_equal(next->prefixes[5].slot, LEASE_GATES - 1);
	free(old);
	free(next);
}

static void
test_peers(void **state)
{
	struct draft *old = draft("a", "pqr"), *next = draft("a", "rq");
	(void)state;

	add_peer(next, 'p', 30);
	next->peers[1].med = 5;
	expect_plan(old, next, true);
	assert_int_equal(next->peers[0].slot, 2);
	assert_int_equal(next->peers[1].slot, 1);
	/* Another session: another number. */
	assert_int_equal(next->peers[2].slot, 3);
	assert_ptr_equal(announce_peer_in(&next->config.announce, 3), &next->peers[2]);
	assert_null(announce_peer_in(&next->config.announce, 0));
	next->config.announce.router_id = 2;
	expect_plan(old, next, true);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(next->peers[i].slot, 3 + i);
	free(old);
	free(next);
}

/* As many as there can be, and all of them others. */
static void
test_all_peers_change(void **state)
{
	struct draft *old = draft("", ""), *next = draft("", "");
	bool taken[ANNOUNCE_PEER_SLOTS] = {false};
	(void)state;

	for (unsigned i = 0; i < LEASE_GATES; i++) {
		add_peer(old, (uint8_t)i, 9);
		add_peer(next, (uint8_t)i, 30);
	}
	expect_plan(old, next, true);
	for (unsigned i = 0; i < LEASE_GATES; i++) {
		unsigned slot = next->peers[i].slot;
		assert_in_range(slot, LEASE_GATES, ANNOUNCE_PEER_SLOTS - 1);
		assert_false(taken[slot]);
		taken[slot] = true;
	}
	free(old);
	free(next);
}

static void
test_only_a_restart(void **state)
{
	struct draft *old = draft("ab", "p"), *next = draft("ab", "p");
	(void)state;

	next->config.announce.tun = first;
	expect_plan(old, next, false);
	old->config.announce.tun = first;
	expect_plan(old, next, true);
	next->config.announce.tun = second;
	expect_plan(old, next, false);
	next->config.announce.tun = first;
	old->config.announce.tun = next->config.announce.tun = NULL;
	expect_plan(old, next, true);
	next->config.announce.bird.socket = first;
	expect_plan(old, next, false);
	old->config.announce.bird.socket = first;
	next->config.announce.bird.protocols[CONFIG_BIRD_DRAINING] = second;
	expect_plan(old, next, false);
	next->config.announce.bird.protocols[CONFIG_BIRD_DRAINING] = NULL;
	next->config.announce.exabgp.socket = first;
	expect_plan(old, next, false);
	old->config.announce.exabgp.socket = first;
	expect_plan(old, next, true);
	next->config.announce.exabgp.group = first;
	expect_plan(old, next, false);
	free(old);
	free(next);
}

/* Devices are those of the start: prefixes can go, and their devices remain theirs. */
static void
test_devices(void **state)
{
	struct draft *old = draft("abc", ""), *next = draft("bc", ""), *other = draft("ac", "");
	struct draft *last = draft("ab", ""), *more = draft("abcd", "");
	struct draft *const all[] = {old, next, other, last, more};
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(all); i++)
		all[i]->config.announce.tun = first;
	/* The last one: the same numbers after a restart. */
	assert_true(announce_plan(&old->config, &last->config, &report));
	assert_int_equal(report.count, 0);
	/* Any other: told for each prefix that a restart would move. */
	snprintf(next->prefixes[1].text, sizeof next->prefixes[1].text, "10.99.0.0/16");
	assert_true(announce_plan(&old->config, &next->config, &report));
	assert_int_equal(report.count, 2);
	assert_int_equal(report.findings[1].severity, SEVERITY_WARNING);
	assert_non_null(strstr(report.findings[1].message,
			       "10.99.0.0/16 has the TUN device anyns2 until a restart, and anyns1 "
			       "from then on"));
	report_clear(&report);
	assert_int_equal(next->prefixes[0].slot, 1);
	assert_int_equal(next->prefixes[1].slot, 2);
	/* One that comes has no device; nor has one that was gone. */
	expect_plan(old, more, false);
	expect_plan(next, other, false);
	for (size_t i = 0; i < ARRAY_LENGTH(all); i++)
		free(all[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prefixes_keep_their_slots),
		cmocka_unit_test(test_too_many_at_once),
		cmocka_unit_test(test_peers),
		cmocka_unit_test(test_all_peers_change),
		cmocka_unit_test(test_only_a_restart),
		cmocka_unit_test(test_devices),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
