/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bgp_update.h"

#include "bgp_fixture.h"

static const struct bgp_terms ebgp = {.local_as = 64512, .external = true, .four_octet_as = true};
static const struct bgp_attributes plain = {0};
static const struct bgp_next_hop hop4 = {.size = 4, .bytes = {10, 0, 0, 2}};
static const struct bgp_next_hop hop6 = {.size = 16, .bytes = {0xfd, [15] = 2}};

static const struct bgp_prefix net4 = {BGP_IPV4, 24, {192, 0, 2}};
static const struct bgp_prefix net6 = {BGP_IPV6, 48, {0x20, 0x01, 0x0d, 0xb8, 0, 0x53}};

#define ORIGIN_AND_PATH "40 01 01 00 40 02 06 02 01 0000fc00 "

static void
test_announce_ipv4(void **state)
{
	(void)state;
	uint8_t out[BGP_MESSAGE_MAX];
	size_t used;
	size_t size = bgp_update_announce(&ebgp, &plain, &hop4, &net4, 1, &used, out);
	assert_int_equal(used, 1);
	assert_hex(out, size,
		   MARKER "002f 02 0000 0014 " ORIGIN_AND_PATH "40 03 04 0a000002 18 c00002");
	struct bgp_prefix two[] = {net4, {BGP_IPV4, 25, {198, 51, 100, 128}}};
	size = bgp_update_announce(&ebgp, &plain, &hop4, two, 2, &used, out);
	assert_int_equal(used, 2);
	assert_hex(out, size,
		   MARKER "0034 02 0000 0014 " ORIGIN_AND_PATH
			  "40 03 04 0a000002 18 c00002 19 c6336480");
}

/* RFC 4760 3 and RFC 7606 5.1: MP_REACH_NLRI first, no NEXT_HOP, no classic NLRI. */
static void
test_announce_ipv6(void **state)
{
	(void)state;
	uint8_t out[BGP_MESSAGE_MAX];
	size_t used;
	size_t size = bgp_update_announce(&ebgp, &plain, &hop6, &net6, 1, &used, out);
	assert_int_equal(used, 1);
	assert_hex(out, size,
		   MARKER "0043 02 0000 002c "
			  "80 0e 1c 0002 01 10 fd000000000000000000000000000002 00 30 "
			  "20010db80053 " ORIGIN_AND_PATH);
	struct bgp_next_hop both = {.size = 32, .bytes = {0xfd, [16] = 0xfe, 0x80, [31] = 7}};
	size = bgp_update_announce(&ebgp, &plain, &both, &net6, 1, &used, out);
	assert_hex(out, size,
		   MARKER "0053 02 0000 003c "
			  "80 0e 2c 0002 01 20 fd000000000000000000000000000000"
			  "fe800000000000000000000000000007 00 30 20010db80053 " ORIGIN_AND_PATH);
}

static void
test_withdraw(void **state)
{
	(void)state;
	uint8_t out[BGP_MESSAGE_MAX];
	size_t used;
	assert_hex(out, bgp_update_withdraw(&net4, 1, &used, out),
		   MARKER "001b 02 0004 18 c00002 0000");
	assert_int_equal(used, 1);
	assert_hex(out, bgp_update_withdraw(&net6, 1, &used, out),
		   MARKER "0024 02 0000 000d 80 0f 0a 0002 01 30 20010db80053");
	assert_int_equal(used, 1);
}

static void
test_end_of_rib(void **state)
{
	(void)state;
	uint8_t out[BGP_MESSAGE_MAX];
	assert_hex(out, bgp_update_end_of_rib(BGP_IPV4, out), MARKER "0017 02 0000 0000");
	assert_hex(out, bgp_update_end_of_rib(BGP_IPV6, out),
		   MARKER "001d 02 0000 0006 80 0f 03 0002 01");
}

