/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_stage.h"

#include "health/board.h"

static void
test_copies(void **state)
{
	struct stage stage;
	struct gate gate;
	char prefix[sizeof(stage.prefixes[0].text)];
	(void)state;

	stage_open(&stage);
	stage.config.announce.prefix_count = 2;
	struct gates *gates = gates_new(&stage.config, stage.lease, NULL, NULL, START);
	struct board *board = board_new();
	assert_false(board_read(board, 0, &gate, prefix));
	board_put(board, gates);
	gates_step(gates, 1, &(struct gate_input){.proven = true}, START);
	assert_true(board_read(board, 1, &gate, prefix));
	assert_string_equal(prefix, stage.prefixes[1].text);
	assert_int_equal(gate.state, GATE_BOOT);
	board_put(board, gates);
	assert_true(board_read(board, 1, &gate, prefix));
	assert_int_equal(gate.state, GATE_WARMING);
	assert_false(board_read(board, 2, &gate, prefix));
	gates_free(gates);
	stage.config.announce.prefix_count = 1;
	gates = gates_new(&stage.config, stage.lease, NULL, NULL, START);
	board_put(board, gates);
	assert_false(board_read(board, 1, &gate, prefix));
	gates_free(gates);
	board_free(board);
	board_free(NULL);
	stage_close(&stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_copies)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
