/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ask.h - what all commands do that talk to the running server.
 */
#ifndef ANYNS_CLI_ASK_H
#define ANYNS_CLI_ASK_H

#include "anyns/base.h"
#include "cli/options.h"
#include "control/control_client.h"

/* The options that all of them have; the end of their help. */
#define ASK_OPTIONS                                                                \
	"  -c, --config FILE   configuration the server runs with, default\n"      \
	"                      /etc/anyns/anyns.yaml; it says where the server "   \
	"listens\n"                                                                \
	"  -s, --socket PATH   ask there instead; the configuration is not read\n" \
	"  -j, --json          answer as JSON\n"                                   \
	"  -h, --help          this text\n"

/*
 * Sends a request to the server that the options name. The answer, whose text is the caller's to
 * free; `*answered` false: there was none, and standard error says why. `patience_ms`: so long may
 * the server say nothing, -1 for ever.
 */
struct control_answer ask_for(const struct options *options, const char *request, int patience_ms,
			      bool *answered);

/* Prints the answer where it belongs and frees its text. The exit status. */
int ask_show(const struct options *options, struct control_answer *answer);

/*
 * Sends argv[0], the command's name, to the server as the request and prints the answer: on
 * standard output, or on standard error when it is text and tells of a failure. Takes the exit
 * status from it. `patience_ms`: so long may the server say nothing, -1 for ever.
 */
int ask_server(int argc, char **argv, const char *help, int patience_ms);

#endif
