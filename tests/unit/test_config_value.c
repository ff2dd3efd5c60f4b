/* SPDX-License-Identifier: BSD-2-Clause */
#include <arpa/inet.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/config_value.h"

static void
test_parse_number(void **state)
{
	static const char *const bad[] = {
		"", "-1", "+1", " 1", "1 ", "0x1", "4294967296", "1.0", "99999999999999999999999"};
	unsigned number;

	(void)state;
	assert_true(config_value_parse_number("0", &number));
	assert_int_equal(number, 0);
	assert_true(config_value_parse_number("007", &number));
	assert_int_equal(number, 7);
	assert_true(config_value_parse_number("4294967295", &number));
	assert_true(number == UINT_MAX);
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_false(config_value_parse_number(bad[i], &number));
}

static void
test_parse_duration(void **state)
{
	static const struct {
		const char *text;
		unsigned milliseconds;
	} good[] = {{"0ms", 0},
		    {"100ms", 100},
		    {"3s", 3000},
		    {"5m", 300000},
		    {"1h", 3600000},
		    {"4294967295ms", UINT_MAX},
		    {"1193h", 1193u * 3600000}};
	static const char *const bad[] = {
		"",     "5",   "ms",    "5 s",          "5S",    "5sec",
		"1.5s", "-1s", "1194h", "4294967296ms", "1m30s", "00000000000000000001s"};
	unsigned milliseconds;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++) {
		assert_true(config_value_parse_duration(good[i].text, &milliseconds));
		assert_true(milliseconds == good[i].milliseconds);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_false(config_value_parse_duration(bad[i], &milliseconds));
}

static void
test_parse_key(void **state)
{
	uint8_t key[CONFIG_SECRET_SIZE];

	(void)state;
	assert_true(config_value_parse_key("00112233445566778899aAbBcCdDeEfF", key));
	assert_memory_equal(key, "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff",
			    16);
	assert_false(config_value_parse_key("", key));
	assert_false(config_value_parse_key("00112233445566778899aabbccddeef", key));
	assert_false(config_value_parse_key("00112233445566778899aabbccddeeff0", key));
	assert_false(config_value_parse_key("00112233445566778899aabbccddeefg", key));
	assert_false(config_value_parse_key("0x112233445566778899aabbccddeeff", key));
}

static void
test_parse_address(void **state)
{
	static const struct {
		const char *text;
		uint16_t port; /* the default */
		const char *canonical;
	} good[] = {
		{"192.0.2.1", 53, "192.0.2.1@53"},
		{"192.0.2.1@1", 53, "192.0.2.1@1"},
		{"0.0.0.0@65535", 53, "0.0.0.0@65535"},
		{"::", 53, "::@53"},
		{"2001:DB8:0:0::1@5300", 53, "2001:db8::1@5300"},
		{"fe80::1%lo", 53, "fe80::1%lo@53"},
		{"fe80::1%1@5300", 53, "fe80::1%1@5300"},
		{"fe80:1111:2222:3333:4444:5555:6666:7777%123456789@65535", 53,
		 "fe80:1111:2222:3333:4444:5555:6666:7777%123456789@65535"},
		{"192.0.2.1", 0, "192.0.2.1"},
		{"2001:db8::1", 0, "2001:db8::1"},
	};
	struct config_address address;
	struct config_complaint complaint;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++) {
		assert_true(config_value_parse_address(good[i].text, good[i].port, &address,
						       &complaint));
		assert_string_equal(address.text, good[i].canonical);
	}
	assert_true(config_value_parse_address("fe80::1%1@5300", 53, &address, &complaint));
	assert_int_equal(address.size, sizeof(struct sockaddr_in6));
	assert_int_equal(address.socket.v6.sin6_family, AF_INET6);
	assert_int_equal(ntohs(address.socket.v6.sin6_port), 5300);
	assert_int_equal(address.socket.v6.sin6_scope_id, 1);
	assert_true(config_value_parse_address("192.0.2.1", 53, &address, &complaint));
	assert_int_equal(address.size, sizeof(struct sockaddr_in));
	assert_int_equal(ntohl(address.socket.v4.sin_addr.s_addr), 0xc0000201);
	assert_int_equal(ntohs(address.socket.v4.sin_port), 53);
}

