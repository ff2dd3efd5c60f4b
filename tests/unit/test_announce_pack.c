/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/announce_pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* One of everything. Texts and arrays are this test's. */
static struct config_announce
everything(void)
{
	static struct config_prefix prefixes[] = {
		{.family = AF_INET, .length = 24, .bytes = {192, 0, 2}, .text = "192.0.2.0/24"},
		{.family = AF_INET6,
		 .length = 48,
		 .bytes = {0x20, 1, 0xd, 0xb8},
		 .text = "2001:db8::/48",
		 .slot = 7,
		 .line = 12},
	};
	static uint32_t communities[] = {1, 0xffffff01};
	static uint32_t large[][3] = {{1, 2, 3}, {4, 5, 6}};
	static char password[] = "of both", socket[] = "/run/a", group[] = "exabgp";
	static char bird[] = "/run/bird", up[] = "any_%", tun[] = "anyns";
	static struct config_peer peers[] = {
		{.address = {.socket.v4 = {.sin_family = AF_INET, .sin_port = 179},
			     .size = sizeof(struct sockaddr_in),
			     .text = "10.0.0.1@179"},
		 .as = 64496,
		 .local_as = 64512,
		 .hold = 9,
		 .role = 3,
		 .role_strict = true,
		 .passive = true,
		 .gtsm_hops = 2,
		 .password = password,
		 .communities = communities,
		 .community_count = 2,
		 .large = large,
		 .large_count = 2,
		 .has_med = true,
		 .med = 5,
		 .has_next_hop = true,
		 .next_hop = {10, 0, 0, 9}},
		{.slot = 100, .role = CONFIG_ROLE_NONE},
	};
	return (struct config_announce){
		.prefixes = prefixes,
		.prefix_count = 2,
		.router_id = 0x0a000002,
		.peers = peers,
		.peer_count = 2,
		.exabgp = {.socket = socket,
			   .group = group,
			   .peer = {.as = 7, .communities = communities, .community_count = 1}},
		.bird = {.socket = bird, .protocols = {up}},
		.tun = tun,
		.dry_run = true,
	};
}

static void
test_there_and_back(void **state)
{
	struct config_announce from = everything();
	size_t size, again;
	(void)state;

	uint8_t *bytes = announce_pack(&from, &size);
	assert_non_null(bytes);
	struct config_announce *to = announce_unpack(bytes, size);
	assert_non_null(to);
	assert_int_equal(to->prefix_count, 2);
	assert_string_equal(to->prefixes[1].text, "2001:db8::/48");
	assert_memory_equal(to->prefixes[1].bytes, from.prefixes[1].bytes, 16);
	assert_int_equal(to->prefixes[1].slot, 7);
	assert_int_equal(to->prefixes[1].line, 0);
	assert_int_equal(to->router_id, 0x0a000002);
	assert_int_equal(to->peer_count, 2);
	const struct config_peer *peer = &to->peers[0];
	assert_string_equal(peer->address.text, "10.0.0.1@179");
	assert_int_equal(peer->address.socket.v4.sin_port, 179);
	assert_true(peer->role_strict && peer->passive);
	assert_string_equal(peer->password, "of both");
	assert_ptr_not_equal(peer->password, from.peers[0].password);
	assert_int_equal(peer->community_count, 2);
	assert_int_equal(peer->communities[1], 0xffffff01);
	assert_int_equal(peer->large_count, 2);
	assert_int_equal(peer->large[1][2], 6);
	assert_int_equal(peer->next_hop[3], 9);
	assert_int_equal(to->peers[1].slot, 100);
	assert_null(to->peers[1].password);
	assert_null(to->peers[1].communities);
	assert_string_equal(to->exabgp.group, "exabgp");
	assert_int_equal(to->exabgp.peer.communities[0], 1);
	assert_string_equal(to->bird.protocols[0], "any_%");
	assert_null(to->bird.protocols[1]);
	assert_string_equal(to->tun, "anyns");
	assert_true(to->dry_run);
	assert_false(to->allow_long);
	/* What came back is the same bytes once more. */
	uint8_t *second = announce_pack(to, &again);
	assert_int_equal(again, size);
	assert_memory_equal(second, bytes, size);
	announce_pack_free(second, again);
	announce_unpack_free(to);
	announce_pack_free(bytes, size);
	announce_pack_free(NULL, 0);
	announce_unpack_free(NULL);
}

static void
test_nothing(void **state)
{
	struct config_announce from = {0};
	size_t size;
	(void)state;

	uint8_t *bytes = announce_pack(&from, &size);
	struct config_announce *to = announce_unpack(bytes, size);
	assert_non_null(to);
	assert_int_equal(to->prefix_count, 0);
	assert_null(to->prefixes);
	assert_null(to->tun);
	announce_unpack_free(to);
	announce_pack_free(bytes, size);
}

/* Any block that is not whole is none; a changed one is read within its bounds or not at all. */
static void
test_damaged(void **state)
{
	struct config_announce from = everything();
	size_t size;
	(void)state;

	uint8_t *bytes = announce_pack(&from, &size);
	for (size_t cut = 0; cut < size; cut++) {
		/* Of a size of its own, so that a sanitizer sees every step beyond. */
		uint8_t *part = malloc(cut + 1);
		memcpy(part, bytes, cut);
		assert_null(announce_unpack(part, cut));
		free(part);
	}
	for (size_t at = 0; at < size; at++) {
		bytes[at] ^= 0xff;
		announce_unpack_free(announce_unpack(bytes, size));
		bytes[at] ^= 0xff;
	}
	announce_pack_free(bytes, size);
}

static void
test_same(void **state)
{
	struct config_announce all = everything();
	const struct config_peer *one = &all.peers[0];
	struct config_peer other = *one;
	char password[] = "of both", another[] = "of none";
	uint32_t communities[] = {1, 0xffffff01, 3};
	(void)state;

	other.password = password;
	other.communities = communities;
	other.slot = 9;
	other.address.line = 77;
	assert_true(announce_same_session(one, &other));
	assert_true(announce_same_attributes(one, &other));
	other.community_count = 3;
	other.med = 6;
	assert_true(announce_same_session(one, &other));
	assert_false(announce_same_attributes(one, &other));
	other = *one;
	other.password = another;
	assert_false(announce_same_session(one, &other));
	assert_true(announce_same_attributes(one, &other));
	other = *one;
	other.hold = 30;
	assert_false(announce_same_session(one, &other));
	other = *one;
	other.address.socket.v4.sin_port = 1179;
	assert_false(announce_same_session(one, &other));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
