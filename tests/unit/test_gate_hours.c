/* SPDX-License-Identifier: BSD-2-Clause */
/* Hours of flapping in milliseconds: how often does a route come and go? Prints its figures. */
#include "gate_fixture.h"

#define HOUR (3600 * MONOTIME_S)
#define TICK (50 * MONOTIME_MS)

enum { PAIRS_PER_HOUR = 8 };

/* The busiest hour of a run: announcement times, and the most within any 3600 s. */
struct tally {
	int64_t at[4096];
	size_t count;
};

static void
tally_note(struct tally *tally, const struct scene *scene, unsigned before)
{
	if (scene->announcements == before)
		return;
	assert_true(tally->count < ARRAY_LENGTH(tally->at));
	tally->at[tally->count++] = scene->now.ns;
}

static size_t
tally_busiest(const struct tally *tally)
{
	size_t most = 0;

	for (size_t first = 0, last = 0; last < tally->count; last++) {
		while (tally->at[last] - tally->at[first] >= HOUR)
			first++;
		most = last - first + 1 > most ? last - first + 1 : most;
	}
	return most;
}

/* A service that is bad for the first half of every period; from an announced start. */
static unsigned
oscillate(int64_t period, int64_t tick)
{
	struct scene scene = scene_up();
	struct monotime begin = scene.now;

	scene.announcements = 0;
	while (monotime_since(scene.now, begin) < HOUR) {
		bool bad = monotime_since(scene.now, begin) % period < period / 2;
		scene.input.hard = bad ? "bad half" : NULL;
		step(&scene);
		scene.now = monotime_add(scene.now, tick);
	}
	return scene.withdraws;
}

static void
test_oscillation(void **state)
{
	unsigned at_1_hz = oscillate(S, TICK);
	unsigned most = 0;
	int64_t worst = 0;
	(void)state;

	for (int64_t period = 200 * MS; period < HOUR; period += period / 16) {
		unsigned pairs = oscillate(period, period / 4 < TICK ? period / 4 : TICK);
		if (pairs > most) {
			most = pairs;
			worst = period;
		}
	}
	print_message("  1 Hz for an hour: %u withdraws; worst period %u s: %u\n", at_1_hz,
		      (unsigned)(worst / S), most);
	assert_true(at_1_hz <= PAIRS_PER_HOUR);
	assert_true(most <= PAIRS_PER_HOUR);
}

/* The worst there is: fine until announced, then a fault at once; for a day. */
static void
test_fault_after_each_announcement(void **state)
{
	struct scene scene = scene_of(NULL, false);
	static struct tally tally;
	(void)state;

	while (monotime_since(scene.now, START) < 24 * HOUR) {
		unsigned before = scene.announcements;
		scene.input.hard = announced(&scene) ? "again" : NULL;
		step(&scene);
		tally_note(&tally, &scene, before);
		scene.now = monotime_add(scene.now, TICK);
	}
	print_message("  fault after each announcement: %zu in the busiest hour, %zu in a day\n",
		      tally_busiest(&tally), tally.count);
	assert_true(tally_busiest(&tally) <= PAIRS_PER_HOUR);
}

/* Faults that wait for any time from none to 40 minutes, so that decay has its say too. */
static void
test_fault_after_random_times(void **state)
{
	static struct tally tally;
	uint64_t seed = 42;
	size_t busiest = 0;
	(void)state;

	for (int run = 0; run < 20; run++) {
		struct scene scene = scene_of(NULL, false);
		struct monotime fault_at = scene.now;
		int64_t scale = (int64_t)(next_random(&seed) % 2400 + 1) * S;
		tally.count = 0;
		while (monotime_since(scene.now, START) < 24 * HOUR) {
			unsigned before = scene.announcements;
			scene.input.hard = NULL;
			if (announced(&scene) && monotime_reached(scene.now, fault_at))
				scene.input.hard = "after a while";
			step(&scene);
			if (scene.announcements != before)
				fault_at = monotime_add(
					scene.now, (int64_t)(next_random(&seed) % (uint64_t)scale));
			tally_note(&tally, &scene, before);
			scene.now = monotime_add(scene.now, 500 * MS);
		}
		busiest = tally_busiest(&tally) > busiest ? tally_busiest(&tally) : busiest;
	}
	print_message("  faults after random times: %zu in the busiest hour of 20 days\n", busiest);
	assert_true(busiest <= PAIRS_PER_HOUR);
}

