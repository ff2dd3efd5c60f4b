/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/options.h"

#include <getopt.h>
#include <stdio.h>

#include "anyns/config.h"
#include "cli/cli.h"

int
options_next(int argc, char **argv, const char *letters, const struct option *known)
{
	char *word = argv[0], name[64];

	snprintf(name, sizeof(name), "anyns %s", word);
	argv[0] = name;
	int c = getopt_long(argc, argv, letters, known, NULL);
	argv[0] = word;
	return c;
}

static struct options
finish(struct options options, int status, FILE *stream, const char *help)
{
	fputs(help, stream);
	options.done = true;
	options.status = status;
	return options;
}

/* false: an option that the command has not. */
static bool
take(struct options *options, int c, enum options_more more)
{
	if (c == 'c')
		options->config = optarg;
	else if (c == 'q' && more == OPTIONS_QUIET)
		options->quiet = true;
	else if (c == 'w' && more == OPTIONS_WAIT)
		options->wait = true;
	else if (c == 's' && more >= OPTIONS_ASK)
		options->socket = optarg;
	else if (c == 'j' && more >= OPTIONS_ASK)
		options->json = true;
	else
		return false;
	return true;
}

struct options
options_parse(int argc, char **argv, enum options_more more, const char *help)
{
	static const char *const letters[] = {
		[OPTIONS_NONE] = "c:h",     [OPTIONS_QUIET] = "c:qh",  [OPTIONS_ASK] = "c:s:jh",
		[OPTIONS_WAIT] = "c:s:jwh", [OPTIONS_WORD] = "c:s:jh",
	};
	static const struct option known[] = {
		{"config", required_argument, NULL, 'c'},
		{"quiet", no_argument, NULL, 'q'},
		{"socket", required_argument, NULL, 's'},
		{"json", no_argument, NULL, 'j'},
		{"wait", no_argument, NULL, 'w'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct options options = {.config = CONFIG_DEFAULT_FILE};
	optind = 0; /* glibc: start anew, for callers that parse more than once */
	for (int c; (c = options_next(argc, argv, letters[more], known)) != -1;) {
		if (c == 'h')
			return finish(options, EXIT_OK, stdout, help);
		if (!take(&options, c, more))
			return finish(options, EXIT_USAGE, stderr, help);
	}
	if (more == OPTIONS_WORD && optind < argc)
		options.word = argv[optind++];
	if (optind < argc) {
		fprintf(stderr, "anyns %s: unexpected argument \"%s\"\n", argv[0], argv[optind]);
		return finish(options, EXIT_USAGE, stderr, help);
	}
	return options;
}
