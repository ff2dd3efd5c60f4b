/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/driver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct told {
	unsigned count;
	struct announcer_event last;
	bool full;
};

static bool
note(void *context, const struct announcer_event *event)
{
	struct told *told = context;
	if (told->full)
		return false;
	told->count++;
	told->last = *event;
	return true;
}

static void
expect_views(struct drivers *drivers, const struct config_announce *announce)
{
	struct told told = {.full = true};
	struct driver *driver = drivers->slots[0].driver;
	static const struct attributes up = {.announce = true};
	drivers_tell(drivers, announce, note, &told);
	told.full = false;
	drivers_tell(drivers, announce, note, &told);
	assert_int_equal(told.count, 1);
	assert_int_equal(told.last.type, ANNOUNCER_DRIVER);
	assert_int_equal(told.last.peer, 5);
	assert_true(told.last.up);
	assert_string_equal(drivers_name(told.last.term), "exabgp");
	assert_string_equal(told.last.more, "withdrawn");
	assert_string_equal(told.last.text, "no child of ExaBGP is connected");
	/* Only what changed. */
	drivers_tell(drivers, announce, note, &told);
	assert_int_equal(told.count, 1);
	driver->kind->apply(driver, 5, GATE_UP, &up);
	drivers_tell(drivers, announce, note, &told);
	assert_int_equal(told.count, 2);
	assert_false(told.last.up);
	assert_string_equal(told.last.more, "announced");
	/* After a reload all of it again. */
	drivers_change(drivers);
	drivers_tell(drivers, announce, note, &told);
	assert_int_equal(told.count, 3);
	assert_null(drivers_name(DRIVERS_MAX));
}

/* One driver, from the configuration to the end, and nothing of it left open. */
static void
test_life(void **state)
{
	char folder[] = "/tmp/anyns-test-XXXXXX", path[64];
	struct config_prefix prefix = {.text = "192.0.2.0/24", .slot = 5};
	struct config config = {.path = (char[]){"f"},
				.announce = {.prefixes = &prefix, .prefix_count = 1}};
	struct driver_setup setup = {.config = &config};
	struct report report = REPORT_INIT;
	struct drivers drivers;

	(void)state;
	assert_true(drivers_prepare(&drivers, &config, &report));
	assert_int_equal(drivers.count, 0);
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/socket", folder);
	config.announce.exabgp.socket = path;
	assert_true(drivers_prepare(&drivers, &config, &report));
	assert_int_equal(drivers.count, 1);
	assert_string_equal(drivers.slots[0].kind->name, "exabgp");
	int fd = drivers.slots[0].fd;
	assert_true(drivers_have(&drivers, fd));
	assert_false(drivers_have(&drivers, fd + 1));
	assert_true(drivers_open(&drivers, &setup));
	assert_false(drivers_have(&drivers, fd));
	assert_non_null(drivers.slots[0].driver);
	expect_views(&drivers, &config.announce);
	drivers_close(&drivers, "end");
	assert_int_equal(drivers.count, 0);
	assert_int_equal(close(fd), -1);
	drivers_close(&drivers, "end");

	assert_true(drivers_prepare(&drivers, &config, &report));
	fd = drivers.slots[0].fd;
	drivers_release(&drivers);
	assert_false(drivers_have(&drivers, fd));
	assert_int_equal(close(fd), -1);

	config.announce.exabgp.socket = folder;
	assert_false(drivers_prepare(&drivers, &config, &report));
	assert_int_equal(report.errors, 1);
	drivers_release(&drivers);
	report_clear(&report);
	unlink(path);
	rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_life)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