static void
test_refused_addresses(void **state)
{
	static const struct {
		const char *text;
		uint16_t port;
		const char *message;
		const char *remedy; /* a part of it */
	} bad[] = {
		{"", 53, "no IP address", "numeric address"},
		{"ns.example.com", 53, "no IP address", "numeric address"},
		{"192.0.2", 53, "no IP address", "numeric address"},
		{"192.0.2.256", 53, "no IP address", "numeric address"},
		{"192.0.2.1%lo", 53, "no IP address", "numeric address"},
		{"[::1]@53", 53, "no IP address", "without brackets"},
		{"192.0.2.1:53", 53, "no IP address", "behind @"},
		{"192.0.2.1#53", 53, "no IP address", "behind @"},
		{"192.0.2.0/24", 53, "no IP address", "without /prefix"},
		{"*", 53, "no IP address", "0.0.0.0"},
		{"192.0.2.1@", 53, "bad port", "1 to 65535"},
		{"192.0.2.1@0", 53, "bad port", "1 to 65535"},
		{"192.0.2.1@65536", 53, "bad port", "1 to 65535"},
		{"192.0.2.1@domain", 53, "bad port", "1 to 65535"},
		{"192.0.2.1@53", 0, "a port has no meaning here", "remove"},
		{"224.0.0.1", 53, "a multicast or broadcast address", "unicast"},
		{"239.255.255.255", 53, "a multicast or broadcast address", "unicast"},
		{"255.255.255.255", 53, "a multicast or broadcast address", "unicast"},
		{"ff02::1", 53, "a multicast address", "unicast"},
		{"::ffff:192.0.2.1", 53, "an IPv4 address in IPv6 clothes", "IPv4 address itself"},
		{"fe80::1", 53, "a link-local address without its interface", "%INTERFACE"},
		{"fe80::1%", 53, "no such network interface", "ip link"},
		{"fe80::1%0", 53, "no such network interface", "ip link"},
		{"fe80::1%nosuchif9", 53, "no such network interface", "ip link"},
		{"fe80::1", 0, "a link-local address means nothing elsewhere", "global"},
		{"2001:db8::1%lo", 53, "only link-local addresses have an interface", "remove"},
	};
	struct config_address address;
	struct config_complaint complaint;
	char longest[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		assert_false(
			config_value_parse_address(bad[i].text, bad[i].port, &address, &complaint));
		assert_string_equal(complaint.message, bad[i].message);
		assert_non_null(strstr(complaint.remedy, bad[i].remedy));
	}
	memset(longest, '1', sizeof(longest));
	longest[255] = '\0';
	assert_false(config_value_parse_address(longest, 53, &address, &complaint));
	assert_true(config_value_parse_address("223.255.255.255", 53, &address, &complaint));
	assert_true(config_value_parse_address("240.0.0.0", 53, &address, &complaint));
}

static struct report report;
static struct config config;
static const struct config_context context = {
	.config = &config, .report = &report, .file = "f", .base = "/etc/anyns/anyns.yaml"};
static const struct config_key key = {.name = "k", .low = 2, .high = 4};

static struct config_node
text_node(const char *text)
{
	return (struct config_node){.kind = CONFIG_NODE_TEXT, .plain = true, .text = text};
}

static void
expect_errors(size_t count)
{
	assert_int_equal(report.errors, count);
	report_clear(&report);
}

static void
test_number_and_duration(void **state)
{
	struct config_node node;
	unsigned value = 77;

	(void)state;
	node = text_node("1");
	config_value_number(&context, &key, &node, &value);
	node = text_node("5");
	config_value_number(&context, &key, &node, &value);
	node = text_node("1ms");
	config_value_duration(&context, &key, &node, &value);
	node = text_node("5ms");
	config_value_duration(&context, &key, &node, &value);
	node = text_node("2");
	config_value_duration(&context, &key, &node, &value);
	expect_errors(5);
	assert_int_equal(value, 77);
	node = text_node("2");
	config_value_number(&context, &key, &node, &value);
	assert_int_equal(value, 2);
	node = text_node("4");
	config_value_number(&context, &key, &node, &value);
	assert_int_equal(value, 4);
	node = text_node("3ms");
	config_value_duration(&context, &key, &node, &value);
	assert_int_equal(value, 3);
	expect_errors(0);
}

static void
test_seconds(void **state)
{
	const struct config_key seconds_key = {.name = "k", .low = 0, .high = 5000};
	struct config_node node = text_node("0s");
	unsigned value = 7;

	(void)state;
	config_value_duration_seconds(&context, &seconds_key, &node, &value);
	assert_int_equal(value, 0);
	node = text_node("5000ms");
	config_value_duration_seconds(&context, &seconds_key, &node, &value);
	assert_int_equal(value, 5);
	expect_errors(0);
	node = text_node("1001ms");
	config_value_duration_seconds(&context, &seconds_key, &node, &value);
	node = text_node("6s");
	config_value_duration_seconds(&context, &seconds_key, &node, &value);
	node = text_node("5");
	config_value_duration_seconds(&context, &seconds_key, &node, &value);
	assert_int_equal(value, 5);
	expect_errors(3);
}

static void
test_flag(void **state)
{
	static const char *const yes[] = {"true", "True", "TRUE"};
	static const char *const no[] = {"false", "False", "FALSE"};
	static const char *const bad[] = {"yes", "on", "1", "", "tRUE", "~"};
	struct config_node list = {.kind = CONFIG_NODE_LIST};
	struct config_node bad_node = {.kind = CONFIG_NODE_BAD};
	struct config_node node;
	bool flag = false;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		node = text_node(yes[i]);
		config_value_flag(&context, &key, &node, &flag);
		assert_true(flag);
		node = text_node(no[i]);
		config_value_flag(&context, &key, &node, &flag);
		assert_false(flag);
	}
	config_value_flag(&context, &key, &bad_node, &flag);
	expect_errors(0);
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		node = text_node(bad[i]);
		config_value_flag(&context, &key, &node, &flag);
	}
	/* In quotes it is text. */
	node = text_node("true");
	node.plain = false;
	config_value_flag(&context, &key, &node, &flag);
	config_value_flag(&context, &key, &list, &flag);
	assert_false(flag);
	expect_errors(ARRAY_LENGTH(bad) + 2);
}

