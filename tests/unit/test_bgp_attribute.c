/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bgp_attribute.h"

#include "bgp_fixture.h"

static const struct bgp_terms ebgp = {.local_as = 64512, .external = true, .four_octet_as = true};
static const struct bgp_terms ibgp = {.local_as = 64512, .external = false, .four_octet_as = true};
static const struct bgp_next_hop hop = {.size = 4, .bytes = {10, 0, 0, 2}};

/* What every route has: ORIGIN IGP; AS_PATH 64512; NEXT_HOP 10.0.0.2. */
#define ORIGIN   "40 01 01 00 "
#define PATH     "40 02 06 02 01 0000fc00 "
#define NEXT_HOP "40 03 04 0a000002 "

static void
assert_attributes(const struct bgp_terms *terms, const struct bgp_attributes *attributes,
		  const struct bgp_next_hop *next_hop, const char *hex)
{
	uint8_t out[BGP_ATTRIBUTES_MAX];
	struct wire_writer w = wire_writer(out, sizeof out);
	bgp_attribute_put_all(&w, terms, attributes, next_hop);
	assert_false(w.failed);
	assert_hex(out, w.at, hex);
}

static void
test_plain(void **state)
{
	(void)state;
	struct bgp_attributes plain = {0};
	assert_attributes(&ebgp, &plain, &hop, ORIGIN PATH NEXT_HOP);
	assert_attributes(&ebgp, &plain, NULL, ORIGIN PATH);
}

static void
test_prepend(void **state)
{
	(void)state;
	struct bgp_attributes three = {.prepend = 3};
	assert_attributes(&ebgp, &three, NULL,
			  ORIGIN "40 02 12 02 04 0000fc00 0000fc00 0000fc00 0000fc00");
	/* The most: 33 numbers, 134 bytes. */
	struct bgp_attributes most = {.prepend = BGP_PREPEND_MAX};
	uint8_t out[BGP_ATTRIBUTES_MAX];
	struct wire_writer w = wire_writer(out, sizeof out);
	bgp_attribute_put_all(&w, &ebgp, &most, NULL);
	assert_hex(out, 9, ORIGIN "40 02 86 02 21");
	assert_int_equal(w.at, 4 + 3 + 134);
}

/* RFC 4271 5.1.2 b and 5.1.5. */
static void
test_internal(void **state)
{
	(void)state;
	struct bgp_attributes attributes = {.prepend = 3, .local_pref = 100};
	assert_attributes(&ibgp, &attributes, &hop, ORIGIN "40 02 00" NEXT_HOP "40 05 04 00000064");
	attributes.local_pref = 0;
	assert_attributes(&ibgp, &attributes, &hop, ORIGIN "40 02 00" NEXT_HOP "40 05 04 00000000");
	/* Never towards an external peer. */
	attributes = (struct bgp_attributes){.local_pref = 100};
	assert_attributes(&ebgp, &attributes, NULL, ORIGIN PATH);
}

static void
test_med(void **state)
{
	(void)state;
	struct bgp_attributes attributes = {.has_med = true, .med = 0};
	assert_attributes(&ebgp, &attributes, &hop, ORIGIN PATH NEXT_HOP "80 04 04 00000000");
	attributes.med = UINT32_MAX;
	assert_attributes(&ibgp, &attributes, NULL,
			  ORIGIN "40 02 00 80 04 04 ffffffff 40 05 04 00000000");
}

static void
test_communities(void **state)
{
	(void)state;
	uint32_t list[] = {BGP_COMMUNITY_GRACEFUL_SHUTDOWN, BGP_COMMUNITY_NO_EXPORT,
			   64512u << 16 | 1, BGP_COMMUNITY_NO_EXPORT, BGP_COMMUNITY_NO_PEER};
	struct bgp_attributes attributes = {.communities = list, .community_count = 1};
	assert_attributes(&ebgp, &attributes, NULL, ORIGIN PATH "c0 08 04 ffff0000");
	attributes.community_count = 4;
	assert_attributes(&ebgp, &attributes, NULL,
			  ORIGIN PATH "c0 08 0c ffff0000 ffffff01 fc000001");
	attributes.community_count = 5;
	assert_attributes(&ebgp, &attributes, NULL,
			  ORIGIN PATH "c0 08 10 ffff0000 ffffff01 fc000001 ffffff04");
}

/* 63 communities are 252 bytes, 64 are 256 and need two bytes of length. */
static void
test_communities_past_255_bytes(void **state)
{
	(void)state;
	uint32_t list[BGP_COMMUNITIES_MAX];
	uint8_t out[BGP_ATTRIBUTES_MAX];
	for (uint32_t i = 0; i < BGP_COMMUNITIES_MAX; i++)
		list[i] = 0xfc000000 + i;
	struct bgp_attributes attributes = {.communities = list};
	static const struct {
		size_t count;
		const char *head;
		size_t head_size;
	} cases[] = {{63, "c0 08 fc fc000000", 3},
		     {64, "d0 08 0100 fc000000", 4},
		     {BGP_COMMUNITIES_MAX, "d0 08 0200 fc000000", 4}};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct wire_writer w = wire_writer(out, sizeof out);
		attributes.community_count = cases[i].count;
		bgp_attribute_put_all(&w, &ebgp, &attributes, NULL);
		assert_hex(out + 13, cases[i].head_size + 4, cases[i].head);
		assert_int_equal(w.at, 13 + cases[i].head_size + 4 * cases[i].count);
		assert_int_equal(wire_peek_u32(out + w.at - 4), 0xfc000000 + cases[i].count - 1);
	}
}

