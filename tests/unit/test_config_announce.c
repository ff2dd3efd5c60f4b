/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/config_announce.h"
#include "config/config_value.h"
#include "config_fixture.h"

#define BGP  "bgp: {local-as: 64512, router-id: 10.0.0.2, peers: [{address: 10.0.0.1, as: 64496}]}"
#define BGP6 "bgp: {local-as: 1, router-id: 10.0.0.2, peers: [{address: fd00::1, as: 64496}]}"

static const struct config_key key = {.name = "announce"};

static void
read_announce(const char *text)
{
	start();
	read_more(text, &key, config_announce_read, config);
}

static void
test_smallest(void **state)
{
	const struct config_announce *announce;

	(void)state;
	read_announce("prefixes: [192.0.2.0/24]\n" BGP "\n");
	announce = &config->announce;
	assert_int_equal(report.count, 0);
	assert_int_equal(announce->prefix_count, 1);
	assert_int_equal(announce->peer_count, 1);
	assert_true(announce->router_id == 0x0a000002u);
	assert_int_equal(announce->router_line, 2);
	assert_int_equal(announce->router_column, 35);
	assert_false(announce->dry_run || announce->allow_long);
	assert_int_equal(announce->peers[0].local_as, 64512);
	assert_int_equal(announce->peers[0].hold, 9);
}

static void
test_every_key(void **state)
{
	const struct config_announce *announce;

	(void)state;
	/* What holds for all peers may stand behind them. */
	read_announce("allow-long-prefixes: true\ndry-run: true\nprefixes:\n"
		      "- 192.0.2.1/32\n- 2001:db8::53/128\n"
		      "bgp:\n  peers:\n  - {address: 10.0.0.1, as: 64496}\n"
		      "  - {address: fd00::1, as: 64512, hold: 30, local-as: 64500}\n"
		      "  hold: 3s\n  local-as: 64512\n  router-id: 255.255.255.255\n");
	announce = &config->announce;
	assert_int_equal(report.count, 0);
	assert_true(announce->dry_run && announce->allow_long);
	assert_true(announce->router_id == UINT32_MAX);
	assert_int_equal(announce->prefix_count, 2);
	assert_int_equal(announce->peers[0].local_as, 64512);
	assert_int_equal(announce->peers[0].hold, 3);
	assert_int_equal(announce->peers[1].local_as, 64500);
	assert_int_equal(announce->peers[1].hold, 30);
	config_announce_free(&config->announce);
	assert_int_equal(config->announce.peer_count, 0);
}

