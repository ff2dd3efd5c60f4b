/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reason.h - a short text that says why, without stdio and without memory.
 *
 * Reasons go to the log, to `anyns status` and, cut to 255 bytes, to routers (RFC 9003).
 */
#ifndef ANYNS_HEALTH_REASON_H
#define ANYNS_HEALTH_REASON_H

#include "anyns/base.h"

/* All zero is the empty reason. What does not fit is cut. */
struct reason {
	char text[192]; /* ends with NUL */
};

/* Replaces the text; NULL empties it. The source may lie in the same reason. */
void reason_set(struct reason *reason, const char *text);

void reason_add(struct reason *reason, const char *text);
void reason_add_number(struct reason *reason, uint64_t number);

/* A duration in the unit that reads best, rounded down: "480 ms", "40 s", "10 min". */
void reason_add_duration(struct reason *reason, int64_t ns);

#endif
