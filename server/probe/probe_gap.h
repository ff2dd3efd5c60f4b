/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_gap.h - continuity of one series of queries: gaps between answers, outages. Pure.
 *
 * That a query is lost is known a timeout later than that the next one was answered; so outcomes
 * are put back into the order in which the queries were sent before they are judged.
 */
#ifndef ANYNS_PROBE_PROBE_GAP_H
#define ANYNS_PROBE_PROBE_GAP_H

#include "anyns/base.h"

enum {
	/* Outcomes kept back at most: a minute's timeout at thousands of queries a second. */
	PROBE_GAP_WINDOW = 1 << 18,
};

/* An uninterrupted run of lost queries. */
struct probe_outage {
	int64_t start_ns;  /* when the first one was sent */
	int64_t length_ns; /* to the answer of the next query that got one, or to the last one sent
			    */
	uint64_t lost;
	bool ended;
};

struct probe_gap_slot {
	int64_t sent_ns;
	int64_t done_ns;
	bool known;
	bool answered;
};

struct probe_gap {
	struct probe_gap_slot *slots; /* a ring, by seq; owned */
	size_t size;                  /* a power of two, or 0 */
	uint64_t next;                /* seq of the first outcome not judged yet */
	uint64_t end;                 /* behind the highest seq seen */
	int64_t last_done_ns;         /* of the last answer that came in; 0: none */
	int64_t last_sent_ns;
	int64_t longest_gap_ns;
	uint64_t outages;            /* begun so far */
	struct probe_outage now;     /* the one under way when now.lost > 0 */
	struct probe_outage last;    /* that ended; lost == 0: none */
	struct probe_outage longest; /* lost == 0: none */
};

enum probe_gap_event {
	PROBE_GAP_NOTHING = 0,
	PROBE_GAP_BEGAN = 1, /* an outage: gap->now is the one */
	PROBE_GAP_ENDED = 2, /* gap->last was it */
};

/*
 * The outcome of query `seq`, sent and answered at these times of any one clock. seq 0 begins
 * anew. Returns what became known by it, enum probe_gap_event or-ed.
 */
unsigned probe_gap_add(struct probe_gap *gap, uint64_t seq, int64_t sent_ns, int64_t done_ns,
		       bool answered);

/* Judges what is still kept back, as if nothing else came; ends what is under way. */
void probe_gap_finish(struct probe_gap *gap);

void probe_gap_free(struct probe_gap *gap);

#endif