static void
test_errors(void **state)
{
	static const struct {
		const char *text;
		const char *finding;
	} table[] = {
		{BGP, "1:1: error: \"prefixes\" is missing; add prefixes: [192.0.2.0/24], those of "
		      "the service addresses"},
		{"prefixes: [192.0.2.0/24]",
		 "1:1: error: \"bgp\" is missing; add bgp: {local-as: 64512, router-id: 192.0.2.1, "
		 "peers: [...]}"},
		{"prefixes: [192.0.2.0/24]\nbgp: {local-as: 1, peers: [{address: 10.0.0.1, as: "
		 "2}]}",
		 "2:6: error: \"router-id\" is missing; add router-id: 192.0.2.1, a unicast IPv4 "
		 "address of this machine"},
		{"prefixes: [192.0.2.0/24]\nbgp: {local-as: 1, router-id: 1.2.3.4}",
		 "2:6: error: \"peers\" is missing; add peers: [{address: 192.0.2.1, as: 64496}]"},
		{"prefixes: [192.0.2.0/24]\nbgp: {router-id: 1.2.3.4, peers: [{address: 10.0.0.1, "
		 "as: 2}]}",
		 "2:35: error: peers: a peer without \"local-as\"; add local-as: NUMBER, the AS of "
		 "this server, to bgp"},
		/* One mistake, one finding. */
		{"prefixes: [192.0.2.0/24]\nbgp: {local-as: x, router-id: 1.2.3.4, peers: "
		 "[{address: 10.0.0.1, as: 2}]}",
		 "2:17: error: local-as: expected an AS number, found \"x\"; write a plain "
		 "number, as in 64496"},
		{"prefixes: [192.0.2.0/24]\nbgp: {local-as: 1, router-id: 0.0.0.0, peers: "
		 "[{address: 10.0.0.1, as: 2}]}",
		 "2:31: error: router-id: \"0.0.0.0\" is no BGP identifier; write a unicast IPv4 "
		 "address of this machine, or four numbers that no other router of the AS has"},
		{"prefixes: [192.0.2.0/24]\nbgp: {local-as: 1, router-id: fd00::1, peers: "
		 "[{address: 10.0.0.1, as: 2}]}",
		 "2:31: error: router-id: \"fd00::1\" is no BGP identifier; write a unicast IPv4 "
		 "address of this machine, or four numbers that no other router of the AS has"},
		{"prefixes: [192.0.2.0/25]\n" BGP,
		 "1:12: error: 192.0.2.0/25: networks refuse prefixes longer than /24; announce "
		 "the one that holds it, or, where the peers are known to take it, add "
		 "allow-long-prefixes: true"},
		{"allow-long-prefixes: false\nprefixes: [2001:db8::/49]\n" BGP6,
		 "2:12: error: 2001:db8::/49: networks refuse prefixes longer than /48; announce "
		 "the one that holds it, or, where the peers are known to take it, add "
		 "allow-long-prefixes: true"},
		{"prefixes: [192.0.2.0/24, 2001:db8::/48]\n" BGP,
		 "1:26: error: 2001:db8::/48: no peer is of its family; add a peer with an "
		 "address of this family, or remove the prefix"},
		{"prefixes: [10.0.0.0/24]\ndry-run: 1\n" BGP,
		 "2:10: error: dry-run: expected true or false, found \"1\"; write true or false, "
		 "without quotes"},
		{"prefixes: [10.0.0.0/24]\ndry-run: \"true\"\n" BGP,
		 "2:10: error: dry-run: expected true or false, found \"true\"; write true or "
		 "false, without quotes"},
		{"prefixes: [10.0.0.0/24]\ndryrun: true\n" BGP,
		 "2:1: error: unknown key \"dryrun\"; did you mean \"dry-run\"?"},
		{"192.0.2.0/24", "1:1: error: expected a mapping of keys, found text"},
		{"prefixes: [10.0.0.0/24]\nbgp: 64512",
		 "2:6: error: expected a mapping of keys, found text"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
		read_announce(table[i].text);
		expect_only(table[i].finding);
	}
	/* Both kinds of peers, one kind of prefix. */
	read_announce("prefixes: [192.0.2.0/24]\nbgp: {local-as: 1, router-id: 1.2.3.4, peers: "
		      "[{address: 10.0.0.1, as: 2}, {address: fd00::1, as: 2}]}");
	expect_only("2:86: warning: fd00::1@179: no prefix is of the peer's family, it is told "
		    "nothing; add a prefix of this family, or remove the peer");
}

/* `listen` is one address. */
static void
check_with(const char *announce, const char *listen)
{
	struct config_context context;
	struct config_complaint complaint;

	read_announce(announce);
	assert_int_equal(report.count, 0);
	config->listen = calloc(1, sizeof(*config->listen));
	assert_non_null(config->listen);
	assert_true(config_value_parse_address(listen, 53, config->listen, &complaint));
	config->listen_count = 1;
	context = context_of(false);
	config_announce_check(&context);
}

static void
test_check(void **state)
{
	static const char announce[] = "prefixes: [192.0.2.0/24]\n" BGP;
	static const char own[] = "prefixes: [10.0.0.0/24]\n" BGP;

	(void)state;
	check_with(announce, "192.0.2.53@5300");
	assert_int_equal(report.count, 0);
	check_with(announce, "192.0.3.53");
	expect_only("1:12: error: 192.0.2.0/24: no listen address lies in it; add the service "
		    "address to listen; a wildcard does not count");
	check_with(announce, "0.0.0.0");
	assert_int_equal(report.errors, 1);
	check_with("prefixes: [2001:db8::/48]\n" BGP6, "2001:db8::53");
	assert_int_equal(report.count, 0);
	check_with(own, "10.0.0.2");
	expect_only("2:35: error: router-id: this is an anycast address, which other instances "
		    "have too; write a unicast address of this machine");
	check_with(own, "10.0.0.3");
	assert_int_equal(report.count, 0);
	/* A unicast address to listen on may be the identifier; here there is no other. */
	check_with(announce, "10.0.0.2");
	expect_only("1:12: error: 192.0.2.0/24: no listen address lies in it; add the service "
		    "address to listen; a wildcard does not count");
	/* Without an announcement, and without listen addresses, which is an error elsewhere. */
	start();
	struct config_context context = context_of(false);
	config_announce_check(&context);
	read_announce(announce);
	context = context_of(false);
	config_announce_check(&context);
	assert_int_equal(report.count, 0);
	finish();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_smallest),
		cmocka_unit_test(test_every_key),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
