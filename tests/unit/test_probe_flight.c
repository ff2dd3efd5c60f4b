/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe_fixture.h"

#include "probe/probe_flight.h"

/* Only compared: flights do not look into sockets. */
static struct probe_udp *
socket_number(uintptr_t number)
{
	return (struct probe_udp *)(number * 64);
}

static void
test_order(void **state)
{
	struct probe_flights *flights = calloc(1, sizeof(*flights));
	struct probe_flight *list[4];
	(void)state;

	assert_null(probe_flights_oldest(flights, false));
	assert_false(probe_flights_waiting(flights));
	for (size_t i = 0; i < 4; i++) {
		list[i] = probe_flights_add(flights);
		assert_non_null(list[i]);
	}
	assert_true(probe_flights_waiting(flights));
	probe_flights_remove(flights, list[1]);
	assert_ptr_equal(probe_flights_oldest(flights, false), list[0]);
	probe_flights_lose(flights, list[0]);
	assert_ptr_equal(probe_flights_oldest(flights, false), list[2]);
	assert_ptr_equal(probe_flights_oldest(flights, true), list[0]);
	assert_int_equal(flights->lost_count, 1);
	probe_flights_lose(flights, list[2]);
	probe_flights_remove(flights, list[0]);
	assert_ptr_equal(probe_flights_oldest(flights, true), list[2]);
	probe_flights_remove(flights, list[3]);
	assert_false(probe_flights_waiting(flights));
	probe_flights_remove(flights, list[2]);
	assert_int_equal(flights->lost_count, 0);
	free(flights);
}

static void
test_ids(void **state)
{
	enum { COUNT = 3000 };
	struct probe_flights *flights = calloc(1, sizeof(*flights));
	struct probe_flight *list[COUNT];
	(void)state;

	for (size_t i = 0; i < COUNT; i++) {
		list[i] = probe_flights_add(flights);
		list[i]->udp = socket_number(1 + i % 2);
		assert_true(probe_flights_number(flights, list[i]));
	}
	/* Each is found by its own socket and ID, so no ID is there twice. */
	for (size_t i = 0; i < COUNT; i++)
		assert_ptr_equal(probe_flights_find(flights, list[i]->udp, list[i]->id), list[i]);
	assert_null(probe_flights_find(flights, socket_number(3), list[0]->id));
	for (size_t i = 0; i < COUNT; i++) {
		uint16_t id = list[i]->id;
		struct probe_udp *udp = list[i]->udp;
		probe_flights_remove(flights, list[i]);
		assert_null(probe_flights_find(flights, udp, id));
	}
	free(flights);
}

/* When all IDs of a socket are taken, the next one gets none, rather than one twice. */
static void
test_exhaustion(void **state)
{
	struct probe_flights *flights = calloc(1, sizeof(*flights));
	struct probe_flight *flight = NULL;
	size_t count = 0;
	bool good = true;
	(void)state;

	for (; good && count < 70000; count++) {
		flight = probe_flights_add(flights);
		flight->udp = socket_number(1);
		good = probe_flights_number(flights, flight);
	}
	assert_false(good);
	assert_true(count > 40000 && count <= 65537);
	assert_false(flight->numbered);
	while ((flight = probe_flights_oldest(flights, false)))
		probe_flights_remove(flights, flight);
	free(flights);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_exhaustion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
