/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "announce/bird_client.h"
#include "announce/driver.h"

#include "bird_fixture.h"

static const struct attributes announced = {.announce = true};
static const struct attributes withdrawn = {.announce = false};

struct rig {
	struct bird bird;
	struct config config;
	struct driver *driver;
	enum gate_state state;
	const struct attributes *attributes;
	char answer[512];
};

static char up[] = "any_up", worse[] = "any_worse", going[] = "any_going";

static int
setup(void **state)
{
	static struct rig rig;
	rig = (struct rig){.state = GATE_BOOT};
	bird_make(&rig.bird);
	bird_listen(&rig.bird);
	rig.config.announce.prefix_count = 1;
	rig.config.announce.bird = (struct config_bird){.socket = rig.bird.path,
							.protocols = {up, worse, going}};
	struct driver_setup open = {.config = &rig.config, .loop = rig.bird.loop, .fd = -1};
	rig.driver = driver_bird.open(&open);
	assert_non_null(rig.driver);
	assert_ptr_equal(rig.driver->kind, &driver_bird);
	*state = &rig;
	return 0;
}

static int
teardown(void **state)
{
	struct rig *rig = *state;
	driver_bird.close(rig->driver, "test");
	bird_remove(&rig->bird);
	return 0;
}

static void
ticks(struct rig *rig, unsigned count)
{
	while (count--) {
		driver_bird.tick(rig->driver);
		driver_bird.apply(rig->driver, 0, rig->state, rig->attributes);
		driver_bird.push(rig->driver);
		bird_turn(&rig->bird);
	}
}

/* As after a poke. */
static void
put(struct rig *rig, enum gate_state state)
{
	rig->state = state;
	rig->attributes = gate_state_announced(state) ? &announced : &withdrawn;
	driver_bird.apply(rig->driver, 0, rig->state, rig->attributes);
	driver_bird.push(rig->driver);
}

static void
show(struct rig *rig, const char *one, const char *two, const char *three)
{
	snprintf(rig->answer, sizeof rig->answer,
		 "2002-Name Proto Table State Since Info\n1002-device1 Device --- up 1\n"
		 " any_up Static master4 %s 1\n any_worse Static master4 %s 1\n"
		 " any_going Static master4 %s 1\n0000 \n",
		 one, two, three);
	bird_say(&rig->bird, rig->answer);
}

static void
hear(struct rig *rig, const char *command)
{
	assert_string_equal(bird_hear(&rig->bird), command);
}

static void
greet(struct rig *rig)
{
	ticks(rig, 1);
	bird_accept(&rig->bird);
	bird_say(&rig->bird, "0001 BIRD 2.0.12 ready.\n");
	hear(rig, "show protocols\n");
}

static void
test_configured(void **state)
{
	struct rig *rig = *state;
	assert_true(driver_bird.is_configured(&rig->config));
	rig->config.announce.bird.protocols[CONFIG_BIRD_UP] = NULL;
	assert_false(driver_bird.is_configured(&rig->config));
	rig->config.announce.bird.protocols[CONFIG_BIRD_UP] = up;
	rig->config.announce.prefix_count = 0;
	assert_false(driver_bird.is_configured(&rig->config));
}

static void
test_selects(void **state)
{
	struct rig *rig = *state;
	greet(rig);
	show(rig, "up", "down", "down");
	hear(rig, "");
	put(rig, GATE_UP);
	hear(rig, "");
	/* At once, without a look before. */
	put(rig, GATE_DEGRADED);
	hear(rig, "enable any_worse\n");
	bird_say(&rig->bird, "0011-any_worse: enabled\n0000 \n");
	hear(rig, "disable any_up\n");
	/* Another state while a command is under way. */
	put(rig, GATE_DRAINING);
	hear(rig, "");
	bird_say(&rig->bird, "0009-any_up: disabled\n0000 \n");
	hear(rig, "enable any_going\n");
	bird_say(&rig->bird, "0011-any_going: enabled\n0000 \n");
	hear(rig, "disable any_worse\n");
	bird_say(&rig->bird, "0009-any_worse: disabled\n0000 \n");
	hear(rig, "");
}

