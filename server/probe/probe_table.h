/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_table.h - the catchment for people: a table and what it takes a second look to see.
 */
#ifndef ANYNS_PROBE_PROBE_TABLE_H
#define ANYNS_PROBE_PROBE_TABLE_H

#include <stdio.h>

#include "probe/probe_catchment.h"

/* A row for each instance of each series; columns that would be the same everywhere left out. */
void probe_table_print(FILE *stream, const struct probe_catchment *catchment);

/* Below it: outages, gaps, changes, replies not believed; and all in one line. */
void probe_table_notes(FILE *stream, const struct probe_catchment *catchment);

/* What tells the series from the others in a few words; empty when there are no others. */
void probe_table_name(char *text, size_t size, const struct probe_series *series,
		      struct probe_parts parts);

/* A duration as people read it: "412 us", "3.1 ms", "12 s". */
const char *probe_table_time(char text[static 16], int64_t ns);

#endif
