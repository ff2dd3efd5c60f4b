/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_announce.h - `announce:`, which prefixes are announced to whom.
 */
#ifndef ANYNS_CONFIG_ANNOUNCE_H
#define ANYNS_CONFIG_ANNOUNCE_H

#include "config/config_table.h"

/* Sets the announcement of context->config; the target is not used. */
config_reader config_announce_read;

/* What can only be said once the addresses of `listen:` are known. */
void config_announce_check(const struct config_context *context);

void config_announce_free(struct config_announce *announce);

#endif
