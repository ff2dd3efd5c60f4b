/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "anyns/lease.h"

static void
test_empty(void **state)
{
	struct lease *lease = lease_new();
	struct lease_view view;
	uint8_t bytes[LEASE_PACKET_SIZE];
	size_t length = 1;
	(void)state;

	assert_non_null(lease);
	assert_int_equal(lease_renewal(lease), 0);
	for (size_t i = 0; i <= LEASE_GATES; i++)
		assert_false(lease_get_gate(lease, i, &view));
	for (size_t i = 0; i <= LEASE_WORKERS; i++) {
		assert_false(lease_packet_busy(lease, i));
		assert_int_equal(lease_packet_get(lease, i, bytes, &length), 0);
		assert_int_equal(length, 0);
	}
	lease_free(lease);
	lease_free(NULL);
}

static void
test_gates(void **state)
{
	struct lease *lease = lease_new();
	struct lease_view view, before;
	(void)state;

	assert_non_null(lease);
	for (unsigned i = 0; i < GATE_FROZEN; i++) {
		lease_put_gate(lease, LEASE_GATES - 1, (enum gate_state)i, monotime_add(START, i));
		assert_true(lease_get_gate(lease, LEASE_GATES - 1, &view));
		assert_int_equal(view.state, i);
		assert_int_equal(view.since.ns, START.ns + i);
		assert_int_equal(view.generation, i + 1);
	}
	assert_false(lease_get_gate(lease, LEASE_GATES - 2, &view));

	/* The same state is no new generation; away and back is two. */
	lease_put_gate(lease, 0, GATE_UP, START);
	assert_true(lease_get_gate(lease, 0, &before));
	lease_put_gate(lease, 0, GATE_UP, START);
	assert_true(lease_get_gate(lease, 0, &view));
	assert_int_equal(view.generation, before.generation);
	lease_put_gate(lease, 0, GATE_DOWN, START);
	lease_put_gate(lease, 0, GATE_UP, START);
	assert_true(lease_get_gate(lease, 0, &view));
	assert_int_equal(view.generation, before.generation + 2);

	lease_clear_gate(lease, 0);
	assert_false(lease_get_gate(lease, 0, &view));
	lease_put_gate(lease, 0, GATE_UP, START);
	assert_true(lease_get_gate(lease, 0, &view));
	assert_int_equal(view.generation, before.generation + 4);
	lease_free(lease);
}

/* Of all 65,536 patterns of the state bytes nine are states. */
static void
test_damage(void **state)
{
	struct lease *lease = lease_new();
	struct lease_view view;
	unsigned valid = 0;
	(void)state;

	assert_non_null(lease);
	for (uint64_t low = 0; low < 0x10000; low++) {
		atomic_store(&lease->gates[5].word, UINT64_C(0xffffffffffff0000) | low);
		valid += lease_get_gate(lease, 5, &view);
	}
	assert_int_equal(valid, GATE_FROZEN);
	lease_free(lease);
}

static void
test_renewals_and_terms(void **state)
{
	struct lease *lease = lease_new();
	uint64_t seen = 0;
	(void)state;

	assert_non_null(lease);
	for (int i = 0; i < 1000; i++) {
		lease_renew(lease);
		assert_int_not_equal(lease_renewal(lease), seen);
		seen = lease_renewal(lease);
		assert_int_equal(seen >> 48, 0);
	}
	lease_begin_term(lease);
	assert_int_equal(lease_renewal(lease) >> 48, 1);
	assert_int_equal(lease_term(lease_renewal(lease)), 1);
	/* A full counter does not run over into the term. */
	atomic_store(&lease->renewal, (UINT64_C(1) << 48) - 1);
	lease_renew(lease);
	assert_int_equal(lease_renewal(lease), 0);
	lease_free(lease);
}

static void
test_packets(void **state)
{
	static const size_t sizes[] = {
		1, 12, LEASE_PACKET_SIZE - 1, LEASE_PACKET_SIZE, LEASE_PACKET_SIZE + 1, 65535};
	struct lease *lease = lease_new();
	static uint8_t packet[65535];
	uint8_t bytes[LEASE_PACKET_SIZE];
	size_t length;
	(void)state;

	assert_non_null(lease);
	for (size_t i = 0; i < sizeof(packet); i++)
		packet[i] = (uint8_t)(i * 7 + 1);
	for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
		size_t kept = size_min(sizes[i], LEASE_PACKET_SIZE);
		size_t worker = LEASE_WORKERS - 1;
		memset(bytes, 0, sizeof(bytes));
		lease_packet_begin(lease, worker, packet, sizes[i]);
		assert_true(lease_packet_busy(lease, worker));
		assert_false(lease_packet_busy(lease, worker - 1));
		assert_int_equal(lease_packet_get(lease, worker, bytes, &length), kept);
		assert_int_equal(length, sizes[i]);
		assert_memory_equal(bytes, packet, kept);
		lease_packet_end(lease, worker);
		assert_false(lease_packet_busy(lease, worker));
	}
	lease_packet_begin(lease, 0, packet, 0);
	assert_false(lease_packet_busy(lease, 0));
	lease_free(lease);
}

/* The announcer's half: 0 when it sees all that the parent did and cannot write. */
static int
announcer(struct lease *lease)
{
	uint8_t bytes[LEASE_PACKET_SIZE];
	struct lease_view view;
	size_t length;
	int zero = open("/dev/zero", O_RDONLY);

	if (!lease_make_read_only(lease))
		return 1;
	/* The kernel writes for us: EFAULT instead of a signal. */
	if (zero < 0 || read(zero, &lease->gates[3], 1) != -1 || errno != EFAULT)
		return 2;
	while (lease_renewal(lease) == 0)
		;
	if (!lease_get_gate(lease, 3, &view) || view.state != GATE_DEGRADED)
		return 3;
	if (lease_packet_get(lease, 1, bytes, &length) != 5 || memcmp(bytes, "query", 5) != 0)
		return 4;
	return 0;
}

static void
test_across_fork(void **state)
{
	struct lease *lease = lease_new();
	int status;
	(void)state;

	assert_non_null(lease);
	pid_t child = fork();
	if (child == 0) {
		alarm(20); /* should the parent have failed */
		_exit(announcer(lease));
	}
	assert_true(child > 0);
	lease_packet_begin(lease, 1, (const uint8_t *)"query", 5);
	lease_put_gate(lease, 3, GATE_DEGRADED, START);
	lease_renew(lease);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	lease_put_gate(lease, 3, GATE_UP, START); /* still writable here */
	lease_free(lease);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),   cmocka_unit_test(test_gates),
		cmocka_unit_test(test_damage),  cmocka_unit_test(test_renewals_and_terms),
		cmocka_unit_test(test_packets), cmocka_unit_test(test_across_fork),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
