/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_health.h - `health:`, what the health thread and the gates are told.
 */
#ifndef ANYNS_CONFIG_HEALTH_H
#define ANYNS_CONFIG_HEALTH_H

#include "config/config_table.h"

/* What holds without `health:`. */
void config_health_defaults(struct config_health *health);

/* Sets the health of context->config; the target is not used. */
config_reader config_health_read;

/* What `health:` and other keys must not be together; when all are read. */
void config_health_check(const struct config_context *context);

void config_health_free(struct config_health *health);

#endif
