/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * drain.c - the orders: drain, undrain, freeze, unfreeze, reload. The server knows them by the same
 * words.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/ask.h"
#include "cli/cli.h"
#include "control/control.h"

/* Orders are taken at once; a reload takes as long as the zones do, and nobody knows how long. */
enum { PATIENCE_MS = 5000, FOR_EVER = -1, WAIT_MS = 200 };

#define ORDER_STATUS \
	"\n"         \
	"Exit status: 0 the server does so, 1 it refuses or there is no server, 2 usage.\n"

static const char drain_help[] =
	"usage: anyns drain [-j] [-w] [-c FILE | -s PATH]\n"
	"\n"
	"Moves the traffic away: announces every prefix with GRACEFUL_SHUTDOWN for `drain-time:`, "
	"then\n"
	"withdraws it and goes on answering. Holds until `anyns undrain`, over restarts too when "
	"there\n"
	"is a `state-directory:`. Returns at once; `anyns status` shows how far it is.\n"
	"\n" ASK_OPTIONS "  -w, --wait          return when it is drained, and show how far it is "
	"until then\n" ORDER_STATUS;

static const char undrain_help[] =
	"usage: anyns undrain [-j] [-c FILE | -s PATH]\n"
	"\n"
	"Ends `anyns drain`: every prefix whose health allows it is announced again.\n"
	"\n" ASK_OPTIONS ORDER_STATUS;

static const char freeze_help[] =
	"usage: anyns freeze [-j] [-c FILE | -s PATH] [announced | withdrawn]\n"
	"\n"
	"Leaves every prefix announced or withdrawn as it is now, or makes it so, whatever health\n"
	"says, until `anyns unfreeze`. `anyns drain` still works.\n"
	"\n" ASK_OPTIONS ORDER_STATUS;

static const char unfreeze_help[] = "usage: anyns unfreeze [-j] [-c FILE | -s PATH]\n"
				    "\n"
				    "Ends `anyns freeze`: health decides again.\n"
				    "\n" ASK_OPTIONS ORDER_STATUS;

static const char reload_help[] =
	"usage: anyns reload [-j] [-c FILE | -s PATH]\n"
	"\n"
	"Makes the server read configuration and zones again, as SIGHUP does, waits until it has, "
	"and\n"
	"tells what became of it. With errors in the configuration everything goes on as before, "
	"with\n"
	"errors in a zone the previous version of that zone does.\n"
	"\n" ASK_OPTIONS "\n"
	"Exit status: 0 all is served as it was read, 1 something was not or there is no server,\n"
	"2 usage.\n";

/* A signal that ends us takes nothing back: the server goes on draining. */
static int
wait_until_drained(const struct options *options)
{
	static const struct timespec pause = {.tv_nsec = WAIT_MS * 1000000};
	char *shown = NULL;
	for (;;) {
		bool answered;
		struct control_answer answer = ask_for(options, "drained", PATIENCE_MS, &answered);
		bool still = answered && !answer.ok && strstr(answer.text, CONTROL_STILL);
		if (!still) {
			free(shown);
			return answered ? ask_show(options, &answer) : EXIT_FAILED;
		}
		/* Progress is for people; whoever reads JSON waits for the end. */
		if (!options->json && (!shown || strcmp(shown, answer.text) != 0))
			fputs(answer.text, stderr);
		free(shown);
		shown = answer.text;
		nanosleep(&pause, NULL);
	}
}

int
cli_drain(int argc, char **argv)
{
	struct options options = options_parse(argc, argv, OPTIONS_WAIT, drain_help);
	bool answered;
	if (options.done)
		return options.status;
	struct control_answer answer = ask_for(&options, argv[0], PATIENCE_MS, &answered);
	if (!answered)
		return EXIT_FAILED;
	if (!options.wait || !answer.ok)
		return ask_show(&options, &answer);
	free(answer.text);
	return wait_until_drained(&options);
}

int
cli_undrain(int argc, char **argv)
{
	return ask_server(argc, argv, undrain_help, PATIENCE_MS);
}

int
cli_freeze(int argc, char **argv)
{
	struct options options = options_parse(argc, argv, OPTIONS_WORD, freeze_help);
	const char *request = "freeze";
	bool answered;
	if (options.done)
		return options.status;
	if (options.word && strcmp(options.word, "announced") == 0)
		request = "freeze-announced";
	else if (options.word && strcmp(options.word, "withdrawn") == 0)
		request = "freeze-withdrawn";
	else if (options.word) {
		fprintf(stderr, "anyns freeze: \"%s\" is neither announced nor withdrawn\n",
			options.word);
		fputs(freeze_help, stderr);
		return EXIT_USAGE;
	}
	struct control_answer answer = ask_for(&options, request, PATIENCE_MS, &answered);
	return answered ? ask_show(&options, &answer) : EXIT_FAILED;
}

int
cli_unfreeze(int argc, char **argv)
{
	return ask_server(argc, argv, unfreeze_help, PATIENCE_MS);
}

int
cli_reload(int argc, char **argv)
{
	return ask_server(argc, argv, reload_help, FOR_EVER);
}
