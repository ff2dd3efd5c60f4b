/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ask.h - what all commands do that talk to the running server.
 */
#ifndef ANYNS_CLI_ASK_H
#define ANYNS_CLI_ASK_H

#include "anyns/base.h"

/* The options that all of them have; the end of their help. */
#define ASK_OPTIONS                                                                \
	"  -c, --config FILE   configuration the server runs with, default\n"      \
	"                      /etc/anyns/anyns.yaml; it says where the server "   \
	"listens\n"                                                                \
	"  -s, --socket PATH   ask there instead; the configuration is not read\n" \
	"  -j, --json          answer as JSON\n"                                   \
	"  -h, --help          this text\n"

/*
 * Sends argv[0], the command's name, to the server as the request and prints the answer: on
 * standard output, or on standard error when it is text and tells of a failure. Takes the exit
 * status from it. `patience_ms`: so long may the server say nothing, -1 for ever.
 */
int ask_server(int argc, char **argv, const char *help, int patience_ms);

#endif
