/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exabgp.c - the child that ExaBGP starts. Standard input and output are ExaBGP's; people are told
 * on standard error.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "announce/exabgp_child.h"
#include "announce/exabgp_line.h"
#include "cli/cli.h"

static const char help[] =
	"usage: anyns exabgp SOCKET [PREFIX...]\n"
	"\n"
	"Is started by ExaBGP, as `run` of a process section: takes from the server what is to be\n"
	"announced and tells ExaBGP. Begins by withdrawing, and withdraws when the server ends or\n"
	"falls silent.\n"
	"\n"
	"  SOCKET       `socket:` of `exabgp:` in the server's configuration\n"
	"  PREFIX       a prefix to withdraw at the start, server or not; only those are "
	"announced\n"
	"  -h, --help   this text\n"
	"\n"
	"Exit status: 0 ExaBGP has ended, 1 failed, 2 usage.\n";

static bool
wants_help(const char *word)
{
	return strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0;
}

static int
refuse(const char *what, const char *word)
{
	fprintf(stderr, "anyns exabgp: %s%s\n\n%s", what, word, help);
	return EXIT_USAGE;
}

int
cli_exabgp(int argc, char **argv)
{
	if (argc > 1 && wants_help(argv[1])) {
		fputs(help, stdout);
		return EXIT_OK;
	}
	if (argc < 2)
		return refuse("a socket is missing", "");
	if (argv[1][0] == '-')
		return refuse("unknown option ", argv[1]);
	for (int i = 2; i < argc; i++)
		if (!exabgp_line_is_prefix(argv[i]))
			return refuse("no prefix: ", argv[i]);
	struct exabgp_child_setup setup = {
		.socket = argv[1],
		.prefixes = (const char *const *)argv + 2,
		.prefix_count = (size_t)argc - 2,
		.in = STDIN_FILENO,
		.out = STDOUT_FILENO,
		.log = log_new("exabgp", LOG_LEVEL_NOTICE),
	};
	bool good = exabgp_child_run(&setup);
	log_free(setup.log);
	return good ? EXIT_OK : EXIT_FAILED;
}
