/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/probe_address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
parse_port(const char *text, uint16_t *port)
{
	char *end = NULL;

	if (*text < '0' || *text > '9')
		return false;
	unsigned long number = strtoul(text, &end, 10);
	*port = (uint16_t)number;
	return *end == '\0' && number > 0 && number <= UINT16_MAX;
}

uint16_t
probe_address_port(const struct probe_address *address)
{
	return ntohs(address->socket.v4.sin_port); /* at the same place in both forms */
}

void
probe_address_set_port(struct probe_address *address, uint16_t port)
{
	address->socket.v4.sin_port = htons(port);
}

static bool
parse_host(struct probe_address *address, const char *host)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_DGRAM};
	struct addrinfo *found = NULL;
	/* inet_aton(3) takes "1" and "0x7f.1" for addresses, and getaddrinfo() after it. */
	struct in_addr plain;

	if (!strchr(host, ':') && inet_pton(AF_INET, host, &plain) != 1)
		return false;
	if (getaddrinfo(host, NULL, &hints, &found) != 0)
		return false;
	memcpy(&address->socket, found->ai_addr,
	       size_min(found->ai_addrlen, sizeof(address->socket)));
	address->size = found->ai_addrlen;
	freeaddrinfo(found);
	return true;
}

bool
probe_address_parse(struct probe_address *address, const char *text, uint16_t default_port)
{
	char host[PROBE_ADDRESS_TEXT - 6];
	uint16_t port = default_port;
	const char *at = strchrnul(text, '@');

	*address = (struct probe_address){0};
	if ((size_t)(at - text) >= sizeof(host) || (*at && !parse_port(at + 1, &port)))
		return false;
	memcpy(host, text, (size_t)(at - text));
	host[at - text] = '\0';
	if (!parse_host(address, host))
		return false;
	probe_address_set_port(address, port);
	if (getnameinfo(&address->socket.any, address->size, host, sizeof(host), NULL, 0,
			NI_NUMERICHOST) != 0)
		return false;
	snprintf(address->text, sizeof(address->text), "%s@%u", host, port);
	return true;
}

bool
probe_address_equal(const struct sockaddr *a, const struct sockaddr *b)
{
	const struct sockaddr_in6 *a6 = (const void *)a;
	const struct sockaddr_in6 *b6 = (const void *)b;
	const struct sockaddr_in *a4 = (const void *)a;
	const struct sockaddr_in *b4 = (const void *)b;

	if (a->sa_family != b->sa_family)
		return false;
	if (a->sa_family == AF_INET6)
		return a6->sin6_port == b6->sin6_port &&
		       IN6_ARE_ADDR_EQUAL(&a6->sin6_addr, &b6->sin6_addr);
	return a->sa_family == AF_INET && a4->sin_port == b4->sin_port &&
	       a4->sin_addr.s_addr == b4->sin_addr.s_addr;
}
