/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_stage.h"

#include "health/parts.h"

static char true_path[] = "/bin/true", false_path[] = "/bin/false";
static char *good[] = {true_path, NULL};
static char *bad[] = {false_path, NULL};

static struct parts *
make(struct stage *stage)
{
	struct parts_setup setup = {.lease = stage->lease, .now = START};
	struct parts *parts = parts_new(&stage->config, &setup);
	assert_non_null(parts);
	return parts;
}

static void
show_up(struct parts *parts, size_t index)
{
	const struct gate_input clean = {.proven = true};
	gates_step(parts->gates, index, &clean, START);
	gates_step(parts->gates, index, &clean, monotime_add(START, S));
	gates_show(parts->gates, NULL);
}

static bool
leased(const struct stage *stage, size_t slot, enum gate_state state)
{
	struct lease_view view;
	return lease_get_gate(stage->lease, slot, &view) && view.state == state;
}

/* Prefixes that stay keep their state, those that go leave the lease, those that come begin. */
static void
test_prefixes(void **state)
{
	struct stage stage;
	(void)state;

	stage_open(&stage);
	stage.config.announce.prefix_count = 2;
	struct parts *old = make(&stage);
	show_up(old, 0);
	show_up(old, 1);
	assert_true(leased(&stage, 0, GATE_UP) && leased(&stage, 1, GATE_UP));
	struct config_prefix next[2] = {stage.prefixes[1], stage_prefix(&stage.listen[0], 24)};
	next[1].slot = 2;
	stage.config.announce.prefixes = next;
	stage.config.health.drain_s = 7;
	struct parts *parts = make(&stage);
	parts_inherit(parts, old, NULL, START);
	parts_free(old, NULL);
	assert_int_equal(gates_at(parts->gates, 0)->state, GATE_UP);
	assert_int_equal(gates_at(parts->gates, 0)->limits.drain_ns, 7 * S);
	assert_int_equal(gates_at(parts->gates, 1)->state, GATE_BOOT);
	struct lease_view view;
	assert_false(lease_get_gate(stage.lease, 0, &view));
	assert_true(leased(&stage, 1, GATE_UP));
	gates_show(parts->gates, NULL);
	assert_true(leased(&stage, 2, GATE_BOOT));
	parts_free(parts, NULL);
	stage_close(&stage);
}

/* A dry run has nothing in the lease; the end of one puts all of it there. */
static void
test_dry_run(void **state)
{
	struct stage stage;
	struct lease_view view;
	(void)state;

	stage_open(&stage);
	struct parts *first = make(&stage);
	show_up(first, 0);
	stage.config.announce.dry_run = true;
	struct parts *second = make(&stage);
	assert_true(second->dry_run);
	parts_inherit(second, first, NULL, START);
	parts_free(first, NULL);
	assert_false(lease_get_gate(stage.lease, 0, &view));
	assert_int_equal(gates_at(second->gates, 0)->state, GATE_UP);
	stage.config.announce.dry_run = false;
	struct parts *third = make(&stage);
	parts_inherit(third, second, NULL, START);
	parts_free(second, NULL);
	assert_true(gates_show(third->gates, NULL));
	assert_true(leased(&stage, 0, GATE_UP));
	parts_free(third, NULL);
	stage_close(&stage);
}

static struct soft_status
status_of(struct parts *parts)
{
	struct soft_verdict verdict;
	struct soft_status status;
	soft_step(parts->soft, stage_now(), 0, &verdict);
	soft_read(parts->soft, stage_now(), &status);
	return status;
}

/* A command that stays goes on, another one begins. */
static void
test_command(void **state)
{
	struct stage stage;
	(void)state;

	stage_open(&stage);
	stage.config.health.command = (struct config_command){
		.run = good, .interval_ms = 3600000, .timeout_ms = 1000};
	struct parts *first = make(&stage);
	assert_int_equal(parts_start(first, NULL), 0);
	stage_eventually(status_of(first).command.runs == 1);
	struct parts *second = make(&stage);
	assert_int_equal(parts_start(second, first), 0);
	assert_int_equal(status_of(second).command.runs, 0);
	parts_inherit(second, first, NULL, START);
	parts_free(first, NULL);
	assert_int_equal(status_of(second).command.runs, 1);
	stage.config.health.command.run = bad;
	struct parts *third = make(&stage);
	assert_int_equal(parts_start(third, second), 0);
	parts_inherit(third, second, NULL, START);
	parts_free(second, NULL);
	stage_eventually(status_of(third).command.runs == 1);
	assert_false(status_of(third).command.good);
	/* None at all any more. */
	stage.config.health.command.run = NULL;
	struct parts *fourth = make(&stage);
	assert_int_equal(parts_start(fourth, third), 0);
	parts_inherit(fourth, third, NULL, START);
	parts_free(third, NULL);
	assert_false(status_of(fourth).has_command);
	parts_free(fourth, NULL);
	parts_free(NULL, NULL);
	stage_close(&stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_dry_run),
		cmocka_unit_test(test_command),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
