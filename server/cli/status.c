/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/ask.h"
#include "cli/cli.h"

/* A server that answers takes a millisecond; one that was stopped never does. */
enum { PATIENCE_MS = 5000 };

static const char help[] =
	"usage: anyns status [-j] [-c FILE | -s PATH]\n"
	"\n"
	"Tells how the running server is: of each announced prefix the state, since when and why;\n"
	"of each BGP peer whether the session is up; the zones, those with errors first; "
	"counters.\n"
	"\n" ASK_OPTIONS "\n"
	"Exit status: 0 answered, 1 no server or no answer, 2 usage.\n";

int
cli_status(int argc, char **argv)
{
	return ask_server(argc, argv, help, PATIENCE_MS);
}