static void
test_a_change_of_family_ends_the_message(void **state)
{
	(void)state;
	uint8_t out[BGP_MESSAGE_MAX];
	size_t used;
	struct bgp_prefix mixed[] = {net4, net4, net6, net4};
	assert_int_equal(bgp_update_withdraw(mixed, 4, &used, out), 23 + 2 * 4);
	assert_int_equal(used, 2);
	assert_int_equal(bgp_update_withdraw(mixed + 2, 2, &used, out), 23 + 6 + 7);
	assert_int_equal(used, 1);
	bgp_update_announce(&ebgp, &plain, &hop4, mixed, 4, &used, out);
	assert_int_equal(used, 2);
	bgp_update_announce(&ebgp, &plain, &hop6, mixed + 2, 2, &used, out);
	assert_int_equal(used, 1);
}

/* A second opinion on our own messages: a reader that shares no code with the writer. */
struct heard {
	unsigned announced;
	unsigned withdrawn;
	unsigned first_attribute;
	unsigned attributes;
};

static unsigned
count_prefixes(const uint8_t *p, const uint8_t *end)
{
	unsigned count = 0;
	while (p < end) {
		p += 1 + (*p + 7) / 8;
		count++;
	}
	assert_ptr_equal(p, end);
	return count;
}

static void
hear(const uint8_t *message, size_t size, struct heard *heard)
{
	const uint8_t *p = message + 19;
	assert_int_equal(message[16] << 8 | message[17], size);
	assert_int_equal(message[18], 2);
	size_t length = (size_t)(p[0] << 8 | p[1]);
	heard->withdrawn += count_prefixes(p + 2, p + 2 + length);
	p += 2 + length;
	const uint8_t *end = p + 2 + (p[0] << 8 | p[1]);
	assert_true(end <= message + size);
	for (p += 2; p < end; p += length) {
		unsigned flags = p[0];
		unsigned type = p[1];
		length = flags & 0x10 ? (size_t)(p[2] << 8 | p[3]) : p[2];
		p += flags & 0x10 ? 4 : 3;
		assert_true(p + length <= end);
		if (heard->attributes++ == 0)
			heard->first_attribute = type;
		if (type == 14)
			heard->announced += count_prefixes(p + 5 + p[3], p + length);
		if (type == 15)
			heard->withdrawn += count_prefixes(p + 3, p + length);
	}
	heard->announced += count_prefixes(end, message + size);
}

enum { MANY = 3000 };

static void
many_prefixes(struct bgp_prefix many[MANY], enum bgp_family family)
{
	for (unsigned i = 0; i < MANY; i++)
		many[i] = (struct bgp_prefix){
			.family = family,
			.length = family == BGP_IPV4 ? 32 : 128,
			.bytes = {10, 0, (uint8_t)(i >> 8), (uint8_t)i},
		};
}

static void
assert_full(size_t size, bool last)
{
	assert_true(size <= BGP_MESSAGE_MAX);
	/* All but the last leave no room for one prefix more, up to the caution of one. */
	assert_true(last || size > BGP_MESSAGE_MAX - 2 * 17 - 2);
}

static void
test_many_prefixes_take_many_messages(void **state)
{
	(void)state;
	static struct bgp_prefix many[MANY];
	static const enum bgp_family families[] = {BGP_IPV4, BGP_IPV6};
	for (size_t f = 0; f < ARRAY_LENGTH(families); f++) {
		bool v4 = families[f] == BGP_IPV4;
		uint8_t out[BGP_MESSAGE_MAX];
		struct heard heard = {0};
		many_prefixes(many, families[f]);
		for (size_t at = 0, used; at < MANY; at += used) {
			size_t size = bgp_update_announce(&ebgp, &plain, v4 ? &hop4 : &hop6,
							  many + at, MANY - at, &used, out);
			heard.attributes = 0;
			hear(out, size, &heard);
			assert_full(size, at + used == MANY);
			assert_int_equal(heard.first_attribute, v4 ? 1 : 14);
			assert_int_equal(heard.attributes, 3);
			assert_int_equal(heard.announced, at + used);
		}
		assert_int_equal(heard.withdrawn, 0);
		for (size_t at = 0, used; at < MANY; at += used) {
			size_t size = bgp_update_withdraw(many + at, MANY - at, &used, out);
			hear(out, size, &heard);
			assert_full(size, at + used == MANY);
			assert_int_equal(heard.withdrawn, at + used);
		}
		assert_int_equal(heard.announced, MANY);
	}
}

