/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>

#include "config/config_prefix.h"
#include "config/config_value.h"
#include "config_fixture.h"

static const struct config_key key = {.name = "prefixes", .low = 1, .high = 64};

static void
test_parse(void **state)
{
	static const struct {
		const char *text;
		const char *canonical;
		int family;
		unsigned length;
		bool is_long;
	} table[] = {
		{"192.0.2.0/24", "192.0.2.0/24", AF_INET, 24, false},
		{"192.0.2.128/25", "192.0.2.128/25", AF_INET, 25, true},
		{"10.0.0.0/8", "10.0.0.0/8", AF_INET, 8, false},
		{"192.0.2.1/32", "192.0.2.1/32", AF_INET, 32, true},
		{"2001:DB8:0::/48", "2001:db8::/48", AF_INET6, 48, false},
		{"2001:db8::/49", "2001:db8::/49", AF_INET6, 49, true},
		{"2001:db8::53/128", "2001:db8::53/128", AF_INET6, 128, true},
		{"fd00::/16", "fd00::/16", AF_INET6, 16, false},
	};
	char remedy[CONFIG_PREFIX_REMEDY_MAX];
	struct config_prefix prefix;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
		assert_null(config_prefix_parse(table[i].text, &prefix, remedy));
		assert_string_equal(prefix.text, table[i].canonical);
		assert_int_equal(prefix.family, table[i].family);
		assert_int_equal(prefix.length, table[i].length);
		assert_int_equal(config_prefix_is_long(&prefix), table[i].is_long);
	}
	assert_null(config_prefix_parse("192.0.2.0/24", &prefix, remedy));
	assert_memory_equal(prefix.bytes, "\xc0\0\2\0\0\0\0\0\0\0\0\0\0\0\0", 16);
}

static void
test_refusals(void **state)
{
#define NONE       "no prefix"
#define NONE_TO_DO "a prefix is ADDRESS/LENGTH, as in 192.0.2.0/24 or \"2001:db8::/48\""
#define OWN        "name the prefixes of the service itself"
#define HOST       "bits are set behind its length"
#define SPACE      "no unicast address space"
	static const struct {
		const char *text;
		const char *message;
		const char *remedy;
	} table[] = {
		{"", NONE, NONE_TO_DO},
		{"192.0.2.0", NONE, NONE_TO_DO},
		{"192.0.2.0/", NONE, NONE_TO_DO},
		{"192.0.2.0/x", NONE, NONE_TO_DO},
		{"192.0.2.0/24/24", NONE, NONE_TO_DO},
		{"192.0.2/24", NONE, NONE_TO_DO},
		{"/24", NONE, NONE_TO_DO},
		{"2001:db8:::/48", NONE, NONE_TO_DO},
		{"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa/48", NONE, NONE_TO_DO},
		{"192.0.2.0/33", "longer than an address", "an IPv4 address has 32 bits"},
		{"2001:db8::/129", "longer than an address", "an IPv6 address has 128 bits"},
		{"0.0.0.0/0", "the default route is never announced", OWN},
		{"10.0.0.0/0", "the default route is never announced", OWN},
		{"::/0", "the default route is never announced", OWN},
		{"128.0.0.0/7", "it covers more than any network owns", OWN},
		{"2000::/15", "it covers more than any network owns", OWN},
		{"192.0.2.53/24", HOST, "write 192.0.2.0/24"},
		{"192.0.3.0/23", HOST, "write 192.0.2.0/23"},
		{"192.0.2.1/31", HOST, "write 192.0.2.0/31"},
		{"2001:db8::1/48", HOST, "write 2001:db8::/48"},
		{"2001:db8::3/127", HOST, "write 2001:db8::2/127"},
		{"0.1.0.0/16", SPACE, "this is this network; write the prefix of the service"},
		{"127.0.0.0/8", SPACE, "this is loopback; write the prefix of the service"},
		{"127.0.0.1/24", SPACE, "this is loopback; write the prefix of the service"},
		{"169.254.1.0/24", SPACE, "this is link-local; write the prefix of the service"},
		{"224.0.0.0/24", SPACE,
		 "this is multicast or reserved; write the prefix of the service"},
		{"255.255.255.0/24", SPACE,
		 "this is multicast or reserved; write the prefix of the service"},
		{"::ffff:192.0.2.0/120", SPACE,
		 "this is loopback or IPv4 in disguise; write the prefix of the service"},
		{"fe80::/64", SPACE, "this is link-local; write the prefix of the service"},
		{"febf::/16", SPACE, "this is link-local; write the prefix of the service"},
		{"ff00::/16", SPACE, "this is multicast; write the prefix of the service"},
	};
	char remedy[CONFIG_PREFIX_REMEDY_MAX];
	struct config_prefix prefix;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
		const char *message = config_prefix_parse(table[i].text, &prefix, remedy);

		if (!message)
			fprintf(stderr, "not refused: %s\n", table[i].text);
		assert_string_equal(message, table[i].message);
		assert_string_equal(remedy, table[i].remedy);
	}
	/* The neighbours of what is refused. */
	assert_null(config_prefix_parse("1.0.0.0/8", &prefix, remedy));
	assert_null(config_prefix_parse("126.0.0.0/8", &prefix, remedy));
	assert_null(config_prefix_parse("128.0.0.0/8", &prefix, remedy));
	assert_null(config_prefix_parse("169.253.0.0/16", &prefix, remedy));
	assert_null(config_prefix_parse("223.255.255.0/24", &prefix, remedy));
	assert_null(config_prefix_parse("fec0::/16", &prefix, remedy));
	assert_null(config_prefix_parse("100::/16", &prefix, remedy));
}