static void
test_defaults(void **state)
{
	static const struct config_key keys[] = {
		{.name = "a", .read = config_value_number, .offset = 0, .fallback = 3},
		{.name = "b", .read = config_value_duration, .offset = 4, .fallback = 5000},
		{.name = "c", .read = config_value_duration_seconds, .offset = 8, .fallback = 5000},
		{.name = "d", .read = config_value_number, .offset = 12},
	};
	unsigned values[4] = {9, 9, 9, 9};

	(void)state;
	config_value_defaults(keys, ARRAY_LENGTH(keys), values);
	assert_int_equal(values[0], 3);
	assert_int_equal(values[1], 5000);
	assert_int_equal(values[2], 5);
	assert_int_equal(values[3], 9);
}

static void
test_wildcard(void **state)
{
	static const struct {
		const char *text;
		bool wildcard;
	} table[] = {{"0.0.0.0", true}, {"::@5300", true}, {"0.0.0.1", false}, {"::1", false}};
	struct config_complaint complaint;
	struct config_address address;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
		assert_true(config_value_parse_address(table[i].text, 53, &address, &complaint));
		assert_int_equal(config_value_is_wildcard(&address), table[i].wildcard);
	}
}

static void
test_text(void **state)
{
	struct config_node node;

	(void)state;
	node = text_node("ab");
	assert_ptr_equal(config_value_text(&context, &key, &node), node.text);
	node = text_node("abcd");
	assert_ptr_equal(config_value_text(&context, &key, &node), node.text);
	expect_errors(0);
	node = text_node("a");
	assert_null(config_value_text(&context, &key, &node));
	node = text_node("abcde");
	assert_null(config_value_text(&context, &key, &node));
	node = text_node("a\x7f"
			 "b");
	assert_null(config_value_text(&context, &key, &node));
	expect_errors(3);
}

static void
test_word(void **state)
{
	static const char *const words[] = {"off", "on"};
	struct config_node node = text_node("on");
	size_t index = 9;

	(void)state;
	assert_true(config_value_word(&context, &key, &node, words, 2, &index));
	assert_int_equal(index, 1);
	node = text_node("ON");
	assert_false(config_value_word(&context, &key, &node, words, 2, &index));
	assert_string_equal(report.findings[0].remedy, "write one of off, on");
	expect_errors(1);
}

static void
test_path(void **state)
{
	struct config_context beside = context;
	struct config_node node = text_node("a.zone");
	char *longest = calloc(1, PATH_MAX + 1);
	char *path;

	(void)state;
	path = config_value_path(&context, &key, &node);
	assert_string_equal(path, "/etc/anyns/a.zone");
	free(path);
	beside.base = "anyns.yaml";
	path = config_value_path(&beside, &key, &node);
	assert_string_equal(path, "a.zone");
	free(path);
	node = text_node("/a.zone");
	path = config_value_path(&context, &key, &node);
	assert_string_equal(path, "/a.zone");
	free(path);
	node = text_node("");
	node.plain = false;
	assert_null(config_value_path(&context, &key, &node));
	memset(longest, 'a', PATH_MAX);
	node = text_node(longest);
	assert_null(config_value_path(&context, &key, &node));
	expect_errors(2);
	free(longest);
}

static void
test_addresses(void **state)
{
	struct config_node second = text_node("127.0.0.1@53");
	struct config_node first = text_node("127.0.0.1");
	struct config_node list = {.kind = CONFIG_NODE_LIST, .first = &first, .count = 1};
	struct config_address *addresses;
	size_t count;

	(void)state;
	addresses = config_value_addresses(&context, &key, &list, 53, &count);
	assert_int_equal(count, 1);
	free(addresses);
	/* A single one needs no brackets. */
	addresses = config_value_addresses(&context, &key, &first, 53, &count);
	assert_int_equal(count, 1);
	free(addresses);
	expect_errors(0);
	first.next = &second;
	list.count = 2;
	addresses = config_value_addresses(&context, &key, &list, 53, &count);
	assert_int_equal(count, 1);
	free(addresses);
	expect_errors(1);
	list.count = 1025;
	assert_null(config_value_addresses(&context, &key, &list, 53, &count));
	assert_int_equal(count, 0);
	expect_errors(1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_number),
		cmocka_unit_test(test_parse_duration),
		cmocka_unit_test(test_parse_key),
		cmocka_unit_test(test_parse_address),
		cmocka_unit_test(test_refused_addresses),
		cmocka_unit_test(test_number_and_duration),
		cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_flag),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_wildcard),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_word),
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
