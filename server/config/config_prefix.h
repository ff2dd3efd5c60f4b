/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_prefix.h - prefixes to announce, and which ones nobody should.
 */
#ifndef ANYNS_CONFIG_PREFIX_H
#define ANYNS_CONFIG_PREFIX_H

#include "config/config_table.h"

enum {
	CONFIG_PREFIX_REMEDY_MAX = 128,
};

/*
 * `ADDRESS/LENGTH`. Sets all of `prefix` but its place and returns NULL; or returns what is wrong
 * and sets `remedy`. A prefix that is longer than networks take from each other is fine here.
 */
const char *config_prefix_parse(const char *text, struct config_prefix *prefix,
				char remedy[static CONFIG_PREFIX_REMEDY_MAX]) NODISCARD;

/* Longer than /24 or /48. */
bool config_prefix_is_long(const struct config_prefix *prefix);

/* Whether the address lies in the prefix; its port does not matter. */
bool config_prefix_holds(const struct config_prefix *prefix, const struct config_address *address);

/*
 * A list of `low` to `high` prefixes, or a single one, none twice, to context->config->announce;
 * the target is not used. Prefixes with an error are left out.
 */
config_reader config_prefix_read;

#endif
