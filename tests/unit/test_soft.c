/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_fixture.h"

#include <arpa/inet.h>
#include <ev.h>
#include <time.h>

#include "health/soft.h"

static const uint8_t apex[] = "\7example";
static char instance[] = "fra1-a";

enum { NOW = 1800000000 };

static void
test_nothing(void **state)
{
	struct config config = {.instance = instance};
	struct soft_verdict verdict;
	struct soft_status status;
	(void)state;

	struct soft *soft = soft_new(&config, NULL);
	assert_int_equal(soft_start(soft), 0);
	soft_step(soft, START, NOW, &verdict);
	assert_null(verdict.soft);
	assert_null(verdict.zone);
	assert_false(verdict.last_stand);
	soft_read(soft, START, &status);
	assert_false(status.has_command);
	assert_false(status.has_sites);
	assert_string_equal(status.zones.text, "0 zones as in their files");
	assert_int_equal(status.zones_at.ns, START.ns);
	assert_null(soft_sites(soft));
	soft_stop(soft);
	soft_free(soft);
	soft_free(NULL);
}

/* Evidence after ten looks, a second apart; over after twenty. */
static void
test_zones(void **state)
{
	struct config config = {.instance = instance};
	struct zone_facts facts = ZONE_FACTS_INIT;
	struct soft_verdict verdict;
	struct monotime now = START;
	(void)state;

	struct soft *soft = soft_new(&config, NULL);
	zone_facts_add(&facts, apex, ZONE_FACT_FAILED, ZONE_FACTS_UNSIGNED);
	soft_set_facts(soft, &facts);
	for (unsigned i = 0; i < 9 * 50; i++) {
		soft_step(soft, now, NOW, &verdict);
		assert_null(verdict.zone);
		now = monotime_add(now, 20 * MS);
	}
	soft_step(soft, now, NOW, &verdict);
	assert_string_equal(verdict.zone, "not loaded: zone example.");
	assert_null(verdict.soft); /* never what could withdraw */
	facts = ZONE_FACTS_INIT;
	soft_set_facts(soft, &facts);
	for (unsigned i = 0; i < 20; i++) {
		soft_step(soft, now, NOW, &verdict);
		assert_string_equal(verdict.zone, "not loaded: zone example.");
		now = monotime_add(now, S);
	}
	soft_step(soft, now, NOW, &verdict);
	assert_null(verdict.zone);
	soft_free(soft);
}

static void
test_command(void **state)
{
	char program[] = "/bin/false";
	char *run[] = {program, NULL};
	struct config config = {.instance = instance, .health.command = {run, 1, 10000}};
	struct soft_verdict verdict = {0};
	struct soft_status status;
	(void)state;

	struct soft *soft = soft_new(&config, NULL);
	soft_step(soft, START, NOW, &verdict);
	assert_null(verdict.soft); /* no run has ended yet */
	soft_read(soft, START, &status);
	assert_true(status.has_command);
	assert_int_equal(status.command.runs, 0);
	assert_int_equal(soft_start(soft), 0);
	for (unsigned i = 0; i < 20000 && !verdict.soft; i++) {
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
		soft_step(soft, START, NOW, &verdict);
	}
	assert_non_null(verdict.soft);
	assert_memory_equal(verdict.soft, "command: exit status 1 after ", 29);
	assert_null(verdict.zone);
	soft_stop(soft);
	soft_free(soft);
}

static bool
is_soft(struct soft *soft)
{
	struct soft_verdict verdict;

	soft_step(soft, START, NOW, &verdict);
	return verdict.soft != NULL;
}

static void
wait_until(struct soft *soft, bool bad)
{
	for (unsigned i = 0; i < 20000 && is_soft(soft) != bad; i++)
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	assert_int_equal(is_soft(soft), bad);
}

/* A reload that changes the command does not forget that the check fails: the new one must have
 * been good often enough first. */
static void
test_command_changes(void **state)
{
	char bad[] = "/bin/false", good[] = "/bin/true";
	char *fails[] = {bad, NULL}, *succeeds[] = {good, NULL};
	struct config config = {.instance = instance, .health.command = {fails, 1, 10000}};
	struct soft_verdict verdict;
	struct soft_status status;
	(void)state;

	struct soft *old = soft_new(&config, NULL);
	assert_int_equal(soft_start(old), 0);
	wait_until(old, true);
	config.health.command = (struct config_command){succeeds, 1, 9000};
	struct soft *next = soft_new(&config, NULL);
	soft_inherit(next, old);
	soft_stop(old);
	soft_free(old);
	soft_step(next, START, NOW, &verdict);
	assert_non_null(verdict.soft);
	assert_memory_equal(verdict.soft, "command: exit status 1 after ", 29);
	assert_int_equal(soft_start(next), 0);
	wait_until(next, false);
	soft_read(next, START, &status);
	assert_true(status.command.runs >= 6);
	/* And one that is good is no reason to think better of another. */
	config.health.command = (struct config_command){fails, 1, 10000};
	struct soft *last = soft_new(&config, NULL);
	assert_int_equal(soft_start(last), 0);
	soft_inherit(last, next);
	soft_stop(next);
	soft_free(next);
	wait_until(last, true);
	/* No command any more: nothing to wait for. */
	config.health.command = (struct config_command){0};
	struct soft *none = soft_new(&config, NULL);
	soft_inherit(none, last);
	assert_false(is_soft(none));
	soft_stop(last);
	soft_free(last);
	soft_free(none);
}

static void
test_last_stand(void **state)
{
	struct config_address nobody = {.size = sizeof(struct sockaddr_in), .text = "127.0.0.1@9"};
	struct config config = {.instance = instance, .health.last_stand = {&nobody, 1, 1}};
	struct soft_verdict verdict;
	struct soft_status status;
	(void)state;

	nobody.socket.v4.sin_family = AF_INET;
	nobody.socket.v4.sin_port = htons(9);
	nobody.socket.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	struct soft *soft = soft_new(&config, loop);
	soft_step(soft, START, NOW, &verdict);
	assert_true(verdict.last_stand);
	soft_read(soft, START, &status);
	assert_true(status.has_sites);
	assert_int_equal(status.known_up, 0);
	assert_int_equal(status.required, 1);
	assert_non_null(soft_sites(soft));
	soft_free(soft);
	ev_loop_destroy(loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),    cmocka_unit_test(test_zones),
		cmocka_unit_test(test_command),    cmocka_unit_test(test_command_changes),
		cmocka_unit_test(test_last_stand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
