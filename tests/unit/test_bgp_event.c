/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bgp_event.h"

#include "bgp_fixture.h"

static struct bgp_event
event_of(enum bgp_message_type type, const char *hex)
{
	uint8_t buffer[BGP_MESSAGE_MAX];
	struct bgp_message message = message_of(type, hex, buffer);
	struct bgp_event event = bgp_event_of_message(BGP_LANE_IN, &message);
	assert_int_equal(event.lane, BGP_LANE_IN);
	assert_int_equal(event.message, type);
	return event;
}

static void
test_open(void **state)
{
	(void)state;
	struct bgp_event event = event_of(BGP_OPEN, "04 fbf0 005a 0a000001 00");
	assert_int_equal(event.type, BGP_EVENT_OPEN);
	assert_int_equal(event.open.as, 64496);
	assert_int_equal(event.error.code, BGP_NO_ERROR);
	event = event_of(BGP_OPEN, "03 fbf0 005a 0a000001 00");
	assert_int_equal(event.type, BGP_EVENT_BAD_OPEN);
	assert_error(&event.error, 2, 1, "0004");
}

static void
test_update(void **state)
{
	(void)state;
	assert_int_equal(event_of(BGP_UPDATE, "0000 0000").type, BGP_EVENT_UPDATE);
	struct bgp_event event = event_of(BGP_UPDATE, "0000 0001");
	assert_int_equal(event.type, BGP_EVENT_BAD_UPDATE);
	assert_error(&event.error, 3, 1, "");
}

static void
test_others(void **state)
{
	(void)state;
	struct bgp_event event = event_of(BGP_NOTIFICATION, "06 04 02 6f6b");
	assert_int_equal(event.type, BGP_EVENT_NOTIFICATION);
	assert_error(&event.error, 6, 4, "026f6b");
	assert_int_equal(event_of(BGP_KEEPALIVE, "").type, BGP_EVENT_KEEPALIVE);
	event = event_of(BGP_ROUTE_REFRESH, "0002 00 01");
	assert_int_equal(event.type, BGP_EVENT_REFRESH);
	assert_int_equal(event.families, BGP_IPV6);
	assert_int_equal(event_of(BGP_ROUTE_REFRESH, "0019 00 46").families, 0);
}

static void
test_bad_frame(void **state)
{
	(void)state;
	struct bgp_error error = bgp_error_make(BGP_HEADER_ERROR, BGP_HEADER_BAD_TYPE, "\x09", 1);
	struct bgp_event event = bgp_event_of_bad_frame(BGP_LANE_OUT, &error);
	assert_int_equal(event.type, BGP_EVENT_BAD_HEADER);
	assert_int_equal(event.lane, BGP_LANE_OUT);
	assert_error(&event.error, 1, 3, "09");
}

static void
test_every_event_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (unsigned i = 0; i < BGP_EVENTS; i++)
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(bgp_event_name((enum bgp_event_type)i),
						bgp_event_name((enum bgp_event_type)j));
	assert_string_equal(bgp_event_name(BGP_EVENTS), "unknown event");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_update),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_bad_frame),
		cmocka_unit_test(test_every_event_has_a_name_of_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
