/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_atlas.h - results of RIPE Atlas DNS measurements as records.
 *
 * The format is "Measurement Result Format" of atlas.ripe.net, DNS lookup, firmware 4460 and
 * later: a result has either `result` or `error`, or a `resultset` of such; the answer is `abuf`,
 * the whole message in base64. The vantage point is the probe, the question stands for the
 * measurement ("msm 10310"), because a result that is an error does not tell its question.
 */
#ifndef ANYNS_PROBE_PROBE_ATLAS_H
#define ANYNS_PROBE_PROBE_ATLAS_H

#include <jansson.h>

#include "probe/probe_record.h"

/* One result; how many records it held, 0 when it is none of a DNS measurement. */
size_t probe_atlas_result(const json_t *result, const struct probe_sink *sink);

/* A text that holds one result or an array of them; false with the place when it is not JSON. */
bool probe_atlas_text(const char *text, size_t size, const struct probe_sink *sink, size_t *records,
		      json_error_t *error) NODISCARD;

#endif
