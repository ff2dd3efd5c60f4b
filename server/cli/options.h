/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * options.h - the options that every command has.
 */
#ifndef ANYNS_CLI_OPTIONS_H
#define ANYNS_CLI_OPTIONS_H

#include "anyns/base.h"

struct options {
	const char *config; /* -c FILE */
	bool quiet;         /* -q, where the command has it */
	bool done;          /* nothing left to do: --help was printed or the usage was wrong */
	int status;         /* then the exit status */
};

/*
 * Parses `-c FILE` (and `-q` when `quiet`), `--help`. `help` is the command's whole help text.
 */
struct options options_parse(int argc, char **argv, bool quiet, const char *help);

#endif