static void
test_holds(void **state)
{
	static const struct {
		const char *prefix;
		const char *address;
		bool holds;
	} table[] = {
		{"192.0.2.0/24", "192.0.2.0", true},
		{"192.0.2.0/24", "192.0.2.255@5300", true},
		{"192.0.2.0/24", "192.0.1.255", false},
		{"192.0.2.0/24", "192.0.3.0", false},
		{"192.0.2.0/25", "192.0.2.127", true},
		{"192.0.2.0/25", "192.0.2.128", false},
		{"192.0.2.1/32", "192.0.2.1", true},
		{"192.0.2.1/32", "192.0.2.0", false},
		{"10.0.0.0/9", "10.127.255.255", true},
		{"10.0.0.0/9", "10.128.0.0", false},
		{"192.0.2.0/24", "0.0.0.0", false},
		{"192.0.2.0/24", "::", false},
		{"2001:db8::/47", "2001:db8:1::53", true},
		{"2001:db8::/48", "2001:db8:1::53", false},
		{"2001:db8::53/128", "2001:db8::53", true},
		{"2001:db8::52/127", "2001:db8::54", false},
	};
	char remedy[CONFIG_PREFIX_REMEDY_MAX];
	struct config_complaint complaint;
	struct config_address address;
	struct config_prefix prefix;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
		assert_null(config_prefix_parse(table[i].prefix, &prefix, remedy));
		assert_true(config_value_parse_address(table[i].address, 53, &address, &complaint));
		assert_int_equal(config_prefix_holds(&prefix, &address), table[i].holds);
	}
}

static void
read_prefixes(const char *text)
{
	start();
	read_more(text, &key, config_prefix_read, config);
}

static void
test_read(void **state)
{
	(void)state;
	read_prefixes("[192.0.2.0/24,\n 192.0.2.0/25, 2001:db8::/48]");
	assert_int_equal(report.count, 0);
	assert_int_equal(config->announce.prefix_count, 3);
	assert_string_equal(config->announce.prefixes[0].text, "192.0.2.0/24");
	assert_int_equal(config->announce.prefixes[1].line, 2);
	assert_int_equal(config->announce.prefixes[1].column, 2);
	assert_int_equal(config->announce.prefixes[2].family, AF_INET6);
	read_prefixes("192.0.2.0/24");
	assert_int_equal(report.count, 0);
	assert_int_equal(config->announce.prefix_count, 1);
}

static void
test_read_errors(void **state)
{
	char many[1600] = "[10.0.0.0/24";

	(void)state;
	read_prefixes("[2001:db8::/48, 192.0.2.53/24, 2001:DB8:0::/48]");
	expect_found("1:17: error: prefixes: \"192.0.2.53/24\": bits are set behind its length; "
		     "write 192.0.2.0/24");
	expect_found("1:32: error: prefixes: duplicate prefix 2001:db8::/48, first at line 1 "
		     "column 2; remove one of the two");
	assert_int_equal(report.count, 2);
	assert_int_equal(config->announce.prefix_count, 1);
	read_prefixes("[]");
	expect_only("1:1: error: prefixes: expected 1 to 64 prefixes, found 0");
	read_prefixes("{a: b}");
	expect_only("1:1: error: prefixes: expected a list of prefixes, found a mapping");
	read_prefixes("[[a], true]");
	expect_found("1:2: error: prefixes: expected a prefix, found a list");
	expect_found("1:7: error: prefixes: expected a prefix, found a boolean; quote it if this "
		     "text is meant");
	for (unsigned i = 1; i < 64; i++)
		snprintf(many + strlen(many), sizeof(many) - strlen(many), ", 10.0.%u.0/24", i);
	strcat(many, "]");
	read_prefixes(many);
	assert_int_equal(report.count, 0);
	assert_int_equal(config->announce.prefix_count, 64);
	strcpy(many + strlen(many) - 1, ", 10.1.0.0/24]");
	read_prefixes(many);
	expect_only("1:1: error: prefixes: expected 1 to 64 prefixes, found 65");
	finish();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),       cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_holds),       cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
