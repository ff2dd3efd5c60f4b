/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/config_exabgp.h"

#include <stdlib.h>
#include <string.h>

#include "config/config_community.h"
#include "config/config_peer.h"
#include "config/config_value.h"

static void
read_text(const struct config_context *context, const struct config_key *key,
	  const struct config_node *node, void *target)
{
	const char *text = config_value_text(context, key, node);
	char **copy = target;

	if (!text)
		return;
	*copy = strdup(text);
	if (!*copy)
		config_table_no_memory(context);
}

/* ExaBGP and this server have different working directories: no relative path means the same. */
static void
read_socket(const struct config_context *context, const struct config_key *key,
	    const struct config_node *node, void *target)
{
	if (node->kind == CONFIG_NODE_TEXT && node->text[0] && node->text[0] != '/')
		config_table_error(context, node,
				   "write the whole path, as in /run/anyns/exabgp.sock",
				   "%s: \"%.80s\" is no absolute path", key->name, node->text);
	else
		read_text(context, key, node, target);
}

static void
read_med(const struct config_context *context, const struct config_key *key,
	 const struct config_node *node, void *target)
{
	struct config_peer *peer = target;

	config_value_number(context, key, node, &peer->med);
	peer->has_med = true;
}

#define KEY_AT(field) .offset = offsetof(struct config_exabgp, field)
#define SOCKET        "add socket: /run/anyns/exabgp.sock, for `anyns exabgp` to connect to"
#define LOCAL_AS      "add local-as: NUMBER, that of ExaBGP's neighbor sections"

static const struct config_key exabgp_keys[] = {
	/* 107: sun_path of Linux with its zero. */
	{.name = "socket",
	 .read = read_socket,
	 KEY_AT(socket),
	 .low = 1,
	 .high = 107,
	 .missing = SOCKET},
	{.name = "group", .read = read_text, KEY_AT(group), .low = 1, .high = 32},
	{.name = "local-as",
	 .read = config_peer_read_as,
	 KEY_AT(peer.local_as),
	 .missing = LOCAL_AS},
	{.name = "as", .read = config_peer_read_as, KEY_AT(peer.as)},
	{.name = "communities", .read = config_community_read, KEY_AT(peer)},
	{.name = "large-communities", .read = config_community_read_large, KEY_AT(peer)},
	{.name = "med", .read = read_med, KEY_AT(peer), .low = 0, .high = UINT32_MAX},
};

void
config_exabgp_read(const struct config_context *context, const struct config_key *key,
		   const struct config_node *node, void *target)
{
	const struct config_node *found[ARRAY_LENGTH(exabgp_keys)];
	struct config_exabgp *exabgp = &context->config->announce.exabgp;

	(void)key;
	(void)target;
	exabgp->line = node->line;
	exabgp->column = node->column;
	exabgp->peer.role = CONFIG_ROLE_NONE;
	config_table_read(context, exabgp_keys, ARRAY_LENGTH(exabgp_keys), node, exabgp, found);
}

void
config_exabgp_free(struct config_exabgp *exabgp)
{
	free(exabgp->socket);
	free(exabgp->group);
	config_peer_free(&exabgp->peer);
	*exabgp = (struct config_exabgp){0};
}
