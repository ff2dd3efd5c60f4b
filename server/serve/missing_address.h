/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * missing_address.h - tells of addresses to answer on that this machine does not have.
 *
 * That is legal, for they may come later, and a misspelt one looks just so: it is bound, serves
 * nobody, and nothing else would say it.
 */
#ifndef ANYNS_SERVE_MISSING_ADDRESS_H
#define ANYNS_SERVE_MISSING_ADDRESS_H

#include "anyns/config.h"
#include "anyns/log.h"

/* A line in the log when there are any. Waits for nothing. */
void missing_address_tell(const struct config *config, struct log *log);

#endif
