/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * priority.h - before workers at full load: the two that follow faults, the health thread and the
 * announcer.
 *
 * Both or neither. The announcer counts its own ticks without a renewal of the lease; one that goes
 * on ticking while the health thread waits for a CPU withdraws a healthy server under load.
 */
#ifndef ANYNS_BASE_PRIORITY_H
#define ANYNS_BASE_PRIORITY_H

#include "anyns/base.h"

/*
 * Before the announcer is forked and root given up: what priority_take() may do in this process
 * and its children from then on. Quietly does without where it has no right to.
 */
void priority_allow(void);

/*
 * The calling thread goes before others: by the lowest real-time priority, which costs them nothing
 * as long as it sleeps, or where that is not to be had, by a nice value. Returns whether it is
 * real-time. Call it with the privileges that stay: then both get the same answer.
 */
bool priority_take(void);

#endif
