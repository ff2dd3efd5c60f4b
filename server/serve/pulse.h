/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pulse.h - whether the whole server is alive, not only the thread that says so.
 *
 * A watchdog that the main thread feeds by a timer proves that a timer works. So what must move is
 * looked at: the turns of each UDP worker, which come ten times a second even when there is nothing
 * to do; those of the TCP thread, which sleeps while nothing is in its queue; the renewals of the
 * health thread. Main thread only.
 */
#ifndef ANYNS_SERVE_PULSE_H
#define ANYNS_SERVE_PULSE_H

#include "net/net.h"

struct pulse {
	uint64_t turns[NET_WORKERS_MAX];
	uint64_t renewal;
	bool taken; /* there is something to compare with */
};

/*
 * Whether everything has moved since the call before that returned true; the first one does. When
 * not, `stuck` names what. Calls are at least 200 ms apart: a worker may rest for 100. `lease`:
 * NULL without announcements.
 */
bool pulse_beats(struct pulse *pulse, struct net *net, const struct config *config,
		 const struct lease *lease, char stuck[static 32]) NODISCARD;

#endif
