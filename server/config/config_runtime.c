/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_runtime.c - `state-directory:` and `control:`, where a running server remembers and hears.
 */
#include "config/config_runtime.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "config/config_value.h"

void
config_runtime_read_state(const struct config_context *context, const struct config_key *key,
			  const struct config_node *node, void *target)
{
	struct config *config = context->config;
	char *path = config_value_path(context, key, node);
	struct stat status;

	(void)target;
	if (!path)
		return;
	/* Whether the user of `user:` may write there is for who writes. */
	if (stat(path, &status) != 0)
		report_errno(context->report, SEVERITY_ERROR, config_table_place(context, node),
			     "make the folder, and let the user of anyns write to it",
			     "%s: cannot look at %s", key->name, path);
	else if (!S_ISDIR(status.st_mode))
		config_table_error(context, node, "name a folder", "%s: %s is no folder", key->name,
				   path);
	free(config->state_directory);
	config->state_directory = path;
}

void
config_runtime_read_control(const struct config_context *context, const struct config_key *key,
			    const struct config_node *node, void *target)
{
	struct config *config = context->config;
	char *path = NULL;

	(void)target;
	config->control_named = true;
	if (node->kind != CONFIG_NODE_TEXT || strcmp(node->text, "off") != 0) {
		path = config_value_path(context, key, node);
		if (!path)
			return;
	}
	/* The kernel's room for the name, a NUL among it; a longer one would be cut. */
	if (path && strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		config_table_error(context, node,
				   "name a shorter path, such as " CONFIG_DEFAULT_CONTROL,
				   "%s: the path of a socket has at most %zu bytes", key->name,
				   sizeof(((struct sockaddr_un *)0)->sun_path) - 1);
	free(config->control);
	config->control = path;
}
