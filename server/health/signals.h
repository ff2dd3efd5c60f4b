/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * signals.h - each signal's last value as words, for `anyns status`.
 *
 * The health thread gathers them a few times a second; any thread reads.
 */
#ifndef ANYNS_HEALTH_SIGNALS_H
#define ANYNS_HEALTH_SIGNALS_H

#include "anyns/monotime.h"
#include "health/reason.h"

struct evidence_server;
struct settings;
struct signals;
struct soft;

enum {
	SIGNALS_MAX = 96, /* further listen addresses are left out */
	SIGNAL_NAME = 80,
};

struct signal_value {
	char name[SIGNAL_NAME];
	struct reason words;
	struct monotime at; /* when it was so; never: it never was */
};

/* NULL when out of memory. */
struct signals *signals_new(void) NODISCARD;
void signals_free(struct signals *signals); /* NULL is legal */

/* Once per turn; does nothing in most of them. */
void signals_gather(struct signals *signals, const struct settings *settings,
		    const struct evidence_server *server, const struct soft *soft,
		    struct monotime now);

/* Any thread; false past the last. */
bool signals_read(struct signals *signals, size_t index, struct signal_value *value);

#endif
