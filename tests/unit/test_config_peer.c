/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>

#include "config/config_peer.h"
#include "config_fixture.h"

static const struct config_key key = {.name = "peers", .low = 1, .high = 64};

static void
read_peers_as(const char *text, uint32_t local_as, bool exposed)
{
	struct config_peer_common common = {
		.local_as = local_as, .has_local_as = local_as != 0, .hold = 9};
	struct config_context context;
	struct config_tree tree;

	start();
	context = context_of(exposed);
	assert_true(config_yaml_parse("f", text, strlen(text), &tree, &report));
	config_peer_read(&context, &key, tree.root, &common);
	config_yaml_free(&tree);
}

static void
read_peers(const char *text)
{
	read_peers_as(text, 64512, false);
}

static void
test_smallest(void **state)
{
	const struct config_peer *peer;

	(void)state;
	read_peers("[{address: 10.0.0.1, as: 64496},\n {address: \"fd00::1\", as: 64512}]");
	assert_int_equal(report.count, 0);
	assert_int_equal(config->announce.peer_count, 2);
	peer = &config->announce.peers[0];
	assert_string_equal(peer->address.text, "10.0.0.1@179");
	assert_int_equal(ntohs(peer->address.socket.v4.sin_port), 179);
	assert_int_equal(peer->address.line, 1);
	assert_int_equal(peer->address.column, 12);
	assert_int_equal(peer->as, 64496);
	assert_int_equal(peer->local_as, 64512);
	assert_int_equal(peer->hold, 9);
	assert_int_equal(peer->role, CONFIG_ROLE_NONE);
	assert_false(peer->role_strict || peer->passive || peer->has_med || peer->has_next_hop);
	assert_int_equal(peer->gtsm_hops, 0);
	assert_null(peer->password);
	assert_int_equal(peer->community_count + peer->large_count, 0);
	assert_int_equal(peer[1].as, peer[1].local_as);
	assert_string_equal(peer[1].address.text, "fd00::1@179");
}

