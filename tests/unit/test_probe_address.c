/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe_fixture.h"

static void
test_parse(void **state)
{
	static const struct {
		const char *text;
		const char *shown; /* NULL: refused */
	} cases[] = {
		{"192.0.2.53", "192.0.2.53@53"},
		{"192.0.2.53@5300", "192.0.2.53@5300"},
		{"2001:DB8:0::53", "2001:db8::53@53"},
		{"::1@1", "::1@1"},
		{"::1@65535", "::1@65535"},
		{"", NULL},
		{"example.com", NULL},
		{"192.0.2", NULL},
		{"1", NULL},
		{"0x7f000001", NULL},
		{"192.0.2.53@0", NULL},
		{"192.0.2.53@", NULL},
		{"192.0.2.53@65536", NULL},
		{"192.0.2.53@53x", NULL},
		{"@53", NULL},
		{"[::1]@53", NULL},
		{"fe80::1%no-such-link", NULL},
	};
	struct probe_address address;
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		bool good = probe_address_parse(&address, cases[i].text, 53);
		assert_int_equal(good, cases[i].shown != NULL);
		if (good)
			assert_string_equal(address.text, cases[i].shown);
	}
}

static void
test_equal(void **state)
{
	struct probe_address a;
	struct probe_address b;
	static const char *const others[] = {"192.0.2.53@54", "192.0.2.54@53", "2001:db8::53@53"};
	(void)state;

	assert_true(probe_address_parse(&a, "192.0.2.53", 53));
	assert_true(probe_address_parse(&b, "192.0.2.53", 1));
	assert_false(probe_address_equal(&a.socket.any, &b.socket.any));
	probe_address_set_port(&b, 53);
	assert_int_equal(probe_address_port(&b), 53);
	assert_true(probe_address_equal(&a.socket.any, &b.socket.any));
	for (size_t i = 0; i < ARRAY_LENGTH(others); i++) {
		assert_true(probe_address_parse(&b, others[i], 53));
		assert_false(probe_address_equal(&a.socket.any, &b.socket.any));
	}
	assert_true(probe_address_equal(&b.socket.any, &b.socket.any));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
