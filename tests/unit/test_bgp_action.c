/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bgp_action.h"

#include "bgp_fixture.h"

static void
test_add_keeps_order(void **state)
{
	(void)state;
	static struct bgp_actions actions;
	for (unsigned i = 0; i < BGP_ACTIONS_MAX; i++) {
		struct bgp_action action = {.type = BGP_ACTION_ANNOUNCE, .families = (uint8_t)i};
		bgp_action_add(&actions, &action);
	}
	assert_int_equal(actions.count, BGP_ACTIONS_MAX);
	for (unsigned i = 0; i < BGP_ACTIONS_MAX; i++)
		assert_int_equal(actions.list[i].families, i);
}

static void
test_encode(void **state)
{
	(void)state;
	uint8_t out[BGP_MESSAGE_MAX];
	struct bgp_action action = {
		.type = BGP_ACTION_SEND_OPEN,
		.open = {.as = 64512, .id = 1, .hold = 9, .role = BGP_ROLE_NONE}};
	assert_hex(out, bgp_action_encode(&action, out), MARKER "001d 01 04 fc00 0009 00000001 00");
	action.type = BGP_ACTION_SEND_KEEPALIVE;
	assert_hex(out, bgp_action_encode(&action, out), MARKER "0013 04");
	action.type = BGP_ACTION_SEND_NOTIFICATION;
	action.error = bgp_error_make(BGP_CEASE, BGP_CEASE_COLLISION, NULL, 0);
	assert_hex(out, bgp_action_encode(&action, out), MARKER "0015 03 06 07");
	static const enum bgp_action_type silent[] = {
		BGP_ACTION_CONNECT, BGP_ACTION_ADOPT,    BGP_ACTION_REFUSE,
		BGP_ACTION_DROP,    BGP_ACTION_ANNOUNCE, BGP_ACTION_REPORT,
	};
	for (size_t i = 0; i < ARRAY_LENGTH(silent); i++) {
		action.type = silent[i];
		assert_int_equal(bgp_action_encode(&action, out), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add_keeps_order),
		cmocka_unit_test(test_encode),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
