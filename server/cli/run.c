/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"
#include "cli/options.h"
#include "serve/server.h"

static const char help[] = "usage: anyns run [-c FILE]\n"
			   "\n"
			   "Serves the zones of the configuration over UDP and TCP, in the "
			   "foreground, until SIGTERM or\n"
			   "SIGINT. SIGHUP reads configuration and zones again and switches over "
			   "without losing a query;\n"
			   "when they have errors, what was served before goes on being served.\n"
			   "\n"
			   "  -c, --config FILE   configuration, default /etc/anyns/anyns.yaml\n"
			   "  -h, --help          this text\n"
			   "\n"
			   "Messages go to standard error. Exit status: 0 stopped by a signal, 1 "
			   "could not start, 2 usage.\n";

int
cli_run(int argc, char **argv)
{
	struct options options = options_parse(argc, argv, OPTIONS_NONE, help);
	if (options.done)
		return options.status;
	return server_run(options.config) ? EXIT_OK : EXIT_FAILED;
}
