/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_bird.h - `announce: tun:` and `announce: bird:`, routes that follow the link of a device.
 */
#ifndef ANYNS_CONFIG_BIRD_H
#define ANYNS_CONFIG_BIRD_H

#include "config/config_table.h"

/* Both set a part of context->config->announce; the target is not used. */
config_reader config_bird_read_tun;
config_reader config_bird_read;

/* What depends on the number of prefixes; when all of `announce:` is read. */
void config_bird_check(const struct config_context *context, const struct config_node *bird);

void config_bird_free(struct config_announce *announce);

#endif
