/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_stage.h"

#include <ev.h>

#include "health/probe.h"

/* What became of the queries, by tag. */
struct heard {
	unsigned count;
	unsigned results[PROBE_VOID + 1];
	uint64_t tag;
	struct reason words;
};

static const uint8_t apex[] = "\7example";

static void
on_done(void *context, uint64_t tag, enum probe_result result, const struct reason *words)
{
	struct heard *heard = context;

	heard->count++;
	heard->results[result]++;
	heard->tag = tag;
	assert_int_equal(words != NULL, result == PROBE_WRONG);
	if (words)
		heard->words = *words;
}

/* The test's thread is the reader; it rests wherever it would block. */
struct scene {
	struct stage stage;
	struct ev_loop *loop;
	struct probes *probes;
	struct heard heard;
};

static void
scene_open(struct scene *scene)
{
	memset(scene, 0, sizeof(*scene));
	stage_open(&scene->stage);
	scene->loop = ev_loop_new(EVFLAG_NOENV);
	scene->probes = probes_new(scene->loop, scene->stage.expected);
	assert_non_null(scene->probes);
	publish_enter();
}

static void
scene_close(struct scene *scene)
{
	probes_free(scene->probes);
	publish_leave();
	ev_loop_destroy(scene->loop);
	stage_close(&scene->stage);
}

static bool
ask(struct scene *scene, enum answer_transport transport, const uint8_t *zone, uint64_t tag)
{
	struct probe_question question = {scene->stage.listen[0], transport, zone, tag};

	return probes_ask(scene->probes, &question, on_done, &scene->heard, stage_now());
}

/* Runs the loop until `count` queries in all were heard of. */
static void
hear(struct scene *scene, unsigned count)
{
	while (scene->heard.count < count)
		ev_run(scene->loop, EVRUN_ONCE);
}

static void
swap_expected(struct scene *scene, const struct answer_view *view)
{
	publish_leave();
	publish_swap(scene->stage.expected, view);
	publish_enter();
}

static void
test_right(void **state)
{
	struct scene scene;
	(void)state;

	scene_open(&scene);
	stage_serve(&scene.stage);
	for (unsigned i = 0; i < 4; i++) {
		assert_true(ask(&scene, i % 2 ? ANSWER_TCP : ANSWER_UDP, i < 2 ? apex : NULL, i));
		hear(&scene, i + 1);
		assert_int_equal(scene.heard.tag, i);
		assert_int_equal(scene.heard.results[PROBE_RIGHT], i + 1);
	}
	/* A wildcard is asked by loopback. */
	scene.stage.listen[0].socket.v4.sin_addr.s_addr = htonl(INADDR_ANY);
	struct report report = REPORT_INIT;
	assert_true(net_reload(scene.stage.net, &scene.stage.config, &report));
	assert_true(ask(&scene, ANSWER_UDP, apex, 9));
	assert_true(ask(&scene, ANSWER_TCP, apex, 9));
	hear(&scene, 6);
	assert_int_equal(scene.heard.results[PROBE_RIGHT], 6);
	report_clear(&report);
	scene_close(&scene);
	probes_free(NULL);
}

static void
test_wrong(void **state)
{
	struct scene scene;
	struct served *other = served_new(stage_wrong_zones, 2);
	struct monotime then = {stage_now().ns - S};
	(void)state;

	scene_open(&scene);
	stage_serve(&scene.stage);
	swap_expected(&scene, &other->view);
	probes_turn(scene.probes, then); /* the view is this one since long ago */
	for (unsigned i = 0; i < 2; i++) {
		assert_true(ask(&scene, i ? ANSWER_TCP : ANSWER_UDP, apex, 1));
		hear(&scene, i + 1);
		assert_int_equal(scene.heard.results[PROBE_WRONG], i + 1);
		assert_string_equal(scene.heard.words.text, "serial 7 instead of 8");
	}
	/* Another view since it was asked: the answer is of the old one, and no wrong one. */
	assert_true(ask(&scene, ANSWER_UDP, apex, 1));
	swap_expected(&scene, &scene.stage.served->view);
	swap_expected(&scene, &other->view);
	swap_expected(&scene, &scene.stage.served->view);
	hear(&scene, 3);
	assert_int_equal(scene.heard.results[PROBE_RIGHT], 1);
	assert_true(ask(&scene, ANSWER_UDP, apex, 1));
	swap_expected(&scene, &other->view);
	hear(&scene, 4);
	assert_int_equal(scene.heard.results[PROBE_VOID], 1);
	scene_close(&scene);
	served_free(other);
}

static void
test_lost(void **state)
{
	struct scene scene;
	(void)state;

	scene_open(&scene);
	/* Nobody listens: refused at once. */
	assert_true(ask(&scene, ANSWER_UDP, apex, 1));
	hear(&scene, 1);
	assert_true(ask(&scene, ANSWER_TCP, apex, 2));
	hear(&scene, 2);
	/* Open, but not served yet: no answer in time, by the clock that is passed in. */
	scene.stage.net = net_open(&scene.stage.config, NULL, &scene.stage.report);
	struct monotime asked = stage_now();
	assert_true(ask(&scene, ANSWER_UDP, apex, 3));
	assert_true(ask(&scene, ANSWER_TCP, apex, 4));
	probes_turn(scene.probes, monotime_add(asked, (PROBE_PATIENCE_MS - 100) * MS));
	assert_int_equal(scene.heard.count, 2);
	probes_turn(scene.probes, monotime_add(asked, (PROBE_PATIENCE_MS + 100) * MS));
	assert_int_equal(scene.heard.count, 4);
	assert_int_equal(scene.heard.results[PROBE_LOST], 4);
	/* Forgotten ones are never heard of. */
	assert_true(ask(&scene, ANSWER_UDP, apex, 5));
	probes_forget(scene.probes, &scene.heard);
	probes_turn(scene.probes, monotime_add(stage_now(), 10 * S));
	assert_int_equal(scene.heard.count, 4);
	/* So many at once, no more. */
	for (unsigned i = 0; i < PROBES_MAX; i++)
		assert_true(ask(&scene, ANSWER_UDP, apex, 6));
	assert_false(ask(&scene, ANSWER_UDP, apex, 6));
	scene_close(&scene);
}

/* Where the address is not ours no query leaves the host. */
static void
test_foreign_address(void **state)
{
	struct scene scene;
	(void)state;

	scene_open(&scene);
	scene.stage.listen[0].socket.v4.sin_addr.s_addr = htonl(0xc000024d); /* 192.0.2.77 */
	assert_false(ask(&scene, ANSWER_UDP, apex, 1));
	assert_false(ask(&scene, ANSWER_TCP, apex, 1));
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_foreign_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
