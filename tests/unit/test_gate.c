/* SPDX-License-Identifier: BSD-2-Clause */
#include "gate_fixture.h"

static void
test_clean_boot(void **state)
{
	struct scene scene = scene_of(NULL, false);
	(void)state;

	scene.input.proven = false;
	pass(&scene, 3600 * S, S);
	assert_state(&scene, GATE_BOOT);
	assert_string_equal(scene.gate.waiting.text, "for a full round of own queries");

	struct monotime proven = scene.now;
	scene.input.proven = true;
	struct gate_step moved = step(&scene);
	assert_true(moved.changed);
	assert_int_equal(moved.from, GATE_BOOT);
	assert_int_equal(moved.next.ns, scene.now.ns);
	assert_state(&scene, GATE_WARMING);
	moved = step(&scene);
	assert_false(moved.changed);
	assert_int_equal(moved.next.ns, monotime_add(proven, default_limits.warm_ns).ns);

	scene.now = (struct monotime){moved.next.ns - 1};
	assert_false(step(&scene).changed);
	scene.now = moved.next;
	assert_true(step(&scene).changed);
	assert_state(&scene, GATE_UP);
	assert_true(monotime_since(scene.now, proven) <= 2 * S);
	assert_true(monotime_is_never(step(&scene).next));
	assert_string_equal(scene.gate.waiting.text, "");
}

static void
test_fault_while_warming_restarts_it(void **state)
{
	struct scene scene = scene_of(NULL, false);
	(void)state;

	settle(&scene);
	pass(&scene, 900 * MS, 50 * MS);
	scene.input.hard = "listener gone";
	pass(&scene, 50 * MS, 50 * MS);
	assert_string_equal(scene.gate.waiting.text, "listener gone");
	scene.input.hard = NULL;
	pass(&scene, 1000 * MS, 50 * MS); /* the first of these ticks sees it gone */
	assert_state(&scene, GATE_WARMING);
	pass(&scene, 50 * MS, 50 * MS);
	assert_state(&scene, GATE_UP);
	assert_int_equal(scene.gate.hold.level, 0);
}

static void
test_hard_fault(void **state)
{
	struct scene scene = scene_up();
	(void)state;

	scene.input.hard = "worker 2 is stuck";
	struct gate_step moved = step(&scene);
	assert_true(moved.changed && moved.save);
	assert_state(&scene, GATE_DOWN);
	assert_string_equal(scene.gate.reason.text, "fault: worker 2 is stuck");
	struct monotime withdrawn = scene.now;

	pass(&scene, S, 50 * MS);
	assert_state(&scene, GATE_DOWN);
	scene.input.hard = NULL;
	step(&scene);
	assert_state(&scene, GATE_HELD_DOWN);
	assert_int_equal(step(&scene).next.ns, monotime_add(withdrawn, 10 * S).ns);
	scene.input.hard = "again"; /* no move, no further fault, only told */
	step(&scene);
	assert_state(&scene, GATE_HELD_DOWN);
	assert_string_equal(scene.gate.waiting.text, "again");
	scene.input.hard = NULL;
	scene.now = monotime_add(withdrawn, 10 * S - 1);
	step(&scene);
	assert_state(&scene, GATE_HELD_DOWN);
	scene.now = monotime_add(withdrawn, 10 * S);
	step(&scene);
	assert_state(&scene, GATE_WARMING);
	assert_int_equal(step(&scene).next.ns, monotime_add(withdrawn, 20 * S).ns);
	scene.now = monotime_add(withdrawn, 20 * S);
	step(&scene);
	assert_state(&scene, GATE_UP);
	assert_int_equal(scene.gate.hold.level, 1);
}

/* A long fault has served its hold-down already. */
static void
test_long_fault(void **state)
{
	struct scene scene = scene_up();
	(void)state;

	scene.input.hard = "x";
	pass(&scene, 3600 * S, S);
	scene.input.hard = NULL;
	step(&scene);
	assert_state(&scene, GATE_WARMING);
	pass(&scene, 10 * S, 50 * MS);
	assert_state(&scene, GATE_UP);
}

