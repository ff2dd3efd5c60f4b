/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_address.h - an address to ask or to ask from.
 */
#ifndef ANYNS_PROBE_PROBE_ADDRESS_H
#define ANYNS_PROBE_PROBE_ADDRESS_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "anyns/base.h"

enum { PROBE_ADDRESS_TEXT = 80 }; /* ADDRESS%SCOPE@PORT with its NUL */

struct probe_address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} socket;
	socklen_t size;                /* 0: none */
	char text[PROBE_ADDRESS_TEXT]; /* canonical, ADDRESS@PORT */
};

/* "ADDRESS" or "ADDRESS@PORT", a scope as in fe80::1%eth0; false when it is not that. */
bool probe_address_parse(struct probe_address *address, const char *text,
			 uint16_t default_port) NODISCARD;

uint16_t probe_address_port(const struct probe_address *address);
void probe_address_set_port(struct probe_address *address, uint16_t port);

/* Whether both have the same family, address and port. */
bool probe_address_equal(const struct sockaddr *a, const struct sockaddr *b);

#endif
