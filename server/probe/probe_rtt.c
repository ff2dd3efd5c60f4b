/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/probe_rtt.h"

enum {
	HALF = 32, /* buckets to a doubling */
	HALF_BITS = 5,
};

static size_t
bucket_of(int64_t ns)
{
	uint64_t units = ns > 0 ? (uint64_t)ns / PROBE_RTT_UNIT_NS : 0;
	unsigned shift = 0;

	while (units >> shift >= 2 * HALF)
		shift++;
	return size_min((size_t)shift * HALF + (size_t)(units >> shift), PROBE_RTT_BUCKETS - 1);
}

/* The middle of a bucket. */
static int64_t
middle_of(size_t bucket)
{
	unsigned shift = bucket < 2 * HALF ? 0 : (unsigned)(bucket >> HALF_BITS) - 1;
	int64_t low = ((int64_t)bucket - (int64_t)shift * HALF) << shift;

	return (low * 2 + ((int64_t)1 << shift)) * PROBE_RTT_UNIT_NS / 2;
}

void
probe_rtt_add(struct probe_rtt *rtt, int64_t ns)
{
	ns = ns > 0 ? ns : 0;
	if (rtt->count == 0 || ns < rtt->min_ns)
		rtt->min_ns = ns;
	if (rtt->count == 0 || ns > rtt->max_ns)
		rtt->max_ns = ns;
	rtt->count++;
	rtt->buckets[bucket_of(ns)]++;
}

void
probe_rtt_merge(struct probe_rtt *to, const struct probe_rtt *from)
{
	if (from->count == 0)
		return;
	if (to->count == 0 || from->min_ns < to->min_ns)
		to->min_ns = from->min_ns;
	if (to->count == 0 || from->max_ns > to->max_ns)
		to->max_ns = from->max_ns;
	to->count += from->count;
	for (size_t i = 0; i < PROBE_RTT_BUCKETS; i++)
		to->buckets[i] += from->buckets[i];
}

int64_t
probe_rtt_percentile(const struct probe_rtt *rtt, double percent)
{
	/* The nearest rank: the first that is not below the share asked for. */
	double rank = percent / 100 * (double)rtt->count;
	uint64_t seen = 0;

	for (size_t i = 0; i < PROBE_RTT_BUCKETS && rank < (double)rtt->count; i++) {
		seen += rtt->buckets[i];
		if (seen == 0 || (double)seen < rank)
			continue;
		int64_t middle = middle_of(i);
		middle = middle < rtt->min_ns ? rtt->min_ns : middle;
		return middle > rtt->max_ns ? rtt->max_ns : middle;
	}
	return rtt->max_ns;
}
