/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_stage.h"

#include "health/gates.h"

static const struct gate_input clean = {.proven = true};
static const struct gate_input fault = {.hard = "test", .proven = true};
static const struct gate_input drain = {.proven = true, .drain = true, .quiet = true};

/* As leased; GATE_STATES: nothing there. */
static enum gate_state
leased(const struct stage *stage, size_t index)
{
	struct lease_view view;

	return lease_get_gate(stage->lease, index, &view) ? view.state : GATE_STATES;
}

static struct monotime
warm_up(struct gates *gates, size_t index, struct monotime now)
{
	gates_step(gates, index, &clean, now);
	assert_int_equal(gates_at(gates, index)->state, GATE_WARMING);
	now = monotime_add(now, S);
	gates_step(gates, index, &clean, now);
	assert_int_equal(gates_at(gates, index)->state, GATE_UP);
	return now;
}

static void
ignore(void *context)
{
	(void)context;
}

static void
test_limits(void **state)
{
	struct config_health health = {.withdraw_on_soft = true,
				       .drain_s = 1,
				       .linger_s = 2,
				       .hold_min_s = 3,
				       .hold_max_s = 3600 * 24};
	struct gate_limits limits = gates_limits(&health);
	(void)state;

	assert_true(limits.withdraw_on_soft);
	assert_int_equal(limits.drain_ns, S);
	assert_int_equal(limits.linger_ns, 2 * S);
	assert_int_equal(limits.hold.first_ns, 3 * S);
	assert_int_equal(limits.hold.last_ns, 24 * 3600 * S);
	assert_int_equal(limits.warm_ns, S);
}

static void
test_shows(void **state)
{
	struct stage stage;
	(void)state;

	stage_open(&stage);
	stage.config.announce.prefix_count = 2;
	struct gates *gates = gates_new(&stage.config, stage.lease, NULL, NULL, START);
	assert_int_equal(gates_count(gates), 2);
	assert_string_equal(gates_prefix(gates, 1)->text, stage.prefixes[1].text);
	assert_true(gates_show(gates, NULL));
	assert_false(gates_show(gates, NULL));
	assert_int_equal(leased(&stage, 0), GATE_BOOT);
	struct monotime now = warm_up(gates, 0, START);
	assert_true(gates_show(gates, NULL));
	assert_int_equal(leased(&stage, 0), GATE_UP);
	assert_int_equal(leased(&stage, 1), GATE_BOOT);
	assert_false(gates_drained(gates));
	gates_step(gates, 0, &drain, now);
	gates_step(gates, 1, &drain, now);
	assert_true(gates_show(gates, NULL));
	assert_true(gates_drained(gates));
	struct gate_limits limits = GATE_LIMITS_DEFAULT;
	gates_limit(gates, &limits);
	assert_int_equal(gates_at(gates, 1)->limits.drain_ns, 60 * S);
	gates_free(gates);
	gates_free(NULL);
	stage_close(&stage);
}

/* Nothing is announced before the disk has it; nothing waits for the disk to be withdrawn. */
static void
test_saved_first(void **state)
{
	char directory[] = "/tmp/anyns-gates-XXXXXX", path[64];
	struct stage stage;
	struct report report = REPORT_INIT;
	struct state saved;
	(void)state;

	assert_non_null(mkdtemp(directory));
	stage_open(&stage);
	struct keeper *keeper = keeper_new(directory, NULL, ignore, NULL);
	struct gates *gates = gates_new(&stage.config, stage.lease, NULL, NULL, START);
	struct monotime now = warm_up(gates, 0, START);
	assert_false(gates_show(gates, keeper)); /* not even ordered */
	gates_save(gates, keeper, false, false, now);
	assert_false(gates_show(gates, keeper)); /* the keeper does not run yet */
	assert_int_equal(leased(&stage, 0), GATE_STATES);
	assert_int_equal(keeper_start(keeper), 0);
	stage_eventually((gates_show(gates, keeper), leased(&stage, 0) == GATE_UP));
	gates_step(gates, 0, &fault, now);
	assert_true(gates_show(gates, keeper));
	assert_int_equal(leased(&stage, 0), GATE_DOWN);
	gates_save(gates, keeper, true, false, now);
	gates_save(gates, keeper, false, false, now); /* nothing to save: not ordered */
	keeper_stop(keeper);
	keeper_free(keeper);
	assert_int_equal(state_read(directory, &saved, &report), STATE_READ);
	assert_true(saved.drain);
	assert_int_equal(saved.prefixes[0].penalty.level, 1);
	gates_free(gates);

	/* The penalty is back after a restart; an end that was not clean adds a fault. */
	gates = gates_new(&stage.config, stage.lease, NULL, &saved, START);
	gates_state(gates, true, false, START, &saved);
	assert_true(saved.clean);
	assert_int_equal(saved.prefixes[0].penalty.level, 2);
	gates_step(gates, 0, &clean, START);
	assert_int_equal(gates_at(gates, 0)->state, GATE_HELD_DOWN);
	gates_free(gates);
	snprintf(path, sizeof(path), "%s/" STATE_FILE_NAME, directory);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(directory), 0);
	stage_close(&stage);
}

/* A penalty of the gate at `index`, without what only a restart adds. */
static struct gate_penalty
penalty_of(const struct gates *gates, size_t index, struct monotime now)
{
	struct state saved;

	gates_state(gates, true, false, now, &saved);
	return saved.prefixes[index].penalty;
}

