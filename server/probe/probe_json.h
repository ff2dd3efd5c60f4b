/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_json.h - reads what probe_record.h and probe_summary.h write.
 */
#ifndef ANYNS_PROBE_PROBE_JSON_H
#define ANYNS_PROBE_PROBE_JSON_H

#include "probe/probe_record.h"

enum probe_line {
	PROBE_LINE_QUERY,
	PROBE_LINE_SUMMARY, /* the noise of its series was told to the sink */
	PROBE_LINE_BAD,     /* none of them */
};

/*
 * One line. Its vantage point is `name` when it has none itself or `rename` is set; `name` may be
 * NULL. Unknown members are passed over.
 */
enum probe_line probe_json_read(const char *line, size_t size, const char *name, bool rename,
				const struct probe_sink *sink);

#endif
