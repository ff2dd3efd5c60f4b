/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exabgp_child.h - the process that ExaBGP starts: `anyns exabgp SOCKET PREFIX...`.
 */
#ifndef ANNOUNCE_EXABGP_CHILD_H
#define ANNOUNCE_EXABGP_CHILD_H

#include "anyns/log.h"

struct exabgp_child_setup {
	const char *socket;          /* the announcer's, see exabgp_driver.c */
	const char *const *prefixes; /* those to withdraw first; none: those the announcer names */
	size_t prefix_count;
	int in;  /* from ExaBGP */
	int out; /* to ExaBGP; becomes non-blocking */
	struct log *log;
};

/*
 * Runs until ExaBGP closes `in` or `out`. false, with a reason in the log: a prefix that is none, a
 * path that is too long, no memory, or an ExaBGP that no longer answers; it starts the next one.
 */
bool exabgp_child_run(const struct exabgp_child_setup *setup) NODISCARD;

#endif
