/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_prefix.c - prefixes to announce, and which ones nobody should.
 *
 * The announcer refuses the same ones again (server/announce/bgp_prefix.c): it trusts nobody, and
 * here the finding can say where and what to write instead.
 */
#include "config/config_prefix.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_value.h"

enum {
	IPV4_BITS = 32,
	IPV6_BITS = 128,
	/* What networks commonly accept from each other. */
	IPV4_LONGEST = 24,
	IPV6_LONGEST = 48,
	/* Nothing shorter was ever given to anybody: two halves of a default route. */
	IPV4_SHORTEST = 8,
	IPV6_SHORTEST = 16,
};

/* Where no unicast service can live (IANA special-purpose registries). Private space may. */
static const struct config_prefix unusable[] = {
	{.family = AF_INET, .length = 8, .bytes = {0}, .text = "this network"},
	{.family = AF_INET, .length = 8, .bytes = {127}, .text = "loopback"},
	{.family = AF_INET, .length = 16, .bytes = {169, 254}, .text = "link-local"},
	{.family = AF_INET, .length = 3, .bytes = {224}, .text = "multicast or reserved"},
	{.family = AF_INET6, .length = 8, .bytes = {0}, .text = "loopback or IPv4 in disguise"},
	{.family = AF_INET6, .length = 10, .bytes = {0xfe, 0x80}, .text = "link-local"},
	{.family = AF_INET6, .length = 8, .bytes = {0xff}, .text = "multicast"},
};

static bool
same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	if (memcmp(a, b, bits / 8) != 0)
		return false;
	return bits % 8 == 0 || ((a[bits / 8] ^ b[bits / 8]) >> (8 - bits % 8)) == 0;
}

