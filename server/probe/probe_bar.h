/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_bar.h - which parts of its time a series' bar is made of. Pure.
 */
#ifndef ANYNS_PROBE_PROBE_BAR_H
#define ANYNS_PROBE_PROBE_BAR_H

#include "probe/probe_catchment.h"

/* A time in which the shares were those of one bin. */
struct probe_bar_column {
	int64_t from_ns; /* since 1970 */
	int64_t to_ns;
	size_t bin;
	uint64_t total; /* queries in that bin */
};

/*
 * The columns of a series in the order of time, at most one for each bin; their number. Between
 * them may be gaps: longer silences, in which nothing was asked.
 */
size_t probe_bar_columns(const struct probe_catchment *catchment, const struct probe_series *series,
			 struct probe_bar_column columns[static PROBE_BINS]);

/* The usual time between two queries of the series; 0 for a single one. */
int64_t probe_bar_interval(const struct probe_series *series);

#endif
