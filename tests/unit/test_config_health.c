/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/config_health.h"
#include "config/config_value.h"
#include "config_fixture.h"

static const struct config_key key = {.name = "health"};

static void
read_health(const char *text)
{
	start();
	config_health_defaults(&config->health);
	read_more(text, &key, config_health_read, config);
}

static void
test_defaults(void **state)
{
	(void)state;
	read_health("{}");
	assert_int_equal(report.count, 0);
	assert_int_equal(config->health.interval_ms, 50);
	assert_false(config->health.shed);
	assert_false(config->health.withdraw_on_soft);
	assert_int_equal(config->health.drain_s, 60);
	assert_int_equal(config->health.linger_s, 180);
	assert_int_equal(config->health.hold_min_s, 10);
	assert_int_equal(config->health.hold_max_s, 600);
	assert_null(config->health.command.run);
	assert_int_equal(config->health.last_stand.site_count, 0);
}

static void
test_last_stand(void **state)
{
	const struct config_last_stand *read;

	(void)state;
	read_health("{last-stand: {sites: [192.0.2.1, '2001:db8::1@5300']}}");
	assert_int_equal(report.count, 0);
	read = &config->health.last_stand;
	assert_int_equal(read->site_count, 2);
	assert_int_equal(read->at_least, 1);
	assert_string_equal(read->sites[0].text, "192.0.2.1@53");
	assert_string_equal(read->sites[1].text, "2001:db8::1@5300");
	read_health("{last-stand: {sites: [192.0.2.1, 192.0.2.2], at-least: 2}}");
	assert_int_equal(report.count, 0);
	assert_int_equal(config->health.last_stand.at_least, 2);
}

static void
check_with_listener(const char *address)
{
	struct config_context context = context_of(false);
	struct config_complaint complaint;

	config->listen = calloc(1, sizeof(*config->listen));
	config->listen_count = 1;
	assert_true(config_value_parse_address(address, 53, config->listen, &complaint));
	config_health_check(&context);
}

/* A site that is this one. */
static void
test_own_address(void **state)
{
	(void)state;
	read_health("{last-stand: {sites: [192.0.2.1]}}");
	check_with_listener("192.0.2.1@54");
	assert_int_equal(report.count, 0);
	read_health("{last-stand: {sites: [192.0.2.1]}}");
	check_with_listener("192.0.2.1");
	expect_only("1:23: error: last-stand: 192.0.2.1@53 is an address of this instance: it says "
		    "nothing about other sites; write a unicast address that another site has");
}

static void
test_command(void **state)
{
	(void)state;
	read_health("{command: {run: [/bin/true, -x, '']}}");
	assert_int_equal(report.count, 0);
	const struct config_command *command = &config->health.command;
	assert_string_equal(command->run[0], "/bin/true");
	assert_string_equal(command->run[1], "-x");
	assert_string_equal(command->run[2], "");
	assert_null(command->run[3]);
	assert_int_equal(command->interval_ms, 10000);
	assert_int_equal(command->timeout_ms, 5000);
	read_health("{command: {run: [/bin/true], interval: 1s, timeout: 100ms}}");
	assert_int_equal(report.count, 0);
	assert_int_equal(config->health.command.interval_ms, 1000);
	assert_int_equal(config->health.command.timeout_ms, 100);
}

static void
test_every_key(void **state)
{
	(void)state;
	read_health("{interval: 10ms, overload: shed, soft-faults: withdraw, drain-time: 0s, "
		    "linger-time: 5m, hold-down-min: 1s, hold-down-max: 24h}");
	assert_int_equal(report.count, 0);
	assert_int_equal(config->health.interval_ms, 10);
	assert_true(config->health.shed);
	assert_true(config->health.withdraw_on_soft);
	assert_int_equal(config->health.drain_s, 0);
	assert_int_equal(config->health.linger_s, 300);
	assert_int_equal(config->health.hold_min_s, 1);
	assert_int_equal(config->health.hold_max_s, 86400);
	read_health("{interval: 1s, overload: absorb, soft-faults: degrade, drain-time: 1h,"
		    "linger-time: 0ms, hold-down-min: 5m, hold-down-max: 300s}");
	assert_int_equal(report.count, 0);
	assert_int_equal(config->health.interval_ms, 1000);
	assert_false(config->health.shed);
	assert_int_equal(config->health.drain_s, 3600);
	assert_int_equal(config->health.linger_s, 0);
	assert_int_equal(config->health.hold_min_s, config->health.hold_max_s);
}

/* What is written, and the one finding that it is to give. */
struct mistake {
	const char *text;
	const char *finding;
};

static void
expect_each(const struct mistake *mistakes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		read_health(mistakes[i].text);
		expect_only(mistakes[i].finding);
	}
	finish();
}

