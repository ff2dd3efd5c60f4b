/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_flight.h - the queries under way: found by socket and ID, and in the order of their age.
 *
 * All wait equally long, so the order of age is the order of deadlines. One that is lost stays
 * findable for a while, so that its late answer is told from a forged one.
 */
#ifndef ANYNS_PROBE_PROBE_FLIGHT_H
#define ANYNS_PROBE_PROBE_FLIGHT_H

#include "anyns/base.h"

struct probe_udp;
struct probe_tcp;

enum {
	PROBE_FLIGHT_CHAINS = 1 << 14, /* as many as are under way at full rate */
	PROBE_FLIGHT_IDS = 128,        /* random IDs fetched at once: 256 bytes always come whole */
};

struct probe_flight {
	struct probe_flight *older; /* of its list */
	struct probe_flight *newer;
	struct probe_flight *chain; /* the next with the same hash */
	void *owner;
	void *series;
	struct probe_udp *udp; /* or */
	struct probe_tcp *tcp;
	uint64_t seq;
	int64_t sent_ns;
	uint16_t id;
	bool numbered; /* in a chain */
	bool lost;     /* in the other list */
};

struct probe_flight_list {
	struct probe_flight *oldest;
	struct probe_flight *newest;
};

struct probe_flights {
	struct probe_flight_list lists[2]; /* waiting, lost */
	size_t lost_count;
	struct probe_flight *chains[PROBE_FLIGHT_CHAINS];
	uint16_t ids[PROBE_FLIGHT_IDS];
	size_t ids_left;
};

/* All zero is a valid empty set. Adds one, the newest that waits; NULL when out of memory. */
struct probe_flight *probe_flights_add(struct probe_flights *flights) NODISCARD;

/*
 * Gives it a random ID that no other flight of its socket has; false when
 * there is none left or no randomness. */
bool probe_flights_number(struct probe_flights *flights, struct probe_flight *flight);

/* NULL: there is no such one. */
struct probe_flight *probe_flights_find(const struct probe_flights *flights,
					const struct probe_udp *udp, uint16_t id);

/* The oldest one that waits, or that is lost; NULL: none. */
struct probe_flight *probe_flights_oldest(const struct probe_flights *flights, bool lost);

/* From those that wait to those that are lost. */
void probe_flights_lose(struct probe_flights *flights, struct probe_flight *flight);

/* Frees the flight, not its socket. */
void probe_flights_remove(struct probe_flights *flights, struct probe_flight *flight);

static inline bool
probe_flights_waiting(const struct probe_flights *flights)
{
	return flights->lists[0].oldest != NULL;
}

#endif