/* The largest attributes a configuration may ask for leave room for prefixes. */
static void
test_largest_attributes(void **state)
{
	(void)state;
	uint32_t communities[BGP_COMMUNITIES_MAX];
	struct bgp_large_community large[BGP_LARGE_COMMUNITIES_MAX];
	for (uint32_t i = 0; i < BGP_COMMUNITIES_MAX; i++)
		communities[i] = i;
	for (uint32_t i = 0; i < BGP_LARGE_COMMUNITIES_MAX; i++)
		large[i] = (struct bgp_large_community){i, i, i};
	struct bgp_attributes all = {.prepend = BGP_PREPEND_MAX,
				     .has_med = true,
				     .communities = communities,
				     .community_count = BGP_COMMUNITIES_MAX,
				     .large = large,
				     .large_count = BGP_LARGE_COMMUNITIES_MAX};
	struct bgp_terms terms = {.local_as = 65536, .external = true, .only_to_customer = true};
	static struct bgp_prefix many[MANY];
	many_prefixes(many, BGP_IPV6);
	uint8_t out[BGP_MESSAGE_MAX];
	struct heard heard = {0};
	size_t used;
	hear(out, bgp_update_announce(&terms, &all, &hop6, many, MANY, &used, out), &heard);
	assert_int_equal(heard.announced, used);
	assert_int_equal(heard.attributes, 8);
	assert_true(used > 100);
	heard = (struct heard){0};
	many_prefixes(many, BGP_IPV4);
	hear(out, bgp_update_announce(&terms, &all, &hop4, many, MANY, &used, out), &heard);
	assert_int_equal(heard.announced, used);
	assert_int_equal(heard.attributes, 8);
	assert_true(used > 300);
}

/* What is wrong with a received UPDATE: the subcode, 0 when nothing. */
static unsigned
fault_of(const char *hex)
{
	uint8_t buffer[BGP_MESSAGE_MAX];
	struct bgp_message message = message_of(BGP_UPDATE, hex, buffer);
	struct bgp_error error = {0};
	bool fine = bgp_update_check(&message, &error);
	assert_int_equal(fine, error.subcode == 0);
	assert_int_equal(error.code, fine ? 0 : BGP_UPDATE_ERROR);
	return error.subcode;
}

static void
test_check_passes_what_is_well_formed(void **state)
{
	(void)state;
	assert_int_equal(fault_of("0000 0000"), 0);
	assert_int_equal(fault_of("0005 00 18 c00002 0000"), 0);
	assert_int_equal(fault_of("0000 0014 " ORIGIN_AND_PATH "40 03 04 0a000002 18 c00002"), 0);
	assert_int_equal(fault_of("0000 0006 80 0f 03 0002 01"), 0);
	/* Unknown attributes, one with two bytes of length, one empty, one twice. */
	assert_int_equal(fault_of("0000 000d d0 fe 0002 0102 c0 fd 00 c0 fd 01 00"), 0);
	/* Families of others, whatever their prefixes look like. */
	assert_int_equal(fault_of("0000 0008 80 0f 05 0019 41 ffff"), 0);
	assert_int_equal(fault_of("0000 0008 80 0f 05 0001 80 ffff"), 0);
}

static void
test_check_of_lengths(void **state)
{
	(void)state;
	assert_int_equal(fault_of("0001 0000"), 1); /* withdrawn routes eat the next length */
	assert_int_equal(fault_of("0003 0000"), 1); /* ... and the end */
	assert_int_equal(fault_of("ffff 0000"), 1);
	assert_int_equal(fault_of("0000 0001"), 1); /* attributes leave the message */
	assert_int_equal(fault_of("0000 ffff 00"), 1);
	assert_int_equal(fault_of("0000 0001 40"), 1); /* an attribute without a type */
	assert_int_equal(fault_of("0000 0002 40 01"), 1);
	assert_int_equal(fault_of("0000 0003 40 01 01"), 1);
	assert_int_equal(fault_of("0000 0003 50 01 00"), 1);
	assert_int_equal(fault_of("0000 0004 50 01 0001"), 1);
	assert_int_equal(fault_of("0000 0004 40 01 02 00 00"), 1);
}

