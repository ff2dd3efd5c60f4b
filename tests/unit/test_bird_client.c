/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "announce/bird_client.h"

#include "bird_fixture.h"

struct rig {
	struct bird bird;
	struct bird_client *client;
	unsigned connected, lines, done, lost;
	unsigned code;
	char text[BIRD_REPLY_LINE];
	char why[128];
};

static void
on_connected(void *data)
{
	struct rig *rig = data;
	rig->connected++;
}

static void
on_line(void *data, unsigned code, const char *text)
{
	struct rig *rig = data;
	rig->lines++;
	rig->code = code;
	snprintf(rig->text, sizeof rig->text, "%s", text);
}

static void
on_done(void *data)
{
	struct rig *rig = data;
	rig->done++;
}

static void
on_lost(void *data, const char *why)
{
	struct rig *rig = data;
	rig->lost++;
	snprintf(rig->why, sizeof rig->why, "%s", why);
}

static const struct bird_client_events events = {on_connected, on_line, on_done, on_lost};

static int
setup(void **state)
{
	static struct rig rig;
	rig = (struct rig){0};
	bird_make(&rig.bird);
	rig.client = bird_client_new(rig.bird.loop, rig.bird.path, &events, &rig);
	assert_non_null(rig.client);
	*state = &rig;
	return 0;
}

static int
teardown(void **state)
{
	struct rig *rig = *state;
	bird_client_free(rig->client);
	bird_remove(&rig->bird);
	return 0;
}

static void
ticks(struct rig *rig, unsigned count)
{
	while (count--) {
		bird_client_tick(rig->client);
		bird_turn(&rig->bird);
	}
}

static void
greet(struct rig *rig)
{
	bird_listen(&rig->bird);
	ticks(rig, 1);
	bird_accept(&rig->bird);
	assert_false(bird_client_is_idle(rig->client));
	bird_say(&rig->bird, "0001 BIRD 2.0.12 ready.\n");
	assert_true(bird_client_is_idle(rig->client));
	assert_int_equal(rig->connected, 1);
	assert_int_equal(rig->lines, 0);
}

static void
test_command(void **state)
{
	struct rig *rig = *state;
	greet(rig);
	bird_client_send(rig->client, "disable any");
	assert_false(bird_client_is_idle(rig->client));
	assert_string_equal(bird_hear(&rig->bird), "disable any\n");
	/* In pieces, and with a log line between. */
	bird_say(&rig->bird, "0009-any: dis");
	assert_int_equal(rig->lines, 0);
	bird_say(&rig->bird, "abled\n+0001 x\n00");
	assert_int_equal(rig->lines, 1);
	assert_int_equal(rig->code, BIRD_DISABLED);
	assert_string_equal(rig->text, "any: disabled");
	assert_int_equal(rig->done, 0);
	bird_say(&rig->bird, "00 \n");
	assert_int_equal(rig->lines, 2);
	assert_int_equal(rig->code, 0);
	assert_int_equal(rig->done, 1);
	assert_true(bird_client_is_idle(rig->client));
	assert_int_equal(rig->lost, 0);
}

/* An idle connection is never late; a command and a greeting are after two seconds. */
static void
test_deadline(void **state)
{
	struct rig *rig = *state;
	greet(rig);
	ticks(rig, 3 * BIRD_CLIENT_DEADLINE);
	assert_int_equal(rig->lost, 0);
	bird_client_send(rig->client, "show protocols");
	ticks(rig, BIRD_CLIENT_DEADLINE - 1);
	assert_int_equal(rig->lost, 0);
	/* Each line shows that BIRD is at it. */
	bird_say(&rig->bird, "2002-Name\n");
	ticks(rig, BIRD_CLIENT_DEADLINE - 1);
	assert_int_equal(rig->lost, 0);
	ticks(rig, 1);
	assert_int_equal(rig->lost, 1);
	assert_string_equal(rig->why, "it does not answer");
	/* Again after 200 ms, and whoever accepts without a greeting is late, too. */
	bird_hang_up(&rig->bird);
	ticks(rig, BIRD_CLIENT_AGAIN - 1);
	assert_int_equal(accept(rig->bird.listener, NULL, NULL), -1);
	ticks(rig, 1);
	bird_accept(&rig->bird);
	ticks(rig, BIRD_CLIENT_DEADLINE - 1);
	assert_int_equal(rig->lost, 1);
	ticks(rig, 1);
	assert_int_equal(rig->lost, 2);
}

