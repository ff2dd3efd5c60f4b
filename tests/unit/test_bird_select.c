/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "announce/bird_reply.h"
#include "announce/bird_select.h"

static const char *const three[BIRD_ROLES] = {"any_up", "any_worse", "any_going"};
static struct bird_select select_;

static void
row(const char *name, bool enabled)
{
	bird_select_row(&select_, name, strlen(name), enabled);
}

/* A full answer of BIRD. */
static void
observe(bool up, bool degraded, bool draining)
{
	bird_select_begin(&select_);
	row("device1", true);
	row("any_up", up);
	row("any_worse", degraded);
	row("any_going", draining);
	row("any_upper", true);
	row("any_u", true);
	bird_select_end(&select_);
}

static void
expect(const char *expected)
{
	char command[BIRD_COMMAND_MAX];
	assert_true(bird_select_next(&select_, command));
	assert_string_equal(command, expected);
}

static void
expect_nothing(void)
{
	char command[BIRD_COMMAND_MAX];
	assert_false(bird_select_next(&select_, command));
}

static void
expect_view(bool agrees, const char *wanted, const char *observed)
{
	char texts[2][BIRD_VIEW_MAX];
	assert_true(bird_select_view(&select_, 0, texts[0], texts[1]) == agrees);
	assert_string_equal(texts[0], wanted);
	assert_string_equal(texts[1], observed);
}

static int
setup(void **state)
{
	(void)state;
	bird_select_init(&select_, 1, three);
	return 0;
}

static void
test_nothing_wanted(void **state)
{
	(void)state;
	expect_nothing();
	observe(true, true, true);
	expect_nothing();
	expect_view(true, "nothing yet", "any_up and any_worse and any_going");
	observe(false, false, false);
	expect_view(true, "nothing yet", "none enabled");
	for (enum gate_state gate = 0; gate < GATE_STATES; gate++)
		if (!gate_state_announced(gate))
			assert_false(bird_select_want(&select_, 0, gate));
	expect_nothing();
	assert_null(bird_select_missing(&select_));
}

/* Enable first, so that there is a route at any time. */
static void
test_each_role(void **state)
{
	(void)state;
	assert_true(bird_select_want(&select_, 0, GATE_UP));
	assert_false(bird_select_want(&select_, 0, GATE_UP));
	/* Nothing is known yet. */
	expect_nothing();
	expect_view(false, "any_up", "no connection");
	observe(false, true, true);
	expect_view(false, "any_up", "any_worse and any_going");
	expect("enable any_up");
	bird_select_answer(&select_, BIRD_ENABLED);
	bird_select_answer(&select_, 0);
	expect("disable any_worse");
	bird_select_answer(&select_, BIRD_DISABLED);
	expect("disable any_going");
	bird_select_answer(&select_, BIRD_ALREADY_DISABLED);
	expect_nothing();
	expect_view(true, "any_up", "any_up");

	assert_true(bird_select_want(&select_, 0, GATE_DEGRADED));
	expect("enable any_worse");
	bird_select_answer(&select_, BIRD_ALREADY_ENABLED);
	expect("disable any_up");
	bird_select_answer(&select_, BIRD_DISABLED);
	expect_nothing();

	assert_true(bird_select_want(&select_, 0, GATE_DRAINING));
	expect("enable any_going");
	bird_select_answer(&select_, BIRD_ENABLED);
	expect("disable any_worse");
	bird_select_answer(&select_, BIRD_DISABLED);
	/* Withdrawn: as it was. */
	assert_false(bird_select_want(&select_, 0, GATE_DOWN));
	expect_nothing();
}

/* Its protocols may stay or go with it. */
static void
test_dropped(void **state)
{
	(void)state;
	assert_true(bird_select_want(&select_, 0, GATE_UP));
	observe(true, false, false);
	expect_nothing();
	bird_select_begin(&select_);
	bird_select_end(&select_);
	assert_string_equal(bird_select_missing(&select_), "any_up");
	bird_select_drop(&select_, 0);
	assert_null(bird_select_missing(&select_));
	observe(false, true, true);
	expect_nothing();
}