/* Withdrawn, nothing changes for a second; then `up` is made ready. */
static void
test_withdrawn(void **state)
{
	struct rig *rig = *state;
	greet(rig);
	put(rig, GATE_DRAINING);
	show(rig, "down", "down", "up");
	put(rig, GATE_LINGERING);
	for (unsigned i = 0; i < 4; i++) {
		ticks(rig, 10);
		hear(rig, "show protocols\n");
		show(rig, "down", "down", "up");
		hear(rig, "");
	}
	ticks(rig, 9);
	ticks(rig, 1);
	hear(rig, "show protocols\n");
	show(rig, "down", "down", "up");
	hear(rig, "enable any_up\n");
	bird_say(&rig->bird, "0011-any_up: enabled\n0000 \n");
	hear(rig, "disable any_going\n");
}

/* Every 200 ms; a `birdc configure` or `birdc disable` of somebody else lasts no longer. */
static void
test_looks_again(void **state)
{
	struct rig *rig = *state;
	greet(rig);
	put(rig, GATE_DEGRADED);
	show(rig, "down", "up", "down");
	hear(rig, "");
	ticks(rig, 9);
	hear(rig, "");
	ticks(rig, 1);
	hear(rig, "show protocols\n");
	show(rig, "up", "down", "down");
	hear(rig, "enable any_worse\n");
	bird_say(&rig->bird, "0011-any_worse: enabled\n0000 \n");
	hear(rig, "disable any_up\n");
	bird_say(&rig->bird, "0009-any_up: disabled\n0000 \n");
	hear(rig, "");
	/* What is refused is tried again with the next look, no sooner. */
	ticks(rig, 10);
	hear(rig, "show protocols\n");
	show(rig, "up", "down", "down");
	hear(rig, "enable any_worse\n");
	bird_say(&rig->bird, "8007 access denied\n");
	hear(rig, "");
	ticks(rig, 10);
	hear(rig, "show protocols\n");
}

/* A BIRD that starts anew has the protocols of its file. */
static void
test_restart(void **state)
{
	struct rig *rig = *state;
	put(rig, GATE_DRAINING);
	greet(rig);
	show(rig, "down", "down", "up");
	bird_stop(&rig->bird);
	bird_turn(&rig->bird);
	ticks(rig, 3 * BIRD_CLIENT_AGAIN);
	bird_listen(&rig->bird);
	ticks(rig, BIRD_CLIENT_AGAIN);
	bird_accept(&rig->bird);
	bird_say(&rig->bird, "0001 BIRD 2.0.12 ready.\n");
	hear(rig, "show protocols\n");
	show(rig, "up", "down", "down");
	hear(rig, "enable any_going\n");
	/* Lost in the middle of it. */
	bird_hang_up(&rig->bird);
	bird_turn(&rig->bird);
	ticks(rig, BIRD_CLIENT_AGAIN);
	bird_accept(&rig->bird);
	bird_say(&rig->bird, "0001 BIRD 2.0.12 ready.\n");
	hear(rig, "show protocols\n");
	show(rig, "up", "down", "up");
	hear(rig, "disable any_up\n");
}

static void
test_missing(void **state)
{
	struct rig *rig = *state;
	greet(rig);
	put(rig, GATE_DEGRADED);
	bird_say(&rig->bird, "1002-any_up Static master4 up 1\n0000 \n");
	hear(rig, "");
	ticks(rig, 10);
	hear(rig, "show protocols\n");
	show(rig, "up", "down", "down");
	hear(rig, "enable any_worse\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_configured, setup, teardown),
		cmocka_unit_test_setup_teardown(test_selects, setup, teardown),
		cmocka_unit_test_setup_teardown(test_withdrawn, setup, teardown),
		cmocka_unit_test_setup_teardown(test_looks_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restart, setup, teardown),
		cmocka_unit_test_setup_teardown(test_missing, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
