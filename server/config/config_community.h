/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_community.h - BGP communities (RFC 1997) and large communities (RFC 8092).
 */
#ifndef ANYNS_CONFIG_COMMUNITY_H
#define ANYNS_CONFIG_COMMUNITY_H

#include "config/config_table.h"

/*
 * `A:B` with 16 bits each, or one of the names in the IANA registry that a service may want. Sets
 * `community` (host byte order) and returns NULL; or returns what is wrong and sets `remedy`.
 */
const char *config_community_parse(const char *text, uint32_t *community,
				   const char **remedy) NODISCARD;

/* `A:B:C` with 32 bits each; false for anything else. */
bool config_community_parse_large(const char *text, uint32_t large[static 3]) NODISCARD;

/* Lists, or single ones, to a struct config_peer; those with an error are left out. */
config_reader config_community_read;
config_reader config_community_read_large;

#endif
