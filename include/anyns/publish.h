/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * publish.h - hands the current view from the thread that loads to the threads that answer
 * (liburcu, qsbr).
 *
 * A reader thread calls publish_enter() first and publish_leave() last. Between publish_read() and
 * the next publish_rest() or publish_sleep() the view it got stays valid. It rests once per batch
 * and sleeps around every call that may block, or the loader waits for it forever.
 */
#ifndef ANYNS_PUBLISH_H
#define ANYNS_PUBLISH_H

#include "anyns/answer.h"

struct publish;

struct publish *publish_new(void) NODISCARD; /* NULL when out of memory */
void publish_free(struct publish *publish); /* no reader may be left; the view stays the caller's */

/*
 * Makes `view` the current one and waits until no reader uses the old, which is returned to be
 * freed (NULL at first). Never called by a reader thread.
 */
const struct answer_view *publish_swap(struct publish *publish, const struct answer_view *view);

void publish_enter(void);
void publish_leave(void);
const struct answer_view *publish_read(const struct publish *publish);
void publish_rest(void);  /* quiescent state: the view read before is no longer used */
void publish_sleep(void); /* about to block */
void publish_wake(void);  /* back from it */

#endif
