/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_stage.h"

#include "health/settings.h"
#include "health/signals.h"
#include "health/soft.h"

struct scene {
	struct stage stage;
	struct settings *settings;
	struct evidence_server server;
	struct soft *soft;
	struct signals *signals;
};

static void
scene_open(struct scene *scene)
{
	memset(scene, 0, sizeof(*scene));
	stage_open(&scene->stage);
	scene->settings = settings_new(&scene->stage.config);
	scene->soft = soft_new(&scene->stage.config, NULL);
	scene->signals = signals_new();
	scene->server.worker_count = 2;
}

static void
scene_close(struct scene *scene)
{
	signals_free(scene->signals);
	signals_free(NULL);
	soft_free(scene->soft);
	settings_free(scene->settings, NULL);
	stage_close(&scene->stage);
}

static void
gather(struct scene *scene, struct monotime now)
{
	signals_gather(scene->signals, scene->settings, &scene->server, scene->soft, now);
}

static struct signal_value
named(struct scene *scene, const char *name)
{
	struct signal_value value;

	for (size_t i = 0; signals_read(scene->signals, i, &value); i++)
		if (strcmp(value.name, name) == 0)
			return value;
	fail_msg("there is no signal %s", name);
	return value;
}

static void
test_values(void **state)
{
	struct scene scene;
	struct signal_value value;
	char name[SIGNAL_NAME];
	(void)state;

	scene_open(&scene);
	assert_false(signals_read(scene.signals, 0, &value));
	gather(&scene, START);
	assert_false(signals_read(scene.signals, 5, &value));
	assert_string_equal(named(&scene, "main thread").words.text, "turns");
	value = named(&scene, "image");
	assert_string_equal(value.words.text, "as it was loaded, read 0 times");
	assert_true(monotime_is_never(value.at));
	assert_true(monotime_is_never(named(&scene, "zones").at));
	snprintf(name, sizeof(name), "queries to %s", scene.stage.listen[0].text);
	value = named(&scene, name);
	assert_true(monotime_is_never(value.at));
	assert_non_null(strstr(value.words.text, "0 right, 0 lost, 0 wrong, 0 rounds"));
	scene_close(&scene);
}

/* The age is that of the last change, of the slowest worker; and gathering is not for every turn.
 */
static void
test_ages(void **state)
{
	struct scene scene;
	struct monotime later = monotime_add(START, 200 * MS);
	(void)state;

	scene_open(&scene);
	scene.server.workers[0].turns = scene.server.workers[1].turns = 1;
	gather(&scene, START);
	assert_int_equal(named(&scene, "workers").at.ns, START.ns);
	assert_string_equal(named(&scene, "workers").words.text, "2 turn");
	scene.server.workers[0].turns = 2;
	scene.server.scrub_passes = 3;
	scene.server.image_bad = true;
	reason_set(&scene.server.image_words, "changed");
	gather(&scene, monotime_add(START, 200 * MS - 1));
	assert_string_equal(named(&scene, "image").words.text, "as it was loaded, read 0 times");
	gather(&scene, later);
	assert_int_equal(named(&scene, "workers").at.ns, START.ns);
	assert_string_equal(named(&scene, "image").words.text, "changed");
	assert_int_equal(named(&scene, "image").at.ns, later.ns);
	scene_close(&scene);
}

/* More addresses than rows: the others are left out. */
static void
test_room(void **state)
{
	enum { MANY = SIGNALS_MAX + 5 };
	struct config_address listen[MANY];
	struct scene scene;
	struct signal_value value;
	(void)state;

	scene_open(&scene);
	for (size_t i = 0; i < MANY; i++)
		listen[i] = stage_address(0, (unsigned)(10000 + i));
	scene.stage.config.listen = listen;
	scene.stage.config.listen_count = MANY;
	settings_free(scene.settings, NULL);
	scene.settings = settings_new(&scene.stage.config);
	gather(&scene, START);
	assert_true(signals_read(scene.signals, SIGNALS_MAX - 1, &value));
	assert_false(signals_read(scene.signals, SIGNALS_MAX, &value));
	assert_string_equal(named(&scene, "workers").name, "workers");
	scene_close(&scene);
}

static void
test_soft(void **state)
{
	char program[] = "/bin/true";
	char *run[] = {program, NULL};
	struct config_address site = {.size = sizeof(struct sockaddr_in), .text = "192.0.2.9@53"};
	struct scene scene;
	(void)state;

	scene_open(&scene);
	soft_free(scene.soft);
	scene.stage.config.health.command = (struct config_command){run, 1000, 1000};
	scene.stage.config.health.last_stand = (struct config_last_stand){&site, 1, 1};
	scene.soft = soft_new(&scene.stage.config, NULL);
	gather(&scene, START);
	assert_string_equal(named(&scene, "command").words.text, "not ended yet");
	assert_true(monotime_is_never(named(&scene, "command").at));
	assert_string_equal(named(&scene, "last-stand").words.text, "0 other sites answer, 1 must");
	assert_string_equal(named(&scene, "site 192.0.2.9@53").words.text, "not asked yet");
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_ages),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_soft),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