/* Somebody else's `configure`, `disable` and `enable` are seen and repaired. */
static void
test_repairs(void **state)
{
	(void)state;
	(void)bird_select_want(&select_, 0, GATE_UP);
	observe(true, false, false);
	expect_nothing();
	observe(false, false, false);
	expect("enable any_up");
	bird_select_answer(&select_, BIRD_ENABLED);
	expect_nothing();
	observe(true, true, false);
	expect("disable any_worse");
}

/* What is refused is not tried again at once, and the others are not disabled meanwhile. */
static void
test_refused(void **state)
{
	(void)state;
	(void)bird_select_want(&select_, 0, GATE_UP);
	observe(false, true, false);
	expect("enable any_up");
	bird_select_answer(&select_, 8007);
	expect_nothing();
	observe(false, true, false);
	expect("enable any_up");
	/* An answer that says nothing helps no more. */
	bird_select_answer(&select_, 0);
	expect_nothing();
	observe(true, true, true);
	expect("disable any_worse");
	bird_select_answer(&select_, 9001);
	expect("disable any_going");
	bird_select_answer(&select_, BIRD_DISABLED);
	expect_nothing();
}

static void
test_forgets(void **state)
{
	(void)state;
	(void)bird_select_want(&select_, 0, GATE_UP);
	observe(false, true, false);
	expect("enable any_up");
	bird_select_forget(&select_);
	/* The answer to a command of a connection that is gone. */
	bird_select_answer(&select_, BIRD_ENABLED);
	expect_nothing();
	assert_null(bird_select_missing(&select_));
	observe(false, false, false);
	expect("enable any_up");
}

static void
test_missing(void **state)
{
	(void)state;
	(void)bird_select_want(&select_, 0, GATE_DEGRADED);
	bird_select_begin(&select_);
	row("any_up", true);
	bird_select_end(&select_);
	assert_string_equal(bird_select_missing(&select_), "any_worse");
	/* The only route there is stays. */
	expect_nothing();
	(void)bird_select_want(&select_, 0, GATE_UP);
	assert_null(bird_select_missing(&select_));
}

static void
test_only_up(void **state)
{
	static const char *const names[BIRD_ROLES] = {"one"};
	(void)state;
	bird_select_init(&select_, 1, names);
	assert_true(bird_select_want(&select_, 0, GATE_DRAINING));
	assert_false(bird_select_want(&select_, 0, GATE_UP));
	bird_select_begin(&select_);
	row("one", false);
	row("", true);
	bird_select_end(&select_);
	expect("enable one");
	bird_select_answer(&select_, BIRD_ENABLED);
	expect_nothing();
}

static void
test_numbers(void **state)
{
	static const char *const names[BIRD_ROLES] = {"p%_up", "%", "going%"};
	(void)state;
	bird_select_init(&select_, BIRD_SELECT_GATES, names);
	assert_string_equal(select_.gates[0].protocols[BIRD_UP].name, "p0_up");
	assert_string_equal(select_.gates[7].protocols[BIRD_DEGRADED].name, "7");
	assert_string_equal(select_.gates[63].protocols[BIRD_DRAINING].name, "going63");
	(void)bird_select_want(&select_, 0, GATE_UP);
	(void)bird_select_want(&select_, 63, GATE_DRAINING);
	bird_select_begin(&select_);
	row("p0_up", true);
	row("p63_up", true);
	row("going0", true);
	row("going63", false);
	bird_select_end(&select_);
	expect("disable going0");
	bird_select_answer(&select_, BIRD_DISABLED);
	expect("enable going63");
	bird_select_answer(&select_, BIRD_ENABLED);
	expect("disable p63_up");
	bird_select_answer(&select_, BIRD_DISABLED);
	expect_nothing();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_nothing_wanted, setup),
		cmocka_unit_test_setup(test_each_role, setup),
		cmocka_unit_test_setup(test_dropped, setup),
		cmocka_unit_test_setup(test_repairs, setup),
		cmocka_unit_test_setup(test_refused, setup),
		cmocka_unit_test_setup(test_forgets, setup),
		cmocka_unit_test_setup(test_missing, setup),
		cmocka_unit_test(test_only_up),
		cmocka_unit_test(test_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
