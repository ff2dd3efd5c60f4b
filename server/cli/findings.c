/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/findings.h"

#include <stdio.h>

void
findings_print(const struct report *report, bool quiet)
{
	char line[4096];
	if (!quiet) {
		report_print(report, stdout);
		return;
	}
	for (size_t i = 0; i < report->count; i++)
		if (report->findings[i].severity == SEVERITY_ERROR)
			puts(report_line(&report->findings[i], line, sizeof line));
}

void
findings_print_loaded(const struct loaded *loaded, bool quiet)
{
	findings_print(&loaded->report, quiet);
	for (size_t i = 0; i < loaded->count; i++)
		findings_print(&loaded->zones[i].report, quiet);
}