static void
test_soft_degrades(void **state)
{
	struct scene scene = scene_up();
	(void)state;

	scene.input.soft = "external command failed";
	step(&scene);
	assert_state(&scene, GATE_DEGRADED);
	assert_string_equal(scene.gate.reason.text, "soft evidence: external command failed");
	assert_true(monotime_is_never(step(&scene).next));
	pass(&scene, 7200 * S, S);
	assert_state(&scene, GATE_DEGRADED);
	scene.input.soft = NULL;
	struct monotime calm = monotime_add(scene.now, 10 * S);
	assert_int_equal(step(&scene).next.ns, calm.ns);
	scene.now = calm;
	step(&scene);
	assert_state(&scene, GATE_UP);

	/* The second time it takes twice as long. */
	scene.input.soft = "external command failed";
	step(&scene);
	scene.input.soft = NULL;
	assert_int_equal(step(&scene).next.ns, monotime_add(scene.now, 20 * S).ns);
	assert_int_equal(scene.withdraws, 0);
	scene.input.hard = "x";
	step(&scene);
	assert_state(&scene, GATE_DOWN);
}

static void
test_soft_withdraws_when_told(void **state)
{
	struct scene scene = scene_up();
	struct gate_limits limits = default_limits;
	(void)state;

	limits.withdraw_on_soft = true;
	gate_limit(&scene.gate, &limits);
	scene.input.zone = "example.com: signatures end in 3 h";
	settle(&scene);
	assert_state(&scene, GATE_DEGRADED);
	scene.input.soft = "external command failed";
	scene.input.last_stand = true;
	settle(&scene);
	assert_true(announced(&scene));
	scene.input.last_stand = false;
	step(&scene);
	assert_state(&scene, GATE_DOWN);
	assert_string_equal(scene.gate.reason.text, "fault: external command failed");

	/* Soft evidence that withdraws also keeps it from warming; the zone's does not. */
	pass(&scene, 100 * S, 50 * MS);
	assert_state(&scene, GATE_DOWN);
	scene.input.soft = NULL;
	pass(&scene, 11 * S, 50 * MS);
	assert_state(&scene, GATE_DEGRADED);
	assert_string_equal(scene.gate.reason.text,
			    "warm, but second choice: example.com: signatures end in 3 h");
}

static void
test_last_stand(void **state)
{
	struct scene scene = scene_up();
	(void)state;

	scene.input.last_stand = true;
	scene.input.soft = "x";
	settle(&scene);
	assert_state(&scene, GATE_UP);
	scene.input.last_stand = false;
	settle(&scene);
	assert_state(&scene, GATE_DEGRADED);
	scene.input.last_stand = true;
	pass(&scene, 11 * S, S);
	assert_state(&scene, GATE_UP);
	assert_string_equal(scene.gate.reason.text, "last stand: too few other sites are known up");
	scene.input.hard = "x"; /* never vetoed */
	step(&scene);
	assert_state(&scene, GATE_DOWN);
}

static void
test_zone_faults_do_not_delay(void **state)
{
	struct scene scene = scene_of(NULL, false);
	(void)state;

	scene.input.zone = "example.com not loaded";
	pass(&scene, default_limits.warm_ns + 100 * MS, 50 * MS);
	assert_state(&scene, GATE_DEGRADED);
	scene.input.zone = NULL;
	pass(&scene, 100 * MS, 50 * MS);
	assert_state(&scene, GATE_UP);
}

static void
test_drain(void **state)
{
	struct scene scene = scene_up();
	(void)state;

	scene.input.drain = true;
	step(&scene);
	assert_state(&scene, GATE_DRAINING);
	assert_int_equal(step(&scene).next.ns, monotime_add(scene.now, 60 * S).ns);
	pass(&scene, 60 * S - MS, 60 * S - MS);
	assert_state(&scene, GATE_DRAINING);
	pass(&scene, MS, MS);
	assert_state(&scene, GATE_LINGERING);
	assert_false(announced(&scene));
	assert_int_equal(step(&scene).next.ns, monotime_add(scene.now, 180 * S).ns);
	pass(&scene, 180 * S - MS, 180 * S - MS);
	assert_state(&scene, GATE_LINGERING);
	pass(&scene, MS, MS);
	assert_state(&scene, GATE_DRAINED);
	pass(&scene, 86400 * S, 60 * S);
	assert_state(&scene, GATE_DRAINED);
	scene.input.drain = false;
	settle(&scene);
	assert_state(&scene, GATE_WARMING);
	pass(&scene, 2 * S, 50 * MS);
	assert_state(&scene, GATE_UP);
	assert_int_equal(scene.gate.hold.level, 0);
}

