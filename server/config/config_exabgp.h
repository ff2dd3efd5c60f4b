/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_exabgp.h - `announce: exabgp:`, announcing through ExaBGP.
 */
#ifndef ANYNS_CONFIG_EXABGP_H
#define ANYNS_CONFIG_EXABGP_H

#include "config/config_table.h"

/* Reads the mapping `node` to context->config->announce.exabgp. */
config_reader config_exabgp_read;

void config_exabgp_free(struct config_exabgp *exabgp);

#endif
