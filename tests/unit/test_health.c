/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_stage.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "health/health.h"
#include "health/state_file.h"

struct scene {
	struct stage stage;
	struct health *health;
	atomic_uint pokes;
};

static void
poke(void *context)
{
	struct scene *scene = context;

	atomic_fetch_add(&scene->pokes, 1);
}

static void
scene_open(struct scene *scene)
{
	memset(scene, 0, sizeof(*scene));
	stage_open(&scene->stage);
	stage_serve(&scene->stage);
}

static void
scene_prepare(struct scene *scene)
{
	struct stage *stage = &scene->stage;

	scene->health = health_new(&stage->config, stage->lease, stage->net, NULL, poke, scene,
				   &stage->report);
	assert_non_null(scene->health);
}

static void
scene_reload(struct scene *scene)
{
	struct parts *parts = health_prepare(scene->health, &scene->stage.config);
	assert_non_null(parts);
	health_commit(scene->health, parts);
}

static void
scene_start(struct scene *scene)
{
	scene_prepare(scene);
	assert_true(health_start(scene->health, scene->stage.expected, &scene->stage.report));
}

static void
scene_close(struct scene *scene)
{
	health_free(scene->health);
	stage_close(&scene->stage);
}

static enum gate_state
state_of(struct scene *scene, size_t index)
{
	struct health_gate_status status;

	assert_true(health_read(scene->health, index, &status));
	return status.state;
}

/* What the announcer sees; GATE_STATES: nothing. */
static enum gate_state
leased(const struct scene *scene, size_t index)
{
	struct lease_view view;

	return lease_get_gate(scene->stage.lease, index, &view) ? view.state : GATE_STATES;
}

static void
test_warms_up(void **state)
{
	struct scene scene;
	struct health_gate_status status;
	(void)state;

	scene_open(&scene);
	scene_prepare(&scene);
	assert_int_equal(scene.stage.report.warnings, 1); /* no state-directory */
	assert_true(health_drained(scene.health));        /* nothing was ever announced */
	assert_int_equal(leased(&scene, 0), GATE_STATES);
	assert_true(health_start(scene.health, scene.stage.expected, &scene.stage.report));
	struct monotime begin = stage_now();
	stage_eventually(leased(&scene, 0) == GATE_UP);
	assert_true(monotime_since(stage_now(), begin) >= S); /* warmed */
	assert_true(atomic_load(&scene.pokes) >= 2);
	assert_true(health_read(scene.health, 0, &status));
	assert_string_equal(status.prefix, scene.stage.prefixes[0].text);
	assert_int_equal(status.state, GATE_UP);
	assert_string_equal(status.waiting, "");
	assert_true(strlen(status.reason) > 0);
	assert_false(health_read(scene.health, 1, &status));
	uint64_t renewal = lease_renewal(scene.stage.lease);
	stage_eventually(lease_renewal(scene.stage.lease) > renewal + 5);
	assert_false(health_drained(scene.health));
	scene_close(&scene);
	health_free(NULL);
}

/* What the workers answer is not what is expected: withdrawn, and right again after a while. */
static void
test_wrong_answer(void **state)
{
	struct scene scene;
	struct health_gate_status status;
	(void)state;

	scene_open(&scene);
	struct served *wrong = served_new(stage_wrong_zones, 2);
	scene.stage.config.health.hold_min_s = 1;
	scene_start(&scene);
	stage_eventually(leased(&scene, 0) == GATE_UP);
	publish_swap(scene.stage.answered, &wrong->view);
	stage_eventually(leased(&scene, 0) == GATE_DOWN || leased(&scene, 0) == GATE_HELD_DOWN);
	stage_eventually(state_of(&scene, 0) == GATE_DOWN);
	assert_true(health_read(scene.health, 0, &status));
	assert_non_null(strstr(status.reason, "example."));
	assert_non_null(strstr(status.reason, "serial 8 instead of 7"));
	publish_swap(scene.stage.answered, &scene.stage.served->view);
	stage_eventually(leased(&scene, 0) == GATE_UP);
	scene_close(&scene);
	served_free(wrong);
}

/* A reload replaces the view on both sides, not in the same moment: no fault. */
static void
test_new_view(void **state)
{
	struct scene scene;
	(void)state;

	scene_open(&scene);
	struct served *other = served_new(stage_wrong_zones, 2);
	const struct answer_view *views[] = {&other->view, &scene.stage.served->view};
	scene_start(&scene);
	stage_eventually(leased(&scene, 0) == GATE_UP);
	for (unsigned i = 0; i < 20; i++) {
		publish_swap(scene.stage.expected, views[i % 2]);
		publish_swap(scene.stage.answered, views[i % 2]);
		uint64_t renewal = lease_renewal(scene.stage.lease);
		stage_eventually(lease_renewal(scene.stage.lease) > renewal + 3);
		assert_int_equal(leased(&scene, 0), GATE_UP);
	}
	scene_close(&scene);
	served_free(other);
}