static void
test_errors(void **state)
{
	static const struct mistake table[] = {
		{"interval: 9ms", "1:11: error: interval: 9ms is not between 10ms and 1s"},
		{"interval: 1001ms", "1:11: error: interval: 1001ms is not between 10ms and 1s"},
		{"drain-time: 3601s",
		 "1:13: error: drain-time: 3601s is not between 0ms and 3600s"},
		{"linger-time: 61m", "1:14: error: linger-time: 61m is not between 0ms and 3600s"},
		{"hold-down-min: 999ms",
		 "1:16: error: hold-down-min: 999ms is not between 1000ms and 3600s"},
		{"hold-down-min: 1500ms", "1:16: error: hold-down-min: 1500ms is no whole number "
					  "of seconds; write it with s, m or h"},
		{"hold-down-max: 25h",
		 "1:16: error: hold-down-max: 25h is not between 1000ms and 86400s"},
		{"hold-down-max: 9s",
		 "1:1: error: health: hold-down-min, 10s, is longer than hold-down-max, 9s; make "
		 "hold-down-max the longer one"},
		{"hold-down-min: 601s",
		 "1:1: error: health: hold-down-min, 601s, is longer than hold-down-max, 600s; "
		 "make hold-down-max the longer one"},
		{"overload: panic", "1:11: error: overload: unknown word \"panic\"; write one of "
				    "absorb, shed"},
		{"soft-faults: 1", "1:14: error: soft-faults: unknown word \"1\"; write one of "
				   "degrade, withdraw"},
		{"lurker: 5s",
		 "1:1: error: unknown key \"lurker\"; anyns.yaml(5) lists the keys that may stand "
		 "here"},
		{"[a]", "1:1: error: expected a mapping of keys, found a list"},
	};

	(void)state;
	expect_each(table, ARRAY_LENGTH(table));
}

static void
test_last_stand_errors(void **state)
{
	static const struct mistake table[] = {
		{"last-stand: {at-least: 1}", "1:13: error: \"sites\" is missing; add sites: "
					      "[192.0.2.1], unicast addresses of the other sites"},
		{"last-stand: {sites: [192.0.2.1], at-least: 2}",
		 "1:34: error: last-stand: at-least 2 can never be reached by 1 sites; list more "
		 "sites or ask for fewer"},
		{"last-stand: {sites: [192.0.2.1], at-least: 0}",
		 "1:44: error: at-least: 0 is not between 1 and 64"},
		{"last-stand: {sites: [0.0.0.0]}",
		 "1:21: error: sites: 0.0.0.0@53 is no address; write the address of one site"},
		{"last-stand: {sites: []}",
		 "1:21: error: sites: expected 1 to 1024 addresses, found 0"},
		{"last-stand: {sites: [192.0.2.1, 192.0.2.1]}",
		 "1:33: error: sites: duplicate address 192.0.2.1@53, first at line 1 column 22; "
		 "remove one of the two"},
	};

	(void)state;
	expect_each(table, ARRAY_LENGTH(table));
}

static void
test_command_errors(void **state)
{
	static const struct mistake table[] = {
		{"command: {interval: 1s}",
		 "1:10: error: \"run\" is missing; add run: [/usr/local/bin/check, ARGUMENT]"},
		{"command: {run: []}", "1:16: error: run: expected 1 to 64 words, found 0"},
		{"command: {run: /bin/true}",
		 "1:16: error: run: expected a list of a program and its arguments, found text"},
		{"command: {run: [/bin/true, [a]]}",
		 "1:28: error: run: expected text, found a list"},
		{"command: {run: [/nonexistent/check]}",
		 "1:17: error: cannot run the program /nonexistent/check: No such file or "
		 "directory; name a program by its path; PATH is not searched"},
		{"command: {run: [/etc/passwd]}",
		 "1:17: error: cannot run the program /etc/passwd: Permission denied; name a "
		 "program by its path; PATH is not searched"},
		{"command: {run: [/bin]}",
		 "1:17: error: /bin is no program; name a program by its path"},
		{"command: {run: [/bin/true], interval: 999ms}",
		 "1:39: error: interval: 999ms is not between 1000ms and 3600s"},
		{"command: {run: [/bin/true], timeout: 61s}",
		 "1:38: error: timeout: 61s is not between 100ms and 60s"},
	};

	(void)state;
	expect_each(table, ARRAY_LENGTH(table));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),       cmocka_unit_test(test_every_key),
		cmocka_unit_test(test_errors),         cmocka_unit_test(test_last_stand_errors),
		cmocka_unit_test(test_command_errors), cmocka_unit_test(test_last_stand),
		cmocka_unit_test(test_own_address),    cmocka_unit_test(test_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