static void
test_large_communities(void **state)
{
	(void)state;
	struct bgp_large_community list[] = {
		{4200000001, 0, UINT32_MAX},
		{64512, 1, 2},
		{64512, 1, 2},
		{64512, 2, 2},
		{64512, 1, 3},
	};
	struct bgp_attributes attributes = {.large = list, .large_count = 1};
	assert_attributes(&ebgp, &attributes, NULL,
			  ORIGIN PATH "c0 20 0c fa56ea01 00000000 ffffffff");
	attributes.large_count = 5;
	assert_attributes(&ebgp, &attributes, NULL,
			  ORIGIN PATH
			  "c0 20 30 fa56ea01 00000000 ffffffff 0000fc00 00000001 00000002"
			  "0000fc00 00000002 00000002 0000fc00 00000001 00000003");
}

static void
test_only_to_customer(void **state)
{
	(void)state;
	struct bgp_terms terms = ebgp;
	terms.only_to_customer = true;
	struct bgp_attributes plain = {0};
	assert_attributes(&terms, &plain, NULL, ORIGIN PATH "c0 23 04 0000fc00");
}

/* RFC 6793 4.2.2. */
static void
test_towards_2_octet_speakers(void **state)
{
	(void)state;
	struct bgp_terms old = ebgp;
	old.four_octet_as = false;
	struct bgp_attributes attributes = {.prepend = 1};
	/* A number that fits needs no AS4_PATH. */
	assert_attributes(&old, &attributes, NULL, ORIGIN "40 02 06 02 02 fc00 fc00");
	old.local_as = 65535;
	assert_attributes(&old, &attributes, NULL, ORIGIN "40 02 06 02 02 ffff ffff");
	old.local_as = 65536;
	assert_attributes(&old, &attributes, NULL,
			  ORIGIN "40 02 06 02 02 5ba0 5ba0  c0 11 0a 02 02 00010000 00010000");
	/* Within the AS the path is empty in both forms. */
	old.external = false;
	assert_attributes(&old, &attributes, NULL, ORIGIN "40 02 00 40 05 04 00000000");
}

/* All at once, in ascending order of type. */
static void
test_order(void **state)
{
	(void)state;
	uint32_t community = BGP_COMMUNITY_NO_EXPORT;
	struct bgp_large_community large = {1, 2, 3};
	struct bgp_terms terms = {.local_as = 65536, .external = true, .only_to_customer = true};
	struct bgp_attributes attributes = {.has_med = true,
					    .med = 5,
					    .communities = &community,
					    .community_count = 1,
					    .large = &large,
					    .large_count = 1};
	assert_attributes(&terms, &attributes, &hop,
			  ORIGIN "40 02 04 02 01 5ba0" NEXT_HOP "80 04 04 00000005"
				 "c0 08 04 ffffff01  c0 11 06 02 01 00010000"
				 "c0 20 0c 00000001 00000002 00000003  c0 23 04 00010000");
}

static void
test_begin_and_end_choose_the_form(void **state)
{
	(void)state;
	uint8_t out[600];
	for (size_t length = 254; length <= 257; length++) {
		struct wire_writer w = wire_writer(out, sizeof out);
		size_t begun = bgp_attribute_begin(&w, BGP_FLAG_OPTIONAL, BGP_ATTRIBUTE_MP_REACH);
		memset(wire_put_room(&w, length), 7, length);
		bgp_attribute_end(&w, begun);
		bool extended = length > 255;
		assert_int_equal(w.at, (extended ? 4 : 3) + length);
		assert_int_equal(out[0], extended ? 0x90 : 0x80);
		assert_int_equal(out[1], 14);
		assert_int_equal(extended ? wire_peek_u16(out + 2) : out[2], length);
		assert_int_equal(out[extended ? 4 : 3], 7);
		assert_int_equal(out[w.at - 1], 7);
	}
	struct wire_writer w = wire_writer(out, 3);
	bgp_attribute_end(&w, bgp_attribute_begin(&w, 0, BGP_ATTRIBUTE_ORIGIN));
	assert_true(w.failed);
}

static void
test_community_refusal(void **state)
{
	(void)state;
	assert_non_null(bgp_attribute_community_refusal(BGP_COMMUNITY_BLACKHOLE));
	assert_null(bgp_attribute_community_refusal(BGP_COMMUNITY_NO_EXPORT));
	assert_null(bgp_attribute_community_refusal(BGP_COMMUNITY_GRACEFUL_SHUTDOWN));
	assert_null(bgp_attribute_community_refusal(64512u << 16 | 666));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_prepend),
		cmocka_unit_test(test_internal),
		cmocka_unit_test(test_med),
		cmocka_unit_test(test_communities),
		cmocka_unit_test(test_communities_past_255_bytes),
		cmocka_unit_test(test_large_communities),
		cmocka_unit_test(test_only_to_customer),
		cmocka_unit_test(test_towards_2_octet_speakers),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_begin_and_end_choose_the_form),
		cmocka_unit_test(test_community_refusal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
