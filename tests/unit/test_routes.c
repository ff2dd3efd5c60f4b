/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/routes.h"

#include "bgp_fixture.h"

static const struct bgp_prefix prefixes[] = {
	{BGP_IPV4, 24, {192, 0, 2}},
	{BGP_IPV6, 48, {0x20, 0x01, 0x0d, 0xb8}},
	{BGP_IPV4, 24, {198, 51, 100}},
	{BGP_IPV4, 24, {203, 0, 113}},
};
static const struct bgp_terms terms = {
	.local_as = 64512, .families = BGP_FAMILIES, .external = true, .four_octet_as = true};
static const struct bgp_next_hop hop = {4, {10, 0, 0, 2}};
static const struct attributes plain = {.announce = true};
static const struct attributes far = {.announce = true, .prepend = 1};
static const struct attributes hidden = {.announce = false};

#define PLAIN "40010100 4002 06 02 01 0000fc00 4003 04 0a000002 "
#define FAR   "40010100 4002 0a 02 02 0000fc00 0000fc00 4003 04 0a000002 "

static struct routes *
routes_with(const struct config_peer *peer)
{
	static struct routes routes;
	routes_init(&routes, peer, prefixes, ARRAY_LENGTH(prefixes));
	return &routes;
}

static void
assert_next(struct routes *routes, const struct bgp_terms *with, const char *body)
{
	uint8_t out[BGP_MESSAGE_MAX];
	size_t size = routes_next(routes, with, &hop, out);
	if (!body) {
		assert_int_equal(size, 0);
		return;
	}
	assert_true(size > BGP_HEADER_SIZE);
	assert_hex(out + BGP_HEADER_SIZE, size - BGP_HEADER_SIZE, body);
}

static const struct config_peer nothing_special;
static const struct bgp_terms v4_terms = {
	.local_as = 64512, .families = BGP_IPV4, .external = true, .four_octet_as = true};

static void
test_difference(void **state)
{
	struct routes *r = routes_with(&nothing_special);
	(void)state;
	assert_false(routes_differ(r));
	assert_next(r, &v4_terms, NULL);
	routes_want(r, 0, &plain);
	routes_want(r, 2, &far);
	routes_want(r, 3, &plain);
	assert_true(routes_differ(r));
	/* Those alike in one message. */
	assert_next(r, &v4_terms, "0000 0014 " PLAIN "18c00002 18cb0071");
	assert_next(r, &v4_terms, "0000 0018 " FAR "18c63364");
	assert_next(r, &v4_terms, NULL);
	assert_false(routes_differ(r));

	/* A withdrawal does not wait behind an announcement. */
	routes_want(r, 0, &far);
	routes_want(r, 2, NULL);
	routes_want(r, 3, &hidden);
	assert_next(r, &v4_terms, "0008 18c63364 18cb0071 0000");
	assert_next(r, &v4_terms, "0000 0018 " FAR "18c00002");
	assert_next(r, &v4_terms, NULL);

	/* Away and back before anything was sent is nothing. */
	routes_want(r, 0, NULL);
	routes_want(r, 0, &far);
	assert_next(r, &v4_terms, NULL);
}

static void
test_families(void **state)
{
	struct routes *r = routes_with(&nothing_special);
	struct bgp_terms six = terms;
	static const struct bgp_next_hop hop6 = {16, {0xfd, [15] = 2}};
	uint8_t out[BGP_MESSAGE_MAX];
	(void)state;
	routes_want(r, 1, &plain);
	routes_want(r, 3, &plain);
	routes_send_all(r, BGP_FAMILIES);
	assert_next(r, &v4_terms, "0000 0014 " PLAIN "18cb0071");
	/* End-of-RIB of what the session does not carry is never owed. */
	assert_next(r, &v4_terms, "0000 0000");
	assert_next(r, &v4_terms, NULL);

	six.families = BGP_IPV6;
	routes_send_all(r, BGP_IPV6);
	size_t size = routes_next(r, &six, &hop6, out);
	assert_hex(out + BGP_HEADER_SIZE, size - BGP_HEADER_SIZE,
		   "0000 002c 800e 1c 0002 01 10 fd000000000000000000000000000002 00"
		   "30 20010db80000 40010100 4002 06 02 01 0000fc00");
	assert_next(r, &six, "0000 0006 800f 03 0002 01");
	assert_next(r, &six, NULL);
	routes_want(r, 1, NULL);
	assert_next(r, &six, "0000 000d 800f 0a 0002 01 30 20010db80000");
}

