/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_view.h - what is printed while queries are asked: JSON, lines, or a table kept up to date.
 */
#ifndef ANYNS_PROBE_PROBE_VIEW_H
#define ANYNS_PROBE_PROBE_VIEW_H

#include <stdio.h>

#include "probe/probe_catchment.h"

enum probe_view_mode {
	PROBE_VIEW_QUIET,   /* only the summary */
	PROBE_VIEW_LINES,   /* changes and outages */
	PROBE_VIEW_VERBOSE, /* and each query */
	PROBE_VIEW_LIVE,    /* changes and outages, and the table below them */
};

struct probe_view {
	FILE *stream;
	enum probe_view_mode mode;
	bool json;
	const char *vantage; /* of the summary; NULL: none */
	struct probe_catchment *catchment;
	/* Own. */
	size_t drawn;       /* lines of the table on the screen */
	int64_t second;     /* of the events counted */
	unsigned events;    /* told in this second */
	uint64_t swallowed; /* not told in it */
};

/* Adds the record to the catchment and prints what there is to say. */
void probe_view_record(struct probe_view *view, const struct probe_record *record);

/* Draws the table anew, where there is one. To be called a few times a second. */
void probe_view_draw(struct probe_view *view);

/* Finishes the catchment and prints the summary. */
void probe_view_finish(struct probe_view *view);

#endif
