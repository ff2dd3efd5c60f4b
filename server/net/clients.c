/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clients.c - a chained hash table, an entry per client that has a connection now.
 *
 * Never more entries than connections, so memory and the longest chain are bounded by
 * `tcp-clients:` whatever addresses an attacker owns; the random seed only makes long chains hard
 * to aim for.
 */
#include "net/clients.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/random.h>

#include "anyns/wire.h"

struct client {
	struct client *next;
	uint64_t key;
	unsigned connections;
};

struct clients {
	uint64_t seed;
	unsigned shift; /* 64 - log2 of the number of buckets */
	struct client *buckets[];
};

static uint64_t
key_of(const uint8_t *address, size_t size)
{
	uint64_t high = wire_peek_u32(address);

	if (size == 16)
		return high << 32 | wire_peek_u32(address + 4);
	/* ff00::/8 is multicast: no /64 that a connection comes from looks like this. */
	return (uint64_t)UINT32_MAX << 32 | high;
}

/* The link that leads to the client, or the NULL one at the chain's end. */
static struct client **
find(struct clients *clients, uint64_t key)
{
	uint64_t hash = (key ^ clients->seed) * 0x9e3779b97f4a7c15u; /* 2^64 / golden ratio */
	struct client **link = &clients->buckets[hash >> clients->shift];

	while (*link && (*link)->key != key)
		link = &(*link)->next;
	return link;
}

struct clients *
clients_new(size_t expected)
{
	unsigned bits = 6;

	while (bits < 16 && (size_t)1 << bits < expected)
		bits++;
	struct clients *clients = calloc(1,
					 sizeof(*clients) + (sizeof(clients->buckets[0]) << bits));
	if (!clients)
		return NULL;
	clients->shift = 64 - bits;
	/* Without randomness (early at boot) the table works as well, only less secretly. */
	if (getrandom(&clients->seed, sizeof(clients->seed), GRND_NONBLOCK) < 0)
		clients->seed = (uintptr_t)clients;
	return clients;
}

void
clients_free(struct clients *clients)
{
	if (!clients)
		return;
	for (size_t i = 0; i < (size_t)1 << (64 - clients->shift); i++)
		while (clients->buckets[i]) {
			struct client *gone = clients->buckets[i];
			clients->buckets[i] = gone->next;
			free(gone);
		}
	free(clients);
}

bool
clients_add(struct clients *clients, const uint8_t *address, size_t address_size, unsigned limit)
{
	uint64_t key = key_of(address, address_size);
	struct client **link = find(clients, key);

	if (!*link) {
		if (limit == 0 || !(*link = calloc(1, sizeof(**link))))
			return false;
		(*link)->key = key;
	}
	if ((*link)->connections >= limit)
		return false;
	(*link)->connections++;
	return true;
}

void
clients_remove(struct clients *clients, const uint8_t *address, size_t address_size)
{
	struct client **link = find(clients, key_of(address, address_size));
	struct client *client = *link;

	assert(client && client->connections > 0);
	if (--client->connections > 0)
		return;
	*link = client->next;
	free(client);
}