/* Taken out by one reload and put in again by a later one: what it owes it owes still. */
static void
test_comes_back(void **state)
{
	struct stage stage;
	struct state saved;
	(void)state;

	stage_open(&stage);
	stage.config.announce.prefix_count = 2;
	struct gates *first = gates_new(&stage.config, stage.lease, NULL, NULL, START);
	struct monotime now = warm_up(first, 1, START);
	gates_step(first, 1, &fault, now);
	assert_int_equal(gates_at(first, 1)->state, GATE_DOWN);
	assert_int_equal(penalty_of(first, 1, now).level, 1);
	int64_t hold = penalty_of(first, 1, now).hold_ns;
	assert_true(hold >= 4 * S);

	stage.config.announce.prefix_count = 1;
	struct gates *second = gates_new(&stage.config, stage.lease, NULL, NULL, now);
	gates_inherit(second, first, now);
	gates_free(first);
	now = monotime_add(now, S);
	gates_state(second, true, false, now, &saved);
	assert_int_equal(saved.count, 2);
	assert_string_equal(saved.prefixes[1].text, stage.prefixes[1].text);
	assert_int_equal(saved.prefixes[1].penalty.hold_ns, hold - S);

	now = monotime_add(now, S);
	stage.config.announce.prefix_count = 2;
	struct gates *third = gates_new(&stage.config, stage.lease, NULL, NULL, now);
	gates_inherit(third, second, now);
	gates_free(second);
	assert_int_equal(penalty_of(third, 1, now).level, 1);
	assert_int_equal(penalty_of(third, 1, now).hold_ns, hold - 2 * S);
	assert_int_equal(penalty_of(third, 0, now).level, 0);
	gates_step(third, 1, &clean, now);
	assert_int_equal(gates_at(third, 1)->state, GATE_HELD_DOWN);
	gates_state(third, true, false, now, &saved);
	assert_int_equal(saved.count, 2); /* once, not among the absent too */
	gates_free(third);
	stage_close(&stage);
}

/* The same with a restart between: what the file says of prefixes that are not configured. */
static void
test_comes_back_after_restart(void **state)
{
	struct state saved = {.clean = false, .count = 2}, again;
	struct stage stage;
	(void)state;

	stage_open(&stage);
	stage.config.announce.prefix_count = 1;
	snprintf(saved.prefixes[0].text, STATE_PREFIX_MAX, "%s", stage.prefixes[0].text);
	snprintf(saved.prefixes[1].text, STATE_PREFIX_MAX, "%s", stage.prefixes[1].text);
	saved.prefixes[1].penalty = (struct gate_penalty){.level = 999999999, .stable_ns = -1};
	struct gates *gates = gates_new(&stage.config, stage.lease, NULL, &saved, START);
	gates_state(gates, true, false, START, &again);
	assert_int_equal(again.count, 2);
	assert_int_equal(again.prefixes[0].penalty.level, 1); /* the end was not clean */
	assert_in_range(again.prefixes[1].penalty.level, 2, 32);
	assert_int_equal(again.prefixes[1].penalty.stable_ns, 0);

	/* Paid off by the clock at last. */
	struct monotime later = monotime_add(START, 365 * 24 * 3600 * S);
	gates_state(gates, true, false, later, &again);
	assert_int_equal(again.count, 1);
	gates_free(gates);
	stage_close(&stage);
}

static void
test_dry_run(void **state)
{
	struct stage stage;
	(void)state;

	stage_open(&stage);
	stage.config.announce.dry_run = true;
	struct gates *gates = gates_new(&stage.config, stage.lease, NULL, NULL, START);
	warm_up(gates, 0, START);
	assert_false(gates_show(gates, NULL));
	assert_int_equal(leased(&stage, 0), GATE_STATES);
	gates_free(gates);
	stage_close(&stage);
}

static bool
concerns(const char *prefix, unsigned length, const char *address)
{
	struct config_prefix one = {.length = (uint8_t)length};
	struct config config = {.announce = {.prefixes = &one, .prefix_count = 1}};
	struct config_address to = {0};

	one.family = strchr(prefix, ':') ? AF_INET6 : AF_INET;
	assert_int_equal(inet_pton(one.family, prefix, one.bytes), 1);
	to.socket.any.sa_family = strchr(address, ':') ? AF_INET6 : AF_INET;
	if (to.socket.any.sa_family == AF_INET6)
		assert_int_equal(inet_pton(AF_INET6, address, &to.socket.v6.sin6_addr), 1);
	else
		assert_int_equal(inet_pton(AF_INET, address, &to.socket.v4.sin_addr), 1);
	struct gates *gates = gates_new(&config, NULL, NULL, NULL, START);
	bool concern = gates_concern(gates, 0, &to);
	gates_free(gates);
	return concern;
}

static void
test_concern(void **state)
{
	(void)state;

	assert_true(concerns("192.0.2.0", 24, "192.0.2.0"));
	assert_true(concerns("192.0.2.0", 24, "192.0.2.255"));
	assert_false(concerns("192.0.2.0", 24, "192.0.3.0"));
	assert_true(concerns("192.0.2.128", 25, "192.0.2.128"));
	assert_false(concerns("192.0.2.128", 25, "192.0.2.127"));
	assert_true(concerns("192.0.2.1", 32, "192.0.2.1"));
	assert_false(concerns("192.0.2.1", 32, "192.0.2.0"));
	assert_true(concerns("2001:db8::", 47, "2001:db8:1::1"));
	assert_false(concerns("2001:db8::", 47, "2001:db8:2::1"));
	assert_false(concerns("192.0.2.0", 24, "2001:db8::1"));
	assert_true(concerns("192.0.2.0", 24, "0.0.0.0"));
	assert_true(concerns("2001:db8::", 48, "::"));
	assert_false(concerns("2001:db8::", 48, "0.0.0.0"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_shows),
		cmocka_unit_test(test_saved_first),
		cmocka_unit_test(test_dry_run),
		cmocka_unit_test(test_concern),
		cmocka_unit_test(test_comes_back),
		cmocka_unit_test(test_comes_back_after_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
