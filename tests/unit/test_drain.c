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
		cmocka_unit_test(wishes),
		cmocka_unit_test(usage),
		cmocka_unit_test(reload),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
