/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_bird.c - `announce: tun:` and `announce: bird:`.
 */
#include "config/config_bird.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_value.h"

/* BIRD's own default in Debian, Fedora and the BSDs. */
#define DEFAULT_SOCKET "/run/bird/bird.ctl"
#define DEFAULT_TUN    "anyns"

static void
set_text(const struct config_context *context, char **target, const char *text)
{
	free(*target);
	*target = strdup(text);
	if (!*target)
		config_table_no_memory(context);
}

/* ------------------------------------------------------------ tun */

/* The kernel refuses `/`, `:` and spaces; shells and daemons' files would rather not see more. */
static void
read_tun_name(const struct config_context *context, const struct config_key *key,
	      const struct config_node *node, void *target)
{
	const char *text = config_value_text(context, key, node);

	if (!text)
		return;
	for (const char *c = text; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("-_.", *c)) {
			config_table_error(
				context, node, "use letters, digits, hyphens, underscores and dots",
				"%s: \"%.40s\" is no name of an interface", key->name, text);
			return;
		}
	set_text(context, target, text);
}

/* clang-format off */
static const struct config_key tun_keys[] = {
	/* 13: with a number of two digits the 15 of an interface. */
	{.name = "name", .read = read_tun_name, .offset = offsetof(struct config_announce, tun),
	 .low = 1, .high = 13},
};
/* clang-format on */

static void
use_tun(const struct config_context *context)
{
	struct config_announce *announce = &context->config->announce;

	if (!announce->tun)
		set_text(context, &announce->tun, DEFAULT_TUN);
}

void
config_bird_read_tun(const struct config_context *context, const struct config_key *key,
		     const struct config_node *node, void *target)
{
	const struct config_node *found[ARRAY_LENGTH(tun_keys)];

	(void)key;
	(void)target;
	config_table_read(context, tun_keys, ARRAY_LENGTH(tun_keys), node,
			  &context->config->announce, found);
	use_tun(context);
}

/* ------------------------------------------------------------ bird */

static void
read_socket(const struct config_context *context, const struct config_key *key,
	    const struct config_node *node, void *target)
{
	char *path = config_value_path(context, key, node);

	if (!path)
		return;
	free(*(char **)target);
	*(char **)target = path;
}

/* A symbol of BIRD's configuration, and `%` for the number of the prefix. */
static void
read_protocol(const struct config_context *context, const struct config_key *key,
	      const struct config_node *node, void *target)
{
	const char *text = config_value_text(context, key, node);
	size_t numbers = 0;
	bool good = text && !isdigit((unsigned char)*text);

	for (const char *c = text; good && *c; c++) {
		numbers += *c == '%';
		good = isalnum((unsigned char)*c) || *c == '_' || (*c == '%' && numbers == 1);
	}
	if (good)
		set_text(context, target, text);
	else if (text)
		config_table_error(context, node,
				   "use letters, digits and underscores as bird.conf does, and one "
				   "% where the number of the prefix stands",
				   "%s: \"%.40s\" is no name of a protocol", key->name, text);
}

#define PROTOCOL_AT(role) .offset = offsetof(struct config_bird, protocols[role])

/* clang-format off */
static const struct config_key protocol_keys[] = {
	{.name = "up", .read = read_protocol, PROTOCOL_AT(CONFIG_BIRD_UP),
	 .low = 1, .high = 60,
	 .missing = "add up: NAME, the static protocol that gives the route in good times"},
	{.name = "degraded", .read = read_protocol, PROTOCOL_AT(CONFIG_BIRD_DEGRADED),
	 .low = 1, .high = 60},
	{.name = "draining", .read = read_protocol, PROTOCOL_AT(CONFIG_BIRD_DRAINING),
	 .low = 1, .high = 60},
};
/* clang-format on */

static void
read_protocols(const struct config_context *context, const struct config_key *key,
	       const struct config_node *node, void *target)
{
	const struct config_node *found[ARRAY_LENGTH(protocol_keys)];
	const struct config_bird *bird = target;

	config_table_read(context, protocol_keys, ARRAY_LENGTH(protocol_keys), node, target, found);
	for (size_t i = 0; i < CONFIG_BIRD_PROTOCOLS; i++)
		for (size_t j = 0; j < i; j++)
			if (bird->protocols[i] && bird->protocols[j] &&
			    strcmp(bird->protocols[i], bird->protocols[j]) == 0)
				config_table_error(context, node,
						   "name another protocol, or leave the key out: "
						   "that of `up` serves then",
						   "%s: %s and %s are both \"%s\"", key->name,
						   protocol_keys[j].name, protocol_keys[i].name,
						   bird->protocols[i]);
}

static const struct config_key bird_keys[] = {
	{.name = "socket", .read = read_socket, .offset = offsetof(struct config_bird, socket)},
	{.name = "protocols", .read = read_protocols},
};

void
config_bird_read(const struct config_context *context, const struct config_key *key,
		 const struct config_node *node, void *target)
{
	const struct config_node *found[ARRAY_LENGTH(bird_keys)];
	struct config_bird *bird = &context->config->announce.bird;

	(void)key;
	(void)target;
	config_table_read(context, bird_keys, ARRAY_LENGTH(bird_keys), node, bird, found);
	if (!bird->socket)
		set_text(context, &bird->socket, DEFAULT_SOCKET);
	use_tun(context);
}

/* Prefixes have states of their own: one protocol for two would have to be enabled and disabled. */
void
config_bird_check(const struct config_context *context, const struct config_node *bird)
{
	const struct config_announce *announce = &context->config->announce;

	for (size_t i = 0; announce->prefix_count > 1 && i < CONFIG_BIRD_PROTOCOLS; i++)
		if (announce->bird.protocols[i] && !strchr(announce->bird.protocols[i], '%'))
			config_table_error(context, bird,
					   "write a % into the name: it stands for the number of "
					   "the prefix, 0 for the first",
					   "bird: \"%s\" cannot be the protocol of %zu prefixes",
					   announce->bird.protocols[i], announce->prefix_count);
}

void
config_bird_free(struct config_announce *announce)
{
	for (size_t i = 0; i < CONFIG_BIRD_PROTOCOLS; i++)
		free(announce->bird.protocols[i]);
	free(announce->bird.socket);
	free(announce->tun);
}
