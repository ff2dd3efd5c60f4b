/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * announcer_change.h - the way of another `announce:` from the server to the announcer.
 *
 * In two steps, because a reload is all or nothing, and not all of it is the announcer's: it gets
 * everything ready and says so; then the server, when nothing else stands in the way, has it done.
 * The configuration travels as a sealed file in memory: of any size, and nobody can change it on
 * the way.
 */
#ifndef ANNOUNCE_ANNOUNCER_CHANGE_H
#define ANNOUNCE_ANNOUNCER_CHANGE_H

#include "announce/announcer.h"

/* ------------------------------------------------------------ in the server */

/*
 * Has the announcer prepare for `next`, and waits for its word: two seconds at most, as it answers
 * within one turn of its loop. `serial` is another one each time. Events that come meanwhile go to
 * `other`. false with an error in the report: nothing has changed.
 */
bool announcer_prepare(const struct announcer *announcer, const struct config *next,
		       uint32_t serial,
		       void (*other)(void *context, const struct announcer_event *event),
		       void *context, struct report *report) NODISCARD;

/* Has it done, or forgotten. false with errno: the announcer takes no orders. */
bool announcer_commit(const struct announcer *announcer) NODISCARD;
void announcer_abort(const struct announcer *announcer);

/* ------------------------------------------------------------ in the announcer */

/* What came with the order; closes `fd`. NULL when it is not to be had. As announce_unpack(). */
struct config_announce *announcer_read_change(int fd) NODISCARD;

/* An order as announcer.h has them, and the descriptor that came with it or -1. As recv(2). */
ssize_t announcer_hear(int fd, struct announcer_order *order, int *attached) NODISCARD;

#endif
