/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/lease_watch.h"

static uint64_t
term_of(uint64_t renewal)
{
	return renewal >> 48;
}

enum lease_status
lease_watch_tick(struct lease_watch *watch, uint64_t renewal)
{
	bool renewed = renewal != watch->seen;

	watch->seen = renewal;
	watch->missed = renewed ? 0 : watch->missed + 1;
	switch (watch->status) {
	case LEASE_UNBORN:
		/* Any first renewal: a server may take long to load and has announced nothing. */
		if (renewed)
			watch->status = LEASE_HOLDS;
		break;
	case LEASE_HOLDS:
		if (watch->missed >= LEASE_TICKS) {
			watch->status = LEASE_LAPSED;
			watch->term = term_of(renewal);
		}
		break;
	case LEASE_LAPSED:
		if (renewed && term_of(renewal) != watch->term)
			watch->status = LEASE_HOLDS;
		break;
	}
	return watch->status;
}
