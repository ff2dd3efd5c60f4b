/* SPDX-License-Identifier: BSD-2-Clause */
#include "ask_fixture.h"

static const struct {
	const char *word;
	int (*run)(int argc, char **argv);
	enum control_wish wish;
} orders[] = {
	{"drain", cli_drain, CONTROL_DRAIN},
	{"undrain", cli_undrain, CONTROL_UNDRAIN},
	{"freeze", cli_freeze, CONTROL_FREEZE},
	{"unfreeze", cli_unfreeze, CONTROL_UNFREEZE},
};

static void
wishes(void **state)
{
	struct stage stage;

	stage_open(&stage, *state);
	for (size_t i = 0; i < ARRAY_LENGTH(orders); i++) {
		assert_int_equal(ASK(*state, orders[i].run, orders[i].word, "-s", stage.path, ),
				 EXIT_OK);
		assert_caught(*state, "out", "so be it\n");
		assert_int_equal(atomic_load(&stage.wished), orders[i].wish);
	}
	stage.refuses_wishes = true;
	for (size_t i = 0; i < ARRAY_LENGTH(orders); i++)
		assert_int_equal(ASK(*state, orders[i].run, orders[i].word, "-s", stage.path, ),
				 EXIT_FAILED);
	stage_close(&stage);
}

static void
freeze_as(void **state)
{
	struct stage stage;

	stage_open(&stage, *state);
	assert_int_equal(ASK(*state, cli_freeze, "freeze", "announced", "-s", stage.path, ),
			 EXIT_OK);
	assert_int_equal(atomic_load(&stage.wished), CONTROL_FREEZE_ANNOUNCED);
	assert_int_equal(ASK(*state, cli_freeze, "freeze", "-s", stage.path, "withdrawn", ),
			 EXIT_OK);
	assert_int_equal(atomic_load(&stage.wished), CONTROL_FREEZE_WITHDRAWN);
	assert_int_equal(ASK(*state, cli_freeze, "freeze", "-s", stage.path, "solid", ),
			 EXIT_USAGE);
	assert_caught(*state, "err", "\"solid\" is neither announced nor withdrawn");
	assert_int_equal(atomic_load(&stage.wished), CONTROL_FREEZE_WITHDRAWN);
	assert_int_equal(ASK(*state, cli_unfreeze, "unfreeze", "-s", stage.path, "announced", ),
			 EXIT_USAGE);
	stage_close(&stage);
}

/* Progress on standard error, each step once; the end on standard output. */
static void
wait_for_drain(void **state)
{
	struct stage stage;

	stage_open(&stage, *state);
	assert_int_equal(ASK(*state, cli_drain, "drain", "-w", "-s", stage.path, ), EXIT_OK);
	assert_int_equal(atomic_load(&stage.wished), CONTROL_DRAIN);
	assert_int_equal(atomic_load(&stage.looks), 4);
	assert_caught(*state, "err", CONTROL_STILL "2 prefixes\n" CONTROL_STILL "1 prefixes\n");
	assert_caught(*state, "out", "drained\n");
	atomic_store(&stage.looks, 0);
	assert_int_equal(ASK(*state, cli_drain, "drain", "--wait", "-j", "-s", stage.path, ),
			 EXIT_OK);
	assert_caught(*state, "err", "");
	assert_caught(*state, "out", "{\"ok\":true,\"message\":\"drained\"}\n");
	stage.refuses_wishes = true;
	assert_int_equal(ASK(*state, cli_drain, "drain", "-w", "-s", stage.path, ), EXIT_FAILED);
	assert_caught(*state, "err", "nothing is gated\n");
	assert_int_equal(ASK(*state, cli_undrain, "undrain", "-w", "-s", stage.path, ), EXIT_USAGE);
	stage_close(&stage);
}

static void
usage(void **state)
{
	for (size_t i = 0; i < ARRAY_LENGTH(orders); i++) {
		char expected[64];
		snprintf(expected, sizeof(expected), "usage: anyns %s [-j]", orders[i].word);
		assert_int_equal(ASK(*state, orders[i].run, orders[i].word, "-h", ), EXIT_OK);
		assert_caught(*state, "out", expected);
		assert_int_equal(ASK(*state, orders[i].run, orders[i].word, "-x", ), EXIT_USAGE);
	}
	assert_int_equal(ASK(*state, cli_reload, "reload", "-h", ), EXIT_OK);
	assert_caught(*state, "out", "usage: anyns reload [-j]");
}

/* A server whose reloads are over as soon as they are ordered, well or badly. */
static bool reload_goes_well;

static void
reload_at_once(void *context)
{
	struct stage *stage = context;
	static struct status_reload reload;

	reload = (struct status_reload){.taken = reload_goes_well};
	control_reload_begins(stage->control);
	control_reload_ends(stage->control, &reload);
}

static void
reload(void **state)
{
	struct stage stage;

	stage_open(&stage, *state);
	stage.handler.reload = reload_at_once;
	reload_goes_well = true;
	assert_int_equal(ASK(*state, cli_reload, "reload", "-s", stage.path, ), EXIT_OK);
	assert_caught(*state, "out", "reloaded: 0 zones, ");
	reload_goes_well = false;
	assert_int_equal(ASK(*state, cli_reload, "reload", "-s", stage.path, ), EXIT_FAILED);
	assert_caught(*state, "out", "");
	assert_caught(*state, "err", "reload refused, everything goes on as before\n");
	assert_int_equal(ASK(*state, cli_reload, "reload", "-j", "-s", stage.path, ), EXIT_FAILED);
	assert_caught(*state, "out", "{\"ok\":false,\"taken\":false,");
	stage_close(&stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wishes),    cmocka_unit_test(usage),
		cmocka_unit_test(freeze_as), cmocka_unit_test(wait_for_drain),
		cmocka_unit_test(reload),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