/* Clears what is behind the length; whether there was something. */
static bool
clear_host_bits(struct config_prefix *prefix)
{
	uint8_t before[sizeof(prefix->bytes)];

	memcpy(before, prefix->bytes, sizeof(before));
	for (unsigned bit = prefix->length; bit < IPV6_BITS; bit++)
		prefix->bytes[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
	return memcmp(before, prefix->bytes, sizeof(before)) != 0;
}

static const char *
refuse(char remedy[static CONFIG_PREFIX_REMEDY_MAX], const char *advice, const char *message)
{
	snprintf(remedy, CONFIG_PREFIX_REMEDY_MAX, "%s", advice);
	return message;
}

/* Address and length; the host bits may still be set. */
static bool
split(const char *text, struct config_prefix *prefix, unsigned *length)
{
	const char *slash = strchr(text, '/');
	char host[INET6_ADDRSTRLEN];
	size_t size = slash ? (size_t)(slash - text) : 0;

	*prefix = (struct config_prefix){0};
	if (!slash || size >= sizeof(host) || !config_value_parse_number(slash + 1, length))
		return false;
	memcpy(host, text, size);
	host[size] = '\0';
	prefix->family = strchr(host, ':') ? AF_INET6 : AF_INET;
	return inet_pton(prefix->family, host, prefix->bytes) == 1;
}

static const char *
unusable_space(const struct config_prefix *prefix)
{
	for (size_t i = 0; i < ARRAY_LENGTH(unusable); i++)
		if (unusable[i].family == prefix->family && prefix->length >= unusable[i].length &&
		    same_bits(prefix->bytes, unusable[i].bytes, unusable[i].length))
			return unusable[i].text;
	return NULL;
}

const char *
config_prefix_parse(const char *text, struct config_prefix *prefix,
		    char remedy[static CONFIG_PREFIX_REMEDY_MAX])
{
	unsigned length;
	char host[INET6_ADDRSTRLEN];

	if (!split(text, prefix, &length))
		return refuse(remedy,
			      "a prefix is ADDRESS/LENGTH, as in 192.0.2.0/24 or \"2001:db8::/48\"",
			      "no prefix");
	bool v4 = prefix->family == AF_INET;
	if (length > (v4 ? IPV4_BITS : IPV6_BITS))
		return refuse(remedy,
			      v4 ? "an IPv4 address has 32 bits" : "an IPv6 address has 128 bits",
			      "longer than an address");
	prefix->length = (uint8_t)length;
	/* Before the host bits: advice to write 0.0.0.0/0 would be bad advice. */
	if (length == 0)
		return refuse(remedy, "name the prefixes of the service itself",
			      "the default route is never announced");
	if (length < (v4 ? IPV4_SHORTEST : IPV6_SHORTEST))
		return refuse(remedy, "name the prefixes of the service itself",
			      "it covers more than any network owns");
	bool host_bits = clear_host_bits(prefix);
	inet_ntop(prefix->family, prefix->bytes, host, sizeof(host));
	snprintf(prefix->text, sizeof(prefix->text), "%s/%u", host, length);
	const char *space = unusable_space(prefix);
	if (space) {
		snprintf(remedy, CONFIG_PREFIX_REMEDY_MAX,
			 "this is %s; write the prefix of the service", space);
		return "no unicast address space";
	}
	if (!host_bits)
		return NULL;
	snprintf(remedy, CONFIG_PREFIX_REMEDY_MAX, "write %s", prefix->text);
	return "bits are set behind its length";
}

bool
config_prefix_is_long(const struct config_prefix *prefix)
{
	return prefix->length > (prefix->family == AF_INET ? IPV4_LONGEST : IPV6_LONGEST);
}

bool
config_prefix_holds(const struct config_prefix *prefix, const struct config_address *address)
{
	if (prefix->family != address->socket.any.sa_family)
		return false;
	/* A link-local address holds an interface too, but no such prefix gets this far. */
	const void *bytes = prefix->family == AF_INET ? (const void *)&address->socket.v4.sin_addr
						      : (const void *)&address->socket.v6.sin6_addr;
	return same_bits(prefix->bytes, bytes, prefix->length);
}

/* Appends the prefix of one node; an error leaves the array as it is. */
static void
add_prefix(const struct config_context *context, const struct config_key *key,
	   const struct config_node *node)
{
	struct config_announce *announce = &context->config->announce;
	struct config_prefix *prefix = &announce->prefixes[announce->prefix_count];
	char remedy[CONFIG_PREFIX_REMEDY_MAX];

	if (!config_table_expect(context, key, node, CONFIG_NODE_TEXT, "a prefix"))
		return;
	const char *wrong = config_prefix_parse(node->text, prefix, remedy);
	if (wrong) {
		config_table_error(context, node, remedy, "%s: \"%.80s\": %s", key->name,
				   node->text, wrong);
		return;
	}
	prefix->line = node->line;
	prefix->column = node->column;
	for (size_t i = 0; i < announce->prefix_count; i++) {
		const struct config_prefix *other = &announce->prefixes[i];

		if (strcmp(other->text, prefix->text) == 0) {
			config_table_error(context, node, "remove one of the two",
					   "%s: duplicate prefix %s, first at line %u column %u",
					   key->name, prefix->text, other->line, other->column);
			return;
		}
	}
	prefix->slot = (unsigned)announce->prefix_count++;
}

void
config_prefix_read(const struct config_context *context, const struct config_key *key,
		   const struct config_node *node, void *target)
{
	struct config_announce *announce = &context->config->announce;
	const struct config_node *item = node->kind == CONFIG_NODE_LIST ? node->first : node;
	size_t items = node->kind == CONFIG_NODE_LIST ? node->count : 1;

	(void)target;
	if (node->kind == CONFIG_NODE_MAPPING &&
	    !config_table_expect(context, key, node, CONFIG_NODE_LIST, "a list of prefixes"))
		return;
	if (items < key->low || items > key->high) {
		config_table_error(context, node, NULL, "%s: expected %u to %u prefixes, found %zu",
				   key->name, key->low, key->high, items);
		return;
	}
	announce->prefixes = calloc(items, sizeof(*announce->prefixes));
	if (!announce->prefixes) {
		config_table_no_memory(context);
		return;
	}
	for (; item; item = node->kind == CONFIG_NODE_LIST ? item->next : NULL)
		add_prefix(context, key, item);
}