/* The thread ID of one of our UDP workers. */
static pid_t
find_worker(void)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *entry;
	pid_t found = 0;

	assert_non_null(tasks);
	while (!found && (entry = readdir(tasks))) {
		char path[300], name[32] = "";
		snprintf(path, sizeof(path), "/proc/self/task/%s/comm", entry->d_name);
		FILE *file = fopen(path, "r");
		if (file && fgets(name, sizeof(name), file) && strcmp(name, "anyns-udp\n") == 0)
			found = (pid_t)atoi(entry->d_name);
		if (file)
			fclose(file);
	}
	closedir(tasks);
	return found;
}

/* A child that halts the thread until the pipe closes. */
static pid_t
halt(pid_t thread, int release[2], int ready[2])
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child > 0)
		return child;
	char byte = 0;
	close(release[1]);
	bool good = ptrace(PTRACE_SEIZE, thread, NULL, NULL) == 0 &&
		    ptrace(PTRACE_INTERRUPT, thread, NULL, NULL) == 0 &&
		    waitpid(thread, NULL, __WALL) == thread;
	byte = good;
	(void)!write(ready[1], &byte, 1);
	(void)!read(release[0], &byte, 1);
	_exit(0); /* the kernel lets the thread go on */
}

static void
test_stuck_worker(void **state)
{
	struct scene scene;
	struct health_gate_status status;
	int release[2], ready[2];
	char good = 0;
	(void)state;

	scene_open(&scene);
	scene_start(&scene);
	stage_eventually(leased(&scene, 0) == GATE_UP);
	assert_int_equal(pipe2(release, O_CLOEXEC), 0);
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	(void)prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	pid_t child = halt(find_worker(), release, ready);
	assert_int_equal(read(ready[0], &good, 1), 1);
	if (good) {
		struct monotime begin = stage_now();
		stage_eventually(leased(&scene, 0) == GATE_DOWN);
		printf("one stuck worker: withdrawn after %d ms\n",
		       (int)(monotime_since(stage_now(), begin) / MS));
		assert_true(health_read(scene.health, 0, &status));
		assert_non_null(strstr(status.reason, "made no turn for 5"));
	}
	close(release[0]), close(release[1]);
	waitpid(child, NULL, 0);
	close(ready[0]), close(ready[1]);
	if (good)
		stage_eventually(leased(&scene, 0) == GATE_HELD_DOWN);
	scene_close(&scene);
	if (!good)
		skip(); /* tracing is not allowed here */
}

/* Evidence about an address concerns only the prefixes that hold it. */
static void
test_two_prefixes(void **state)
{
	struct scene scene;
	(void)state;

	scene_open(&scene);
	scene.stage.config.announce.prefix_count = 2;
	scene.stage.config.listen_count = 2;
	assert_true(net_reload(scene.stage.net, &scene.stage.config, &scene.stage.report));
	scene_start(&scene);
	stage_eventually(leased(&scene, 0) == GATE_UP && leased(&scene, 1) == GATE_UP);
	/* The second address is served no more. While it is only gone from the transports nothing
	 * is known; a gate without any evidence stays. */
	scene.stage.config.listen_count = 1;
	assert_true(net_reload(scene.stage.net, &scene.stage.config, &scene.stage.report));
	scene_reload(&scene);
	uint64_t renewal = lease_renewal(scene.stage.lease);
	stage_eventually(lease_renewal(scene.stage.lease) > renewal + 5);
	assert_int_equal(leased(&scene, 0), GATE_UP);
	assert_int_equal(leased(&scene, 1), GATE_UP);
	/* The transports end: all listeners are gone. */
	net_stop(scene.stage.net);
	stage_eventually(leased(&scene, 0) == GATE_DOWN);
	scene_close(&scene);
}

static void
test_lapse(void **state)
{
	struct scene scene;
	struct health_gate_status status;
	(void)state;

	scene_open(&scene);
	scene_start(&scene);
	stage_eventually(leased(&scene, 0) == GATE_UP);
	uint64_t term = lease_renewal(scene.stage.lease) >> 48;
	health_lapsed(scene.health);
	stage_eventually(lease_renewal(scene.stage.lease) >> 48 == term + 1);
	assert_false(gate_state_announced(leased(&scene, 0)));
	stage_eventually(state_of(&scene, 0) == GATE_HELD_DOWN);
	assert_true(health_read(scene.health, 0, &status));
	assert_string_equal(status.waiting, "for the hold-down to end");
	scene_close(&scene);
}

static void
test_drain_and_freeze(void **state)
{
	struct scene scene;
	(void)state;

	scene_open(&scene);
	scene_start(&scene);
	stage_eventually(leased(&scene, 0) == GATE_UP);
	health_wish(scene.health, HEALTH_FREEZE);
	stage_eventually(state_of(&scene, 0) == GATE_FROZEN);
	assert_int_equal(leased(&scene, 0), GATE_UP);
	assert_int_equal(health_wished(scene.health), HEALTH_FREEZE);
	health_wish(scene.health, HEALTH_DRAIN);
	stage_eventually(health_drained(scene.health));
	assert_int_equal(leased(&scene, 0), GATE_DRAINED);
	health_wish(scene.health, HEALTH_SERVE);
	assert_false(health_drained(scene.health));
	stage_eventually(leased(&scene, 0) == GATE_UP);
	health_leave(scene.health);
	stage_eventually(health_drained(scene.health));
	scene_close(&scene);
}

