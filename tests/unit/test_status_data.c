/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "control/status_data.h"

#include <stdlib.h>
#include <string.h>

static void
zones(void **state)
{
	static const uint8_t apex[] = "\1a\7example";
	struct status_zones *zones = calloc(1, sizeof(*zones));
	char error[STATUS_TEXT + 1];
	(void)state;

	memset(error, 'e', STATUS_TEXT);
	error[STATUS_TEXT] = '\0';
	status_add_zone(zones, apex, STATUS_ZONE_STALE, 7, error);
	assert_int_equal(zones->listed, 1);
	assert_string_equal(zones->list[0].name, "a.example.");
	assert_int_equal(zones->list[0].state, STATUS_ZONE_STALE);
	assert_int_equal(zones->list[0].serial, 7);
	assert_int_equal(strlen(zones->list[0].error), STATUS_TEXT - 1);
	for (int i = 0; i < STATUS_ZONES; i++)
		status_add_zone(zones, apex, STATUS_ZONE_OK, 8, NULL);
	assert_int_equal(zones->listed, STATUS_ZONES);
	assert_string_equal(zones->list[STATUS_ZONES - 1].error, "");
	assert_int_equal(zones->total, 0);
	free(zones);
}

static void
counters(void **state)
{
	struct status *status = calloc(1, sizeof(*status));
	(void)state;

	for (uint64_t i = 0; i <= STATUS_COUNTERS; i++)
		status_add_counter(status, "name", i);
	assert_int_equal(status->counter_count, STATUS_COUNTERS);
	assert_int_equal(status->counters[STATUS_COUNTERS - 1].value, STATUS_COUNTERS - 1);
	free(status);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zones),
		cmocka_unit_test(counters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