/* Killed right after the announcement, restarted at once, with only what was saved before it. */
static unsigned
kill_and_restart(bool at_random, unsigned *kills)
{
	struct gate_penalty saved = {0};
	bool unclean = false;
	struct monotime now = START;
	uint64_t seed = 7;
	unsigned announcements = 0;

	while (monotime_since(now, START) < HOUR) {
		struct scene scene = {0};
		gate_init(&scene.gate, &default_limits, &saved, unclean, now);
		saved = gate_penalty(&scene.gate, now); /* the first thing a start does */
		scene.now = now;
		/* Own queries take a while to be answered after a start. */
		struct monotime proven = monotime_add(now, 300 * MS);
		bool killed = false;
		while (!killed && monotime_since(scene.now, START) < HOUR) {
			scene.input.proven = monotime_reached(scene.now, proven);
			if (step(&scene).save)
				saved = gate_penalty(&scene.gate, scene.now);
			killed = announced(&scene) || (at_random && next_random(&seed) % 400 == 0);
			scene.now = monotime_add(scene.now, TICK);
		}
		announcements += scene.announcements;
		*kills += killed;
		unclean = true;
		now = scene.now;
	}
	return announcements;
}

static void
test_kill_after_each_announcement(void **state)
{
	unsigned kills = 0;
	unsigned announcements = kill_and_restart(false, &kills);
	(void)state;

	print_message("  killed after each announcement for an hour: %u announcements, %u kills\n",
		      announcements, kills);
	assert_true(announcements <= PAIRS_PER_HOUR);
	assert_true(announcements >= 2);

	kills = 0;
	announcements = kill_and_restart(true, &kills);
	print_message("  killed at random too: %u announcements, %u kills\n", announcements, kills);
	assert_true(announcements <= PAIRS_PER_HOUR);
}

/* After all that a day without a fault makes it as good as new. */
static void
test_decay(void **state)
{
	struct scene scene = scene_up();
	(void)state;

	while (scene.gate.hold.level < 7) {
		scene.input.hard = announced(&scene) ? "again" : NULL;
		pass(&scene, TICK, TICK);
	}
	scene.input.hard = NULL;
	while (!announced(&scene))
		pass(&scene, TICK, TICK);
	struct monotime up = scene.now;
	while (scene.gate.hold.level > 0)
		pass(&scene, S, S);
	print_message("  forgets the longest flapping after %u min without fault\n",
		      (unsigned)(monotime_since(scene.now, up) / (60 * S)));
	assert_true(monotime_since(scene.now, up) <= 2 * HOUR);
	assert_true(monotime_since(scene.now, up) >= HOUR);
}

/* Soft evidence that comes and goes changes attributes; routers damp that as well. */
static void
test_soft_oscillation(void **state)
{
	struct scene scene = scene_up();
	unsigned changes = 0;
	struct monotime begin = scene.now;
	(void)state;

	while (monotime_since(scene.now, begin) < HOUR) {
		scene.input.soft = scene.gate.state == GATE_UP ? "soft" : NULL;
		changes += step(&scene).changed;
		scene.now = monotime_add(scene.now, TICK);
	}
	print_message("  soft evidence whenever up, for an hour: %u changes of attributes, "
		      "%u withdraws\n",
		      changes, scene.withdraws);
	assert_int_equal(scene.withdraws, 0);
	assert_true(changes <= 24);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_oscillation),
		cmocka_unit_test(test_fault_after_each_announcement),
		cmocka_unit_test(test_fault_after_random_times),
		cmocka_unit_test(test_kill_after_each_announcement),
		cmocka_unit_test(test_decay),
		cmocka_unit_test(test_soft_oscillation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
