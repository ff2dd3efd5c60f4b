/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/exabgp_relay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "health/lease_watch.h"

#define P4   "192.0.2.0/24"
#define P6   "2001:db8::/48"
#define UP4  "announce route " P4 " next-hop self"
#define FAR4 "announce route " P4 " next-hop self med 5"
#define UP6  "announce route " P6 " next-hop self"
#define NO4  "withdraw route " P4
#define NO6  "withdraw route " P6
#define LOOK "show adj-rib out"
#define HEAD offsetof(struct exabgp_record, line)

static struct exabgp_relay relay;
static struct monotime now;

static void
pass(int64_t ms)
{
	now = monotime_add(now, ms * MONOTIME_MS);
}

static const char *
say(size_t index, size_t count, const char *line)
{
	static struct exabgp_record record;
	record = (struct exabgp_record){
		.magic = EXABGP_MAGIC, .index = (uint16_t)index, .count = (uint16_t)count};
	memcpy(record.line, line, strlen(line));
	return exabgp_relay_record(&relay, &record, HEAD + strlen(line));
}

static void
assert_next(const char *expected)
{
	const char *line = exabgp_relay_next(&relay, now);
	if (!expected)
		assert_null(line);
	else
		assert_string_equal(line ? line : "(nothing)", expected);
}

/* The command comes, nothing else before the reply, and it is answered. */
static void
assert_given(const char *expected)
{
	assert_next(expected);
	assert_next(NULL);
	assert_int_equal(exabgp_relay_heard(&relay, "done", now), EXABGP_DONE);
}

static void
assert_look(const char *found)
{
	assert_next(LOOK);
	if (found)
		assert_int_equal(exabgp_relay_heard(&relay, found, now), EXABGP_NO_REPLY);
	assert_int_equal(exabgp_relay_heard(&relay, "done", now), EXABGP_DONE);
}

static int
setup(void **state)
{
	(void)state;
	exabgp_relay_init(&relay);
	now = (struct monotime){MONOTIME_S};
	return 0;
}

#define SEEN4 "neighbor 10.0.0.1 ipv4 unicast " P4 " next-hop self"

/* One prefix, withdrawn once, announced, looked at. */
static void
announced(void)
{
	exabgp_relay_connected(&relay);
	assert_null(say(0, 1, UP4));
	assert_next(NO4);
	assert_int_equal(exabgp_relay_heard(&relay, "done", now), EXABGP_DONE);
	assert_look(NULL);
	assert_null(say(0, 1, ""));
	pass(100);
	assert_given(UP4);
	pass(900);
	assert_look(SEEN4);
}

static void
test_begins_with_withdrawing(void **state)
{
	(void)state;
	assert_true(exabgp_relay_name(&relay, P4));
	assert_true(exabgp_relay_name(&relay, P6));
	assert_true(exabgp_relay_name(&relay, P6));
	assert_false(exabgp_relay_name(&relay, "shutdown"));
	/* Connected and all that: an announcement comes later all the same. */
	exabgp_relay_connected(&relay);
	assert_null(say(0, 2, UP4));
	assert_null(say(1, 2, NO6));
	assert_null(say(0, 2, ""));
	assert_given(NO4);
	assert_given(NO6);
	assert_look(NULL);
	assert_next(NULL);
	pass(99);
	assert_next(NULL);
	pass(1);
	assert_given(UP4);
	assert_next(NULL);
}

static void
test_waits_for_all(void **state)
{
	(void)state;
	exabgp_relay_connected(&relay);
	assert_non_null(say(0, 1, ""));
	exabgp_relay_connected(&relay);
	assert_null(say(0, 2, UP4));
	assert_given(NO4);
	assert_look(NULL);
	pass(100);
	assert_next(NULL);
	assert_non_null(say(0, 2, ""));
	assert_null(say(1, 2, NO6));
	assert_next(NO6);
	assert_int_equal(exabgp_relay_heard(&relay, "done", now), EXABGP_DONE);
	/* Said, but nobody stands behind it yet. */
	assert_next(NULL);
	assert_null(say(0, 2, ""));
	assert_given(UP4);
}

static void
test_follows(void **state)
{
	(void)state;
	announced();
	pass(100);
	assert_null(say(0, 1, FAR4));
	assert_given(FAR4);
	/* A withdrawal never waits, an announcement after it does. */
	assert_null(say(0, 1, NO4));
	assert_given(NO4);
	assert_null(say(0, 1, UP4));
	assert_next(NULL);
	pass(100);
	assert_given(UP4);
	/* Away and back before anything was said is nothing. */
	assert_null(say(0, 1, NO4));
	assert_null(say(0, 1, UP4));
	assert_next(NULL);
}

