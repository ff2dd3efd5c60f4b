/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_announce.c - `announce:`, which prefixes are announced to whom.
 *
 * A wrong announcement reaches further than any other mistake of a configuration: it takes away
 * others' traffic, or draws our own to a machine that cannot answer. So this reader refuses what
 * only looks like a mistake, and every refusal says how to mean it.
 */
#include "config/config_announce.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "config/config_bird.h"
#include "config/config_exabgp.h"
#include "config/config_peer.h"
#include "config/config_prefix.h"
#include "config/config_value.h"

/* `bgp:` before its peers are read: they want to know what holds for all of them. */
struct bgp_draft {
	struct config_peer_common common;
	const struct config_key *peers_key;
	const struct config_node *peers;
};

static void
read_router_id(const struct config_context *context, const struct config_key *key,
	       const struct config_node *node, void *target)
{
	struct config_announce *announce = &context->config->announce;
	struct in_addr id;

	(void)target;
	if (!config_table_expect(context, key, node, CONFIG_NODE_TEXT, "an identifier"))
		return;
	/* RFC 6286 2.1: any number but 0, unique within the AS; written as an IPv4 address. */
	if (inet_pton(AF_INET, node->text, &id) != 1 || id.s_addr == 0) {
		config_table_error(context, node,
				   "write a unicast IPv4 address of this machine, or four numbers "
				   "that no other router of the AS has",
				   "%s: \"%.40s\" is no BGP identifier", key->name, node->text);
		return;
	}
	announce->router_id = ntohl(id.s_addr);
	announce->router_line = node->line;
	announce->router_column = node->column;
}

static void
keep_peers(const struct config_context *context, const struct config_key *key,
	   const struct config_node *node, void *target)
{
	struct bgp_draft *draft = target;

	(void)context;
	draft->peers_key = key;
	draft->peers = node;
}

#define ROUTER_ID "add router-id: 192.0.2.1, a unicast IPv4 address of this machine"
#define PEERS     "add peers: [{address: 192.0.2.1, as: 64496}]"

enum { BGP_LOCAL_AS };

static const struct config_key bgp_keys[] = {
	[BGP_LOCAL_AS] = {.name = "local-as",
			  .read = config_peer_read_as,
			  .offset = offsetof(struct bgp_draft, common.local_as)},
	{.name = "router-id", .read = read_router_id, .missing = ROUTER_ID},
	/* Short, because it is all that is left when the whole machine dies. Not 3: many routers
	 * refuse that. */
	{.name = "hold",
	 .read = config_peer_read_hold,
	 .offset = offsetof(struct bgp_draft, common.hold),
	 .fallback = 9},
	{.name = "peers", .read = keep_peers, .low = 1, .high = 64, .missing = PEERS},
};

static void
read_bgp(const struct config_context *context, const struct config_key *key,
	 const struct config_node *node, void *target)
{
	const struct config_node *found[ARRAY_LENGTH(bgp_keys)];
	struct bgp_draft draft = {0};

	(void)key;
	(void)target;
	config_value_defaults(bgp_keys, ARRAY_LENGTH(bgp_keys), &draft);
	config_table_read(context, bgp_keys, ARRAY_LENGTH(bgp_keys), node, &draft, found);
	draft.common.has_local_as = found[BGP_LOCAL_AS] != NULL;
	if (draft.peers)
		config_peer_read(context, draft.peers_key, draft.peers, &draft.common);
}

/* The ways to announce; one at least must be there. */
enum { WAY_BGP, WAY_EXABGP, WAY_BIRD, WAY_TUN, WAYS };

static const struct config_key announce_keys[] = {
	[WAY_BGP] = {.name = "bgp", .read = read_bgp},
	[WAY_EXABGP] = {.name = "exabgp", .read = config_exabgp_read},
	[WAY_BIRD] = {.name = "bird", .read = config_bird_read},
	[WAY_TUN] = {.name = "tun", .read = config_bird_read_tun},
	/* 64: the gates of a lease. */
	{.name = "prefixes",
	 .read = config_prefix_read,
	 .low = 1,
	 .high = 64,
	 .missing = "add prefixes: [192.0.2.0/24], those of the service addresses"},
	{.name = "dry-run",
	 .read = config_value_flag,
	 .offset = offsetof(struct config_announce, dry_run)},
	{.name = "allow-long-prefixes",
	 .read = config_value_flag,
	 .offset = offsetof(struct config_announce, allow_long)},
};

static void
complain(const struct config_context *context, enum severity severity, unsigned line,
	 unsigned column, const char *remedy, const char *subject, const char *message)
{
	report_add(context->report, severity, (struct place){context->file, line, column}, remedy,
		   "%s: %s", subject, message);
}

