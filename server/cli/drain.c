/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * drain.c - the orders: drain, undrain, freeze, unfreeze, reload. The server knows them by the same
 * words.
 */
#include "cli/ask.h"
#include "cli/cli.h"

/* Orders are taken at once; a reload takes as long as the zones do, and nobody knows how long. */
enum { PATIENCE_MS = 5000, FOR_EVER = -1 };

#define ORDER_STATUS \
	"\n"         \
	"Exit status: 0 the server does so, 1 it refuses or there is no server, 2 usage.\n"

static const char drain_help[] =
	"usage: anyns drain [-j] [-c FILE | -s PATH]\n"
	"\n"
	"Moves the traffic away: announces every prefix with GRACEFUL_SHUTDOWN for `drain-time:`, "
	"then\n"
	"withdraws it and goes on answering. Holds until `anyns undrain`, over restarts too when "
	"there\n"
	"is a `state-directory:`. Returns at once; `anyns status` shows how far it is.\n"
	"\n" ASK_OPTIONS ORDER_STATUS;

static const char undrain_help[] =
	"usage: anyns undrain [-j] [-c FILE | -s PATH]\n"
	"\n"
	"Ends `anyns drain`: every prefix whose health allows it is announced again.\n"
	"\n" ASK_OPTIONS ORDER_STATUS;

static const char freeze_help[] =
	"usage: anyns freeze [-j] [-c FILE | -s PATH]\n"
	"\n"
	"Leaves every prefix announced or withdrawn as it is now, whatever health says, until\n"
	"`anyns unfreeze`. `anyns drain` still works.\n"
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

int
cli_drain(int argc, char **argv)
{
	return ask_server(argc, argv, drain_help, PATIENCE_MS);
}

int
cli_undrain(int argc, char **argv)
{
	return ask_server(argc, argv, undrain_help, PATIENCE_MS);
}

int
cli_freeze(int argc, char **argv)
{
	return ask_server(argc, argv, freeze_help, PATIENCE_MS);
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
