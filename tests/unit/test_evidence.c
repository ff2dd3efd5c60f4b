/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_stage.h"

#include <ev.h>

#include "health/evidence.h"

struct scene {
	struct stage stage;
	struct ev_loop *loop;
	struct presence presence;
	struct evidence_server server;
	struct evidence *evidence;
	struct detector_limits limits;
	unsigned wrongs;
};

static void
scene_open(struct scene *scene)
{
	memset(scene, 0, sizeof(*scene));
	scene->limits = DETECTOR_LIMITS_DEFAULT;
	stage_open(&scene->stage);
	scene->loop = ev_loop_new(EVFLAG_NOENV);
	assert_true(presence_open(&scene->presence));
}

static void
on_wrong(void *context)
{
	struct scene *scene = context;

	scene->wrongs++;
}

static void
scene_serve(struct scene *scene)
{
	stage_serve(&scene->stage);
	scene->server = (struct evidence_server){
		.net = scene->stage.net,
		.presence = &scene->presence,
		.probes = probes_new(scene->loop, scene->stage.expected),
		.publish = scene->stage.expected,
		.worker_count = net_worker_count(scene->stage.net),
	};
	scene->evidence = evidence_new(&scene->stage.listen[0]);
	assert_ptr_not_equal(evidence_address(scene->evidence), NULL);
	evidence_on_wrong(scene->evidence, on_wrong, scene);
	publish_enter();
}

static void
scene_close(struct scene *scene)
{
	evidence_free(scene->evidence, scene->server.probes);
	evidence_free(NULL, NULL);
	probes_free(scene->server.probes);
	publish_leave();
	presence_close(&scene->presence);
	ev_loop_destroy(scene->loop);
	stage_close(&scene->stage);
}

/* One turn of the health thread. */
static struct detector_verdict
turn(struct scene *scene)
{
	struct detector_verdict verdict;
	struct monotime now = stage_now();

	for (size_t w = 0; w < scene->server.worker_count; w++)
		net_read_worker(scene->stage.net, w, &scene->server.workers[w]);
	probes_turn(scene->server.probes, now);
	evidence_look(scene->evidence, &scene->server);
	evidence_ask(scene->evidence, &scene->server, 4, true, now);
	for (unsigned i = 0; i < 5; i++) {
		nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
		ev_run(scene->loop, EVRUN_NOWAIT);
	}
	assert_true(evidence_step(scene->evidence, &scene->server, &scene->limits, now, &verdict));
	return verdict;
}

/* Turns until the condition on `verdict` holds. */
#define turn_until(scene, verdict, condition)                                            \
	do {                                                                             \
		struct monotime limit_ = monotime_add(stage_now(), STAGE_LIMIT_MS * MS); \
		do                                                                       \
			verdict = turn(scene);                                           \
		while (!(condition) && !monotime_reached(stage_now(), limit_));          \
		assert_true(condition);                                                  \
	} while (0)

static void
test_proven(void **state)
{
	struct scene scene;
	struct detector_verdict verdict;
	(void)state;

	scene_open(&scene);
	scene_serve(&scene);
	assert_int_equal(evidence_answered(scene.evidence), 0);
	turn_until(&scene, verdict, verdict.proven);
	assert_null(verdict.hard);
	assert_null(verdict.soft);
	assert_int_equal(scene.wrongs, 0);
	assert_true(evidence_answered(scene.evidence) >= 3);
	/* Every worker had a packet, the TCP thread too. */
	for (size_t w = 0; w < scene.server.worker_count; w++)
		assert_true(scene.server.workers[w].received > 0);
	scene_close(&scene);
}

/* More zones than a round has, none, and one that could not be loaded: none keeps it from proof. */
static void
test_zones(void **state)
{
	static const struct served_zone broken[] = {{"broken.", NULL, PLAN_UNSIGNED}};
	struct detector_verdict verdict;
	(void)state;

	for (unsigned i = 0; i < 2; i++) {
		struct scene scene;
		scene_open(&scene);
		struct served *served = served_new(broken, i);
		publish_swap(scene.stage.answered, &served->view);
		publish_swap(scene.stage.expected, &served->view);
		scene_serve(&scene);
		turn_until(&scene, verdict, verdict.proven);
		assert_null(verdict.hard);
		scene_close(&scene);
		served_free(served);
	}
}

