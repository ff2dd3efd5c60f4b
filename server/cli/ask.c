/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anyns/config.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "control/control_client.h"

/* The caller's to free. */
static char *
find_socket(const struct options *options, struct report *report)
{
	if (options->socket)
		return strdup(options->socket);
	struct config *config = config_read(options->config, report);
	char *path = config && config->control ? strdup(config->control) : NULL;
	/* Draining must be possible with a configuration that somebody has just broken. */
	if (!config)
		report_add(report, SEVERITY_ERROR, (struct place){.file = options->config},
			   "name it: --socket PATH, by default " CONFIG_DEFAULT_CONTROL,
			   "with these errors it does not tell the control socket of the server");
	else if (!config->control)
		report_add(report, SEVERITY_ERROR, (struct place){.file = options->config},
			   "change `control:` and restart the server",
			   "the server has no control socket: `control: off`");
	config_free(config);
	return path;
}

/* Warnings of the configuration are not what was asked for. */
static void
print_errors(const struct report *report)
{
	char line[4096];

	for (size_t i = 0; i < report->count; i++)
		if (report->findings[i].severity == SEVERITY_ERROR)
			fprintf(stderr, "%s\n",
				report_line(&report->findings[i], line, sizeof(line)));
}

struct control_answer
ask_for(const struct options *options, const char *request, int patience_ms, bool *answered)
{
	struct report report = REPORT_INIT;
	struct control_answer answer = {0};
	char line[64];
	char *path = find_socket(options, &report);

	snprintf(line, sizeof(line), "%s%s", request, options->json ? " json" : "");
	*answered = path && control_client_ask(path, line, patience_ms, &answer, &report);
	if (!*answered)
		print_errors(&report);
	free(path);
	report_clear(&report);
	return answer;
}

int
ask_show(const struct options *options, struct control_answer *answer)
{
	/* A program that reads JSON finds it at one place, whatever it says. */
	fputs(answer->text, answer->ok || options->json ? stdout : stderr);
	free(answer->text);
	answer->text = NULL;
	return answer->ok ? EXIT_OK : EXIT_FAILED;
}

int
ask_server(int argc, char **argv, const char *help, int patience_ms)
{
	struct options options = options_parse(argc, argv, OPTIONS_ASK, help);
	bool answered;

	if (options.done)
		return options.status;
	struct control_answer answer = ask_for(&options, argv[0], patience_ms, &answered);
	return answered ? ask_show(&options, &answer) : EXIT_FAILED;
}
