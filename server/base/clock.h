/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clock.h - the monotonic clock, for those who own an event loop. Pure rooms get the time as a
 * parameter.
 */
#ifndef ANYNS_BASE_CLOCK_H
#define ANYNS_BASE_CLOCK_H

#include "anyns/monotime.h"

/* CLOCK_MONOTONIC: never set back, stands still while the machine sleeps. Any thread. */
struct monotime clock_now(void);

#endif
