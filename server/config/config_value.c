/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_value.c - values of the configuration.
 */
#include "config/config_value.h"

#include <arpa/inet.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ADDRESSES_MAX = 1024, /* each costs every worker a socket */
};

bool
config_value_parse_number(const char *text, unsigned *number)
{
	uint64_t value = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (uint64_t)(*text - '0');
		if (value > UINT_MAX)
			return false;
	}
	*number = (unsigned)value;
	return true;
}

bool
config_value_parse_duration(const char *text, unsigned *milliseconds)
{
	static const struct {
		const char *unit;
		unsigned milliseconds;
	} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
	size_t digits = strspn(text, "0123456789");
	char number[16];
	unsigned value;

	if (digits >= sizeof(number))
		return false;
	memcpy(number, text, digits);
	number[digits] = '\0';
	if (!config_value_parse_number(number, &value))
		return false;
	for (size_t i = 0; i < ARRAY_LENGTH(units); i++)
		if (strcmp(text + digits, units[i].unit) == 0)
			return !__builtin_mul_overflow(value, units[i].milliseconds, milliseconds);
	return false;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
config_value_parse_key(const char *text, uint8_t key[static CONFIG_SECRET_SIZE])
{
	if (strlen(text) != 2 * CONFIG_SECRET_SIZE)
		return false;
	for (size_t i = 0; i < CONFIG_SECRET_SIZE; i++) {
		int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		key[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool
complain(struct config_complaint *complaint, const char *message, const char *remedy)
{
	*complaint = (struct config_complaint){message, remedy};
	return false;
}

/* What people write who come from URLs, routers and other servers. */
static bool
complain_no_address(const char *text, struct config_complaint *complaint)
{
	const char *colon = strchr(text, ':');

	if (strchr(text, '['))
		return complain(complaint, "no IP address",
				"write IPv6 without brackets and the port behind @, as in "
				"\"2001:db8::53@5300\"");
	if (strchr(text, '/'))
		return complain(complaint, "no IP address",
				"write a single address, without /prefix length");
	if ((colon && !strchr(colon + 1, ':')) || strchr(text, '#'))
		return complain(complaint, "no IP address",
				"the port stands behind @, as in 192.0.2.53@5300");
	if (strcmp(text, "*") == 0)
		return complain(complaint, "no IP address",
				"for all addresses write 0.0.0.0 and \"::\"");
	return complain(complaint, "no IP address",
			"write a numeric address such as 192.0.2.53 or \"2001:db8::53\"");
}

static bool
parse_v4(struct in_addr in, uint16_t port, struct config_address *address,
	 struct config_complaint *complaint)
{
	uint32_t host = ntohl(in.s_addr);

	if (host >> 28 == 14 || host == INADDR_BROADCAST)
		return complain(complaint, "a multicast or broadcast address",
				"write a unicast address");
	address->socket.v4 = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr = in, .sin_port = htons(port)};
	address->size = sizeof(address->socket.v4);
	return true;
}

static bool
parse_v6(struct in6_addr in, const char *scope, uint16_t port, struct config_address *address,
	 struct config_complaint *complaint)
{
	unsigned index = 0;

	if (IN6_IS_ADDR_MULTICAST(&in))
		return complain(complaint, "a multicast address", "write a unicast address");
	if (IN6_IS_ADDR_V4MAPPED(&in))
		return complain(complaint, "an IPv4 address in IPv6 clothes",
				"write the IPv4 address itself");
	if (IN6_IS_ADDR_LINKLOCAL(&in) && !scope)
		return complain(complaint, "a link-local address without its interface",
				"write fe80::1%INTERFACE, or a global address");
	if (!IN6_IS_ADDR_LINKLOCAL(&in) && scope)
		return complain(complaint, "only link-local addresses have an interface",
				"remove the % and the interface");
	if (scope && !config_value_parse_number(scope, &index))
		index = if_nametoindex(scope);
	if (scope && index == 0)
		return complain(
			complaint, "no such network interface",
			"write an interface of this machine behind the %; `ip link` lists them");
	address->socket.v6 = (struct sockaddr_in6){.sin6_family = AF_INET6,
						   .sin6_addr = in,
						   .sin6_port = htons(port),
						   .sin6_scope_id = index};
	address->size = sizeof(address->socket.v6);
	return true;
}

/* 39 characters of a link-local address, 15 of an interface and 5 of a port fit the 64 of `text`.
 */
static void
write_text(struct config_address *address, const char *scope, uint16_t port)
{
	char host[INET6_ADDRSTRLEN] = "";
	int size;

	if (address->socket.any.sa_family == AF_INET)
		inet_ntop(AF_INET, &address->socket.v4.sin_addr, host, sizeof(host));
	else
		inet_ntop(AF_INET6, &address->socket.v6.sin6_addr, host, sizeof(host));
	size = snprintf(address->text, sizeof(address->text), "%s%s%.15s", host, scope ? "%" : "",
			scope ? scope : "");
	if (port && size > 0 && (size_t)size < sizeof(address->text))
		snprintf(address->text + size, sizeof(address->text) - (size_t)size, "@%u", port);
}

bool
config_value_parse_address(const char *text, uint16_t port, struct config_address *address,
			   struct config_complaint *complaint)
{
	char host[80];
	struct in_addr v4;
	struct in6_addr v6;
	const char *at = strrchr(text, '@');
	size_t size = at ? (size_t)(at - text) : strlen(text);
	unsigned number = port;

	*address = (struct config_address){0};
	if (at && port == 0)
		return complain(complaint, "a port has no meaning here",
				"remove the @ and the port");
	if (at &&
	    (!config_value_parse_number(at + 1, &number) || number < 1 || number > UINT16_MAX))
		return complain(complaint, "bad port", "write a port from 1 to 65535 behind the @");
	if (size >= sizeof(host))
		return complain_no_address(text, complaint);
	memcpy(host, text, size);
	host[size] = '\0';
	char *scope = strchr(host, '%');
	if (scope)
		*scope++ = '\0';
	if (inet_pton(AF_INET, host, &v4) == 1 && !scope) {
		if (!parse_v4(v4, (uint16_t)number, address, complaint))
			return false;
	} else if (inet_pton(AF_INET6, host, &v6) == 1) {
		if (port == 0 && IN6_IS_ADDR_LINKLOCAL(&v6))
			return complain(complaint, "a link-local address means nothing elsewhere",
					"write a global address");
		if (!parse_v6(v6, scope, (uint16_t)number, address, complaint))
			return false;
	} else {
		return complain_no_address(text, complaint);
	}
	write_text(address, scope, (uint16_t)number);
	return true;
}

bool
config_value_is_wildcard(const struct config_address *address)
{
	if (address->socket.any.sa_family == AF_INET)
		return address->socket.v4.sin_addr.s_addr == htonl(INADDR_ANY);
	return IN6_IS_ADDR_UNSPECIFIED(&address->socket.v6.sin6_addr);
}

static bool
same_address(const struct config_address *a, const struct config_address *b)
{
	if (a->socket.any.sa_family != b->socket.any.sa_family)
		return false;
	if (a->socket.any.sa_family == AF_INET)
		return a->socket.v4.sin_addr.s_addr == b->socket.v4.sin_addr.s_addr &&
		       a->socket.v4.sin_port == b->socket.v4.sin_port;
	return IN6_ARE_ADDR_EQUAL(&a->socket.v6.sin6_addr, &b->socket.v6.sin6_addr) &&
	       a->socket.v6.sin6_port == b->socket.v6.sin6_port &&
	       a->socket.v6.sin6_scope_id == b->socket.v6.sin6_scope_id;
}

/* Appends the address of one node; an error leaves the array as it is. */
static void
add_address(const struct config_context *context, const struct config_key *key,
	    const struct config_node *node, uint16_t port, struct config_address *addresses,
	    size_t *count)
{
	struct config_complaint complaint;
	struct config_address *address = &addresses[*count];

	if (node->kind == CONFIG_NODE_MAPPING && node->count == 1) {
		/* `[2001:db8::]` and `- 2001:db8::`: the last colon makes a mapping of it. */
		config_table_error(context, node,
				   "put an IPv6 address in quotes, as in \"2001:db8::\"",
				   "%s: expected an address, found a mapping", key->name);
		return;
	}
	if (!config_table_expect(context, key, node, CONFIG_NODE_TEXT, "an address"))
		return;
	if (!config_value_parse_address(node->text, port, address, &complaint)) {
		config_table_error(context, node, complaint.remedy, "%s: \"%.80s\": %s", key->name,
				   node->text, complaint.message);
		return;
	}
	address->line = node->line;
	address->column = node->column;
	for (size_t i = 0; i < *count; i++) {
		if (same_address(&addresses[i], address)) {
			config_table_error(context, node, "remove one of the two",
					   "%s: duplicate address %s, first at line %u column %u",
					   key->name, address->text, addresses[i].line,
					   addresses[i].column);
			return;
		}
	}
	++*count;
}

struct config_address *
config_value_addresses(const struct config_context *context, const struct config_key *key,
		       const struct config_node *node, uint16_t port, size_t *count)
{
	const struct config_node *item = node->kind == CONFIG_NODE_LIST ? node->first : node;
	size_t items = node->kind == CONFIG_NODE_LIST ? node->count : 1;

	*count = 0;
	if (node->kind == CONFIG_NODE_MAPPING &&
	    !config_table_expect(context, key, node, CONFIG_NODE_LIST, "a list of addresses"))
		return NULL;
	if (items == 0 || items > ADDRESSES_MAX) {
		config_table_error(context, node, NULL, "%s: expected 1 to %d addresses, found %zu",
				   key->name, ADDRESSES_MAX, items);
		return NULL;
	}
	struct config_address *addresses = calloc(items, sizeof(*addresses));
	if (!addresses) {
		config_table_no_memory(context);
		return NULL;
	}
	for (; item; item = node->kind == CONFIG_NODE_LIST ? item->next : NULL)
		add_address(context, key, item, port, addresses, count);
	return addresses;
}

void
config_value_number(const struct config_context *context, const struct config_key *key,
		    const struct config_node *node, void *target)
{
	unsigned *number = target, value;

	if (!config_table_expect(context, key, node, CONFIG_NODE_TEXT, "a number"))
		return;
	if (!config_value_parse_number(node->text, &value)) {
		config_table_error(context, node, NULL,
				   "%s: expected a number from %u to %u, found \"%.32s\"",
				   key->name, key->low, key->high, node->text);
		return;
	}
	if (value < key->low || value > key->high)
		config_table_error(context, node, NULL, "%s: %.32s is not between %u and %u",
				   key->name, node->text, key->low, key->high);
	else
		*number = value;
}

void
config_value_duration(const struct config_context *context, const struct config_key *key,
		      const struct config_node *node, void *target)
{
	unsigned *milliseconds = target, value;

	if (!config_table_expect(context, key, node, CONFIG_NODE_TEXT, "a duration"))
		return;
	if (!config_value_parse_duration(node->text, &value)) {
		config_table_error(
			context, node, "write a whole number and a unit, as in 100ms, 3s, 5m or 1h",
			"%s: expected a duration, found \"%.32s\"", key->name, node->text);
		return;
	}
	if (value < key->low || value > key->high)
		config_table_error(context, node, NULL, "%s: %.32s is not between %ums and %us",
				   key->name, node->text, key->low, key->high / 1000);
	else
		*milliseconds = value;
}

void
config_value_duration_seconds(const struct config_context *context, const struct config_key *key,
			      const struct config_node *node, void *target)
{
	unsigned *seconds = target, milliseconds = *seconds * 1000;

	config_value_duration(context, key, node, &milliseconds);
	if (milliseconds % 1000)
		config_table_error(context, node, "write it with s, m or h",
				   "%s: %.32s is no whole number of seconds", key->name,
				   node->text);
	else
		*seconds = milliseconds / 1000;
}

void
config_value_flag(const struct config_context *context, const struct config_key *key,
		  const struct config_node *node, void *target)
{
	/* The booleans of the core schema of YAML 1.2, by themselves: in quotes they are text. */
	static const struct {
		const char *word;
		bool flag;
	} words[] = {{"true", true},   {"True", true},   {"TRUE", true},
		     {"false", false}, {"False", false}, {"FALSE", false}};
	bool *flag = target;

	if (node->kind != CONFIG_NODE_TEXT &&
	    !config_table_expect(context, key, node, CONFIG_NODE_TEXT, "true or false"))
		return;
	for (size_t i = 0; node->plain && i < ARRAY_LENGTH(words); i++) {
		if (strcmp(node->text, words[i].word) == 0) {
			*flag = words[i].flag;
			return;
		}
	}
	config_table_error(context, node, "write true or false, without quotes",
			   "%s: expected true or false, found \"%.32s\"", key->name, node->text);
}

void
config_value_defaults(const struct config_key *keys, size_t count, void *target)
{
	for (size_t i = 0; i < count; i++) {
		unsigned fallback = keys[i].fallback;

		if (keys[i].read == config_value_duration_seconds)
			fallback /= 1000;
		if (fallback)
			*(unsigned *)(void *)((char *)target + keys[i].offset) = fallback;
	}
}

const char *
config_value_text(const struct config_context *context, const struct config_key *key,
		  const struct config_node *node)
{
	if (!config_table_expect(context, key, node, CONFIG_NODE_TEXT, "text"))
		return NULL;
	size_t size = strlen(node->text);
	bool printable = true;
	for (size_t i = 0; i < size; i++)
		printable &= node->text[i] >= 0x20 && node->text[i] < 0x7f;
	if (printable && size >= key->low && size <= key->high)
		return node->text;
	config_table_error(context, node, NULL,
			   "%s: expected %u to %u printable ASCII characters, found %s", key->name,
			   key->low, key->high, printable ? "another length" : "other bytes");
	return NULL;
}

bool
config_value_word(const struct config_context *context, const struct config_key *key,
		  const struct config_node *node, const char *const *words, size_t count,
		  size_t *index)
{
	char list[128] = "";
	size_t used = 0;

	if (!config_table_expect(context, key, node, CONFIG_NODE_TEXT, "a word"))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(node->text, words[i]) == 0) {
			*index = i;
			return true;
		}
		int size = snprintf(list + used, sizeof(list) - used, "%s%s",
				    i ? ", " : "write one of ", words[i]);
		used = size_min(used + (size_t)size, sizeof(list) - 1);
	}
	config_table_error(context, node, list, "%s: unknown word \"%.32s\"", key->name,
			   node->text);
	return false;
}

char *
config_value_path(const struct config_context *context, const struct config_key *key,
		  const struct config_node *node)
{
	const char *slash = strrchr(context->base, '/');
	size_t folder = slash ? (size_t)(slash - context->base) + 1 : 0;
	char *path;

	if (!config_table_expect(context, key, node, CONFIG_NODE_TEXT, "a file name"))
		return NULL;
	if (node->text[0] == '\0' || strlen(node->text) >= PATH_MAX) {
		config_table_error(context, node, NULL, "%s: expected a file name of 1 to %d bytes",
				   key->name, PATH_MAX - 1);
		return NULL;
	}
	if (node->text[0] == '/')
		folder = 0;
	if (asprintf(&path, "%.*s%s", (int)folder, context->base, node->text) < 0) {
		config_table_no_memory(context);
		return NULL;
	}
	return path;
}