static void
test_every_key(void **state)
{
	const struct config_peer *peer;

	(void)state;
	read_peers("- address: fe80::1%1@1179\n  as: 4294967294\n  local-as: 1\n  hold: 3\n"
		   "  role: customer\n  role-strict: true\n  passive: true\n"
		   "  ttl-security: 254\n  password: \"a b#c\"\n"
		   "  communities: [no-export]\n  large-communities: [1:2:3]\n"
		   "  med: 4294967295\n  next-hop: \"2001:db8::1\"\n");
	assert_int_equal(report.count, 0);
	peer = &config->announce.peers[0];
	assert_string_equal(peer->address.text, "fe80::1%1@1179");
	assert_true(peer->as == 4294967294u);
	assert_int_equal(peer->local_as, 1);
	assert_int_equal(peer->hold, 3);
	assert_int_equal(peer->role, 3);
	assert_true(peer->role_strict && peer->passive && peer->has_med && peer->has_next_hop);
	assert_int_equal(peer->gtsm_hops, 254);
	assert_string_equal(peer->password, "a b#c");
	assert_int_equal(peer->community_count, 1);
	assert_int_equal(peer->large_count, 1);
	assert_true(peer->med == UINT32_MAX);
	assert_memory_equal(peer->next_hop, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	read_peers("[{address: 10.0.0.1, as: 1, med: 0, next-hop: 192.0.2.1, passive: False}]");
	assert_int_equal(report.count, 0);
	peer = &config->announce.peers[0];
	assert_true(peer->has_med && peer->med == 0 && !peer->passive);
	assert_memory_equal(peer->next_hop, "\xc0\0\2\1\0\0", 6);
}

static void
test_roles(void **state)
{
	static const char *const words[] = {"provider", "rs", "rs-client", "customer", "peer"};
	char text[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
		snprintf(text, sizeof(text), "[{address: 10.0.0.1, as: 1, role: %s}]", words[i]);
		read_peers(text);
		assert_int_equal(report.count, 0);
		assert_int_equal(config->announce.peers[0].role, i);
	}
}

static void
test_hold(void **state)
{
	static const struct {
		const char *text;
		unsigned hold;
	} good[] = {{"3", 3}, {"9s", 9}, {"3m", 180}, {"65535", 65535}, {"65535s", 65535}};
	static const char *const bad[] = {"1", "2", "65536", "2s", "19h"};
	static const char *const no_time[] = {"\"\"", "-1", "9.5", "3500ms", "long"};
	const struct config_key hold_key = {.name = "hold"};
	unsigned hold = 7;
	char finding[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++) {
		start();
		read_more(good[i].text, &hold_key, config_peer_read_hold, &hold);
		assert_int_equal(report.count, 0);
		assert_int_equal(hold, good[i].hold);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		start();
		read_more(bad[i], &hold_key, config_peer_read_hold, &hold);
		snprintf(finding, sizeof(finding),
			 "1:1: error: hold: %s is neither 0 nor 3 to 65535 seconds; routers refuse "
			 "anything else (RFC 4271 4.2)",
			 bad[i]);
		expect_only(finding);
		assert_int_equal(hold, 65535);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(no_time); i++) {
		start();
		read_more(no_time[i], &hold_key, config_peer_read_hold, &hold);
		assert_int_equal(report.errors, 1);
		assert_string_equal(report.findings[0].remedy,
				    "write a number of seconds, as in 9 or 9s");
	}
	start();
	read_more("0", &hold_key, config_peer_read_hold, &hold);
	expect_only("1:1: warning: hold 0: when this machine dies the router never notices; use 9, "
		    "unless something else tells the router");
	assert_int_equal(hold, 0);
}

static void
test_as(void **state)
{
	static const struct {
		const char *text;
		const char *what;
	} reserved[] = {
		{"0", "is nobody's (RFC 7607)"},
		{"23456", "stands for numbers that do not fit 16 bits (RFC 6793)"},
		{"65535", "is reserved (RFC 7300)"},
		{"4294967295", "is reserved (RFC 7300)"},
	};
	static const char *const good[] = {"1",     "23455", "23457",      "65534",
					   "65536", "64496", "4294967294", "4200000000"};
	static const char *const bad[] = {"AS64496", "1.1", "-1", "4294967296"};
	const struct config_key as_key = {.name = "as"};
	char finding[256];
	uint32_t as = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++) {
		start();
		read_more(good[i], &as_key, config_peer_read_as, &as);
		assert_int_equal(report.count, 0);
		assert_true(as == strtoul(good[i], NULL, 10));
	}
	for (size_t i = 0; i < ARRAY_LENGTH(reserved); i++) {
		start();
		read_more(reserved[i].text, &as_key, config_peer_read_as, &as);
		snprintf(finding, sizeof(finding),
			 "1:1: error: as: AS %s %s; write the number of the network; private ones "
			 "are 64512 to 65534 and 4200000000 to 4294967294",
			 reserved[i].text, reserved[i].what);
		expect_only(finding);
		assert_true(as == 4200000000u);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		start();
		read_more(bad[i], &as_key, config_peer_read_as, &as);
		snprintf(finding, sizeof(finding),
			 "1:1: error: as: expected an AS number, found \"%s\"; write a plain "
			 "number, as in 64496",
			 bad[i]);
		expect_only(finding);
	}
}

