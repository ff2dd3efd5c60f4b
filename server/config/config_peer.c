/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_peer.c - BGP peers.
 *
 * What can be seen here must not be left to the session: a router says no more than "Bad Peer AS",
 * and often nothing at all. No finding quotes a password.
 */
#include "config/config_peer.h"

#include <stdlib.h>
#include <string.h>

#include "config/config_community.h"
#include "config/config_value.h"

enum {
	BGP_PORT = 179,
	AS_TRANS = 23456,
	HOLD_MIN = 3, /* RFC 4271 4.2 */
	HOLD_MAX = 65535,
};

/* A peer and what is not kept of it. */
struct peer_draft {
	struct config_peer peer;
	struct config_address next_hop;
};

static const char *
as_refusal(uint32_t as)
{
	if (as == 0)
		return "is nobody's (RFC 7607)";
	if (as == AS_TRANS)
		return "stands for numbers that do not fit 16 bits (RFC 6793)";
	if (as == UINT16_MAX || as == UINT32_MAX)
		return "is reserved (RFC 7300)";
	return NULL;
}

void
config_peer_read_as(const struct config_context *context, const struct config_key *key,
		    const struct config_node *node, void *target)
{
	uint32_t *as = target;
	unsigned value;

	if (!config_table_expect(context, key, node, CONFIG_NODE_TEXT, "an AS number"))
		return;
	if (!config_value_parse_number(node->text, &value)) {
		config_table_error(context, node, "write a plain number, as in 64496",
				   "%s: expected an AS number, found \"%.32s\"", key->name,
				   node->text);
		return;
	}
	const char *refusal = as_refusal(value);
	if (refusal)
		config_table_error(context, node,
				   "write the number of the network; private ones are 64512 to "
				   "65534 and 4200000000 to 4294967294",
				   "%s: AS %u %s", key->name, value, refusal);
	else
		*as = value;
}

void
config_peer_read_hold(const struct config_context *context, const struct config_key *key,
		      const struct config_node *node, void *target)
{
	unsigned *hold = target, value;

	if (!config_table_expect(context, key, node, CONFIG_NODE_TEXT, "a time"))
		return;
	/* Routers are told a number of seconds, this file says 9s elsewhere: both are clear. */
	if (!config_value_parse_number(node->text, &value)) {
		if (!config_value_parse_duration(node->text, &value) || value % 1000) {
			config_table_error(
				context, node, "write a number of seconds, as in 9 or 9s",
				"%s: expected seconds, found \"%.32s\"", key->name, node->text);
			return;
		}
		value /= 1000;
	}
	if ((value != 0 && value < HOLD_MIN) || value > HOLD_MAX) {
		config_table_error(context, node, "routers refuse anything else (RFC 4271 4.2)",
				   "%s: %.32s is neither 0 nor %d to %d seconds", key->name,
				   node->text, HOLD_MIN, HOLD_MAX);
		return;
	}
	if (value == 0)
		report_add(context->report, SEVERITY_WARNING, config_table_place(context, node),
			   "use 9, unless something else tells the router",
			   "hold 0: when this machine dies the router never notices");
	*hold = value;
}

static void
read_address(const struct config_context *context, const struct config_key *key,
	     const struct config_node *node, void *target)
{
	struct config_address *address = target, parsed;
	struct config_complaint complaint;

	if (!config_table_expect(context, key, node, CONFIG_NODE_TEXT, "an address"))
		return;
	/* Port 0: the next hop, which is no end of a connection. */
	if (!config_value_parse_address(node->text, (uint16_t)key->fallback, &parsed, &complaint)) {
		config_table_error(context, node, complaint.remedy, "%s: \"%.80s\": %s", key->name,
				   node->text, complaint.message);
		return;
	}
	if (config_value_is_wildcard(&parsed)) {
		config_table_error(context, node, "write the address of one machine",
				   "%s: %s is no address", key->name, parsed.text);
		return;
	}
	*address = parsed;
	address->line = node->line;
	address->column = node->column;
}

static void
read_role(const struct config_context *context, const struct config_key *key,
	  const struct config_node *node, void *target)
{
	/* In the order of the numbers of RFC 9234 4.1. */
	static const char *const words[] = {"provider", "rs", "rs-client", "customer", "peer"};
	unsigned *role = target;
	size_t index;

	if (config_value_word(context, key, node, words, ARRAY_LENGTH(words), &index))
		*role = (unsigned)index;
}

