/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * options.h - the options that every command has.
 */
#ifndef ANYNS_CLI_OPTIONS_H
#define ANYNS_CLI_OPTIONS_H

#include "anyns/base.h"

struct options {
	const char *config; /* -c FILE */
	const char *socket; /* -s PATH, where the command has it; NULL: not given */
	bool quiet;         /* -q, where the command has it */
	bool json;          /* -j, where the command has it */
	bool wait;          /* -w, where the command has it */
	const char *word;   /* the argument, where the command has one; NULL: not given */
	bool done;          /* nothing left to do: --help was printed or the usage was wrong */
	int status;         /* then the exit status */
};

/* The options that a command has beside -c and -h. */
enum options_more {
	OPTIONS_NONE,
	OPTIONS_QUIET, /* -q */
	OPTIONS_ASK,   /* -s PATH and -j: it talks to the running server */
	OPTIONS_WAIT,  /* as OPTIONS_ASK, and -w */
	OPTIONS_WORD,  /* as OPTIONS_ASK, and one argument */
};

struct option;

/* getopt_long(), whose own complaints are `anyns WORD: ...`; argv[0] is the command's name. */
int options_next(int argc, char **argv, const char *letters, const struct option *known);

/* Parses them. `help` is the command's whole help text; argv[0] is the command's name. */
struct options options_parse(int argc, char **argv, enum options_more more, const char *help);

#endif
