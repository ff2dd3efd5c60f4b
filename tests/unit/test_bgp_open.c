/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bgp_open.h"

#include "bgp_fixture.h"

/* Version 4, AS 64496, hold 90, identifier 10.0.0.1; the optional parameters follow. */
#define FIXED "04 fbf0 005a 0a000001 "

static bool
decode(const char *hex, struct bgp_open *open, struct bgp_error *error)
{
	uint8_t buffer[BGP_MESSAGE_MAX];
	struct bgp_message message = message_of(BGP_OPEN, hex, buffer);
	return bgp_open_decode(&message, open, error);
}

static void
assert_refused(const char *hex, unsigned subcode, const char *data)
{
	struct bgp_open open;
	struct bgp_error error;
	assert_false(decode(hex, &open, &error));
	assert_error(&error, BGP_OPEN_ERROR, subcode, data);
}

static struct bgp_open
assert_accepted(const char *hex)
{
	struct bgp_open open;
	struct bgp_error error;
	assert_true(decode(hex, &open, &error));
	return open;
}

static void
test_encode_everything(void **state)
{
	(void)state;
	uint8_t out[BGP_MESSAGE_MAX];
	struct bgp_open open = {.as = 4200000001,
				.id = 0x0a000002,
				.hold = 9,
				.role = BGP_ROLE_CUSTOMER,
				.families = BGP_FAMILIES,
				.four_octet_as = true,
				.route_refresh = true};
	assert_hex(out, bgp_open_encode(&open, out),
		   MARKER "0036 01 04 5ba0 0009 0a000002 19 02 17"
			  "01 04 0001 00 01  01 04 0002 00 01  02 00  09 01 03  41 04 fa56ea01");
}

static void
test_encode_2_octet_as_and_no_role(void **state)
{
	(void)state;
	uint8_t out[BGP_MESSAGE_MAX];
	struct bgp_open open = {.as = 65535,
				.id = 1,
				.hold = 0,
				.role = BGP_ROLE_NONE,
				.families = BGP_IPV6,
				.four_octet_as = true};
	assert_hex(out, bgp_open_encode(&open, out),
		   MARKER "002b 01 04 ffff 0000 00000001 0e 02 0c"
			  "01 04 0002 00 01  41 04 0000ffff");
	open = (struct bgp_open){.as = 65536, .id = 1, .hold = 3, .role = BGP_ROLE_NONE};
	assert_hex(out, bgp_open_encode(&open, out), MARKER "001d 01 04 5ba0 0003 00000001 00");
}

static void
test_never_offers_graceful_restart(void **state)
{
	(void)state;
	for (unsigned role = 0; role <= BGP_ROLE_NONE; role++) {
		uint8_t out[BGP_MESSAGE_MAX];
		struct bgp_open open = {.as = 1,
					.id = 1,
					.role = (uint16_t)role,
					.families = BGP_FAMILIES,
					.four_octet_as = true,
					.route_refresh = true};
		size_t size = bgp_open_encode(&open, out);
		struct wire_reader r = wire_reader(out + 31, size - 31);
		while (wire_left(&r)) {
			unsigned code = wire_get_u8(&r);
			assert_true(code == 1 || code == 2 || code == 9 || code == 65);
			wire_get_bytes(&r, wire_get_u8(&r));
		}
		assert_false(r.failed);
	}
}

static void
test_round_trip(void **state)
{
	(void)state;
	uint8_t out[BGP_MESSAGE_MAX];
	struct bgp_message message;
	struct bgp_error error;
	struct bgp_open sent = {.as = 4200000001,
				.id = 0xfffffffe,
				.hold = 65535,
				.role = BGP_ROLE_PEER,
				.families = BGP_FAMILIES,
				.four_octet_as = true,
				.route_refresh = true};
	struct bgp_open got;
	size_t size = bgp_open_encode(&sent, out);
	assert_int_equal(bgp_message_frame(out, size, &message, &error), BGP_FRAME_READY);
	assert_true(bgp_open_decode(&message, &got, &error));
	assert_int_equal(got.as, sent.as);
	assert_int_equal(got.id, sent.id);
	assert_int_equal(got.hold, sent.hold);
	assert_int_equal(got.role, sent.role);
	assert_int_equal(got.families, sent.families);
	assert_true(got.four_octet_as && got.route_refresh);
}

static void
test_without_capabilities(void **state)
{
	(void)state;
	struct bgp_open open = assert_accepted(FIXED "00");
	assert_int_equal(open.as, 64496);
	assert_int_equal(open.hold, 90);
	assert_int_equal(open.id, 0x0a000001);
	assert_int_equal(open.families, BGP_IPV4);
	assert_int_equal(open.role, BGP_ROLE_NONE);
	assert_false(open.four_octet_as || open.route_refresh);
}