static void
test_ends(void **state)
{
	(void)state;
	announced();
	exabgp_relay_lost(&relay);
	assert_given(NO4);
	assert_next(NULL);
	/* What was said before the end counts for nothing after it. */
	exabgp_relay_connected(&relay);
	pass(100);
	assert_next(NULL);
	assert_null(say(0, 1, UP4));
	assert_null(say(0, 1, ""));
	assert_given(UP4);
}

static void
test_lapse(void **state)
{
	(void)state;
	announced();
	/* The first tick is the one that the renewal came before. */
	for (int i = 0; i < LEASE_TICKS; i++)
		assert_false(exabgp_relay_tick(&relay));
	assert_next(NULL);
	assert_true(exabgp_relay_tick(&relay));
	assert_false(exabgp_relay_tick(&relay));
	assert_given(NO4);
	assert_null(say(0, 1, ""));
	pass(100);
	assert_given(UP4);
	/* Renewed with every ninth tick. */
	for (int i = 0; i < 100; i++) {
		if (i % (LEASE_TICKS - 1) == 0)
			assert_null(say(0, 1, ""));
		assert_false(exabgp_relay_tick(&relay));
	}
}

static void
test_error(void **state)
{
	(void)state;
	announced();
	assert_null(say(0, 1, NO4));
	assert_next(NO4);
	assert_int_equal(exabgp_relay_heard(&relay, "error", now), EXABGP_ERROR);
	assert_next(NULL);
	pass(999);
	assert_next(NULL);
	pass(1);
	assert_given(NO4);
	assert_look(NULL);
	assert_null(say(0, 1, UP4));
	pass(100);
	assert_next(UP4);
	/* An announcement that failed may have been taken by one neighbour. */
	assert_int_equal(exabgp_relay_heard(&relay, "error", now), EXABGP_ERROR);
	assert_null(say(0, 1, NO4));
	pass(1000);
	assert_given(NO4);
}

/* ExaBGP never answers a command that failed inside it: the withdrawal goes past it. */
static void
test_silence(void **state)
{
	(void)state;
	announced();
	assert_null(say(0, 1, FAR4));
	pass(100);
	assert_next(FAR4);
	assert_null(say(0, 1, NO4));
	assert_next(NULL);
	pass(199);
	assert_next(NULL);
	pass(1);
	assert_next(NO4);
	assert_next(NULL);
	/* Announcements wait for ever. */
	assert_null(say(0, 1, UP4));
	pass(60000);
	assert_next(NULL);
	assert_int_equal(exabgp_relay_heard(&relay, "done", now), EXABGP_DONE);
	assert_next(NULL);
	assert_int_equal(exabgp_relay_heard(&relay, "done", now), EXABGP_DONE);
	assert_given(UP4);
	/* A reply to nothing. */
	assert_look(SEEN4);
	assert_int_equal(exabgp_relay_heard(&relay, "done", now), EXABGP_NO_REPLY);
	assert_int_equal(exabgp_relay_heard(&relay, "error", now), EXABGP_NO_REPLY);
	assert_int_equal(exabgp_relay_heard(&relay, "shutdown", now), EXABGP_NO_REPLY);
}

/* Looked at every second; said again only when it is not there. */
static void
test_repair(void **state)
{
	(void)state;
	announced();
	for (int i = 0; i < 8; i++) {
		pass(1000);
		assert_look(SEEN4);
		assert_next(NULL);
	}
	pass(1000);
	assert_look(NULL);
	assert_given(UP4);
	/* It does not help: ever less often. */
	pass(999);
	assert_next(NULL);
	pass(1);
	assert_look(NULL);
	assert_given(UP4);
	pass(1000);
	assert_look(NULL);
	assert_next(NULL);
	pass(1000);
	assert_look(NULL);
	assert_given(UP4);
	/* Withdrawn, and somebody announces it. */
	assert_null(say(0, 1, NO4));
	assert_given(NO4);
	pass(1000);
	assert_look(SEEN4);
	assert_given(NO4);
	pass(1000);
	assert_look("neighbor 10.0.0.1 ipv4 unicast 192.0.2.0/25 next-hop self");
	assert_next(NULL);
}

/* Of two neighbours one has lost it; and one that is new is told by and by. */
static void
test_neighbours(void **state)
{
	(void)state;
	announced();
	pass(1000);
	assert_next(LOOK);
	exabgp_relay_heard(&relay, SEEN4, now);
	exabgp_relay_heard(&relay, SEEN4, now);
	exabgp_relay_heard(&relay, "done", now);
	assert_next(NULL);
	pass(1000);
	assert_look(SEEN4);
	assert_given(UP4);
	pass(1000);
	assert_look(SEEN4);
	assert_next(NULL);
	pass(9000);
	assert_look(SEEN4);
	assert_given(UP4);
}