static void
test_check_of_prefixes(void **state)
{
	(void)state;
	assert_int_equal(fault_of("0005 20 c0000201 0000"), 0);
	assert_int_equal(fault_of("0006 21 c000020100 0000"), 10);
	assert_int_equal(fault_of("0001 08 0000"), 10);
	assert_int_equal(fault_of("0003 18 c000 0000"), 10);
	assert_int_equal(fault_of("0000 0000 18 c000"), 10);
	assert_int_equal(fault_of("0000 0000 21 c000020100"), 10);
	assert_int_equal(fault_of("0000 0000 ff"), 10);
}

static void
test_check_of_multiprotocol_attributes(void **state)
{
	(void)state;
	assert_int_equal(fault_of("0000 000b 80 0f 08 0002 01 20 20010db8"), 0);
	assert_int_equal(fault_of("0000 000b 80 0f 08 0002 01 21 20010db8"), 9);
	assert_int_equal(fault_of("0000 0008 80 0f 05 0002 01 81 00"), 9);
	assert_int_equal(fault_of("0000 0005 80 0f 02 0002"), 9);    /* no SAFI */
	assert_int_equal(fault_of("0000 0006 80 0e 03 0002 01"), 9); /* no next hop */
	assert_int_equal(fault_of("0000 0008 80 0e 05 0002 01 10 fd"), 9);
	assert_int_equal(fault_of("0000 0008 80 0e 05 0002 01 01 fd"), 9); /* no reserved byte */
	assert_int_equal(fault_of("0000 0009 80 0e 06 0002 01 01 fd 00"), 0);
	assert_int_equal(fault_of("0000 000a 80 0e 07 0001 01 01 fd 00 21"), 9);
	/* RFC 7606 3g: twice is not tolerable, of either. */
	assert_int_equal(fault_of("0000 000c 80 0f 03 0002 01 80 0f 03 0001 01"), 1);
	assert_int_equal(fault_of("0000 0012 80 0e 06 0002 01 01 fd 00 80 0e 06 0002 01 01 fd 00"),
			 1);
}

static void
test_our_own_messages_pass(void **state)
{
	(void)state;
	struct bgp_prefix list[] = {net4, net6};
	for (size_t i = 0; i < 2; i++) {
		uint8_t out[2][BGP_MESSAGE_MAX];
		size_t sizes[2];
		size_t used;
		sizes[0] = bgp_update_announce(&ebgp, &plain, i ? &hop6 : &hop4, &list[i], 1, &used,
					       out[0]);
		sizes[1] = bgp_update_withdraw(&list[i], 1, &used, out[1]);
		for (size_t j = 0; j < 2; j++) {
			struct bgp_message message;
			struct bgp_error error;
			assert_int_equal(bgp_message_frame(out[j], sizes[j], &message, &error),
					 BGP_FRAME_READY);
			assert_true(bgp_update_check(&message, &error));
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_announce_ipv4),
		cmocka_unit_test(test_announce_ipv6),
		cmocka_unit_test(test_withdraw),
		cmocka_unit_test(test_end_of_rib),
		cmocka_unit_test(test_a_change_of_family_ends_the_message),
		cmocka_unit_test(test_many_prefixes_take_many_messages),
		cmocka_unit_test(test_largest_attributes),
		cmocka_unit_test(test_check_passes_what_is_well_formed),
		cmocka_unit_test(test_check_of_lengths),
		cmocka_unit_test(test_check_of_prefixes),
		cmocka_unit_test(test_check_of_multiprotocol_attributes),
		cmocka_unit_test(test_our_own_messages_pass),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