static void
read_password(const struct config_context *context, const struct config_key *key,
	      const struct config_node *node, void *target)
{
	const char *text = config_value_text(context, key, node);
	char **password = target;

	if (!text)
		return;
	*password = strdup(text);
	if (!*password)
		config_table_no_memory(context);
	if (context->exposed)
		report_add(context->report, SEVERITY_WARNING, config_table_place(context, node),
			   "chmod o-r the file", "everybody on this machine may read the password");
}

static void
read_med(const struct config_context *context, const struct config_key *key,
	 const struct config_node *node, void *target)
{
	struct config_peer *peer = target;

	config_value_number(context, key, node, &peer->med);
	peer->has_med = true;
}

#define EXAMPLE       "a peer is {address: 192.0.2.1, as: 64496}"
#define KEY_AT(field) .offset = offsetof(struct peer_draft, field)

/* clang-format off */
enum {
	KEY_ADDRESS, KEY_AS, KEY_LOCAL_AS, KEY_HOLD, KEY_ROLE, KEY_ROLE_STRICT, KEY_PASSIVE,
	KEY_TTL_SECURITY, KEY_PASSWORD, KEY_COMMUNITIES, KEY_LARGE_COMMUNITIES, KEY_MED,
	KEY_NEXT_HOP, KEY_COUNT
};

static const struct config_key peer_keys[KEY_COUNT] = {
	[KEY_ADDRESS] = {.name = "address", .read = read_address, KEY_AT(peer.address),
		.fallback = BGP_PORT, .missing = EXAMPLE},
	[KEY_AS] = {.name = "as", .read = config_peer_read_as, KEY_AT(peer.as),
		.missing = EXAMPLE},
	[KEY_LOCAL_AS] = {.name = "local-as", .read = config_peer_read_as, KEY_AT(peer.local_as)},
	[KEY_HOLD] = {.name = "hold", .read = config_peer_read_hold, KEY_AT(peer.hold)},
	[KEY_ROLE] = {.name = "role", .read = read_role, KEY_AT(peer.role)},
	[KEY_ROLE_STRICT] = {.name = "role-strict", .read = config_value_flag,
		KEY_AT(peer.role_strict)},
	[KEY_PASSIVE] = {.name = "passive", .read = config_value_flag, KEY_AT(peer.passive)},
	/* 254: a TTL of 255 that came down to 2, the last one above the 1 of everybody else. */
	[KEY_TTL_SECURITY] = {.name = "ttl-security", .read = config_value_number,
		KEY_AT(peer.gtsm_hops), .low = 0, .high = 254},
	/* 80: TCP_MD5SIG_MAXKEYLEN of Linux. */
	[KEY_PASSWORD] = {.name = "password", .read = read_password, KEY_AT(peer.password),
		.low = 1, .high = 80},
	[KEY_COMMUNITIES] = {.name = "communities", .read = config_community_read, KEY_AT(peer)},
	[KEY_LARGE_COMMUNITIES] = {.name = "large-communities",
		.read = config_community_read_large, KEY_AT(peer)},
	[KEY_MED] = {.name = "med", .read = read_med, KEY_AT(peer), .low = 0, .high = UINT32_MAX},
	[KEY_NEXT_HOP] = {.name = "next-hop", .read = read_address, KEY_AT(next_hop)},
};
/* clang-format on */

/* The address without its port: the one thing by which a connection that comes in is known. */
static bool
same_machine(const struct config_address *a, const struct config_address *b)
{
	if (a->socket.any.sa_family != b->socket.any.sa_family)
		return false;
	if (a->socket.any.sa_family == AF_INET)
		return a->socket.v4.sin_addr.s_addr == b->socket.v4.sin_addr.s_addr;
	return IN6_ARE_ADDR_EQUAL(&a->socket.v6.sin6_addr, &b->socket.v6.sin6_addr) &&
	       a->socket.v6.sin6_scope_id == b->socket.v6.sin6_scope_id;
}