static void
check_lengths(const struct config_context *context)
{
	const struct config_announce *announce = &context->config->announce;

	for (size_t i = 0; i < announce->prefix_count && !announce->allow_long; i++) {
		const struct config_prefix *prefix = &announce->prefixes[i];

		if (config_prefix_is_long(prefix))
			complain(context, SEVERITY_ERROR, prefix->line, prefix->column,
				 "announce the one that holds it, or, where the peers are known to "
				 "take it, add allow-long-prefixes: true",
				 prefix->text,
				 prefix->family == AF_INET
					 ? "networks refuse prefixes longer than /24"
					 : "networks refuse prefixes longer than /48");
	}
}

/* Prefixes go to peers of their own family: both kinds must be there. */
static void
check_families(const struct config_context *context)
{
	const struct config_announce *announce = &context->config->announce;
	bool prefixes[2] = {false}, peers[2] = {false};

	for (size_t i = 0; i < announce->prefix_count; i++)
		prefixes[announce->prefixes[i].family == AF_INET6] = true;
	for (size_t i = 0; i < announce->peer_count; i++)
		peers[announce->peers[i].address.socket.any.sa_family == AF_INET6] = true;
	for (size_t i = 0; i < announce->prefix_count; i++) {
		const struct config_prefix *prefix = &announce->prefixes[i];

		if (!peers[prefix->family == AF_INET6])
			complain(context, SEVERITY_ERROR, prefix->line, prefix->column,
				 "add a peer with an address of this family, or remove the prefix",
				 prefix->text, "no peer is of its family");
	}
	for (size_t i = 0; i < announce->peer_count; i++) {
		const struct config_address *peer = &announce->peers[i].address;

		if (!prefixes[peer->socket.any.sa_family == AF_INET6])
			complain(context, SEVERITY_WARNING, peer->line, peer->column,
				 "add a prefix of this family, or remove the peer", peer->text,
				 "no prefix is of the peer's family, it is told nothing");
	}
}

/* Whether it is left to the peers of `bgp:` alone to get every prefix. */
static bool
check_ways(const struct config_context *context, const struct config_node *node,
	   const struct config_node *const *found)
{
	bool other = false, bgp = found[WAY_BGP] != NULL;

	for (size_t i = 0; i < WAYS; i++)
		other = other || (i != WAY_BGP && found[i]);
	if (!bgp && !other && node->kind == CONFIG_NODE_MAPPING)
		config_table_error(context, node,
				   "add bgp: {local-as: 64512, router-id: 192.0.2.1, peers: [...]}",
				   "\"bgp\" is missing");
	return bgp && !other;
}

void
config_announce_read(const struct config_context *context, const struct config_key *key,
		     const struct config_node *node, void *target)
{
	const struct config_node *found[ARRAY_LENGTH(announce_keys)];
	size_t errors = context->report->errors;

	(void)key;
	(void)target;
	config_table_read(context, announce_keys, ARRAY_LENGTH(announce_keys), node,
			  &context->config->announce, found);
	bool bgp_alone = check_ways(context, node, found);
	check_lengths(context);
	if (found[WAY_BIRD])
		config_bird_check(context, found[WAY_BIRD]);
	/* A prefix or peer that was left out would make the other ones look lonely. */
	if (context->report->errors == errors && bgp_alone)
		check_families(context);
}

/* Health asks the addresses that clients ask: without one, nothing could ever be proven. */
static void
check_listened(const struct config_context *context, const struct config_prefix *prefix)
{
	const struct config *config = context->config;

	for (size_t i = 0; i < config->listen_count; i++)
		if (config_prefix_holds(prefix, &config->listen[i]))
			return;
	complain(context, SEVERITY_ERROR, prefix->line, prefix->column,
		 "add the service address to listen; a wildcard does not count", prefix->text,
		 "no listen address lies in it");
}

/* All instances have the service address, and two routers with one identifier never talk. */
static void
check_router_id(const struct config_context *context)
{
	const struct config *config = context->config;
	const struct config_announce *announce = &config->announce;

	for (size_t i = 0; i < announce->prefix_count; i++)
		for (size_t j = 0; j < config->listen_count; j++) {
			const struct config_address *address = &config->listen[j];

			if (address->socket.any.sa_family != AF_INET ||
			    ntohl(address->socket.v4.sin_addr.s_addr) != announce->router_id ||
			    !config_prefix_holds(&announce->prefixes[i], address))
				continue;
			complain(context, SEVERITY_ERROR, announce->router_line,
				 announce->router_column, "write a unicast address of this machine",
				 "router-id",
				 "this is an anycast address, which other instances have too");
			return;
		}
}

void
config_announce_check(const struct config_context *context)
{
	const struct config *config = context->config;

	/* Without listen addresses there is an error already. */
	for (size_t i = 0; config->listen_count > 0 && i < config->announce.prefix_count; i++)
		check_listened(context, &config->announce.prefixes[i]);
	if (config->announce.router_id)
		check_router_id(context);
}

void
config_announce_free(struct config_announce *announce)
{
	for (size_t i = 0; i < announce->peer_count; i++)
		config_peer_free(&announce->peers[i]);
	free(announce->peers);
	config_exabgp_free(&announce->exabgp);
	config_bird_free(announce);
	free(announce->prefixes);
	*announce = (struct config_announce){0};
}
