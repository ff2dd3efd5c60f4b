/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_files.h - files with observations: outputs of probes, results of RIPE Atlas.
 */
#ifndef ANYNS_PROBE_PROBE_FILES_H
#define ANYNS_PROBE_PROBE_FILES_H

#include "anyns/report.h"
#include "probe/probe_record.h"

/*
 * Reads the output of `anyns probe --json`. `word` is NAME=FILE or FILE, "-" being standard input.
 * false: the file cannot be read or holds nothing; a line that is none of ours is a warning.
 */
bool probe_files_read(const char *word, const struct probe_sink *sink,
		      struct report *report) NODISCARD;

/* The same for RIPE Atlas results: a JSON array, or an object on each line. */
bool probe_files_atlas(const char *path, const struct probe_sink *sink,
		       struct report *report) NODISCARD;

#endif
