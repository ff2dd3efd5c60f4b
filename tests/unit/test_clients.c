/* SPDX-License-Identifier: BSD-2-Clause */
#include "net_fixture.h"

#include "net/clients.h"

static const uint8_t v4[4] = {192, 0, 2, 1};
static const uint8_t v4_other[4] = {192, 0, 2, 2};
static const uint8_t v6[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1, 1};
static const uint8_t v6_same_64[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1, 2, 3};
static const uint8_t v6_next_64[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 2, 1};

static void
test_limit(void **state)
{
	struct clients *clients = clients_new(10);
	(void)state;

	assert_non_null(clients);
	assert_true(clients_add(clients, v4, 4, 2));
	assert_true(clients_add(clients, v4, 4, 2));
	assert_false(clients_add(clients, v4, 4, 2));
	assert_true(clients_add(clients, v4_other, 4, 2));
	clients_remove(clients, v4, 4);
	assert_true(clients_add(clients, v4, 4, 2));
	assert_false(clients_add(clients, v4, 4, 2));
	/* A limit that became smaller than what is open. */
	assert_false(clients_add(clients, v4, 4, 1));
	assert_true(clients_add(clients, v4, 4, 3));
	clients_free(clients);
}

static void
test_zero_limit(void **state)
{
	struct clients *clients = clients_new(0);
	(void)state;

	assert_false(clients_add(clients, v4, 4, 0));
	assert_true(clients_add(clients, v4, 4, 1));
	clients_remove(clients, v4, 4);
	assert_true(clients_add(clients, v4, 4, 1));
	clients_free(clients);
	clients_free(NULL);
}

/* RFC 4291 2.5.4: the /64 is the subnet; one host can use every address in it. */
static void
test_v6_network(void **state)
{
	struct clients *clients = clients_new(10);
	(void)state;

	assert_true(clients_add(clients, v6, 16, 1));
	assert_false(clients_add(clients, v6_same_64, 16, 1));
	assert_true(clients_add(clients, v6_next_64, 16, 1));
	clients_remove(clients, v6_same_64, 16);
	assert_true(clients_add(clients, v6, 16, 1));
	clients_free(clients);
}

/* More clients than buckets: every chain is walked, and every removal leaves the others alone. */
static void
test_many(void **state)
{
	enum { MANY = 5000 };
	struct clients *clients = clients_new(1);
	uint8_t address[4];
	(void)state;

	for (uint32_t i = 0; i < MANY; i++) {
		wire_poke_u32(address, i);
		assert_true(clients_add(clients, address, 4, 1));
	}
	for (uint32_t i = 0; i < MANY; i += 2) {
		wire_poke_u32(address, i);
		clients_remove(clients, address, 4);
	}
	for (uint32_t i = 0; i < MANY; i++) {
		wire_poke_u32(address, i);
		assert_int_equal(clients_add(clients, address, 4, 1), i % 2 == 0);
	}
	clients_free(clients);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_zero_limit),
		cmocka_unit_test(test_v6_network),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