static void
test_again(void **state)
{
	struct routes *r = routes_with(&nothing_special);
	(void)state;
	routes_want(r, 0, &plain);
	assert_next(r, &v4_terms, "0000 0014 " PLAIN "18c00002");
	routes_send_all(r, BGP_IPV6);
	assert_next(r, &v4_terms, NULL);
	routes_send_all(r, BGP_IPV4);
	assert_next(r, &v4_terms, "0000 0014 " PLAIN "18c00002");
	assert_next(r, &v4_terms, "0000 0000");
	assert_next(r, &v4_terms, NULL);

	/* A refresh in the same moment as a withdrawal withdraws. */
	routes_send_all(r, BGP_IPV4);
	routes_want(r, 0, NULL);
	assert_next(r, &v4_terms, "0004 18c00002 0000");
	assert_next(r, &v4_terms, "0000 0000");

	/* Of a session that ended nothing is left, and what is wanted stays wanted. */
	routes_want(r, 0, &plain);
	assert_next(r, &v4_terms, "0000 0014 " PLAIN "18c00002");
	routes_send_all(r, BGP_IPV4);
	routes_forget(r);
	assert_next(r, &v4_terms, "0000 0014 " PLAIN "18c00002");
	assert_next(r, &v4_terms, NULL);
}

static void
test_peers_own_attributes(void **state)
{
	static uint32_t communities[] = {0xfbf00001};
	static uint32_t large[][3] = {{64496, 1, 2}};
	static const uint32_t gone[] = {ATTRIBUTES_GRACEFUL_SHUTDOWN};
	static const struct attributes_large mine[] = {{64512, 3, 4}};
	static const struct config_peer peer = {.communities = communities,
						.community_count = 1,
						.large = large,
						.large_count = 1,
						.has_med = true,
						.med = 10};
	static const struct attributes draining = {.announce = true,
						   .has_med = true,
						   .med = 500,
						   .communities = gone,
						   .community_count = 1,
						   .large = mine,
						   .large_count = 1};
	struct routes *r = routes_with(&peer);
	(void)state;
	routes_want(r, 0, &plain);
	assert_next(r, &v4_terms,
		    "0000 0031 " PLAIN "8004 04 0000000a c008 04 fbf00001"
		    "c020 0c 0000fbf0 00000001 00000002 18c00002");
	/* The state's MED wins; of the others the peer gets both. */
	routes_want(r, 0, &draining);
	uint8_t out[BGP_MESSAGE_MAX];
	size_t size = routes_next(r, &v4_terms, &hop, out);
	assert_true(size > 0);
	struct wire_reader reader = wire_reader(out + BGP_HEADER_SIZE, size - BGP_HEADER_SIZE);
	wire_get_u32(&reader);
	assert_int_equal(wire_get_u32(&reader), 0x40010100);
	bool med = false, both = false;
	for (size_t i = 0; i + 11 < size; i++) {
		med = med || memcmp(out + i, "\x80\x04\x04\x00\x00\x01\xf4", 7) == 0;
		both = both || memcmp(out + i, "\xc0\x08\x08", 3) == 0;
	}
	assert_true(med);
	assert_true(both);
}

/* 64 prefixes, the most there can be, and as many communities as fit. */
static void
test_limits(void **state)
{
	static struct bgp_prefix many[LEASE_GATES];
	static uint32_t communities[BGP_COMMUNITIES_MAX];
	static const uint32_t gone[] = {ATTRIBUTES_GRACEFUL_SHUTDOWN};
	static const struct attributes draining = {
		.announce = true, .communities = gone, .community_count = 1};
	static const struct config_peer peer = {.communities = communities,
						.community_count = BGP_COMMUNITIES_MAX};
	static struct routes r;
	uint8_t out[BGP_MESSAGE_MAX];
	(void)state;
	for (size_t i = 0; i < BGP_COMMUNITIES_MAX; i++)
		communities[i] = 0xfbf00000 + (uint32_t)i;
	for (size_t i = 0; i < LEASE_GATES; i++)
		many[i] = (struct bgp_prefix){BGP_IPV4, 24, {198, 18, (uint8_t)i}};
	routes_init(&r, &peer, many, LEASE_GATES);
	for (size_t i = 0; i < LEASE_GATES; i++)
		routes_want(&r, i, &draining);
	size_t size = routes_next(&r, &v4_terms, &hop, out);
	assert_int_equal(size,
			 BGP_HEADER_SIZE + 4 + 20 + 4 + 4 * BGP_COMMUNITIES_MAX + 4 * LEASE_GATES);
	/* GRACEFUL_SHUTDOWN is not the one that is cut. */
	bool found = false;
	for (size_t i = 0; i + 4 <= size; i++)
		found = found || wire_peek_u32(out + i) == ATTRIBUTES_GRACEFUL_SHUTDOWN;
	assert_true(found);
	assert_int_equal(routes_next(&r, &v4_terms, &hop, out), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_difference), cmocka_unit_test(test_families),
		cmocka_unit_test(test_again),      cmocka_unit_test(test_peers_own_attributes),
		cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
