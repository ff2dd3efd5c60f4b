/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/options.h"

#include <getopt.h>
#include <stdio.h>

#include "anyns/config.h"
#include "cli/cli.h"

static struct options
finish(struct options options, int status, FILE *stream, const char *help)
{
	fputs(help, stream);
	options.done = true;
	options.status = status;
	return options;
}

struct options
options_parse(int argc, char **argv, bool quiet, const char *help)
{
	static const struct option known[] = {
		{"config", required_argument, NULL, 'c'},
		{"quiet", no_argument, NULL, 'q'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct options options = {.config = CONFIG_DEFAULT_FILE};
	optind = 0; /* glibc: start anew, for callers that parse more than once */
	for (int c; (c = getopt_long(argc, argv, quiet ? "c:qh" : "c:h", known, NULL)) != -1;) {
		if (c == 'c')
			options.config = optarg;
		else if (c == 'q' && quiet)
			options.quiet = true;
		else if (c == 'h')
			return finish(options, EXIT_OK, stdout, help);
		else
			return finish(options, EXIT_USAGE, stderr, help);
	}
	if (optind < argc) {
		fprintf(stderr, "anyns %s: unexpected argument \"%s\"\n", argv[0], argv[optind]);
		return finish(options, EXIT_USAGE, stderr, help);
	}
	return options;
}
