/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/exabgp_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char line[EXABGP_LINE_MAX];
static char prefix[EXABGP_PREFIX_MAX];

static void
assert_announces(const struct attributes *attributes, const struct config_peer *peer,
		 const char *expected)
{
	assert_true(exabgp_line_announce(line, "192.0.2.0/24", attributes, peer));
	assert_string_equal(line, expected);
	assert_int_equal(exabgp_line_read(line, prefix), EXABGP_ANNOUNCE);
	assert_string_equal(prefix, "192.0.2.0/24");
}

static void
test_announce(void **state)
{
	static uint32_t communities[] = {64496u << 16 | 1};
	static uint32_t large[][3] = {{64496, 1, 4294967295}};
	static const uint32_t gone[] = {ATTRIBUTES_GRACEFUL_SHUTDOWN};
	static const struct attributes_large mine[] = {{64512, 2, 3}};
	static const struct config_peer external = {.local_as = 64512};
	static const struct config_peer internal = {.local_as = 64512, .as = 64512};
	static const struct config_peer chatty = {.local_as = 64512,
						  .as = 64496,
						  .communities = communities,
						  .community_count = 1,
						  .large = large,
						  .large_count = 1,
						  .has_med = true,
						  .med = 7};
	struct attributes plain = {.announce = true, .local_pref = 100};
	struct attributes far = {.announce = true, .prepend = 2, .local_pref = 0};
	struct attributes all = {.announce = true,
				 .has_med = true,
				 .med = 0,
				 .communities = gone,
				 .community_count = 1,
				 .large = mine,
				 .large_count = 1};

	(void)state;
	assert_announces(&plain, &external, "announce route 192.0.2.0/24 next-hop self");
	assert_announces(&far, &external,
			 "announce route 192.0.2.0/24 next-hop self as-path [ 64512 64512 64512 ]");
	/* Inside the AS there is no path to prepend to. */
	assert_announces(&far, &internal,
			 "announce route 192.0.2.0/24 next-hop self local-preference 0");
	assert_announces(&plain, &chatty,
			 "announce route 192.0.2.0/24 next-hop self med 7 community [ 64496:1 ] "
			 "large-community [ 64496:1:4294967295 ]");
	assert_announces(&all, &chatty,
			 "announce route 192.0.2.0/24 next-hop self med 0 community [ 65535:0 "
			 "64496:1 ] large-community [ 64512:2:3 64496:1:4294967295 ]");
}

static void
test_fits(void **state)
{
	enum { MANY = 600 };
	static uint32_t communities[MANY];
	struct config_peer peer = {.local_as = 1, .communities = communities};
	const struct attributes plain = {.announce = true};

	(void)state;
	memset(communities, 0xff, sizeof communities);
	/* " 65535:65535" is 12 bytes, the rest 57 with its zero. */
	peer.community_count = (EXABGP_LINE_MAX - 57) / 12;
	assert_true(exabgp_line_announce(line, "192.0.2.0/24", &plain, &peer));
	assert_in_range(strlen(line), EXABGP_LINE_MAX - 12, EXABGP_LINE_MAX - 1);
	assert_int_equal(exabgp_line_read(line, prefix), EXABGP_ANNOUNCE);
	peer.community_count++;
	assert_false(exabgp_line_announce(line, "192.0.2.0/24", &plain, &peer));
	peer.community_count = MANY;
	assert_false(exabgp_line_announce(line, "192.0.2.0/24", &plain, &peer));
}

static void
test_withdraw(void **state)
{
	(void)state;
	exabgp_line_withdraw(line, "2001:db8::/48");
	assert_string_equal(line, "withdraw route 2001:db8::/48");
	assert_int_equal(exabgp_line_read(line, prefix), EXABGP_WITHDRAW);
	assert_string_equal(prefix, "2001:db8::/48");
}

static void
test_others(void **state)
{
	static const char *const others[] = {
		"",
		"shutdown",
		"announce route",
		"announce route ",
		"announce route 192.0.2.0",
		"announce route 192.0.2.0/",
		"announce route /24",
		"announce route  192.0.2.0/24",
		"announce route 192.0.2.0/24 ",
		"announce route 192.0.2.0/24  med 1",
		"announce route 192.0.2.0/24 med 1\nshutdown",
		"announce route 192.0.2.0/24 community [ graceful-shutdown ]",
		"announce route 192.0.2.0/24 community [ no-export ]",
		"announce route 192.0.2.0/24 reload",
		"announce route 192.0.2.0/24 next-hop self watchdog x",
		"announce flow route 192.0.2.0/24",
		"withdraw route 192.0.2.0/24 next-hop self",
		"withdraw route 192.0.2.0/24;",
		"withdraw routes 192.0.2.0/24",
		/* 64 bytes of digits. */
		"withdraw route 00000000000000000000000000000000000000000000000000000000000000/24",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
		assert_int_equal(exabgp_line_read(others[i], prefix), EXABGP_OTHER);
}

static void
test_prefix(void **state)
{
	char longest[EXABGP_PREFIX_MAX + 1];

	(void)state;
	assert_true(exabgp_line_is_prefix("192.0.2.0/24"));
	assert_true(exabgp_line_is_prefix("2001:db8::/48"));
	assert_false(exabgp_line_is_prefix(""));
	assert_false(exabgp_line_is_prefix("192.0.2.0/24 "));
	assert_false(exabgp_line_is_prefix("2001:DB8::/48"));
	memset(longest, '0', sizeof longest);
	memcpy(longest + EXABGP_PREFIX_MAX - 3, "/1", 3);
	assert_true(exabgp_line_is_prefix(longest));
	memcpy(longest + EXABGP_PREFIX_MAX - 3, "/11", 4);
	assert_false(exabgp_line_is_prefix(longest));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_announce), cmocka_unit_test(test_fits),
		cmocka_unit_test(test_withdraw), cmocka_unit_test(test_others),
		cmocka_unit_test(test_prefix),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
