/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bgp_prefix.h"

#include <arpa/inet.h>

#include "bgp_fixture.h"

static struct bgp_prefix
prefix_of(const char *address, unsigned length)
{
	bool v6 = strchr(address, ':') != NULL;
	struct bgp_prefix prefix = {.family = v6 ? BGP_IPV6 : BGP_IPV4, .length = (uint8_t)length};
	assert_int_equal(inet_pton(v6 ? AF_INET6 : AF_INET, address, prefix.bytes), 1);
	return prefix;
}

static void
test_put_writes_only_the_bytes_that_count(void **state)
{
	(void)state;
	static const struct {
		const char *address;
		unsigned length;
		const char *hex;
	} cases[] = {
		{"0.0.0.0", 0, "00"},
		{"128.0.0.0", 1, "01 80"},
		{"10.0.0.0", 8, "08 0a"},
		{"10.128.0.0", 9, "09 0a80"},
		{"192.0.2.0", 24, "18 c00002"},
		{"192.0.2.128", 25, "19 c0000280"},
		{"192.0.2.1", 32, "20 c0000201"},
		{"2001:db8::", 32, "20 20010db8"},
		{"2001:db8:53::", 48, "30 20010db80053"},
		{"2001:db8::1", 128, "80 20010db8000000000000000000000001"},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		uint8_t out[32];
		struct bgp_prefix prefix = prefix_of(cases[i].address, cases[i].length);
		struct wire_writer w = wire_writer(out, sizeof out);
		bgp_prefix_put(&w, &prefix);
		assert_hex(out, w.at, cases[i].hex);
	}
}

/* `words` is in the refusal; NULL: it is none. */
static void
assert_refusal(const char *address, unsigned length, bool long_allowed, const char *words)
{
	struct bgp_prefix prefix = prefix_of(address, length);
	const char *refusal = bgp_prefix_refusal(&prefix, long_allowed);
	if (!words)
		assert_null(refusal);
	else
		assert_non_null(refusal ? strstr(refusal, words) : NULL);
}

static void
test_length_limits(void **state)
{
	(void)state;
	assert_refusal("192.0.2.0", 24, false, NULL);
	assert_refusal("192.0.2.0", 25, false, "longer than /24");
	assert_refusal("192.0.2.0", 25, true, NULL);
	assert_refusal("192.0.2.1", 32, true, NULL);
	assert_refusal("192.0.2.1", 33, true, "longer than an address");
	assert_refusal("192.0.2.1", 255, true, "longer than an address");
	assert_refusal("2001:db8::", 48, false, NULL);
	assert_refusal("2001:db8::", 49, false, "longer than /48");
	assert_refusal("2001:db8::", 49, true, NULL);
	assert_refusal("2001:db8::1", 128, true, NULL);
	assert_refusal("2001:db8::1", 129, true, "longer than an address");
}

static void
test_default_route_and_its_halves(void **state)
{
	(void)state;
	assert_refusal("0.0.0.0", 0, true, "default route");
	assert_refusal("::", 0, true, "default route");
	assert_refusal("128.0.0.0", 1, true, "more than any network");
	assert_refusal("10.0.0.0", 7, true, "more than any network");
	assert_refusal("10.0.0.0", 8, true, NULL);
	assert_refusal("8000::", 1, true, "more than any network");
	assert_refusal("2002::", 15, true, "more than any network");
	assert_refusal("2002::", 16, true, NULL);
}

static void
test_host_bits(void **state)
{
	(void)state;
	assert_refusal("192.0.2.1", 24, false, "bits set");
	assert_refusal("192.0.3.0", 23, false, "bits set");
	assert_refusal("192.0.2.0", 23, false, NULL);
	assert_refusal("192.0.2.128", 24, true, "bits set");
	assert_refusal("128.0.0.0", 0, true, "bits set");
	assert_refusal("2001:db8::1", 48, false, "bits set");
	assert_refusal("2001:db8:1::", 47, false, "bits set");
	assert_refusal("2001:db8::1", 127, true, "bits set");
	/* The rest of the array is not part of an IPv4 prefix. */
	struct bgp_prefix prefix = prefix_of("192.0.2.0", 24);
	prefix.bytes[4] = 0x80;
	assert_null(bgp_prefix_refusal(&prefix, false));
}

static void
test_space_that_is_not_unicast(void **state)
{
	(void)state;
	static const struct {
		const char *address;
		unsigned length;
		bool refused;
	} cases[] = {
		{"0.1.0.0", 16, true},        {"1.0.0.0", 24, false},   {"127.0.0.0", 8, true},
		{"126.0.0.0", 8, false},      {"128.0.0.0", 8, false},  {"127.5.0.0", 24, true},
		{"169.254.1.0", 24, true},    {"169.0.0.0", 8, false},  {"169.255.0.0", 24, false},
		{"223.255.255.0", 24, false}, {"224.0.0.0", 24, true},  {"240.0.0.0", 24, true},
		{"255.255.255.0", 24, true},  {"10.53.0.0", 24, false}, {"::", 48, true},
		{"100::", 48, false},         {"fe80::", 48, true},     {"febf::", 48, true},
		{"fec0::", 48, false},        {"fd00::", 48, false},    {"fe00::", 48, false},
		{"ff00::", 48, true},         {"ff0e::", 48, true},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		assert_refusal(cases[i].address, cases[i].length, true,
			       cases[i].refused ? "no unicast" : NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put_writes_only_the_bytes_that_count),
		cmocka_unit_test(test_length_limits),
		cmocka_unit_test(test_default_route_and_its_halves),
		cmocka_unit_test(test_host_bits),
		cmocka_unit_test(test_space_that_is_not_unicast),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
