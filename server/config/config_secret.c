/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_secret.c - `secret:`, the keys of DNS cookies (RFC 9018).
 *
 * The mapping stands in the configuration itself or, so that the rest may be read by everybody, in
 * a file of its own that `secret: {file: PATH}` names. No finding ever quotes a key, not even a
 * malformed one: findings are logged.
 */
#include "config/config_secret.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/config_text.h"
#include "config/config_value.h"

enum {
	SECRET_FILE_MAX = 65536,
};

static void
read_key(const struct config_context *context, const struct config_key *key,
	 const struct config_node *node, void *target)
{
	struct config_secret *secret = target;

	if (!config_table_expect(context, key, node, CONFIG_NODE_TEXT, "32 hex digits"))
		return;
	if (!config_value_parse_key(node->text, secret->key)) {
		config_table_error(context, node, "make a key with `openssl rand -hex 16`",
				   "%s: expected 32 hex digits (128 bits, RFC 9018)", key->name);
		return;
	}
	secret->set = true;
}

static void read_file(const struct config_context *context, const struct config_key *key,
		      const struct config_node *node, void *target);

enum { KEY_ACTIVE, KEY_STAGED, KEY_RETIRED, KEY_FILE, KEY_COUNT };

static const struct config_key secret_keys[KEY_COUNT] = {
	[KEY_ACTIVE] = {.name = "active",
			.read = read_key,
			.offset = offsetof(struct config, secret_active)},
	[KEY_STAGED] = {.name = "staged",
			.read = read_key,
			.offset = offsetof(struct config, secret_staged)},
	[KEY_RETIRED] = {.name = "retired",
			 .read = read_key,
			 .offset = offsetof(struct config, secret_retired)},
	/* Last, because the file itself has only the keys before it. */
	[KEY_FILE] = {.name = "file", .read = read_file, .offset = 0},
};

static void
warn(const struct config_context *context, const struct config_node *node, const char *remedy,
     const char *message)
{
	report_add(context->report, SEVERITY_WARNING, config_table_place(context, node), remedy,
		   "%s", message);
}

static bool
same_secret(const struct config_secret *a, const struct config_secret *b)
{
	return a->set && b->set && memcmp(a->key, b->key, CONFIG_SECRET_SIZE) == 0;
}

/* Checks the keys that one mapping gave. */
static void
check_keys(const struct config_context *context, const struct config_node *node,
	   const struct config_node *const *found)
{
	const struct config *config = context->config;

	if (!found[KEY_ACTIVE]) {
		config_table_error(context, node,
				   "add the key that cookies are made with: active: 32 hex digits",
				   "secret: \"active\" is missing");
		return;
	}
	if (same_secret(&config->secret_active, &config->secret_staged))
		warn(context, found[KEY_STAGED], "remove \"staged\"; the rollover is done",
		     "the staged secret is the active one");
	if (same_secret(&config->secret_active, &config->secret_retired))
		warn(context, found[KEY_RETIRED],
		     "put the previous key here, or remove \"retired\"",
		     "the retired secret is the active one");
	if (context->exposed)
		warn(context, node,
		     "chmod o-r the file, or put the keys in a file of their own: secret: {file: "
		     "PATH}",
		     "everybody on this machine may read the secret");
}

/* The mapping that is a whole file. */
static void
read_keys(const struct config_context *context, const struct config_text *text, void *target)
{
	static const struct config_node nothing = {
		.kind = CONFIG_NODE_MAPPING, .line = 1, .column = 1};
	const struct config_node *found[KEY_COUNT] = {NULL};
	struct config_tree tree;

	if (!config_text_check(context->file, text->bytes, text->size, context->report) ||
	    !config_yaml_parse(context->file, text->bytes, text->size, &tree, context->report))
		return;
	const struct config_node *root = tree.root ? tree.root : &nothing;
	config_table_read(context, secret_keys, KEY_FILE, root, target, found);
	if (root->kind == CONFIG_NODE_MAPPING)
		check_keys(context, root, found);
	config_yaml_free(&tree);
}

static void
read_file(const struct config_context *context, const struct config_key *key,
	  const struct config_node *node, void *target)
{
	struct config_context inside = *context;
	struct config_text text;
	struct stat status;
	char *path = config_value_path(context, key, node);

	if (!path)
		return;
	/* A pipe without a writer would stop a reload for good. */
	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
		config_table_error(context, node, NULL, "secret: %s is no regular file", path);
	} else if (config_text_read(path, SECRET_FILE_MAX, config_table_place(context, node), &text,
				    context->report)) {
		inside.file = path;
		inside.exposed = text.exposed;
		read_keys(&inside, &text, target);
		config_text_free(&text);
	}
	free(path);
}

void
config_secret_read(const struct config_context *context, const struct config_key *key,
		   const struct config_node *node, void *target)
{
	const struct config_node *found[KEY_COUNT];

	(void)key;
	(void)target;
	config_table_read(context, secret_keys, KEY_COUNT, node, context->config, found);
	if (node->kind != CONFIG_NODE_MAPPING)
		return;
	if (!found[KEY_FILE])
		check_keys(context, node, found);
	else if (found[KEY_ACTIVE] || found[KEY_STAGED] || found[KEY_RETIRED])
		config_table_error(context, found[KEY_FILE], "keep either the file or the keys",
				   "secret: keys both here and in a file");
}
