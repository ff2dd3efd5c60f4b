/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_stage.h"

#include "health/presence.h"

static struct config_address
address_of(const char *text, unsigned scope)
{
	struct config_address address = {0};

	if (strchr(text, ':')) {
		address.size = sizeof(address.socket.v6);
		address.socket.v6.sin6_family = AF_INET6;
		address.socket.v6.sin6_scope_id = scope;
		assert_int_equal(inet_pton(AF_INET6, text, &address.socket.v6.sin6_addr), 1);
	} else {
		address.size = sizeof(address.socket.v4);
		address.socket.v4.sin_family = AF_INET;
		assert_int_equal(inet_pton(AF_INET, text, &address.socket.v4.sin_addr), 1);
	}
	return address;
}

static void
test_here_and_absent(void **state)
{
	static const struct {
		const char *text;
		unsigned scope;
		enum presence_state expected;
	} cases[] = {
		{"127.0.0.1", 0, PRESENCE_HERE},
		/* No interface has it, 127.0.0.0/8 is local by its route. */
		{"127.99.98.97", 0, PRESENCE_HERE},
		{"192.0.2.77", 0, PRESENCE_ABSENT},
		{"2001:db8:77::1", 0, PRESENCE_ABSENT},
		{"fe80::77", 1, PRESENCE_ABSENT},
	};
	struct presence presence;
	(void)state;

	assert_true(presence_open(&presence));
	for (unsigned round = 0; round < 2; round++)
		for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
			struct config_address address = address_of(cases[i].text, cases[i].scope);
			assert_int_equal(presence_check(&presence, &address), cases[i].expected);
		}
	presence_close(&presence);
	presence_close(&presence);
	struct config_address address = address_of("127.0.0.1", 0);
	assert_int_equal(presence_check(&presence, &address), PRESENCE_UNKNOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_here_and_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
