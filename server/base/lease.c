/* SPDX-License-Identifier: BSD-2-Clause */
#include "anyns/lease.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>

#define TERM_SHIFT    48
#define RENEWALS_MASK ((UINT64_C(1) << TERM_SHIFT) - 1)

struct lease *
lease_new(void)
{
	void *memory = mmap(NULL, sizeof(struct lease), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

void
lease_free(struct lease *lease)
{
	if (lease)
		(void)munmap(lease, sizeof(*lease));
}

bool
lease_make_read_only(struct lease *lease)
{
	return mprotect(lease, sizeof(*lease), PROT_READ) == 0;
}

void
lease_renew(struct lease *lease)
{
	uint64_t old = atomic_load_explicit(&lease->renewal, memory_order_relaxed);
	uint64_t renewals = (old + 1) & RENEWALS_MASK;

	/* Release: who sees this renewal sees the states that were put before it. */
	atomic_store_explicit(&lease->renewal, (old & ~RENEWALS_MASK) | renewals,
			      memory_order_release);
}

void
lease_begin_term(struct lease *lease)
{
	uint64_t old = atomic_load_explicit(&lease->renewal, memory_order_relaxed);

	atomic_store_explicit(&lease->renewal, old + (UINT64_C(1) << TERM_SHIFT),
			      memory_order_release);
}

uint64_t
lease_renewal(const struct lease *lease)
{
	return atomic_load_explicit(&lease->renewal, memory_order_acquire);
}

uint64_t
lease_term(uint64_t renewal)
{
	return renewal >> TERM_SHIFT;
}

static void
put(struct lease_gate *gate, uint64_t low)
{
	uint64_t old = atomic_load_explicit(&gate->word, memory_order_relaxed);

	/* One more, cleared gates included, so that a generation never comes back with its slot. */
	if ((old & 0xffff) != low)
		atomic_store_explicit(&gate->word, ((old >> 16) + 1) << 16 | low,
				      memory_order_release);
}

void
lease_put_gate(struct lease *lease, size_t index, enum gate_state state, struct monotime since)
{
	struct lease_gate *gate = &lease->gates[index];

	assert(index < LEASE_GATES && (unsigned)state < GATE_STATES && state != GATE_FROZEN);
	atomic_store_explicit(&gate->since_ns, since.ns, memory_order_relaxed);
	put(gate, (uint64_t)(~(unsigned)state & 0xff) << 8 | state);
}

void
lease_clear_gate(struct lease *lease, size_t index)
{
	assert(index < LEASE_GATES);
	put(&lease->gates[index], 0);
}

bool
lease_get_gate(const struct lease *lease, size_t index, struct lease_view *view)
{
	if (index >= LEASE_GATES)
		return false;
	const struct lease_gate *gate = &lease->gates[index];
	uint64_t word = atomic_load_explicit(&gate->word, memory_order_acquire);
	unsigned state = word & 0xff;

	if ((state ^ (word >> 8 & 0xff)) != 0xff || state >= GATE_FROZEN)
		return false;
	*view = (struct lease_view){
		.state = (enum gate_state)state,
		.generation = word >> 16,
		.since = {atomic_load_explicit(&gate->since_ns, memory_order_relaxed)},
	};
	return true;
}

void
lease_packet_begin(struct lease *lease, size_t worker, const uint8_t *packet, size_t size)
{
	assert(worker < LEASE_WORKERS);
	struct lease_packet *slot = &lease->packets[worker];

	if (size == 0)
		return;
	memcpy(slot->bytes, packet, size_min(size, LEASE_PACKET_SIZE));
	/* Release: the other process reads the bytes only after it has seen the length. */
	atomic_store_explicit(&slot->length, (uint32_t)size_min(size, UINT32_MAX),
			      memory_order_release);
}

void
lease_packet_end(struct lease *lease, size_t worker)
{
	assert(worker < LEASE_WORKERS);
	atomic_store_explicit(&lease->packets[worker].length, 0, memory_order_release);
}

bool
lease_packet_busy(const struct lease *lease, size_t worker)
{
	return worker < LEASE_WORKERS &&
	       atomic_load_explicit(&lease->packets[worker].length, memory_order_relaxed) > 0;
}

size_t
lease_packet_get(const struct lease *lease, size_t worker, uint8_t bytes[static LEASE_PACKET_SIZE],
		 size_t *length)
{
	*length = 0;
	if (worker >= LEASE_WORKERS)
		return 0;
	const struct lease_packet *slot = &lease->packets[worker];
	*length = atomic_load_explicit(&slot->length, memory_order_acquire);
	size_t size = size_min(*length, LEASE_PACKET_SIZE);
	memcpy(bytes, slot->bytes, size);
	return size;
}
