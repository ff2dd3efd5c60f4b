/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cli.h - the commands. Each gets its own arguments, argv[0] being its name, and returns the exit
 * status.
 */
#ifndef ANYNS_CLI_CLI_H
#define ANYNS_CLI_CLI_H

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

int cli_run(int argc, char **argv);
int cli_check(int argc, char **argv);
int cli_status(int argc, char **argv);
int cli_reload(int argc, char **argv);
int cli_drain(int argc, char **argv);
int cli_undrain(int argc, char **argv);
int cli_freeze(int argc, char **argv);
int cli_unfreeze(int argc, char **argv);
int cli_probe(int argc, char **argv);
int cli_exabgp(int argc, char **argv);

/* Picks the command of a whole command line. */
int cli_main(int argc, char **argv);

#endif
