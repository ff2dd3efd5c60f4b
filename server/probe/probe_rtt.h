/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_rtt.h - a histogram of round-trip times: any number of them in a fixed space. Pure.
 *
 * Buckets grow with the value, 32 to each doubling, so a percentile is exact to 1.6 % (half a
 * bucket) whether it is of microseconds or of seconds; minimum and maximum are exact.
 */
#ifndef ANYNS_PROBE_PROBE_RTT_H
#define ANYNS_PROBE_PROBE_RTT_H

#include "anyns/base.h"

enum {
	PROBE_RTT_UNIT_NS =
		128, /* of the finest bucket; loopback answers in tens of microseconds */
	PROBE_RTT_BUCKETS = 832, /* up to 2^30 units: more than two minutes, twice any timeout */
};

struct probe_rtt {
	uint64_t count;
	int64_t min_ns;
	int64_t max_ns;
	uint32_t buckets[PROBE_RTT_BUCKETS];
};

/* All zero is a valid empty histogram. Negative times count as 0. */
void probe_rtt_add(struct probe_rtt *rtt, int64_t ns);
void probe_rtt_merge(struct probe_rtt *to, const struct probe_rtt *from);

/* The smallest time that `percent` (0 to 100) of all do not exceed; 0 when there are none. */
int64_t probe_rtt_percentile(const struct probe_rtt *rtt, double percent);

#endif
