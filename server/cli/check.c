/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/findings.h"
#include "cli/options.h"
#include "serve/generation.h"

static const char help[] =
	"usage: anyns check [-q] [-c FILE]\n"
	"\n"
	"Reads the configuration and every zone as `anyns run` would, and prints all findings as\n"
	"file:line:column: severity: what is wrong; what to do. Nothing is served or changed.\n"
	"\n"
	"  -c, --config FILE   configuration, default /etc/anyns/anyns.yaml\n"
	"  -q, --quiet         only errors, no warnings and no summary\n"
	"  -h, --help          this text\n"
	"\n"
	"Exit status: 0 no errors (there may be warnings), 1 errors, 2 usage.\n";

static bool
check_zones(struct config *config, bool quiet, struct report *report)
{
	/* Cookies are not made here: any secret will do. */
	static const uint8_t no_secret[CONFIG_SECRET_SIZE];
	struct load_options options = {.threads = config->workers,
				       .progress = !quiet && isatty(STDERR_FILENO)};
	struct generation *generation = generation_make(config, &options, no_secret, report);
	if (!generation)
		return false;
	const struct loaded *loaded = generation->loaded;
	findings_print_loaded(loaded, quiet);
	struct generation_summary summary = generation_summarize(generation);
	if (!quiet)
		printf("%zu zones checked, %zu would be served; %zu errors, %zu warnings\n",
		       summary.zones, summary.zones - summary.failed, summary.errors,
		       summary.warnings);
	generation_free(generation);
	return summary.errors == 0;
}

int
cli_check(int argc, char **argv)
{
	struct options options = options_parse(argc, argv, OPTIONS_QUIET, help);
	if (options.done)
		return options.status;
	struct report report = REPORT_INIT;
	struct config *config = config_read(options.config, &report);
	findings_print(&report, options.quiet);
	report_clear(&report);
	bool ok = config && check_zones(config, options.quiet, &report);
	findings_print(&report, options.quiet);
	report_clear(&report);
	return ok ? EXIT_OK : EXIT_FAILED;
}
