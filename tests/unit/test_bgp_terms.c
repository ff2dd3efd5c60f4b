/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bgp_terms.h"

#include "bgp_fixture.h"

static const struct bgp_peer external = {
	.local_as = 64512,
	.peer_as = 64496,
	.router_id = 0x0a000002,
	.hold = 9,
	.role = BGP_ROLE_NONE,
	.families = BGP_IPV4,
	.dial = true,
};

static const struct bgp_open theirs = {
	.as = 64496,
	.id = 0x0a000001,
	.hold = 90,
	.role = BGP_ROLE_NONE,
	.families = BGP_FAMILIES,
	.four_octet_as = true,
	.route_refresh = true,
};

static struct bgp_peer
internal(void)
{
	struct bgp_peer peer = external;
	peer.peer_as = peer.local_as;
	return peer;
}

static void
assert_refused(const struct bgp_peer *peer, const struct bgp_open *open, unsigned subcode,
	       const char *data)
{
	struct bgp_terms terms;
	struct bgp_error error;
	assert_false(bgp_terms_agree(peer, peer->hold, open, &terms, &error));
	assert_error(&error, BGP_OPEN_ERROR, subcode, data);
}

static struct bgp_terms
assert_agreed(const struct bgp_peer *peer, const struct bgp_open *open)
{
	struct bgp_terms terms;
	struct bgp_error error;
	assert_true(bgp_terms_agree(peer, peer->hold, open, &terms, &error));
	return terms;
}

static void
test_offer(void **state)
{
	(void)state;
	struct bgp_peer peer = external;
	peer.role = BGP_ROLE_CUSTOMER;
	struct bgp_open open = bgp_terms_offer(&peer, 30);
	assert_int_equal(open.as, 64512);
	assert_int_equal(open.id, 0x0a000002);
	assert_int_equal(open.hold, 30);
	assert_int_equal(open.role, BGP_ROLE_CUSTOMER);
	assert_int_equal(open.families, BGP_IPV4);
	assert_true(open.four_octet_as && open.route_refresh);
	/* No role inside a network (RFC 9234 4). */
	peer = internal();
	peer.role = BGP_ROLE_CUSTOMER;
	assert_int_equal(bgp_terms_offer(&peer, 9).role, BGP_ROLE_NONE);
}

static void
test_agreed(void **state)
{
	(void)state;
	struct bgp_terms terms = assert_agreed(&external, &theirs);
	assert_int_equal(terms.local_as, 64512);
	assert_int_equal(terms.peer_id, 0x0a000001);
	assert_int_equal(terms.families, BGP_IPV4);
	assert_true(terms.external && terms.four_octet_as);
	assert_false(terms.only_to_customer);
	struct bgp_open open = theirs;
	open.as = external.local_as;
	open.four_octet_as = false;
	struct bgp_peer peer = internal();
	terms = assert_agreed(&peer, &open);
	assert_false(terms.external || terms.four_octet_as);
}

static void
test_hold_time_is_the_smaller_one(void **state)
{
	(void)state;
	static const uint16_t cases[][3] = {
		{9, 90, 9}, {90, 9, 9}, {9, 9, 9}, {9, 0, 0}, {0, 9, 0}, {0, 0, 0}, {9, 3, 3},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct bgp_peer peer = external;
		struct bgp_open open = theirs;
		peer.hold = cases[i][0];
		open.hold = cases[i][1];
		assert_int_equal(assert_agreed(&peer, &open).hold, cases[i][2]);
	}
}

static void
test_as_and_identifier(void **state)
{
	(void)state;
	struct bgp_open open = theirs;
	open.as = 64497;
	assert_refused(&external, &open, BGP_OPEN_BAD_PEER_AS, "");
	/* A 2-octet speaker with a large AS number says AS_TRANS, which nobody configures. */
	open.as = BGP_AS_TRANS;
	assert_refused(&external, &open, BGP_OPEN_BAD_PEER_AS, "");
	/* RFC 6286: unique within an AS, not between two. */
	open = theirs;
	open.id = external.router_id;
	assert_agreed(&external, &open);
	struct bgp_peer peer = internal();
	open.as = peer.local_as;
	assert_refused(&peer, &open, BGP_OPEN_BAD_IDENTIFIER, "");
}

