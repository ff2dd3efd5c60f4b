/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_stage.h"

#include "health/settings.h"

static void
test_from_configuration(void **state)
{
	struct stage stage;
	(void)state;

	stage_open(&stage);
	stage.config.listen_count = 2;
	stage.config.health.interval_ms = 1000;
	stage.config.health.shed = true;
	struct settings *settings = settings_new(&stage.config);
	assert_int_equal(settings->count, 2);
	assert_int_equal(settings->interval_ns, S);
	assert_int_equal(settings->detector.policy, DETECTOR_SHED);
	assert_int_equal(settings->gate.hold.first_ns, 10 * S);
	assert_string_equal(evidence_address(settings->evidence[1])->text, stage.listen[1].text);
	assert_true(settings_turn(settings) == 0.02);
	settings->interval_ns = 20 * MS - 1;
	assert_true(settings_turn(settings) < 0.02);
	settings_free(settings, NULL);
	settings_free(NULL, NULL);
	stage_close(&stage);
}

static void
test_inherits(void **state)
{
	struct stage stage;
	(void)state;

	stage_open(&stage);
	struct settings *old = settings_new(&stage.config);
	stage.config.listen_count = 2;
	stage.config.listen[0] = stage_address(1, 15310);
	stage.config.listen[1] = stage_address(0, 15310);
	struct settings *next = settings_new(&stage.config);
	struct evidence *known = old->evidence[0], *fresh = next->evidence[0];
	settings_inherit(next, old);
	assert_ptr_equal(next->evidence[1], known);
	assert_ptr_equal(next->evidence[0], fresh);
	settings_free(old, NULL);
	settings_free(next, NULL);
	stage_close(&stage);
}

/* All that may be asked while nothing is proven, a share of the interval afterwards. */
static void
test_burst(void **state)
{
	struct stage stage;
	(void)state;

	stage_open(&stage);
	struct settings *settings = settings_new(&stage.config);
	assert_int_equal(settings_burst(settings, 0, 3), 16);
	settings->verdicts[0].proven = true;
	settings->interval_ns = S;
	assert_int_equal(settings_burst(settings, 0, 2), 16);
	settings->interval_ns = 100 * MS;
	assert_int_equal(settings_burst(settings, 0, 3), 8); /* 40 a second for each of 2 */
	assert_int_equal(settings_burst(settings, 0, 1), 1);
	settings_free(settings, NULL);
	stage_close(&stage);
}

static void
test_faults(void **state)
{
	struct stage stage;
	struct settings_faults faults;
	(void)state;

	stage_open(&stage);
	stage.config.listen_count = 2;
	struct settings *settings = settings_new(&stage.config);
	struct gates *gates = gates_new(&stage.config, stage.lease, NULL, NULL, START);
	settings_find_faults(settings, gates, 0, &faults);
	assert_false(faults.proven); /* no address is served */
	settings->served[0] = settings->served[1] = true;
	settings->verdicts[0] = (struct detector_verdict){.proven = true, .soft = "slow"};
	settings->verdicts[1] = (struct detector_verdict){.hard = "gone"};
	settings_find_faults(settings, gates, 0, &faults);
	assert_true(faults.proven);
	assert_string_equal(faults.hard.text, ""); /* outside the prefix */
	assert_non_null(strstr(faults.soft.text, "@15310: slow"));
	gates_free(gates);
	settings_free(settings, NULL);
	stage_close(&stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_from_configuration),
		cmocka_unit_test(test_inherits),
		cmocka_unit_test(test_burst),
		cmocka_unit_test(test_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