/* Soft evidence degrades; the operator's command and the zones are seen, with their ages. */
static void
test_soft_evidence(void **state)
{
	static const uint8_t apex[] = "\7example";
	char program[] = "/bin/false";
	char *run[] = {program, NULL};
	struct scene scene;
	struct health_gate_status status;
	struct health_signal signal;
	struct zone_facts facts = ZONE_FACTS_INIT;
	(void)state;

	scene_open(&scene);
	scene.stage.config.health.command = (struct config_command){run, 1000, 10000};
	zone_facts_add(&facts, apex, ZONE_FACT_STALE, ZONE_FACTS_UNSIGNED);
	scene_prepare(&scene);
	assert_false(health_read_signal(scene.health, 0, &signal));
	health_facts(scene.health, &facts);
	assert_true(health_start(scene.health, scene.stage.expected, &scene.stage.report));
	stage_eventually(leased(&scene, 0) == GATE_UP); /* first: it delays nothing */
	stage_eventually(leased(&scene, 0) == GATE_DEGRADED);
	assert_true(health_read(scene.health, 0, &status));
	assert_non_null(strstr(status.reason, "command: exit status 1 after "));
	unsigned seen = 0;
	for (size_t i = 0; health_read_signal(scene.health, i, &signal); i++) {
		if (strcmp(signal.name, "zones") == 0)
			assert_non_null(strstr(signal.value, "in a previous version"));
		else if (strcmp(signal.name, "command") == 0)
			assert_memory_equal(signal.value, "exit status 1 after ", 20);
		else
			continue;
		assert_true(signal.age_ms >= 0 && signal.age_ms < STAGE_LIMIT_MS);
		seen++;
	}
	assert_int_equal(seen, 2);
	scene_close(&scene);
}

static void
test_dry_run(void **state)
{
	struct scene scene;
	(void)state;

	scene_open(&scene);
	scene.stage.config.announce.dry_run = true;
	scene_start(&scene);
	stage_eventually(state_of(&scene, 0) == GATE_UP);
	assert_int_equal(leased(&scene, 0), GATE_STATES);
	assert_true(health_drained(scene.health));
	assert_int_equal(atomic_load(&scene.pokes), 0);
	scene_close(&scene);
}

static void
test_saved(void **state)
{
	struct scene scene;
	struct state saved;
	char directory[] = "/tmp/anyns-health-XXXXXX", path[64];
	(void)state;

	assert_non_null(mkdtemp(directory));
	scene_open(&scene);
	scene.stage.config.state_directory = directory;
	scene_start(&scene);
	assert_int_equal(scene.stage.report.count, 0);
	stage_eventually(leased(&scene, 0) == GATE_UP);
	/* Announced only when the file says that this run has not ended. */
	assert_int_equal(state_read(directory, &saved, &scene.stage.report), STATE_READ);
	assert_false(saved.clean);
	assert_false(saved.drain);
	health_wish(scene.health, HEALTH_DRAIN);
	stage_eventually(health_drained(scene.health));
	health_stop(scene.health);
	assert_int_equal(state_read(directory, &saved, &scene.stage.report), STATE_READ);
	assert_true(saved.clean);
	assert_true(saved.drain);
	health_free(scene.health);

	/* Drained it was, drained it stays. */
	scene_start(&scene);
	assert_int_equal(health_wished(scene.health), HEALTH_DRAIN);
	stage_eventually(state_of(&scene, 0) == GATE_DRAINED);
	health_wish(scene.health, HEALTH_SERVE);
	stage_eventually(leased(&scene, 0) == GATE_UP);
	health_leave(scene.health);
	stage_eventually(health_drained(scene.health));
	health_stop(scene.health);
	assert_int_equal(state_read(directory, &saved, &scene.stage.report), STATE_READ);
	assert_true(saved.clean);
	assert_false(saved.drain); /* leaving is not the operator's drain */
	health_free(scene.health);

	/* A run that did not end in order is a fault of this one. */
	saved.clean = false;
	char text[STATE_TEXT_MAX];
	assert_true(state_write(directory, text, state_format(&saved, text)));
	scene_start(&scene);
	stage_eventually(state_of(&scene, 0) == GATE_HELD_DOWN);
	scene_close(&scene);
	snprintf(path, sizeof(path), "%s/" STATE_FILE_NAME, directory);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(directory), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_warms_up),         cmocka_unit_test(test_wrong_answer),
		cmocka_unit_test(test_new_view),         cmocka_unit_test(test_stuck_worker),
		cmocka_unit_test(test_two_prefixes),     cmocka_unit_test(test_lapse),
		cmocka_unit_test(test_drain_and_freeze), cmocka_unit_test(test_dry_run),
		cmocka_unit_test(test_soft_evidence),    cmocka_unit_test(test_saved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
