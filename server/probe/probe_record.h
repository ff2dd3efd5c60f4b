/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_record.h - what became of one query, whoever sent it: the unit that everything in this
 * room passes on, and one line of JSON.
 */
#ifndef ANYNS_PROBE_PROBE_RECORD_H
#define ANYNS_PROBE_PROBE_RECORD_H

#include <stdio.h>

#include "anyns/base.h"

enum probe_outcome {
	PROBE_ANSWER,
	/* All others are loss. */
	PROBE_TIMEOUT,
	PROBE_UNREACHABLE, /* an ICMP error, no route, a connection refused */
	PROBE_CLOSED,      /* the connection ended before the answer */
	PROBE_MALFORMED,   /* the connection brought something else */
	PROBE_FAILED,      /* it could not be sent */
};

#define PROBE_OUTCOMES (PROBE_FAILED + 1)

/* The texts are borrowed: whoever keeps a record copies them. NULL or empty: not known. */
struct probe_record {
	const char *vantage;
	const char *target;    /* ADDRESS@PORT */
	const char *transport; /* "udp", "tcp" */
	const char *question;
	uint64_t seq;    /* in its series: vantage, target, transport and question */
	int64_t sent_ns; /* since 1970, from 0 to PROBE_TIME_MAX_S */
	int64_t rtt_ns;  /* of an answer */
	enum probe_outcome outcome;
	const char *instance; /* NULL: the answer names none */
	const char *nsid;
	const char *txt;
	int rcode; /* -1: not known */
	size_t size;
	const char *source;
	const char *subnet;
	bool change; /* the answer before came from another instance */
};

/*
 * Nobody measures after the year 2096. Readers refuse such times, so that sums and differences of
 * those in a record stay far from 2^63 nanoseconds.
 */
#define PROBE_TIME_MAX_S 4e9

/* For `seq`: the one after the last in its series, where whoever tells it does not count. */
#define PROBE_SEQ_NEXT UINT64_MAX

/* Whom records are told. */
struct probe_sink {
	void (*record)(void *context, const struct probe_record *record);
	/* Replies not believed, or later than the timeout; `record` only names the series. */
	void (*noise)(void *context, const struct probe_record *record, uint64_t bad,
		      uint64_t late);
	void *context;
};

/* "answer", "timeout", ... */
const char *probe_outcome_text(enum probe_outcome outcome);
/* false: there is no such outcome. */
bool probe_outcome_parse(const char *text, enum probe_outcome *outcome) NODISCARD;

/* The record as a JSON object in a line of its own. */
void probe_record_write(const struct probe_record *record, FILE *stream);

#endif
