/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_catchment.h - who is served by which instance: all records added up. Pure but for memory.
 *
 * A series is a vantage point, a target, a transport and a question. Each has a share for each
 * instance that answered it, and one for its losses; a share counts over all and over time. Time is
 * divided into PROBE_BINS bins of one width for all series; the width doubles, and neighbours are
 * added up, whenever a record does not fit. So any number of records of any length takes the same
 * space.
 */
#ifndef ANYNS_PROBE_PROBE_CATCHMENT_H
#define ANYNS_PROBE_PROBE_CATCHMENT_H

#include "anyns/base.h"
#include "probe/probe_gap.h"
#include "probe/probe_record.h"
#include "probe/probe_rtt.h"

enum {
	PROBE_BINS = 256,
	/* A server that makes up a name with each answer must not fill our memory. */
	PROBE_INSTANCES_MAX = 1000,
	PROBE_NO_INSTANCE = -1, /* answered, without a name */
	PROBE_LOSS = -2,        /* not answered */
};

struct probe_share {
	int instance; /* index of catchment->instances, PROBE_NO_INSTANCE or PROBE_LOSS */
	uint64_t count;
	int64_t first_ns; /* sending times of the first and last such query, since 1970 */
	int64_t last_ns;
	struct probe_rtt rtt;
	uint32_t bins[PROBE_BINS];
};

struct probe_series {
	char *vantage; /* "" when there is none */
	char *target;
	char *transport;
	char *question;
	uint64_t outcomes[PROBE_OUTCOMES];
	uint64_t bad;  /* replies that were not believed */
	uint64_t late; /* answers that came when their query was lost already */
	uint64_t changes;
	int64_t first_ns; /* sending times of the first and last query, since 1970 */
	int64_t last_ns;
	struct probe_gap gap;
	struct probe_share **shares; /* in order of appearance */
	size_t share_count;
	int last_instance; /* of the last answer; PROBE_LOSS: none yet */
};

struct probe_catchment {
	struct probe_series **series; /* in order of appearance */
	size_t count;
	size_t capacity;
	void *index;      /* tsearch(3) tree of them */
	char **instances; /* after PROBE_INSTANCES_MAX names one more, "(others)" */
	size_t instance_count;
	bool begun;
	int64_t first_ns; /* sending times of the first and last query of all */
	int64_t last_ns;
	int64_t origin_ns; /* where bin 0 begins, a multiple of the width */
	int64_t width_ns;
	bool full; /* a record was dropped: out of memory */
};

/* What a record was, in its series. */
struct probe_news {
	struct probe_series *series; /* NULL: dropped, catchment->full is set */
	bool first;                  /* the first answer of this series */
	bool change;                 /* another instance than the one before */
	int before;                  /* which */
	bool fresh;                  /* the instance never answered this series before */
	unsigned gap;                /* enum probe_gap_event */
	uint64_t seq;                /* the record's, or what was next */
};

/* All zero is a valid empty catchment. */
void probe_catchment_clear(struct probe_catchment *catchment);

/* Adds a record. */
struct probe_news probe_catchment_add(struct probe_catchment *catchment,
				      const struct probe_record *record);

/* Counts replies of the record's series that were not believed or came late. */
void probe_catchment_noise(struct probe_catchment *catchment, const struct probe_record *record,
			   uint64_t bad, uint64_t late);

/* Nothing else comes: ends the outages under way and sorts the series by name. */
void probe_catchment_finish(struct probe_catchment *catchment);

/* The instance's name, or what stands for none. */
const char *probe_catchment_instance(const struct probe_catchment *catchment, int instance);

/* The share of an instance or of PROBE_LOSS, or NULL. */
struct probe_share *probe_series_share(const struct probe_series *series, int instance);
uint64_t probe_series_asked(const struct probe_series *series);
uint64_t probe_series_lost(const struct probe_series *series);
/* Of all answers, into `rtt`. */
void probe_series_rtt(const struct probe_series *series, struct probe_rtt *rtt);

/* Which parts of their names tell series apart; "udp" and such, if it is also not the default. */
struct probe_parts {
	bool vantage;
	bool target;
	bool transport;
	bool question;
};
struct probe_parts probe_catchment_parts(const struct probe_catchment *catchment);

#endif
