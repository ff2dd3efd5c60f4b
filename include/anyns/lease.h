/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lease.h - the shared memory between the server and its announcer: who may be announced, and that
 * somebody still stands behind it.
 *
 * Anonymous and shared, made before the fork. The health thread is the only writer of gates and
 * renewals, each worker of its packet slot; the announcer maps it read-only and trusts nothing in
 * it: a state that does not verify is a withdrawn one. Atomics only, no lock: whoever holds a lock
 * can be stopped with it. It holds states, never prefixes; what gate number 3 is, both sides know
 * from the configuration.
 */
#ifndef ANYNS_LEASE_H
#define ANYNS_LEASE_H

#include <stdatomic.h>

#include "anyns/base.h"
#include "anyns/gate_state.h"
#include "anyns/monotime.h"

enum {
	LEASE_GATES = 64,
	LEASE_WORKERS = 256, /* as many as `workers:` can be */
	/* Longer than any query a resolver sends; what is beyond has no room for harm left. */
	LEASE_PACKET_SIZE = 512,
};

/* word: generation << 16 | ~state << 8 | state; 0 is no gate. The low bytes verify each other. */
struct lease_gate {
	_Atomic uint64_t word;
	_Atomic int64_t since_ns;
};

/* Whole cache lines, so that workers do not slow each other. */
struct lease_packet {
	_Atomic uint32_t length; /* of the packet as received; 0: the worker is busy with none */
	uint32_t reserved[15];
	uint8_t bytes[LEASE_PACKET_SIZE];
};

struct lease {
	/* term << 48 | renewals, in one word because the two are read together. */
	_Atomic uint64_t renewal;
	uint64_t reserved[7];
	struct lease_gate gates[LEASE_GATES];
	struct lease_packet packets[LEASE_WORKERS];
};

_Static_assert(sizeof(struct lease_packet) % 64 == 0, "slots of whole cache lines");
_Static_assert(sizeof(struct lease) == 64 + LEASE_GATES * 16 + LEASE_WORKERS * 576, "fixed layout");

/* All zero: never renewed, no gates. Untouched pages cost nothing. NULL, with errno, on failure. */
struct lease *lease_new(void) NODISCARD;

/* Unmaps; the other process keeps its mapping. NULL is legal. */
void lease_free(struct lease *lease);

/* In the announcer, after the fork. false, with errno, when the kernel refuses. */
bool lease_make_read_only(struct lease *lease) NODISCARD;

/* The health thread, once per turn, after the gates were put. */
void lease_renew(struct lease *lease);

/*
 * The health thread, when it was told that the lease had lapsed and every gate has taken that for
 * a fault. Until then the announcer takes no renewal: the states are those from before the stall,
 * and a thread that wakes up would re-announce without any hold-down.
 */
void lease_begin_term(struct lease *lease);

/* As lease_watch.h wants it; and the term in it. */
uint64_t lease_renewal(const struct lease *lease);
uint64_t lease_term(uint64_t renewal);

/* `state` is what gate_shown() says; `index` < LEASE_GATES. Counts a generation when it changes. */
void lease_put_gate(struct lease *lease, size_t index, enum gate_state state,
		    struct monotime since);

/* Takes the gate away, as after a reload without its prefix. */
void lease_clear_gate(struct lease *lease, size_t index);

struct lease_view {
	enum gate_state state; /* never GATE_FROZEN */
	uint64_t generation;   /* 48 bits; differs whenever the state was another in between */
	struct monotime since; /* for people: may belong to the next state already */
};

/* false: no such gate, or damaged memory; the prefix is to be withdrawn. */
bool lease_get_gate(const struct lease *lease, size_t index, struct lease_view *view) NODISCARD;

/* A worker, around every packet. `worker` < LEASE_WORKERS; size 0 is legal and leaves no trace. */
void lease_packet_begin(struct lease *lease, size_t worker, const uint8_t *packet, size_t size);
void lease_packet_end(struct lease *lease, size_t worker);

/* Whether the worker is in the middle of a packet: a stall detector's other half. */
bool lease_packet_busy(const struct lease *lease, size_t worker);

/*
 * For the log after a crash: copies what the worker was busy with, at most LEASE_PACKET_SIZE bytes,
 * and returns how many; 0 for none. `*length`: as received. Only meaningful when the worker is
 * stopped or dead.
 */
size_t lease_packet_get(const struct lease *lease, size_t worker,
			uint8_t bytes[static LEASE_PACKET_SIZE], size_t *length);

#endif
