/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clients.h - how many connections each client has. A client is one IPv4 address or one IPv6 /64,
 * the smallest network that one host commonly has to itself.
 *
 * One thread at a time.
 */
#ifndef ANYNS_NET_CLIENTS_H
#define ANYNS_NET_CLIENTS_H

#include "anyns/base.h"

struct clients;

/* Sized for `expected` connections; more work too, only slower. NULL when out of memory. */
struct clients *clients_new(size_t expected) NODISCARD;
void clients_free(struct clients *clients);

/*
 * Counts one connection more of the address (4 or 16 bytes). false, and nothing counted, when it
 * has `limit` already or when out of memory.
 */
bool clients_add(struct clients *clients, const uint8_t *address, size_t address_size,
		 unsigned limit) NODISCARD;

/* Counts one less; it was added before. */
void clients_remove(struct clients *clients, const uint8_t *address, size_t address_size);

#endif