static void
test_wrong(void **state)
{
	struct scene scene;
	struct detector_verdict verdict;
	struct served *wrong = served_new(stage_wrong_zones, 2);
	(void)state;

	scene_open(&scene);
	scene_serve(&scene);
	turn_until(&scene, verdict, verdict.proven);
	publish_leave();
	publish_swap(scene.stage.answered, &wrong->view);
	publish_enter();
	turn_until(&scene, verdict, verdict.hard);
	assert_non_null(strstr(verdict.hard, "example."));
	assert_non_null(strstr(verdict.hard, "serial 8 instead of 7"));
	assert_false(verdict.proven);
	assert_true(scene.wrongs > 0);
	for (unsigned i = 0; i < 10; i++) /* the right answers about the other zone do not help */
		assert_non_null(turn(&scene).hard);
	publish_leave();
	publish_swap(scene.stage.answered, &scene.stage.served->view);
	publish_enter();
	turn_until(&scene, verdict, !verdict.hard && verdict.proven);
	scene_close(&scene);
	served_free(wrong);
}

/* What the scrub finds is a wrong answer of every address, until it finds it no more. */
static void
test_bad_image(void **state)
{
	struct scene scene;
	struct detector_verdict verdict;
	(void)state;

	scene_open(&scene);
	scene_serve(&scene);
	turn_until(&scene, verdict, verdict.proven);
	scene.server.mismatches = 1;
	scene.server.image_bad = true;
	reason_set(&scene.server.image_words, "the image of zone x.");
	for (unsigned i = 0; i < 10; i++) {
		verdict = turn(&scene);
		assert_string_equal(verdict.hard, "wrong answer: the image of zone x.");
	}
	scene.server.image_bad = false;
	turn_until(&scene, verdict, !verdict.hard);
	scene_close(&scene);
}

static void
test_absent_address(void **state)
{
	struct scene scene;
	struct detector_verdict verdict;
	(void)state;

	scene_open(&scene);
	scene.stage.listen[0].socket.v4.sin_addr.s_addr = htonl(0xc000024d); /* 192.0.2.77 */
	scene_serve(&scene);
	turn_until(&scene, verdict, verdict.hard);
	assert_string_equal(verdict.hard, "address not on any interface");
	assert_int_equal(evidence_answered(scene.evidence), 0);
	struct reason words;
	assert_true(monotime_is_never(evidence_tell(scene.evidence, &words)));
	assert_memory_equal(words.text, "not an address of this machine; 0 right, ", 41);
	scene_close(&scene);
}

static void
test_tell(void **state)
{
	struct scene scene;
	struct detector_verdict verdict;
	struct reason words;
	(void)state;

	scene_open(&scene);
	scene_serve(&scene);
	struct monotime begin = stage_now();
	turn_until(&scene, verdict, verdict.proven);
	struct monotime at = evidence_tell(scene.evidence, &words);
	assert_true(at.ns >= begin.ns && at.ns <= stage_now().ns);
	assert_non_null(strstr(words.text, " right, "));
	assert_null(strstr(words.text, "wrong:"));
	assert_true(words.text[0] >= '1' && words.text[0] <= '9');
	scene_close(&scene);
}

static void
test_not_served(void **state)
{
	struct scene scene;
	struct detector_verdict verdict;
	struct evidence *other;
	(void)state;

	scene_open(&scene);
	scene_serve(&scene);
	other = evidence_new(&scene.stage.listen[1]);
	evidence_look(other, &scene.server);
	evidence_ask(other, &scene.server, 1, true, stage_now());
	assert_false(evidence_step(other, &scene.server, &scene.limits, stage_now(), &verdict));
	assert_null(verdict.hard);
	assert_false(verdict.proven);
	evidence_free(other, scene.server.probes);
	/* Still configured, but the transports have stopped: the listener is gone. */
	net_stop(scene.stage.net);
	assert_true(
		evidence_step(scene.evidence, &scene.server, &scene.limits, stage_now(), &verdict));
	assert_string_equal(verdict.hard, "listener gone");
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_proven),         cmocka_unit_test(test_zones),
		cmocka_unit_test(test_wrong),          cmocka_unit_test(test_bad_image),
		cmocka_unit_test(test_absent_address), cmocka_unit_test(test_not_served),
		cmocka_unit_test(test_tell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
