/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_community.c - BGP communities (RFC 1997) and large communities (RFC 8092).
 */
#include "config/config_community.h"

#include <stdlib.h>
#include <string.h>

#include "config/config_value.h"

enum {
	/* 128 and 64 are what server/announce puts into a message; draining adds one community. */
	COMMUNITIES_MAX = 127,
	LARGE_MAX = 64,
};

#define GRACEFUL_SHUTDOWN 0xffff0000u /* 65535:0, RFC 8326 */
#define BLACKHOLE         0xffff029au /* 65535:666, RFC 7999 */

/* Names of the IANA registry "BGP Well-known Communities". */
static const struct {
	const char *name;
	uint32_t community;
} well_known[] = {
	{"graceful-shutdown", GRACEFUL_SHUTDOWN},
	{"no-llgr", 0xffff0007u}, /* RFC 9494: do not keep the route of a dead session */
	{"blackhole", BLACKHOLE},
	{"no-export", 0xffffff01u},
	{"no-advertise", 0xffffff02u},
	{"no-export-subconfed", 0xffffff03u},
	{"no-peer", 0xffffff04u}, /* RFC 3765 */
};

/* `count` decimal numbers with a colon between them, none above `most`. */
static bool
parse_parts(const char *text, uint32_t *parts, size_t count, uint32_t most)
{
	for (size_t i = 0; i < count; i++) {
		char number[16];
		size_t size = strcspn(text, ":");
		unsigned value;

		if (size >= sizeof(number) || text[size] != (i + 1 < count ? ':' : '\0'))
			return false;
		memcpy(number, text, size);
		number[size] = '\0';
		if (!config_value_parse_number(number, &value) || value > most)
			return false;
		parts[i] = value;
		text += size + 1;
	}
	return true;
}

static bool
parse_name(const char *text, uint32_t *community)
{
	for (size_t i = 0; i < ARRAY_LENGTH(well_known); i++) {
		if (strcmp(text, well_known[i].name) == 0) {
			*community = well_known[i].community;
			return true;
		}
	}
	return false;
}

const char *
config_community_parse(const char *text, uint32_t *community, const char **remedy)
{
	uint32_t parts[2];

	if (parse_parts(text, parts, 2, UINT16_MAX)) {
		*community = parts[0] << 16 | parts[1];
	} else if (!parse_name(text, community)) {
		*remedy = "write two numbers of 16 bits, as in \"64496:1\", or one of no-export, "
			  "no-advertise, no-export-subconfed, no-peer, no-llgr; with a 4-byte AS "
			  "use large-communities";
		return "no community";
	}
	/* With every announcement it would make this the last resort even when all is well. */
	if (*community == GRACEFUL_SHUTDOWN) {
		*remedy = "remove it; `anyns drain` announces it";
		return "GRACEFUL_SHUTDOWN (65535:0) belongs to draining";
	}
	if (*community == BLACKHOLE) {
		*remedy = "remove it";
		return "BLACKHOLE (65535:666) asks routers to drop the service's queries";
	}
	return NULL;
}

bool
config_community_parse_large(const char *text, uint32_t large[static 3])
{
	return parse_parts(text, large, 3, UINT32_MAX);
}

/* The items of a list, or a single one: how many, 0 after an error. */
static size_t
count_items(const struct config_context *context, const struct config_key *key,
	    const struct config_node *node, size_t most)
{
	size_t items = node->kind == CONFIG_NODE_LIST ? node->count : 1;

	if (node->kind != CONFIG_NODE_TEXT &&
	    !config_table_expect(context, key, node, CONFIG_NODE_LIST, "a list of communities"))
		return 0;
	if (items <= most)
		return items;
	config_table_error(context, node, NULL, "%s: expected at most %zu communities, found %zu",
			   key->name, most, items);
	return 0;
}

void
config_community_read(const struct config_context *context, const struct config_key *key,
		      const struct config_node *node, void *target)
{
	struct config_peer *peer = target;
	const struct config_node *item = node->kind == CONFIG_NODE_LIST ? node->first : node;
	size_t items = count_items(context, key, node, COMMUNITIES_MAX);

	if (items == 0)
		return;
	peer->communities = calloc(items, sizeof(*peer->communities));
	if (!peer->communities) {
		config_table_no_memory(context);
		return;
	}
	for (; item; item = node->kind == CONFIG_NODE_LIST ? item->next : NULL) {
		const char *remedy;

		if (!config_table_expect(context, key, item, CONFIG_NODE_TEXT, "a community"))
			continue;
		const char *wrong = config_community_parse(
			item->text, &peer->communities[peer->community_count], &remedy);
		if (wrong)
			config_table_error(context, item, remedy, "%s: \"%.40s\": %s", key->name,
					   item->text, wrong);
		else
			peer->community_count++;
	}
}

void
config_community_read_large(const struct config_context *context, const struct config_key *key,
			    const struct config_node *node, void *target)
{
	struct config_peer *peer = target;
	const struct config_node *item = node->kind == CONFIG_NODE_LIST ? node->first : node;
	size_t items = count_items(context, key, node, LARGE_MAX);

	if (items == 0)
		return;
	peer->large = calloc(items, sizeof(*peer->large));
	if (!peer->large) {
		config_table_no_memory(context);
		return;
	}
	for (; item; item = node->kind == CONFIG_NODE_LIST ? item->next : NULL) {
		if (!config_table_expect(context, key, item, CONFIG_NODE_TEXT, "a community"))
			continue;
		if (config_community_parse_large(item->text, peer->large[peer->large_count]))
			peer->large_count++;
		else
			config_table_error(context, item,
					   "write three numbers of 32 bits, as in \"64496:1:2\"",
					   "%s: \"%.40s\": no large community", key->name,
					   item->text);
	}
}
