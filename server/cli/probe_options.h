/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_options.h - the command line of `anyns probe`.
 */
#ifndef ANYNS_CLI_PROBE_OPTIONS_H
#define ANYNS_CLI_PROBE_OPTIONS_H

#include "probe/prober.h"

enum probe_form {
	PROBE_FORM_ASK,
	PROBE_FORM_AGENTS,
	PROBE_FORM_READ,
	PROBE_FORM_ATLAS,
};

struct probe_options {
	enum probe_form form;
	const char *first; /* the argument of --agents, --read or --atlas */
	char **more;       /* further files of --read and --atlas, in argv */
	size_t more_count;
	bool json;
	bool quiet;
	bool verbose;
	const char *svg;         /* NULL: no picture */
	struct prober_plan plan; /* of PROBE_FORM_ASK; targets and questions are owned */
	bool done;               /* nothing left to do: --help was printed or the usage was wrong */
	int status;              /* then the exit status */
};

/* Parses them; argv[0] is the command's name. What is wrong is told on standard error. */
struct probe_options probe_options_parse(int argc, char **argv);
void probe_options_free(struct probe_options *options);

/* "100us", "1.5s", "2m" to nanoseconds; false when it is not a duration. */
bool probe_options_duration(const char *text, int64_t *ns) NODISCARD;

#endif