static void
test_drain_ends_early(void **state)
{
	struct scene scene = scene_up();
	(void)state;

	scene.input.drain = true;
	pass(&scene, 70 * S, S);
	assert_state(&scene, GATE_LINGERING);
	scene.input.quiet = true;
	settle(&scene);
	assert_state(&scene, GATE_DRAINED);
	assert_string_equal(scene.gate.reason.text, "drained: the address is quiet");
}

/* Draining must not launder a hold-down, and nothing lingers that was not announced. */
static void
test_drain_while_withdrawn(void **state)
{
	struct scene scene = scene_up();
	(void)state;

	scene.input.hard = "x";
	settle(&scene);
	struct monotime withdrawn = scene.now;
	scene.input.hard = NULL;
	scene.input.drain = true;
	pass(&scene, S, S);
	assert_state(&scene, GATE_LINGERING);
	scene.input.drain = false;
	settle(&scene);
	assert_state(&scene, GATE_HELD_DOWN);
	scene.input.drain = true;
	settle(&scene);
	scene.now = monotime_add(withdrawn, default_limits.linger_ns);
	settle(&scene);
	assert_state(&scene, GATE_DRAINED);

	struct scene calm = scene_up();
	calm.input.hard = "x";
	step(&calm);
	calm.input.drain = calm.input.quiet = true; /* nobody left to linger for */
	step(&calm);
	assert_state(&calm, GATE_DRAINED);

	struct scene boot = scene_of(NULL, false);
	boot.input.drain = true;
	step(&boot);
	assert_state(&boot, GATE_DRAINED);
	assert_int_equal(boot.announcements, 0);
}

static void
test_fault_while_draining(void **state)
{
	struct scene scene = scene_up();
	(void)state;

	scene.input.drain = true;
	settle(&scene);
	scene.input.hard = "x";
	step(&scene);
	assert_state(&scene, GATE_LINGERING);
	assert_int_equal(scene.gate.hold.level, 1);
	scene.input.drain = false;
	scene.input.hard = NULL;
	step(&scene);
	assert_state(&scene, GATE_HELD_DOWN);
}

static void
test_undrain_while_draining(void **state)
{
	static const struct {
		const char *hard, *soft;
		enum gate_state to;
	} cases[] = {{NULL, NULL, GATE_UP}, {NULL, "x", GATE_DEGRADED}, {"x", "x", GATE_DOWN}};
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct scene scene = scene_up();
		scene.input.drain = true;
		pass(&scene, S, S);
		assert_state(&scene, GATE_DRAINING);
		scene.input.drain = false;
		scene.input.hard = cases[i].hard;
		scene.input.soft = cases[i].soft;
		step(&scene);
		assert_state(&scene, cases[i].to);
	}
}

static void
test_freeze(void **state)
{
	struct scene scene = scene_up();
	(void)state;

	scene.input.freeze = GATE_FREEZE_AS_IS;
	step(&scene);
	assert_state(&scene, GATE_FROZEN);
	assert_string_equal(scene.gate.reason.text, "freeze, while up");
	scene.input.hard = "x";
	pass(&scene, 3600 * S, S);
	assert_int_equal(gate_shown(&scene.gate), GATE_UP);
	assert_int_equal(scene.withdraws, 0);
	scene.input.freeze = GATE_THAWED;
	step(&scene);
	assert_state(&scene, GATE_DOWN);
	assert_string_equal(scene.gate.reason.text, "unfreeze, with a fault: x");

	scene.input.freeze = GATE_FREEZE_AS_IS;
	step(&scene);
	scene.input.hard = NULL;
	pass(&scene, 3600 * S, S);
	assert_int_equal(gate_shown(&scene.gate), GATE_DOWN);
	scene.input.freeze = GATE_THAWED;
	settle(&scene);
	assert_state(&scene, GATE_WARMING);
}

