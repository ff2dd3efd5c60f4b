/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/config_runtime.h"
#include "config_fixture.h"

static const struct config_key state_key = {.name = "state-directory"};
static const struct config_key control_key = {.name = "control"};

static void
read_state(const char *text)
{
	start();
	read_more(text, &state_key, config_runtime_read_state, config);
}

static void
read_control(const char *text)
{
	start();
	config->control = strdup(CONFIG_DEFAULT_CONTROL);
	read_more(text, &control_key, config_runtime_read_control, config);
}

static void
test_state(void **state)
{
	(void)state;
	read_state("/tmp");
	assert_int_equal(report.count, 0);
	assert_string_equal(config->state_directory, "/tmp");
	/* Relative to the folder of the configuration, which is this one here. */
	read_state(".");
	assert_int_equal(report.count, 0);
	assert_string_equal(config->state_directory, ".");
	read_state("/nonexistent");
	expect_only("1:1: error: state-directory: cannot look at /nonexistent: No such file or "
		    "directory; make the folder, and let the user of anyns write to it");
	read_state("/dev/null");
	expect_only("1:1: error: state-directory: /dev/null is no folder; name a folder");
	read_state("[]");
	expect_only("1:1: error: state-directory: expected a file name, found a list");
	assert_null(config->state_directory);
}

static void
test_control(void **state)
{
	(void)state;
	read_control("/run/x.sock");
	assert_string_equal(config->control, "/run/x.sock");
	assert_true(config->control_named);
	read_control("off");
	assert_null(config->control);
	assert_true(config->control_named);
	assert_int_equal(report.count, 0);
	read_control("[off]");
	expect_only("1:1: error: control: expected a file name, found a list");
}

/* sun_path has 108 bytes, a NUL among them. */
static void
test_longest_control(void **state)
{
	char path[109];

	(void)state;
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[107] = '\0';
	read_control(path);
	assert_int_equal(report.count, 0);
	assert_string_equal(config->control, path);
	path[107] = 'a';
	path[108] = '\0';
	read_control(path);
	expect_only("1:1: error: control: the path of a socket has at most 107 bytes; name a "
		    "shorter path, such as /run/anyns/control.sock");
	finish();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_state),
		cmocka_unit_test(test_control),
		cmocka_unit_test(test_longest_control),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