/* As FRR sends it: a parameter for each capability, graceful restart and others among them. */
static void
test_one_parameter_per_capability(void **state)
{
	(void)state;
	struct bgp_open open = assert_accepted(FIXED
					       "2a"
					       "02 06 01 04 0001 00 01  02 02 80 00  02 02 02 00"
					       "02 06 41 04 0000fbf0  02 06 45 04 00010101"
					       "02 04 40 02 c078  02 02 46 00");
	assert_int_equal(open.families, BGP_IPV4);
	assert_true(open.four_octet_as && open.route_refresh);
	assert_int_equal(open.as, 64496);
}

static void
test_families(void **state)
{
	(void)state;
	assert_int_equal(assert_accepted(FIXED "08 02 06 01 04 0002 00 01").families, BGP_IPV6);
	assert_int_equal(
		assert_accepted(FIXED "0e 02 0c 01 04 0002 00 01 01 04 0001 00 01").families,
		BGP_FAMILIES);
	/* Others than ours: none of ours, and not the implied IPv4 either. */
	assert_int_equal(assert_accepted(FIXED "08 02 06 01 04 0001 00 80").families, 0);
	assert_int_equal(assert_accepted(FIXED "08 02 06 01 04 0019 00 41").families, 0);
	assert_int_equal(assert_accepted(FIXED "08 02 06 01 04 0003 00 01").families, 0);
	/* The reserved byte is ignored (RFC 4760 8). */
	assert_int_equal(assert_accepted(FIXED "08 02 06 01 04 0001 ff 01").families, BGP_IPV4);
}

static void
test_four_octet_as(void **state)
{
	(void)state;
	assert_int_equal(assert_accepted("04 5ba0 005a 0a000001 08 02 06 41 04 fa56ea01").as,
			 4200000001);
	/* The same twice is fine, two different ones are not. */
	assert_int_equal(assert_accepted(FIXED "0e 02 0c 41 04 00010000 41 04 00010000").as, 65536);
	assert_refused(FIXED "0e 02 0c 41 04 00010000 41 04 00010001", 0, "");
}

static void
test_roles(void **state)
{
	(void)state;
	assert_int_equal(assert_accepted(FIXED "05 02 03 09 01 00").role, BGP_ROLE_PROVIDER);
	assert_int_equal(assert_accepted(FIXED "05 02 03 09 01 04").role, BGP_ROLE_PEER);
	assert_int_equal(assert_accepted(FIXED "05 02 03 09 01 ff").role, 255);
	assert_int_equal(assert_accepted(FIXED "08 02 06 09 01 03 09 01 03").role,
			 BGP_ROLE_CUSTOMER);
	assert_int_equal(assert_accepted(FIXED "08 02 06 09 01 03 09 01 00").role,
			 BGP_ROLE_AMBIGUOUS);
	assert_int_equal(assert_accepted(FIXED "0b 02 09 09 01 03 09 01 00 09 01 03").role,
			 BGP_ROLE_AMBIGUOUS);
}

static void
test_fixed_fields(void **state)
{
	(void)state;
	assert_refused("03 fbf0 005a 0a000001 00", 1, "0004");
	assert_refused("05 fbf0 005a 0a000001 00", 1, "0004");
	assert_refused("04 0000 005a 0a000001 00", 2, "");
	assert_refused("04 5ba0 005a 0a000001 08 02 06 41 04 00000000", 2, "");
	assert_refused("04 fbf0 0001 0a000001 00", 6, "");
	assert_refused("04 fbf0 0002 0a000001 00", 6, "");
	assert_int_equal(assert_accepted("04 fbf0 0003 0a000001 00").hold, 3);
	assert_int_equal(assert_accepted("04 fbf0 0000 0a000001 00").hold, 0);
	assert_refused("04 fbf0 005a 00000000 00", 3, "");
	assert_int_equal(assert_accepted("04 fbf0 005a ffffffff 00").id, 0xffffffff);
}

static void
test_parameters(void **state)
{
	(void)state;
	assert_refused(FIXED "02 01 00", 4, ""); /* authentication, deprecated */
	assert_refused(FIXED "03 03 01 00", 4, "");
	assert_refused(FIXED "04 02 00 07 00", 4, ""); /* behind an empty list of capabilities */
	assert_int_equal(assert_accepted(FIXED "02 02 00").families, BGP_IPV4);
}