static void
test_reconnects(void **state)
{
	struct rig *rig = *state;
	/* Nobody there: every 200 ms. */
	ticks(rig, 1);
	assert_int_equal(rig->lost, 1);
	assert_string_equal(rig->why, "No such file or directory");
	ticks(rig, BIRD_CLIENT_AGAIN - 1);
	assert_int_equal(rig->lost, 1);
	ticks(rig, 1);
	assert_int_equal(rig->lost, 2);
	/* The socket of a BIRD that was killed. */
	bird_listen(&rig->bird);
	close(rig->bird.listener);
	ticks(rig, BIRD_CLIENT_AGAIN);
	assert_string_equal(rig->why, "Connection refused");
	unlink(rig->bird.path);
	ticks(rig, BIRD_CLIENT_AGAIN - 1);
	greet(rig);
	/* It ends in the middle of an answer: what was read of it is forgotten. */
	bird_client_send(rig->client, "show protocols");
	assert_string_equal(bird_hear(&rig->bird), "show protocols\n");
	bird_say(&rig->bird, "1002-half a li");
	bird_hang_up(&rig->bird);
	bird_turn(&rig->bird);
	assert_string_equal(rig->why, "it closed the connection");
	assert_false(bird_client_is_idle(rig->client));
	ticks(rig, BIRD_CLIENT_AGAIN);
	bird_accept(&rig->bird);
	bird_say(&rig->bird, "0001 BIRD 3.0 ready.\n");
	assert_int_equal(rig->connected, 2);
	/* While it is idle, too. */
	bird_hang_up(&rig->bird);
	bird_turn(&rig->bird);
	assert_int_equal(rig->lost, 5);
}

static void
test_not_bird(void **state)
{
	static const char *const greetings[] = {"SSH-2.0\n", "0013 hello\n", "0001-more\n0000 \n"};
	struct rig *rig = *state;
	bird_listen(&rig->bird);
	for (unsigned i = 0; i < ARRAY_LENGTH(greetings); i++) {
		ticks(rig, BIRD_CLIENT_AGAIN);
		bird_accept(&rig->bird);
		bird_say(&rig->bird, greetings[i]);
		assert_int_equal(rig->lost, i + 1);
		assert_string_equal(rig->why, "whoever listens there is not BIRD");
		bird_hang_up(&rig->bird);
	}
	assert_int_equal(rig->connected, 0);
}

static void
test_unasked(void **state)
{
	struct rig *rig = *state;
	greet(rig);
	bird_say(&rig->bird, "+log\n");
	assert_int_equal(rig->lost, 0);
	bird_say(&rig->bird, "0000 \n0000 \n");
	assert_int_equal(rig->lost, 1);
	assert_string_equal(rig->why, "it answers what was not asked");
}

static void
test_gone_before_a_command(void **state)
{
	struct rig *rig = *state;
	greet(rig);
	bird_hang_up(&rig->bird);
	bird_client_send(rig->client, "enable x");
	assert_int_equal(rig->lost, 1);
	assert_string_equal(rig->why, "it takes no command");
}

static void
test_long_path(void **state)
{
	struct rig *rig = *state;
	char path[200];
	memset(path, 'x', sizeof path);
	path[sizeof path - 1] = '\0';
	bird_client_free(rig->client);
	bird_client_free(NULL);
	rig->client = bird_client_new(rig->bird.loop, path, &events, rig);
	ticks(rig, 1);
	assert_string_equal(rig->why, "File name too long");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_command, setup, teardown),
		cmocka_unit_test_setup_teardown(test_deadline, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reconnects, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_bird, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unasked, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gone_before_a_command, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long_path, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
