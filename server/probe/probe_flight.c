/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/probe_flight.h"

#include <stdlib.h>
#include <sys/random.h>

/* Tries for a free ID; with half of them taken, all of these fail once in 10^19. */
enum { TRIES = 64 };

static size_t
chain_of(const struct probe_udp *udp, uint16_t id)
{
	/* The low bits of an address are the same for all. */
	uintptr_t mixed = ((uintptr_t)udp >> 4) * 0x9e3779b1u;

	return (mixed ^ (mixed >> 15) ^ id) % PROBE_FLIGHT_CHAINS;
}

/* IDs must not be guessed by who wants to answer in the server's place (RFC 5452 4). */
static bool
random_id(struct probe_flights *flights, uint16_t *id)
{
	if (flights->ids_left == 0) {
		if (getrandom(flights->ids, sizeof(flights->ids), 0) !=
		    (ssize_t)sizeof(flights->ids))
			return false;
		flights->ids_left = PROBE_FLIGHT_IDS;
	}
	*id = flights->ids[--flights->ids_left];
	return true;
}

static void
append(struct probe_flight_list *list, struct probe_flight *flight)
{
	flight->older = list->newest;
	flight->newer = NULL;
	if (list->newest)
		list->newest->newer = flight;
	else
		list->oldest = flight;
	list->newest = flight;
}

static void
take_out(struct probe_flight_list *list, struct probe_flight *flight)
{
	if (flight->older)
		flight->older->newer = flight->newer;
	else
		list->oldest = flight->newer;
	if (flight->newer)
		flight->newer->older = flight->older;
	else
		list->newest = flight->older;
}

struct probe_flight *
probe_flights_add(struct probe_flights *flights)
{
	struct probe_flight *flight = calloc(1, sizeof(*flight));

	if (flight)
		append(&flights->lists[0], flight);
	return flight;
}

bool
probe_flights_number(struct probe_flights *flights, struct probe_flight *flight)
{
	for (unsigned i = 0; i < TRIES && random_id(flights, &flight->id); i++) {
		if (!flight->udp)
			return true; /* a connection of its own */
		if (probe_flights_find(flights, flight->udp, flight->id))
			continue;
		struct probe_flight **chain = &flights->chains[chain_of(flight->udp, flight->id)];
		flight->chain = *chain;
		*chain = flight;
		flight->numbered = true;
		return true;
	}
	return false;
}

struct probe_flight *
probe_flights_find(const struct probe_flights *flights, const struct probe_udp *udp, uint16_t id)
{
	struct probe_flight *flight = flights->chains[chain_of(udp, id)];

	while (flight && (flight->udp != udp || flight->id != id))
		flight = flight->chain;
	return flight;
}

struct probe_flight *
probe_flights_oldest(const struct probe_flights *flights, bool lost)
{
	return flights->lists[lost].oldest;
}

void
probe_flights_lose(struct probe_flights *flights, struct probe_flight *flight)
{
	take_out(&flights->lists[0], flight);
	append(&flights->lists[1], flight);
	flight->lost = true;
	flights->lost_count++;
}

void
probe_flights_remove(struct probe_flights *flights, struct probe_flight *flight)
{
	if (flight->numbered) {
		struct probe_flight **at = &flights->chains[chain_of(flight->udp, flight->id)];
		while (*at != flight)
			at = &(*at)->chain;
		*at = flight->chain;
	}
	flights->lost_count -= flight->lost;
	take_out(&flights->lists[flight->lost], flight);
	free(flight);
}
