/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * health_turn.h - one turn of the sidecar thread.
 */
#ifndef ANYNS_HEALTH_HEALTH_TURN_H
#define ANYNS_HEALTH_HEALTH_TURN_H

struct health;

/*
 * Looks at the workers and sockets, judges, steps the gates, renews the lease, asks. In the health
 * thread, online as a reader of publish.h. Never waits.
 */
void health_turn(struct health *h);

#endif
