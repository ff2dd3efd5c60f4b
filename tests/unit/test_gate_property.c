/* SPDX-License-Identifier: BSD-2-Clause */
/* What must hold for the gate whatever goes in: every state by every input, and long random runs.
 */
#include "gate_fixture.h"

enum { INPUTS = 256 };

static struct gate_input
input_of(unsigned bits)
{
	return (struct gate_input){
		.hard = bits & 1 ? "hard" : NULL,
		.soft = bits & 2 ? "soft" : NULL,
		.zone = bits & 4 ? "zone" : NULL,
		.proven = bits & 8,
		.last_stand = bits & 16,
		.drain = bits & 32,
		.freeze = bits & 64 ? GATE_FREEZE_AS_IS : GATE_THAWED,
		.quiet = bits & 128,
	};
}

/* A gate brought into `state` by legal input alone; `announce` chooses between two kinds of frozen.
 */
static struct scene
scene_in(enum gate_state state, bool announce)
{
	bool up = gate_state_announced(state) || state == GATE_DOWN || state == GATE_HELD_DOWN ||
		  state == GATE_LINGERING || (state == GATE_FROZEN && announce);
	struct scene scene = up ? scene_up() : scene_of(NULL, false);

	scene.input.proven = state != GATE_BOOT;
	scene.input.soft = state == GATE_DEGRADED ? "soft" : NULL;
	scene.input.hard = state == GATE_DOWN || state == GATE_HELD_DOWN ? "hard" : NULL;
	scene.input.drain = state == GATE_DRAINING || state == GATE_LINGERING ||
			    state == GATE_DRAINED;
	scene.input.freeze = state == GATE_FROZEN ? GATE_FREEZE_AS_IS : GATE_THAWED;
	settle(&scene);
	if (state == GATE_LINGERING)
		pass(&scene, default_limits.drain_ns, default_limits.drain_ns);
	scene.input.hard = state == GATE_DOWN ? "hard" : NULL;
	settle(&scene);
	assert_state(&scene, state);
	return scene;
}

static bool
off_drain_line(enum gate_state state)
{
	return state != GATE_DRAINING && state != GATE_LINGERING && state != GATE_DRAINED;
}

static void
check_step(const struct scene *before, const struct scene *after, const struct gate_step *moved)
{
	const struct gate_input *input = &after->input;
	enum gate_state from = before->gate.state;
	enum gate_state to = after->gate.state;

	assert_int_equal(moved->from, from);
	assert_int_equal(moved->changed, from != to);
	assert_true(gate_shown(&after->gate) != GATE_FROZEN);
	if (to != GATE_FROZEN && input->hard)
		assert_false(announced(after));
	if (to == GATE_FROZEN)
		assert_int_equal(announced(after), announced(before));
	if (input->drain)
		assert_false(off_drain_line(to));
	if (input->freeze && !input->drain && off_drain_line(from))
		assert_int_equal(to, GATE_FROZEN);
	if (!announced(before) && announced(after)) {
		assert_true(input->proven);
		assert_int_equal(from, GATE_WARMING);
	}
	/* Soft evidence and the zone's never withdraw by default. */
	if (announced(before) && !announced(after) && !input->hard)
		assert_true(input->drain && from == GATE_DRAINING);
	if (moved->changed) {
		assert_true(after->gate.reason.text[0] != '\0');
		assert_int_equal(after->gate.since.ns, after->now.ns);
		assert_true(moved->save);
	}
	assert_true(moved->next.ns >= after->now.ns);
}

static void
test_every_state_by_every_input(void **state)
{
	static const int64_t waits[] = {0, MS, S, 10 * S, 180 * S, 86400 * S};
	unsigned steps = 0;
	(void)state;

	for (unsigned from = 0; from < GATE_STATES; from++) {
		for (unsigned bits = 0; bits < INPUTS; bits++) {
			for (size_t i = 0; i < ARRAY_LENGTH(waits); i++) {
				struct scene before = scene_in((enum gate_state)from, bits & 1);
				struct scene after = before;
				after.now = monotime_add(after.now, waits[i]);
				after.input = input_of(bits);
				struct gate_step moved = step(&after);
				check_step(&before, &after, &moved);
				/* The same input at the same time comes to rest. */
				settle(&after);
				steps++;
			}
		}
	}
	print_message("  %u combinations of state, input and time\n", steps);
}

/* Input that changes now and then, with long calm times between wild ones. */
static void
run_random(uint64_t seed, bool soft_withdraws)
{
	struct scene scene = scene_of(NULL, false);
	struct monotime free_at = scene.now; /* not announced before, by the hold-down */
	struct monotime clean_at = scene.now;

	scene.gate.limits.withdraw_on_soft = soft_withdraws;
	for (int i = 0; i < 60000; i++) {
		struct scene before = scene;
		uint64_t dice = next_random(&seed);
		scene.now = monotime_add(scene.now, (int64_t)(dice >> 40 & 0xff) * 4 * MS);
		if ((dice & 0x1f) == 0)
			scene.input = input_of(dice >> 8 & 0xff);
		/* Mostly without the operator, or there would be little else. */
		if ((dice & 0x1e0) != 0) {
			scene.input.drain = false;
			scene.input.freeze = GATE_THAWED;
		}
		if ((dice & 0x200) != 0)
			scene.input.hard = NULL;
		struct gate_step moved = step(&scene);
		if (!soft_withdraws)
			check_step(&before, &scene, &moved);
		if (scene.input.hard || !scene.input.proven)
			clean_at = scene.now;
		if (!announced(&before) && announced(&scene)) {
			assert_true(scene.now.ns >= free_at.ns);
			assert_true(monotime_since(scene.now, clean_at) >= default_limits.warm_ns);
		}
		if (scene.gate.hold.level > before.gate.hold.level ||
		    (announced(&before) && !announced(&scene) && scene.input.hard))
			free_at = monotime_add(scene.now, 2 * backoff_wait(&scene.gate.hold,
									   &default_limits.hold));
	}
}

static void
test_random_runs(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++)
		run_random(seed * UINT64_C(0x9e3779b97f4a7c15), seed % 2 == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_state_by_every_input),
		cmocka_unit_test(test_random_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
