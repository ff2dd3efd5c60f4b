/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * restart_needed.h - what a reload read and cannot follow, told to the operator key by key.
 */
#ifndef ANYNS_SERVE_RESTART_NEEDED_H
#define ANYNS_SERVE_RESTART_NEEDED_H

#include "anyns/config.h"
#include "anyns/report.h"

/*
 * A warning for each key that stays as it is in `old`, the configuration in force, although `next`
 * has another value; `next` then has the one that stays, so that it tells the truth about what is
 * in force. `announcing`: there is an announcer; without one `announce:` counts from the next start
 * on.
 */
void restart_needed(struct config *old, struct config *next, bool announcing,
		    struct report *report);

#endif
