/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_summary.h - the catchment for programs: the JSON object that ends every output.
 */
#ifndef ANYNS_PROBE_PROBE_SUMMARY_H
#define ANYNS_PROBE_PROBE_SUMMARY_H

#include <stdio.h>

#include "probe/probe_catchment.h"

/* In a line of its own; `vantage` may be NULL. */
void probe_summary_write(FILE *stream, const struct probe_catchment *catchment,
			 const char *vantage);

#endif
