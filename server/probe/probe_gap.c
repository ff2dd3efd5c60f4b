/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/probe_gap.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SIZE = 64 };

static struct probe_gap_slot *
slot_of(const struct probe_gap *gap, uint64_t seq)
{
	return &gap->slots[seq & (gap->size - 1)];
}

static void
keep_longest(struct probe_gap *gap)
{
	if (gap->longest.lost == 0 || gap->now.length_ns > gap->longest.length_ns)
		gap->longest = gap->now;
}

/* The next outcome in the order of sending. */
static unsigned
judge(struct probe_gap *gap, const struct probe_gap_slot *slot)
{
	unsigned events = PROBE_GAP_NOTHING;

	gap->last_sent_ns = slot->sent_ns;
	if (!slot->answered) {
		if (gap->now.lost == 0) {
			gap->now.start_ns = slot->sent_ns;
			gap->outages++;
			events = PROBE_GAP_BEGAN;
		}
		gap->now.lost++;
		gap->now.length_ns = slot->sent_ns - gap->now.start_ns;
	} else if (gap->now.lost > 0) {
		gap->now.length_ns = slot->done_ns - gap->now.start_ns;
		gap->now.ended = true;
		gap->last = gap->now;
		keep_longest(gap);
		gap->now = (struct probe_outage){0};
		events = PROBE_GAP_ENDED;
	}
	return events;
}

/* Judges from `next` on: while outcomes are known, or up to `end` whether they are or not. */
static unsigned
advance(struct probe_gap *gap, uint64_t end)
{
	unsigned events = PROBE_GAP_NOTHING;

	while (gap->next < gap->end) {
		struct probe_gap_slot *slot = slot_of(gap, gap->next);
		if (slot->known)
			events |= judge(gap, slot);
		else if (gap->next >= end)
			break;
		*slot = (struct probe_gap_slot){0};
		gap->next++;
	}
	return events;
}

/* Room for the outcomes from `next` to `seq`; false when out of memory or the window. */
static bool
make_room(struct probe_gap *gap, uint64_t seq)
{
	size_t size = gap->size ? gap->size : FIRST_SIZE;

	while (size <= seq - gap->next && size < PROBE_GAP_WINDOW)
		size *= 2;
	if (size == gap->size)
		return seq - gap->next < size;
	struct probe_gap_slot *slots = calloc(size, sizeof(*slots));
	if (!slots)
		return false;
	for (uint64_t i = gap->next; i < gap->end; i++)
		slots[i & (size - 1)] = *slot_of(gap, i);
	free(gap->slots);
	gap->slots = slots;
	gap->size = size;
	return seq - gap->next < size;
}

static void
see_answer(struct probe_gap *gap, int64_t done_ns)
{
	if (gap->last_done_ns != 0 && done_ns - gap->last_done_ns > gap->longest_gap_ns)
		gap->longest_gap_ns = done_ns - gap->last_done_ns;
	if (done_ns > gap->last_done_ns)
		gap->last_done_ns = done_ns;
}

unsigned
probe_gap_add(struct probe_gap *gap, uint64_t seq, int64_t sent_ns, int64_t done_ns, bool answered)
{
	unsigned events = PROBE_GAP_NOTHING;

	if (answered)
		see_answer(gap, done_ns);
	if (seq == 0 && gap->next > 0) { /* another run of the same series */
		probe_gap_finish(gap);
		gap->now = (struct probe_outage){0};
		gap->next = gap->end = 0;
	}
	if (seq < gap->next)
		return events;
	if (!make_room(gap, seq)) {
		/* Somebody else's numbers leave such a hole; it cannot be waited for. */
		if (!gap->size)
			return events;
		events |= advance(gap, gap->end);
		gap->next = gap->end = seq;
	}
	*slot_of(gap, seq) = (struct probe_gap_slot){sent_ns, done_ns, true, answered};
	gap->end = seq + 1 > gap->end ? seq + 1 : gap->end;
	return events | advance(gap, gap->next);
}

void
probe_gap_finish(struct probe_gap *gap)
{
	if (gap->size)
		(void)advance(gap, gap->end);
	if (gap->now.lost > 0)
		keep_longest(gap);
}

void
probe_gap_free(struct probe_gap *gap)
{
	free(gap->slots);
	*gap = (struct probe_gap){0};
}
