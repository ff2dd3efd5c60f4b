/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "announce/driver.h"

#include "tun_fixture.h"

static const struct attributes announced = {.announce = true};
static const struct attributes withdrawn = {.announce = false};
static char base[] = "t";

struct rig {
	struct config config;
	struct driver *driver;
	int control;
};

static int
setup(void **state)
{
	static struct rig rig;
	struct report report = REPORT_INIT;
	rig = (struct rig){.control = -1};
	*state = &rig;
	if (!tun_allowed())
		return 0;
	rig.config.announce.prefix_count = 2;
	rig.config.announce.tun = base;
	rig.control = tun_control();
	struct driver_setup open = {.config = &rig.config};
	open.fd = driver_tun.prepare(&rig.config, &report);
	assert_true(open.fd >= 0);
	assert_int_equal(report.count, 0);
	rig.driver = driver_tun.open(&open);
	assert_non_null(rig.driver);
	return 0;
}

static int
teardown(void **state)
{
	struct rig *rig = *state;
	if (rig->driver)
		driver_tun.close(rig->driver, "test");
	if (rig->control >= 0)
		close(rig->control);
	return 0;
}

static void
expect(const struct rig *rig, bool first, bool second)
{
	assert_int_equal(tun_is_up(rig->control, "t0"), first);
	assert_int_equal(tun_is_up(rig->control, "t1"), second);
}

static void
test_configured(void **state)
{
	struct config config = {0};
	(void)state;
	assert_false(driver_tun.is_configured(&config));
	config.announce.tun = base;
	assert_false(driver_tun.is_configured(&config));
	config.announce.prefix_count = 1;
	assert_true(driver_tun.is_configured(&config));
}

static void
test_follows(void **state)
{
	struct rig *rig = *state;
	if (!rig->driver)
		skip();
	expect(rig, false, false);
	driver_tun.apply(rig->driver, 0, GATE_UP, &announced);
	driver_tun.apply(rig->driver, 1, GATE_DOWN, &withdrawn);
	driver_tun.push(rig->driver);
	expect(rig, true, false);
	struct driver_view view = {0};
	driver_tun.view(rig->driver, 0, &view);
	assert_true(view.agrees);
	assert_string_equal(view.wanted, "link up");
	assert_string_equal(view.observed, "t0 link up");
	driver_tun.apply(rig->driver, 0, GATE_DEGRADED, &announced);
	driver_tun.apply(rig->driver, 1, GATE_DRAINING, &announced);
	expect(rig, true, true);
	driver_tun.apply(rig->driver, 0, GATE_DOWN, NULL);
	driver_tun.apply(rig->driver, 1, GATE_DOWN, &withdrawn);
	expect(rig, false, false);
}

/* Ten ticks: 200 ms. */
static void
look(struct rig *rig)
{
	for (unsigned i = 0; i < 10; i++)
		driver_tun.tick(rig->driver);
}

/* Somebody else's `ip link set`, in both directions. */
static void
test_repairs(void **state)
{
	struct rig *rig = *state;
	if (!rig->driver)
		skip();
	driver_tun.apply(rig->driver, 0, GATE_UP, &announced);
	assert_true(tun_set_link(rig->control, "t0", false));
	assert_true(tun_set_link(rig->control, "t1", true));
	look(rig);
	expect(rig, true, false);
}

/* The devices go with the driver, and a second server cannot have the same ones before that. */
static void
test_close(void **state)
{
	struct rig *rig = *state;
	struct report report = REPORT_INIT;
	if (!rig->driver)
		skip();
	driver_tun.apply(rig->driver, 0, GATE_UP, &announced);
	assert_int_equal(driver_tun.prepare(&rig->config, &report), -1);
	assert_int_equal(report.errors, 1);
	assert_string_equal(report.findings[0].message,
			    "cannot make the TUN device t0: Device or resource busy");
	report_clear(&report);
	expect(rig, true, false);
	driver_tun.close(rig->driver, "test");
	rig->driver = NULL;
	assert_false(tun_exists("t0") || tun_exists("t1"));
}

/* A second device that cannot be made takes the first one with it. */
static void
test_prepare_fails(void **state)
{
	struct rig *rig = *state;
	struct report report = REPORT_INIT;
	if (!rig->driver)
		skip();
	driver_tun.close(rig->driver, "test");
	rig->driver = NULL;
	int other = tun_open("t1");
	assert_true(other >= 0);
	assert_int_equal(driver_tun.prepare(&rig->config, &report), -1);
	assert_int_equal(report.errors, 1);
	assert_false(tun_exists("t0"));
	report_clear(&report);
	close(other);
}

/* A box with too few devices, or with none. */
static void
test_open_fails(void **state)
{
	struct rig *rig = *state;
	struct driver_setup open = {.config = &rig->config};
	int pipe_fds[2];
	rig->config.announce.prefix_count = 2;
	rig->config.announce.tun = base;
	assert_int_equal(pipe(pipe_fds), 0);
	open.fd = tun_pack(pipe_fds, 1);
	assert_null(driver_tun.open(&open));
	close(open.fd);
	open.fd = pipe_fds[0];
	assert_null(driver_tun.open(&open));
	close(pipe_fds[0]);
	close(pipe_fds[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_configured),
		cmocka_unit_test_setup_teardown(test_follows, setup, teardown),
		cmocka_unit_test_setup_teardown(test_repairs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_close, setup, teardown),
		cmocka_unit_test_setup_teardown(test_prepare_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(test_open_fails, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
