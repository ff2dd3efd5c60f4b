/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * announcer_process.h - what runs in the announcer: the loop that follows the lease.
 */
#ifndef ANNOUNCE_ANNOUNCER_PROCESS_H
#define ANNOUNCE_ANNOUNCER_PROCESS_H

#include "announce/driver.h"
#include "announce/listeners.h"
#include "anyns/config.h"
#include "anyns/lease.h"
#include "anyns/log.h"
#include "base/privileges.h"

struct announcer_setup {
	const struct config *config;
	const struct lease *lease;
	const struct privileges *user; /* to become; NULL: the one that it is */
	struct log *log;
	int fd; /* our end of the socketpair: orders in, struct announcer_event out */
	const struct listeners *listeners; /* open; the loop's, which closes them */
	struct drivers *drivers;           /* prepared */
};

/*
 * Holds the sessions until it is told to stop or the other end of the socketpair closes; either way
 * everything is withdrawn when it returns. false: it could not begin, the log says why.
 */
bool announcer_process_run(const struct announcer_setup *setup) NODISCARD;

#endif
