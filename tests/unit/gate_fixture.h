/* SPDX-License-Identifier: BSD-2-Clause */
/* gate_fixture.h - a gate with a simulated clock. */
#ifndef GATE_FIXTURE_H
#define GATE_FIXTURE_H

#include "health_fixture.h"

#include "health/gate.h"

static const struct gate_limits default_limits = GATE_LIMITS_INIT;

struct scene {
	struct gate gate;
	struct gate_input input;
	struct monotime now;
	unsigned announcements; /* moves from no route to one */
	unsigned withdraws;
};

static inline bool
announced(const struct scene *scene)
{
	return gate_state_announced(gate_shown(&scene->gate));
}

/* One step at the present time. */
static inline struct gate_step
step(struct scene *scene)
{
	bool was = announced(scene);
	struct gate_step result = gate_step(&scene->gate, &scene->input, scene->now);

	scene->announcements += !was && announced(scene);
	scene->withdraws += was && !announced(scene);
	return result;
}

/* Steps until nothing moves, without time passing. */
static inline void
settle(struct scene *scene)
{
	unsigned moves = 0;

	while (step(scene).changed)
		assert_true(++moves < GATE_STATES);
}

/* Lets `ns` pass in ticks of `tick`. */
static inline void
pass(struct scene *scene, int64_t ns, int64_t tick)
{
	for (int64_t passed = 0; passed < ns; passed += tick) {
		scene->now = monotime_add(scene->now, tick);
		step(scene);
	}
}

/* A scene that has not stepped yet, proven and without evidence. */
static inline struct scene
scene_of(const struct gate_penalty *penalty, bool unclean)
{
	struct scene scene = {.now = START, .input = {.proven = true}};

	gate_init(&scene.gate, &default_limits, penalty, unclean, scene.now);
	return scene;
}

static inline struct scene
scene_up(void)
{
	struct scene scene = scene_of(NULL, false);

	pass(&scene, 2 * S, 50 * MS);
	assert_int_equal(scene.gate.state, GATE_UP);
	return scene;
}

#define assert_state(scene, expected) \
	assert_string_equal(gate_state_name((scene)->gate.state), gate_state_name(expected))

#endif
