/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * descriptors.h - how many TCP connections the limit of open files leaves room for.
 */
#ifndef ANYNS_NET_DESCRIPTORS_H
#define ANYNS_NET_DESCRIPTORS_H

#include "anyns/config.h"

/*
 * Raises the soft limit of open files as far as `config` needs and the hard one lets us. Returns
 * `tcp_clients` of the configuration, or with a warning as many as there is room for beside what
 * `workers` threads and everything else need, at least 1.
 */
unsigned descriptors_for_clients(const struct config *config, unsigned workers,
				 struct report *report);

#endif