static void
test_strangers(void **state)
{
	static struct exabgp_record record;

	(void)state;
	assert_true(exabgp_relay_name(&relay, P4));
	exabgp_relay_connected(&relay);
	assert_non_null(say(0, 0, UP4));
	assert_non_null(say(1, 1, UP4));
	assert_non_null(say(0, LEASE_GATES + 1, UP4));
	assert_non_null(say(0, 1, "shutdown"));
	exabgp_relay_connected(&relay);
	assert_non_null(say(1, 2, UP4));
	exabgp_relay_connected(&relay);
	/* One that was not named may be withdrawn, nothing else. */
	assert_null(say(0, 2, NO6));
	assert_string_equal(relay.ignored, "");
	assert_null(say(0, 2, UP6));
	assert_string_equal(relay.ignored, P6);
	assert_non_null(say(0, 1, NO6));
	record.magic = EXABGP_MAGIC + 1;
	record.count = 2;
	assert_non_null(exabgp_relay_record(&relay, &record, HEAD));
	record.magic = EXABGP_MAGIC;
	assert_non_null(exabgp_relay_record(&relay, &record, HEAD - 1));
	assert_non_null(exabgp_relay_record(&relay, &record, sizeof record));
	/* A zero inside. */
	assert_non_null(exabgp_relay_record(&relay, &record, HEAD + 1));
}

/* Another server behind the socket, with other prefixes: those of the first stay withdrawn. */
static void
test_other_prefixes(void **state)
{
	char line[64];

	(void)state;
	announced();
	exabgp_relay_lost(&relay);
	exabgp_relay_connected(&relay);
	assert_null(say(0, 1, UP6));
	assert_null(say(0, 1, ""));
	assert_given(NO4);
	assert_given(NO6);
	/* Those that ExaBGP has withdrawn make room, those of which nobody knows do not. */
	for (size_t i = 2; i <= LEASE_GATES + 2; i++) {
		exabgp_relay_connected(&relay);
		snprintf(line, sizeof line, "withdraw route 10.0.0.0/%zu", i);
		if (i < LEASE_GATES + 2)
			assert_null(say(0, 1, line));
		else
			assert_non_null(say(0, 1, line));
	}
}

/* A hundred prefixes over time, by reloads: the one that stays is never withdrawn. */
static void
test_many_reloads(void **state)
{
	char up[64], no[64];
	(void)state;
	announced();
	for (size_t i = 0; i < 100; i++) {
		snprintf(up, sizeof up, "announce route 10.%zu.0.0/16 next-hop self", i);
		snprintf(no, sizeof no, "withdraw route 10.%zu.0.0/16", i);
		assert_null(say(1, 2, up));
		assert_null(say(0, 2, ""));
		assert_given(no);
		pass(100);
		assert_given(up);
		/* Until the withdrawal is confirmed the record says nothing else. */
		assert_null(say(1, 2, no));
		assert_given(no);
		assert_next(NULL);
		relay.look_at = monotime_add(now, 1000 * MONOTIME_MS);
		relay.routes[0].refresh_at = relay.look_at;
	}
	assert_int_equal(relay.count, LEASE_GATES);
}

/* As started by `anyns exabgp SOCKET PREFIX`: a prefix that a reload adds harms no other. */
static void
test_not_named(void **state)
{
	(void)state;
	assert_true(exabgp_relay_name(&relay, P4));
	announced();
	assert_null(say(1, 2, NO6));
	assert_null(say(1, 2, UP6));
	assert_string_equal(relay.ignored, P6);
	assert_null(say(0, 2, ""));
	assert_next(NULL);
	assert_null(say(0, 2, NO4));
	assert_given(NO4);
}

/* A reload of the announcer: one more prefix, over the same connection. */
static void
test_grows(void **state)
{
	(void)state;
	exabgp_relay_connected(&relay);
	assert_null(say(0, 1, UP4));
	assert_null(say(0, 1, ""));
	assert_given(NO4);
	pass(100);
	assert_given(UP4);
	assert_null(say(1, 2, UP6));
	assert_null(say(0, 2, ""));
	assert_given(NO6);
	pass(100);
	assert_given(UP6);
	/* Fewer is another announcer, and a renewal before the new one's line a lie. */
	assert_non_null(say(0, 1, ""));
	assert_non_null(say(0, 3, ""));
}

int
main(void)
{
#define CASE(function) cmocka_unit_test_setup(function, setup)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_grows, setup),
		CASE(test_begins_with_withdrawing),
		CASE(test_waits_for_all),
		CASE(test_follows),
		CASE(test_ends),
		CASE(test_lapse),
		CASE(test_error),
		CASE(test_silence),
		CASE(test_repair),
		CASE(test_neighbours),
		CASE(test_strangers),
		CASE(test_other_prefixes),
		CASE(test_many_reloads),
		CASE(test_not_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