static void
check_role(const struct config_context *context, const struct config_peer *peer,
	   const struct config_node *const *found)
{
	bool internal = peer->as != 0 && peer->as == peer->local_as;

	if (peer->role != CONFIG_ROLE_NONE && internal)
		config_table_error(context, found[KEY_ROLE], "remove it",
				   "role: as and local-as are both %u, and roles are for eBGP "
				   "(RFC 9234)",
				   peer->as);
	if (peer->role_strict && !found[KEY_ROLE])
		config_table_error(context, found[KEY_ROLE_STRICT],
				   "add role: what this server is to the peer, often customer",
				   "role-strict without role");
}

static void
take_next_hop(const struct config_context *context, struct peer_draft *draft,
	      const struct config_node *const *found)
{
	const struct config_address *hop = &draft->next_hop;
	struct config_peer *peer = &draft->peer;
	bool v4 = hop->socket.any.sa_family == AF_INET;

	if (hop->size == 0 || peer->address.size == 0)
		return;
	if (hop->socket.any.sa_family != peer->address.socket.any.sa_family) {
		config_table_error(context, found[KEY_NEXT_HOP],
				   "write an address of the family of the peer's",
				   "next-hop: %s is of another family than %s", hop->text,
				   peer->address.text);
		return;
	}
	if (v4)
		memcpy(peer->next_hop, &hop->socket.v4.sin_addr, 4);
	else
		memcpy(peer->next_hop, &hop->socket.v6.sin6_addr, 16);
	peer->has_next_hop = true;
}

/* Whether the draft is a peer of its own, by its address. */
static bool
check_address(const struct config_context *context, const struct config_announce *announce,
	      const struct config_address *address)
{
	if (address->size == 0)
		return false;
	for (size_t i = 0; i < announce->peer_count; i++) {
		const struct config_address *other = &announce->peers[i].address;

		if (!same_machine(other, address))
			continue;
		report_add(context->report, SEVERITY_ERROR,
			   (struct place){context->file, address->line, address->column},
			   "remove one of the two",
			   "peers: duplicate peer %s, first at line %u column %u", address->text,
			   other->line, other->column);
		return false;
	}
	return true;
}

static void
add_peer(const struct config_context *context, const struct config_node *node,
	 const struct config_peer_common *common)
{
	struct config_announce *announce = &context->config->announce;
	const struct config_node *found[KEY_COUNT];
	struct peer_draft draft = {.peer = {.local_as = common->local_as,
					    .hold = common->hold,
					    .role = CONFIG_ROLE_NONE}};

	config_table_read(context, peer_keys, KEY_COUNT, node, &draft, found);
	if (node->kind == CONFIG_NODE_MAPPING && !common->has_local_as && !found[KEY_LOCAL_AS])
		config_table_error(context, node,
				   "add local-as: NUMBER, the AS of this server, to bgp",
				   "peers: a peer without \"local-as\"");
	check_role(context, &draft.peer, found);
	take_next_hop(context, &draft, found);
	draft.peer.slot = (unsigned)announce->peer_count;
	if (check_address(context, announce, &draft.peer.address))
		announce->peers[announce->peer_count++] = draft.peer;
	else
		config_peer_free(&draft.peer);
}

void
config_peer_read(const struct config_context *context, const struct config_key *key,
		 const struct config_node *node, const struct config_peer_common *common)
{
	struct config_announce *announce = &context->config->announce;

	if (!config_table_expect(context, key, node, CONFIG_NODE_LIST,
				 "a list of {address: 192.0.2.1, as: 64496}"))
		return;
	if (node->count < key->low || node->count > key->high) {
		config_table_error(context, node, NULL, "%s: expected %u to %u peers, found %zu",
				   key->name, key->low, key->high, node->count);
		return;
	}
	announce->peers = calloc(node->count, sizeof(*announce->peers));
	if (!announce->peers) {
		config_table_no_memory(context);
		return;
	}
	for (const struct config_node *item = node->first; item; item = item->next)
		add_peer(context, item, common);
}

void
config_peer_free(struct config_peer *peer)
{
	if (peer->password)
		explicit_bzero(peer->password, strlen(peer->password));
	free(peer->password);
	free(peer->communities);
	free(peer->large);
	*peer = (struct config_peer){0};
}
