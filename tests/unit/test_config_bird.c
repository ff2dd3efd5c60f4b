/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/config_bird.h"
#include "config_fixture.h"

static const struct config_key bird_key = {.name = "bird"};
static const struct config_key tun_key = {.name = "tun"};

static const struct config_announce *
read_bird(const char *text)
{
	start();
	read_more(text, &bird_key, config_bird_read, NULL);
	return &config->announce;
}

static const struct config_announce *
read_tun(const char *text)
{
	start();
	read_more(text, &tun_key, config_bird_read_tun, NULL);
	return &config->announce;
}

static void
test_tun(void **state)
{
	(void)state;
	assert_string_equal(read_tun("{}")->tun, "anyns");
	assert_null(config->announce.bird.socket);
	assert_string_equal(read_tun("{name: x}")->tun, "x");
	assert_string_equal(read_tun("{name: dns-1_2.3_abc}")->tun, "dns-1_2.3_abc");
	assert_int_equal(report.count, 0);
	(void)read_tun("{name: fourteen_bytes}");
	assert_int_equal(report.errors, 1);
	(void)read_tun("{name: a/b}");
	expect_only("1:8: error: name: \"a/b\" is no name of an interface; use letters, digits, "
		    "hyphens, underscores and dots");
	(void)read_tun("{nam: a}");
	assert_int_equal(report.errors, 1);
}

static void
test_bird(void **state)
{
	const struct config_announce *announce;
	(void)state;
	announce = read_bird("{}");
	assert_string_equal(announce->bird.socket, "/run/bird/bird.ctl");
	assert_string_equal(announce->tun, "anyns");
	assert_null(announce->bird.protocols[CONFIG_BIRD_UP]);
	announce = read_bird(
		"{socket: /x/bird.ctl, protocols: {up: a, degraded: _b, draining: C9}}");
	assert_string_equal(announce->bird.socket, "/x/bird.ctl");
	assert_string_equal(announce->bird.protocols[CONFIG_BIRD_UP], "a");
	assert_string_equal(announce->bird.protocols[CONFIG_BIRD_DEGRADED], "_b");
	assert_string_equal(announce->bird.protocols[CONFIG_BIRD_DRAINING], "C9");
	announce = read_bird("{protocols: {up: any%_up}}");
	assert_string_equal(announce->bird.protocols[CONFIG_BIRD_UP], "any%_up");
	assert_null(announce->bird.protocols[CONFIG_BIRD_DEGRADED]);
	assert_int_equal(report.count, 0);
	/* A name of the devices' own stays. */
	start();
	read_more("{name: dns}", &tun_key, config_bird_read_tun, NULL);
	read_more("{}", &bird_key, config_bird_read, NULL);
	assert_string_equal(config->announce.tun, "dns");
}

static void
test_wrong_protocols(void **state)
{
	static const char *const names[] = {"9a", "a%%", "a b", "a-b", "a;b"};
	char text[64];
	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		snprintf(text, sizeof text, "{protocols: {up: \"%s\"}}", names[i]);
		(void)read_bird(text);
		assert_int_equal(report.errors, 1);
		assert_null(config->announce.bird.protocols[CONFIG_BIRD_UP]);
	}
	(void)read_bird("{protocols: {degraded: a}}");
	assert_int_equal(report.errors, 1);
	(void)read_bird("{protocols: {up: a, draining: a}}");
	expect_only("1:13: error: protocols: up and draining are both \"a\"; name another "
		    "protocol, or leave the key out: that of `up` serves then");
}

static void
test_limits(void **state)
{
	char text[128];
	(void)state;
	for (int size = 59; size <= 61; size++) {
		snprintf(text, sizeof text, "{protocols: {up: a%.*s}}", size - 1,
			 "_____________________________________________________________________");
		(void)read_bird(text);
		assert_int_equal(report.errors, size > 60);
	}
}

/* Two prefixes, two states: a protocol belongs to one of them. */
static void
test_check(void **state)
{
	static const struct config_node place = {.line = 3, .column = 4};
	struct config_context context;
	(void)state;
	for (size_t prefixes = 1; prefixes <= 2; prefixes++) {
		(void)read_bird("{protocols: {up: a%, draining: b}}");
		config->announce.prefix_count = prefixes;
		context = context_of(false);
		config_bird_check(&context, &place);
		assert_int_equal(report.errors, prefixes - 1);
		config->announce.prefix_count = 0;
	}
	expect_only("3:4: error: bird: \"b\" cannot be the protocol of 2 prefixes; write a % into "
		    "the name: it stands for the number of the prefix, 0 for the first");
	config_bird_free(&config->announce);
	config->announce = (struct config_announce){0};
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tun),
		cmocka_unit_test(test_bird),
		cmocka_unit_test(test_wrong_protocols),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_check),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	finish();
	return failed;
}