/* As the operator says, in both directions, and changed while it is frozen. */
static void
test_freeze_as_told(void **state)
{
	struct scene scene = scene_up();
	(void)state;

	scene.input.freeze = GATE_FREEZE_WITHDRAWN;
	settle(&scene);
	assert_state(&scene, GATE_FROZEN);
	assert_int_equal(gate_shown(&scene.gate), GATE_DOWN);
	assert_string_equal(scene.gate.reason.text, "freeze withdrawn, while up");
	scene.input.freeze = GATE_FREEZE_ANNOUNCED;
	settle(&scene);
	assert_int_equal(gate_shown(&scene.gate), GATE_UP);
	assert_string_equal(scene.gate.reason.text, "freeze announced, while up");
	scene.input.freeze = GATE_THAWED;
	settle(&scene);
	assert_state(&scene, GATE_UP);
	scene.input.hard = "x";
	settle(&scene);
	assert_state(&scene, GATE_DOWN);
	unsigned level = scene.gate.hold.level;
	/* Announced against all evidence; afterwards what was is again, and the fault counts. */
	scene.input.freeze = GATE_FREEZE_ANNOUNCED;
	settle(&scene);
	assert_int_equal(gate_shown(&scene.gate), GATE_UP);
	assert_string_equal(scene.gate.reason.text, "freeze announced, while down");
	scene.input.freeze = GATE_FREEZE_AS_IS;
	settle(&scene);
	assert_int_equal(gate_shown(&scene.gate), GATE_DOWN);
	scene.input.freeze = GATE_THAWED;
	settle(&scene);
	assert_state(&scene, GATE_DOWN);
	assert_int_equal(scene.gate.hold.level, level + 1);
	/* A drain gets through this one, too. */
	scene.input.freeze = GATE_FREEZE_ANNOUNCED;
	settle(&scene);
	scene.input.drain = true;
	settle(&scene);
	assert_false(announced(&scene));
}

/* SIGTERM is a drain: it must get through. */
static void
test_drain_beats_freeze(void **state)
{
	struct scene scene = scene_up();
	(void)state;

	scene.input.freeze = GATE_FREEZE_AS_IS;
	settle(&scene);
	scene.input.drain = true;
	step(&scene);
	assert_state(&scene, GATE_DRAINING);
	pass(&scene, 300 * S, S);
	assert_state(&scene, GATE_DRAINED);
	scene.input.drain = false;
	settle(&scene);
	assert_state(&scene, GATE_FROZEN);
	assert_false(announced(&scene));
}

static void
test_penalty_round_trip(void **state)
{
	struct scene scene = scene_up();
	(void)state;

	scene.input.hard = "x";
	settle(&scene);
	scene.input.hard = NULL;
	pass(&scene, 4 * S, 50 * MS);
	struct gate_penalty penalty = gate_penalty(&scene.gate, scene.now);
	assert_int_equal(penalty.level, 1);
	assert_int_equal(penalty.hold_ns, 6 * S);
	assert_int_equal(penalty.warm_ns, 10 * S);

	/* A restart in order serves the rest. */
	struct scene again = scene_of(&penalty, false);
	settle(&again);
	assert_state(&again, GATE_HELD_DOWN);
	assert_string_equal(again.gate.reason.text, "start within a hold-down");
	pass(&again, 16 * S - 50 * MS, 50 * MS);
	assert_state(&again, GATE_WARMING);
	pass(&again, 50 * MS, 50 * MS);
	assert_state(&again, GATE_UP);
	penalty = gate_penalty(&again.gate, again.now);
	assert_int_equal(penalty.hold_ns, 0);
	assert_int_equal(penalty.warm_ns, 0);

	/* An unclean one is the second fault. */
	struct scene held = scene_of(&(struct gate_penalty){.level = 1, .hold_ns = 500 * S}, true);
	assert_int_equal(held.gate.hold_until.ns, monotime_add(START, 500 * S).ns);
	again = scene_of(&penalty, true);
	settle(&again);
	assert_string_equal(again.gate.reason.text, "start after an unclean exit");
	assert_int_equal(again.gate.hold.level, 2);
	pass(&again, 40 * S - 50 * MS, 50 * MS);
	assert_false(announced(&again));
	pass(&again, 50 * MS, 50 * MS);
	assert_state(&again, GATE_UP);
}