static void
test_families(void **state)
{
	(void)state;
	struct bgp_open open = theirs;
	struct bgp_peer peer = external;
	open.families = BGP_IPV6;
	assert_refused(&peer, &open, BGP_OPEN_UNSUPPORTED_CAPABILITY, "01 04 0001 00 01");
	peer.families = BGP_IPV6;
	assert_int_equal(assert_agreed(&peer, &open).families, BGP_IPV6);
	open.families = BGP_IPV4;
	assert_refused(&peer, &open, BGP_OPEN_UNSUPPORTED_CAPABILITY, "01 04 0002 00 01");
	peer.families = BGP_FAMILIES;
	assert_refused(&peer, &open, BGP_OPEN_UNSUPPORTED_CAPABILITY, "01 04 0002 00 01");
	open.families = 0;
	assert_refused(&peer, &open, BGP_OPEN_UNSUPPORTED_CAPABILITY,
		       "01 04 0001 00 01 01 04 0002 00 01");
}

/* RFC 9234 4.2, table 2: every role against every other and against unknown ones. */
static void
test_roles(void **state)
{
	(void)state;
	static const uint16_t partner[] = {3, 2, 1, 0, 4};
	for (uint16_t ours = 0; ours <= 4; ours++) {
		for (unsigned other = 0; other <= BGP_ROLE_AMBIGUOUS; other++) {
			struct bgp_peer peer = external;
			struct bgp_open open = theirs;
			peer.role = ours;
			open.role = (uint16_t)other;
			if (other == partner[ours] || other == BGP_ROLE_NONE)
				assert_agreed(&peer, &open);
			else
				assert_refused(&peer, &open, BGP_OPEN_ROLE_MISMATCH, "");
			peer.role_strict = true;
			if (other == partner[ours])
				assert_agreed(&peer, &open);
			else
				assert_refused(&peer, &open, BGP_OPEN_ROLE_MISMATCH, "");
			/* Who has no role does not compare. */
			peer.role = BGP_ROLE_NONE;
			assert_agreed(&peer, &open);
			peer = internal();
			peer.role = ours;
			open.as = peer.local_as;
			assert_agreed(&peer, &open);
		}
	}
}

/* RFC 9234 5: to customers, peers and RS clients, never to providers and route servers. */
static void
test_only_to_customer(void **state)
{
	(void)state;
	static const bool marked[] = {
		[BGP_ROLE_PROVIDER] = true,  [BGP_ROLE_RS] = true,   [BGP_ROLE_RS_CLIENT] = false,
		[BGP_ROLE_CUSTOMER] = false, [BGP_ROLE_PEER] = true,
	};
	for (uint16_t role = 0; role <= 4; role++) {
		struct bgp_peer peer = external;
		struct bgp_open open = theirs;
		peer.role = role;
		assert_int_equal(assert_agreed(&peer, &open).only_to_customer, marked[role]);
		peer = internal();
		peer.role = role;
		open.as = peer.local_as;
		assert_false(assert_agreed(&peer, &open).only_to_customer);
	}
}

static void
test_who_wins_a_collision(void **state)
{
	(void)state;
	assert_true(bgp_terms_we_win(&external, 0x0a000001));
	assert_false(bgp_terms_we_win(&external, 0x0a000003));
	/* As unsigned numbers in host order: 200.0.0.1 is higher than 10.0.0.2. */
	assert_false(bgp_terms_we_win(&external, 0xc8000001));
	/* RFC 6286 2.3: the same identifier, then the higher AS. */
	assert_true(bgp_terms_we_win(&external, 0x0a000002));
	struct bgp_peer peer = external;
	peer.peer_as = 64513;
	assert_false(bgp_terms_we_win(&peer, 0x0a000002));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offer),
		cmocka_unit_test(test_agreed),
		cmocka_unit_test(test_hold_time_is_the_smaller_one),
		cmocka_unit_test(test_as_and_identifier),
		cmocka_unit_test(test_families),
		cmocka_unit_test(test_roles),
		cmocka_unit_test(test_only_to_customer),
		cmocka_unit_test(test_who_wins_a_collision),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
