/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_runtime.h - `state-directory:` and `control:`, where a running server remembers and hears.
 */
#ifndef ANYNS_CONFIG_RUNTIME_H
#define ANYNS_CONFIG_RUNTIME_H

#include "config/config_table.h"

/* Both set fields of context->config; the target is not used. */
config_reader config_runtime_read_state;
config_reader config_runtime_read_control;

#endif
