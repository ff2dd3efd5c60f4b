/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/config_community.h"
#include "config_fixture.h"

static const struct config_key key = {.name = "communities"};
static const struct config_key large_key = {.name = "large-communities"};

static void
test_parse(void **state)
{
	static const struct {
		const char *text;
		uint32_t community;
	} table[] = {
		{"64496:1", 0xfbf00001u},    {"0:0", 0},
		{"65535:65535", UINT32_MAX}, {"65535:1", 0xffff0001u},
		{"no-export", 0xffffff01u},  {"65535:65281", 0xffffff01u},
		{"no-peer", 0xffffff04u},    {"no-advertise", 0xffffff02u},
		{"no-llgr", 0xffff0007u},    {"no-export-subconfed", 0xffffff03u},
	};
	uint32_t community;
	const char *remedy;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
		assert_null(config_community_parse(table[i].text, &community, &remedy));
		assert_true(community == table[i].community);
	}
}

static void
test_refusals(void **state)
{
	static const char *const bad[] = {
		"",      ":",         "1",         "1:",       ":1",
		"1:2:3", "65536:1",   "1:65536",   "-1:1",     "1: 1",
		"1:0x1", "NO-EXPORT", "no_export", "internet", "00000000000000001:1"};
	static const char *const draining[] = {"graceful-shutdown", "65535:0"};
	static const char *const sinks[] = {"blackhole", "65535:666"};
	uint32_t community;
	const char *remedy;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		assert_string_equal(config_community_parse(bad[i], &community, &remedy),
				    "no community");
		assert_non_null(strstr(remedy, "large-communities"));
	}
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(config_community_parse(draining[i], &community, &remedy),
				    "GRACEFUL_SHUTDOWN (65535:0) belongs to draining");
		assert_string_equal(remedy, "remove it; `anyns drain` announces it");
		assert_string_equal(
			config_community_parse(sinks[i], &community, &remedy),
			"BLACKHOLE (65535:666) asks routers to drop the service's queries");
	}
}

static void
test_parse_large(void **state)
{
	static const char *const bad[] = {"", "1:2", "1:2:3:4", "1:2:", "4294967296:1:1", "a:b:c"};
	uint32_t large[3];

	(void)state;
	assert_true(config_community_parse_large("64496:1:2", large));
	assert_int_equal(large[0], 64496);
	assert_int_equal(large[1], 1);
	assert_int_equal(large[2], 2);
	assert_true(config_community_parse_large("4294967295:0:4294967295", large));
	assert_true(large[2] == UINT32_MAX);
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_false(config_community_parse_large(bad[i], large));
}

/* A configuration with one peer. */
static struct config_peer *
start_peer(void)
{
	start();
	config->announce.peers = calloc(1, sizeof(*config->announce.peers));
	assert_non_null(config->announce.peers);
	config->announce.peer_count = 1;
	return config->announce.peers;
}

static void
test_read(void **state)
{
	struct config_peer *peer = start_peer();

	(void)state;
	/* Without quotes too: the colon of a mapping has a space behind it. */
	read_more("[\"64496:1\", no-export, 64496:2]", &key, config_community_read, peer);
	read_more("[64496:1:2, 1:2:3]", &large_key, config_community_read_large, peer);
	assert_int_equal(report.count, 0);
	assert_int_equal(peer->community_count, 3);
	assert_true(peer->communities[1] == 0xffffff01u);
	assert_true(peer->communities[2] == 0xfbf00002u);
	assert_int_equal(peer->large_count, 2);
	assert_int_equal(peer->large[1][2], 3);
	peer = start_peer();
	read_more("no-peer", &key, config_community_read, peer);
	read_more("[]", &large_key, config_community_read_large, peer);
	assert_int_equal(report.count, 0);
	assert_int_equal(peer->community_count, 1);
	assert_int_equal(peer->large_count, 0);
}

static void
test_read_errors(void **state)
{
	struct config_peer *peer = start_peer();

	(void)state;
	read_more("[1:2, blackhole, [x], 4200000000:1, 3:4]", &key, config_community_read, peer);
	expect_found("1:7: error: communities: \"blackhole\": BLACKHOLE (65535:666) asks routers "
		     "to drop the service's queries; remove it");
	expect_found("1:18: error: communities: expected a community, found a list");
	expect_found("1:23: error: communities: \"4200000000:1\": no community; write two numbers "
		     "of 16 bits, as in \"64496:1\", or one of no-export, no-advertise, "
		     "no-export-subconfed, no-peer, no-llgr; with a 4-byte AS use "
		     "large-communities");
	assert_int_equal(report.count, 3);
	assert_int_equal(peer->community_count, 2);
	peer = start_peer();
	read_more("{a: b}", &key, config_community_read, peer);
	expect_only("1:1: error: communities: expected a list of communities, found a mapping");
	peer = start_peer();
	read_more("[1:2, 1:2:3, [x]]", &large_key, config_community_read_large, peer);
	expect_found("1:2: error: large-communities: \"1:2\": no large community; write three "
		     "numbers of 32 bits, as in \"64496:1:2\"");
	expect_found("1:14: error: large-communities: expected a community, found a list");
	assert_int_equal(peer->large_count, 1);
	finish();
}

static void
test_limits(void **state)
{
	char text[2048];

	(void)state;
	for (unsigned large = 0; large < 2; large++) {
		unsigned most = large ? 64 : 127;
		struct config_peer *peer = start_peer();

		strcpy(text, "[");
		for (unsigned i = 0; i < most; i++)
			strcat(text, large ? "1:2:3," : "1:2,");
		strcat(text, "]");
		read_more(text, large ? &large_key : &key,
			  large ? config_community_read_large : config_community_read, peer);
		assert_int_equal(report.count, 0);
		assert_int_equal(large ? peer->large_count : peer->community_count, most);
		peer = start_peer();
		strcpy(text + strlen(text) - 1, large ? "1:2:3]" : "1:2]");
		read_more(text, large ? &large_key : &key,
			  large ? config_community_read_large : config_community_read, peer);
		expect_only(large ? "1:1: error: large-communities: expected at most 64 "
				    "communities, found 65"
				  : "1:1: error: communities: expected at most 127 communities, "
				    "found 128");
	}
	finish();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),       cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_parse_large), cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_errors), cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