/* What stands in a file can be anything. */
static void
test_penalty_bounds(void **state)
{
	static const struct gate_penalty wild[] = {
		{UINT32_MAX, INT64_MAX, INT64_MAX, INT64_MAX},
		{0, INT64_MIN, INT64_MIN, INT64_MIN},
		{7, -1, 601 * MONOTIME_S, 601 * MONOTIME_S},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(wild); i++) {
		for (int unclean = 0; unclean < 2; unclean++) {
			struct scene scene = scene_of(&wild[i], unclean);
			assert_true(scene.gate.hold.level <= 7);
			pass(&scene, 1201 * S, S);
			assert_state(&scene, GATE_UP);
		}
	}
}

static void
test_save_on_decay(void **state)
{
	struct scene scene = scene_up();
	unsigned saves = 0;
	(void)state;

	scene.input.hard = "x";
	settle(&scene);
	scene.input.hard = NULL;
	pass(&scene, 20 * S, 50 * MS);
	assert_state(&scene, GATE_UP);
	for (int i = 0; i < 1200; i++) {
		scene.now = monotime_add(scene.now, S);
		saves += step(&scene).save;
	}
	assert_int_equal(saves, 1);
	assert_int_equal(scene.gate.hold.level, 0);
}

static void
test_limits_after_reload(void **state)
{
	struct scene scene = scene_of(NULL, false);
	struct gate_limits limits = default_limits;
	(void)state;

	settle(&scene);
	limits.warm_ns = 2 * S;
	limits.linger_ns = S;
	gate_limit(&scene.gate, &limits);
	pass(&scene, 1950 * MS, 50 * MS);
	assert_state(&scene, GATE_WARMING);
	pass(&scene, 50 * MS, 50 * MS);
	assert_state(&scene, GATE_UP);
	scene.input.drain = true;
	pass(&scene, 62 * S, 500 * MS);
	assert_state(&scene, GATE_DRAINED);
}

static void
test_names(void **state)
{
	(void)state;
	for (unsigned i = 0; i < GATE_STATES; i++) {
		bool on = i == GATE_UP || i == GATE_DEGRADED || i == GATE_DRAINING;
		assert_int_equal(gate_state_announced((enum gate_state)i), on);
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(gate_state_name((enum gate_state)i),
						gate_state_name((enum gate_state)j));
	}
	assert_string_equal(gate_state_name(GATE_STATES), "unknown");
	assert_false(gate_state_announced(GATE_STATES));
	assert_string_equal(gate_state_name((enum gate_state)255), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean_boot),
		cmocka_unit_test(test_fault_while_warming_restarts_it),
		cmocka_unit_test(test_hard_fault),
		cmocka_unit_test(test_long_fault),
		cmocka_unit_test(test_soft_degrades),
		cmocka_unit_test(test_soft_withdraws_when_told),
		cmocka_unit_test(test_last_stand),
		cmocka_unit_test(test_zone_faults_do_not_delay),
		cmocka_unit_test(test_drain),
		cmocka_unit_test(test_drain_ends_early),
		cmocka_unit_test(test_drain_while_withdrawn),
		cmocka_unit_test(test_fault_while_draining),
		cmocka_unit_test(test_undrain_while_draining),
		cmocka_unit_test(test_freeze),
		cmocka_unit_test(test_freeze_as_told),
		cmocka_unit_test(test_drain_beats_freeze),
		cmocka_unit_test(test_penalty_round_trip),
		cmocka_unit_test(test_penalty_bounds),
		cmocka_unit_test(test_save_on_decay),
		cmocka_unit_test(test_limits_after_reload),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