static void
test_lengths_that_do_not_fit(void **state)
{
	(void)state;
	assert_refused(FIXED "01", 0, "");                     /* more promised than there is */
	assert_refused(FIXED "00 00", 0, "");                  /* more there than promised */
	assert_refused(FIXED "01 02", 0, "");                  /* a parameter without length */
	assert_refused(FIXED "02 02 01", 0, "");               /* one that leaves the list */
	assert_refused(FIXED "03 02 01 01", 0, "");            /* a capability without length */
	assert_refused(FIXED "04 02 02 01 01", 0, "");         /* one that leaves the parameter */
	assert_refused(FIXED "07 02 05 01 03 0001 00", 0, ""); /* multiprotocol of 3 bytes */
	assert_refused(FIXED "09 02 07 01 05 0001 00 01 00", 0, "");
	assert_refused(FIXED "07 02 05 41 03 0001 00", 0, ""); /* 4-octet AS of 3 bytes */
	assert_refused(FIXED "09 02 07 41 05 0001 00 01 00", 0, "");
	assert_refused(FIXED "04 02 02 09 00", 0, ""); /* role of no and of 2 bytes */
	assert_refused(FIXED "06 02 04 09 02 0000", 0, "");
	/* Route refresh has no value, but one does no harm. */
	assert_true(assert_accepted(FIXED "05 02 03 02 01 00").route_refresh);
}

/* RFC 9072: 255, 255, two bytes of length, and so have the parameters. */
static void
test_extended_parameters(void **state)
{
	(void)state;
	struct bgp_open open = assert_accepted(FIXED "ff ff 0009 02 0006 41 04 00010000");
	assert_int_equal(open.as, 65536);
	/* Any other length but 0 will do, with fewer than 255 bytes too. */
	assert_int_equal(assert_accepted(FIXED "01 ff 0009 02 0006 41 04 00010000").as, 65536);
	assert_int_equal(assert_accepted(FIXED "ff ff 0000").as, 64496);
	assert_refused(FIXED "00 ff 0009 02 0006 41 04 00010000", 0, "");
	assert_refused(FIXED "ff ff 000a 02 0006 41 04 00010000", 0, "");
	assert_refused(FIXED "ff ff 0008 02 0006 41 04 00010000", 0, "");
	assert_refused(FIXED "ff ff 0009 02 0007 41 04 00010000", 0, "");
	assert_refused(FIXED "ff ff 00", 0, "");
	assert_refused(FIXED "ff ff", 0, "");
	/* 255 as an ordinary parameter further on means nothing. */
	assert_refused(FIXED "04 02 00 ff 00", 4, "");
}

static void
test_extended_parameters_past_255_bytes(void **state)
{
	(void)state;
	uint8_t buffer[BGP_MESSAGE_MAX];
	uint8_t head[BGP_MESSAGE_MAX];
	struct bgp_message message;
	struct bgp_error error;
	struct bgp_open open;
	struct wire_writer w = bgp_message_begin(buffer, BGP_OPEN);
	wire_put_bytes(&w, head, unhex(FIXED "ff ff", head));
	wire_put_u16(&w, 3 + 300 * 8 + 6);
	wire_put_u8(&w, 2);
	wire_put_u16(&w, 300 * 8 + 6);
	for (unsigned i = 0; i < 300; i++)
		wire_put_bytes(&w, "\xf0\x06unknow", 8);
	wire_put_bytes(&w, "\x41\x04\x00\x01\x00\x00", 6);
	size_t size = bgp_message_end(&w);
	assert_int_equal(bgp_message_frame(buffer, size, &message, &error), BGP_FRAME_READY);
	assert_true(bgp_open_decode(&message, &open, &error));
	assert_int_equal(open.as, 65536);
}

/* Cut anywhere, with the length in the header right, a full OPEN is refused and never read past. */
static void
test_every_truncation_is_refused(void **state)
{
	(void)state;
	uint8_t whole[BGP_MESSAGE_MAX];
	struct bgp_open sent = {.as = 65536,
				.id = 1,
				.hold = 9,
				.role = BGP_ROLE_PEER,
				.families = BGP_FAMILIES,
				.four_octet_as = true,
				.route_refresh = true};
	size_t size = bgp_open_encode(&sent, whole);
	for (size_t cut = 29; cut < size; cut++) {
		struct bgp_message message;
		struct bgp_error error;
		struct bgp_open open;
		uint8_t part[BGP_MESSAGE_MAX];
		memcpy(part, whole, cut);
		wire_poke_u16(part + 16, (uint16_t)cut);
		assert_int_equal(bgp_message_frame(part, cut, &message, &error), BGP_FRAME_READY);
		assert_false(bgp_open_decode(&message, &open, &error));
		assert_error(&error, BGP_OPEN_ERROR, 0, "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encode_everything),
		cmocka_unit_test(test_encode_2_octet_as_and_no_role),
		cmocka_unit_test(test_never_offers_graceful_restart),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_without_capabilities),
		cmocka_unit_test(test_one_parameter_per_capability),
		cmocka_unit_test(test_families),
		cmocka_unit_test(test_four_octet_as),
		cmocka_unit_test(test_roles),
		cmocka_unit_test(test_fixed_fields),
		cmocka_unit_test(test_parameters),
		cmocka_unit_test(test_lengths_that_do_not_fit),
		cmocka_unit_test(test_extended_parameters),
		cmocka_unit_test(test_extended_parameters_past_255_bytes),
		cmocka_unit_test(test_every_truncation_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
