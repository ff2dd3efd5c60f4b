/* SPDX-License-Identifier: BSD-2-Clause */
#include "detector_fixture.h"

static void
test_proven(void **state)
{
	struct address a;
	(void)state;

	address_begin(&a);
	assert_false(a.verdict.proven);
	serve(&a, 0);
	assert_false(a.verdict.proven);
	serve(&a, 0);
	assert_true(a.verdict.proven);
	assert_null(a.verdict.hard);
	assert_null(a.verdict.soft);
	assert_false(a.verdict.overloaded);
}

static void
test_listener_and_address(void **state)
{
	struct address a;
	(void)state;

	address_begin(&a);
	a.input.listening = false;
	assert_string_equal(observe(&a, 0).hard, "listener gone");
	a.input.listening = true;
	a.input.present = false;
	a.input.rounds = 5;
	assert_string_equal(observe(&a, 0).hard, "address not on any interface");
	a.input.present = true;
	assert_null(observe(&a, 0).hard);
	assert_false(a.verdict.proven); /* the five rounds were before the fault's end */
	a.input.rounds++;
	assert_true(observe(&a, 0).proven);
}

static void
test_stuck_worker(void **state)
{
	struct address a;
	(void)state;

	address_begin(&a);
	a.workers[2].waiting = true;
	for (int i = 0; i < 9; i++) {
		a.workers[0].turns++;
		assert_null(observe(&a, TICK).hard);
	}
	assert_null(observe(&a, TICK - 1).hard);
	assert_string_equal(observe(&a, 1).hard,
			    "worker 2 has packets waiting and made no turn for 500 ms");
	/* The one that has waited longest is named. */
	a.workers[0].waiting = true;
	for (int i = 0; i < 20; i++)
		observe(&a, TICK);
	assert_string_equal(a.verdict.hard,
			    "worker 2 has packets waiting and made no turn for 1500 ms");
	a.workers[2].turns++;
	assert_string_equal(observe(&a, 0).hard,
			    "worker 0 has packets waiting and made no turn for 1000 ms");
	a.workers[0].waiting = false;
	assert_null(observe(&a, 0).hard);
	assert_false(a.verdict.proven);
}

static void
test_idle_workers(void **state)
{
	struct address a;
	(void)state;

	address_begin(&a);
	for (int i = 0; i < 10000; i++)
		assert_null(observe(&a, TICK).hard);
	/* The wait begins when something waits, not when the worker went to sleep. */
	a.workers[0].waiting = true;
	for (int i = 0; i < 9; i++)
		assert_null(observe(&a, TICK).hard);
	assert_non_null(observe(&a, TICK).hard);
}

/* Full queues all the time, and turns now and then: busy, not stuck. */
static void
test_busy_workers(void **state)
{
	struct address a;
	(void)state;

	address_begin(&a);
	for (unsigned i = 0; i < WORKERS; i++)
		a.workers[i].waiting = true;
	for (unsigned i = 0; i < 10000; i++) {
		if (i % 9 == 0)
			for (unsigned w = 0; w < WORKERS; w++)
				a.workers[w].turns++;
		assert_null(observe(&a, TICK).hard);
	}
}

/* The machine was paused with packets in the queue: no worker had a chance to turn. */
static void
test_pause(void **state)
{
	struct address a;
	(void)state;

	address_begin(&a);
	for (int i = 0; i < 100; i++) {
		for (unsigned w = 0; w < WORKERS; w++) {
			a.workers[w].waiting = true;
			a.workers[w].turns++;
		}
		observe(&a, TICK);
		assert_null(observe(&a, 3600 * S).hard);
		assert_null(observe(&a, 3600 * S).hard);
	}
}

static void
test_wrong_answer(void **state)
{
	struct address a;
	(void)state;

	address_begin(&a);
	serve(&a, 0);
	serve(&a, 0);
	a.input.probes_wrong++;
	a.input.rounds++; /* ended just before it */
	a.input.wrong = "example.com SOA: serial 7, image has 8";
	assert_string_equal(observe(&a, 0).hard,
			    "wrong answer: example.com SOA: serial 7, image has 8");
	assert_false(a.verdict.proven);
	a.input.probes_ok += 999; /* right ones of other zones do not heal it */
	assert_non_null(observe(&a, TICK).hard);
	a.input.rounds++;
	assert_null(observe(&a, TICK).hard);
	assert_true(a.verdict.proven);
	a.input.probes_wrong++;
	a.input.wrong = NULL;
	assert_string_equal(observe(&a, TICK).hard, "wrong answer: no details");
}

static void
test_shed(void **state)
{
	struct address a;
	(void)state;

	address_begin(&a);
	for (int i = 0; i < 60 * 20; i++)
		serve(&a, 25);
	assert_false(a.verdict.overloaded); /* retries get through */
	for (int i = 0; i < 60 * 20; i++) {
		serve(&a, 90);
		assert_null(a.verdict.hard);
		assert_null(a.verdict.soft);
	}
	assert_true(a.verdict.overloaded);
	a.limits.policy = DETECTOR_SHED;
	serve(&a, 90);
	assert_string_equal(a.verdict.soft, "overload: half of the own queries lost or more");
	assert_null(a.verdict.hard);
	for (int i = 0; i < 22 * 20; i++)
		serve(&a, 0);
	assert_null(a.verdict.soft);
	assert_false(a.verdict.overloaded);
}

/* Every own query lost, and nothing else goes in or out: somebody has closed the door. */
static void
test_silence(void **state)
{
	struct address a;
	(void)state;

	address_begin(&a);
	for (int i = 0; i < 20; i++)
		serve(&a, 0);
	int64_t began = a.now.ns;
	while (!a.verdict.soft) {
		a.input.probes_lost += PROBES;
		observe(&a, TICK);
		assert_true(a.now.ns - began < 12 * S);
	}
	assert_true(a.now.ns - began >= 9 * S);
	assert_null(a.verdict.hard);
	assert_false(a.verdict.overloaded);
	for (int i = 0; i < 22 * 20; i++)
		serve(&a, 0);
	assert_null(a.verdict.soft);
}

/* Dropped packets alone, all own queries lost: the buffers are full, so packets do come. */
static void
test_drops_are_overload(void **state)
{
	struct address a;
	(void)state;

	address_begin(&a);
	for (int i = 0; i < 60 * 20; i++) {
		a.input.probes_lost += PROBES;
		a.input.dropped += 1000;
		observe(&a, TICK);
	}
	assert_null(a.verdict.soft);
	assert_true(a.verdict.overloaded);
}

/* Few own queries make long windows, not hasty judgements. */
static void
test_window_needs_probes(void **state)
{
	struct address a;
	(void)state;

	address_begin(&a);
	for (unsigned i = 0; i < DETECTOR_WINDOW_PROBES * a.limits.leaky.down - 1; i++) {
		a.input.probes_lost++;
		for (int s = 0; s < 20; s++)
			observe(&a, TICK);
		assert_null(a.verdict.soft);
	}
	a.input.probes_lost++;
	assert_non_null(observe(&a, TICK).soft);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_proven),
		cmocka_unit_test(test_listener_and_address),
		cmocka_unit_test(test_stuck_worker),
		cmocka_unit_test(test_idle_workers),
		cmocka_unit_test(test_busy_workers),
		cmocka_unit_test(test_pause),
		cmocka_unit_test(test_wrong_answer),
		cmocka_unit_test(test_shed),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_drops_are_overload),
		cmocka_unit_test(test_window_needs_probes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
