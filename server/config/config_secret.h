/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_secret.h - `secret:`, the keys of DNS cookies (RFC 9018).
 */
#ifndef ANYNS_CONFIG_SECRET_H
#define ANYNS_CONFIG_SECRET_H

#include "config/config_table.h"

/* Sets the three secrets of context->config; the target is not used. */
config_reader config_secret_read;

#endif