static void
test_errors(void **state)
{
	static const struct {
		const char *text;
		const char *finding;
	} table[] = {
		{"[]", "1:1: error: peers: expected 1 to 64 peers, found 0"},
		{"{address: 10.0.0.1, as: 1}", "1:1: error: peers: expected a list of {address: "
					       "192.0.2.1, as: 64496}, found a mapping"},
		{"[{as: 1}]", "1:2: error: \"address\" is missing; a peer is {address: 192.0.2.1, "
			      "as: 64496}"},
		{"[{address: 10.0.0.1}]", "1:2: error: \"as\" is missing; a peer is {address: "
					  "192.0.2.1, as: 64496}"},
		{"[{address: 0.0.0.0, as: 1}]", "1:12: error: address: 0.0.0.0@179 is no address; "
						"write the address of one machine"},
		{"[{address: 10.0.0.1/24, as: 1}]",
		 "1:12: error: address: \"10.0.0.1/24\": no IP address; write a single address, "
		 "without /prefix length"},
		{"[{address: 10.0.0.1, as: 1}, {address: 10.0.0.1@180, as: 2}]",
		 "1:40: error: peers: duplicate peer 10.0.0.1@180, first at line 1 column 12; "
		 "remove one of the two"},
		{"[{address: fd00::1, as: 1}, {address: fd00::0:1, as: 2}]",
		 "1:39: error: peers: duplicate peer fd00::1@179, first at line 1 column 12; "
		 "remove one of the two"},
		{"[{address: 10.0.0.1, as: 64512, role: peer}]",
		 "1:33: error: role: as and local-as are both 64512, and roles are for eBGP (RFC "
		 "9234); remove it"},
		{"[{address: 10.0.0.1, as: 1, role-strict: true}]",
		 "1:29: error: role-strict without role; add role: what this server is to the "
		 "peer, often customer"},
		{"[{address: 10.0.0.1, as: 1, role: client}]",
		 "1:35: error: role: unknown word \"client\"; write one of provider, rs, "
		 "rs-client, customer, peer"},
		{"[{address: 10.0.0.1, as: 1, passive: yes}]",
		 "1:38: error: passive: expected true or false, found \"yes\"; write true or "
		 "false, without quotes"},
		{"[{address: 10.0.0.1, as: 1, ttl-security: 255}]",
		 "1:43: error: ttl-security: 255 is not between 0 and 254"},
		{"[{address: 10.0.0.1, as: 1, med: 4294967296}]",
		 "1:34: error: med: expected a number from 0 to 4294967295, found \"4294967296\""},
		{"[{address: 10.0.0.1, as: 1, next-hop: fd00::1}]",
		 "1:29: error: next-hop: fd00::1 is of another family than 10.0.0.1@179; write an "
		 "address of the family of the peer's"},
		{"[{address: 10.0.0.1, as: 1, next-hop: 0.0.0.0}]",
		 "1:39: error: next-hop: 0.0.0.0 is no address; write the address of one machine"},
		{"[{address: 10.0.0.1, as: 1, next-hop: 1.2.3.4@1}]",
		 "1:39: error: next-hop: \"1.2.3.4@1\": a port has no meaning here; remove the @ "
		 "and the port"},
		{"[{address: 10.0.0.1, as: 1, pasword: x}]",
		 "1:29: error: unknown key \"pasword\"; did you mean \"password\"?"},
		{"[10.0.0.1]", "1:2: error: expected a mapping of keys, found text"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
		read_peers(table[i].text);
		expect_only(table[i].finding);
	}
	read_peers_as("[{address: 10.0.0.1, as: 1}, {address: 10.0.0.2, as: 1, local-as: 2}]", 0,
		      false);
	expect_only("1:2: error: peers: a peer without \"local-as\"; add local-as: NUMBER, the AS "
		    "of this server, to bgp");
}

static void
test_count(void **state)
{
	char text[4096] = "[";

	(void)state;
	for (unsigned i = 0; i < 64; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "{address: 10.0.0.%u, as: 1},", i + 1);
	strcat(text, "]");
	read_peers(text);
	assert_int_equal(report.count, 0);
	assert_int_equal(config->announce.peer_count, 64);
	strcpy(text + strlen(text) - 1, "x]");
	read_peers(text);
	expect_only("1:1: error: peers: expected 1 to 64 peers, found 65");
}

static void
test_password(void **state)
{
	char text[256];

	(void)state;
	for (int size = 80; size <= 81; size++) {
		snprintf(text, sizeof(text), "[{address: 10.0.0.1, as: 1, password: %0*d}]", size,
			 7);
		read_peers(text);
		if (size == 80) {
			assert_int_equal(report.count, 0);
			assert_int_equal(strlen(config->announce.peers[0].password), 80);
		} else {
			expect_only("1:39: error: password: expected 1 to 80 printable ASCII "
				    "characters, found another length");
		}
	}
	read_peers("[{address: 10.0.0.1, as: 1, password: \"\"}]");
	expect_only("1:39: error: password: expected 1 to 80 printable ASCII characters, found "
		    "another length");
	/* No finding may quote it. */
	read_peers("[{address: 10.0.0.1, as: 1, password: s\xc3\xa9same}]");
	expect_only("1:39: error: password: expected 1 to 80 printable ASCII characters, found "
		    "other bytes");
	read_peers_as("[{address: 10.0.0.1, as: 1, password: sesame}]", 2, true);
	expect_only("1:39: warning: everybody on this machine may read the password; chmod o-r the "
		    "file");
	config_peer_free(&config->announce.peers[0]);
	assert_null(config->announce.peers[0].password);
	finish();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_smallest), cmocka_unit_test(test_every_key),
		cmocka_unit_test(test_roles),    cmocka_unit_test(test_hold),
		cmocka_unit_test(test_as),       cmocka_unit_test(test_errors),
		cmocka_unit_test(test_count),    cmocka_unit_test(test_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
