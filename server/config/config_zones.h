/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_zones.h - `zones:` and `zone-directory:`.
 */
#ifndef ANYNS_CONFIG_ZONES_H
#define ANYNS_CONFIG_ZONES_H

#include "config/config_table.h"

/* Both append to the zones of context->config; the target is not used. */
config_reader config_zones_read;
config_reader config_zones_read_directory;

/* No name twice, whichever way it came in, and none of them the identity name. */
void config_zones_check(const struct config_context *context);

#endif
