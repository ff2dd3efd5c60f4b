/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "anyns/base.h"
#include "config/config_table.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
};

static const struct command commands[] = {
	{"run", cli_run, "serve in the foreground"},
	{"check", cli_check, "check the configuration and all zones, change nothing"},
	{"compile", cli_compile, "compile zones to an image file, served without reading text"},
	{"status", cli_status, "tell how the running server is, and why"},
	{"reload", cli_reload, "make it read configuration and zones again, tell the outcome"},
	{"drain", cli_drain, "move the traffic to other instances, until undrained"},
	{"undrain", cli_undrain, "end that"},
	{"freeze", cli_freeze, "keep what is announced as it is, whatever health says"},
	{"unfreeze", cli_unfreeze, "end that"},
	{"probe", cli_probe, "ask which instance answers, how fast, and what is lost"},
	{"exabgp", cli_exabgp, "be a child of ExaBGP that announces what the server says"},
};

static void
print_help(FILE *stream)
{
	fputs("anyns - anycast DNS responder: serves static zones and says which instance answers\n"
	      "\n"
	      "usage: anyns COMMAND [OPTION...]\n"
	      "\n",
	      stream);
	for (size_t i = 0; i < ARRAY_LENGTH(commands); i++)
		fprintf(stream, "  anyns %-8s %s\n", commands[i].name, commands[i].summary);
	fputs("\n"
	      "  anyns COMMAND --help   what a command does and takes\n"
	      "  anyns --version        the version\n"
	      "\n"
	      "Signals to a running server: SIGHUP reloads, SIGTERM and SIGINT end it.\n"
	      "Manual: anyns(8), configuration: anyns.yaml(5).\n"
	      "Exit status: 0 ok, 1 failed, 2 usage.\n",
	      stream);
}

/*
 * Whoever starts us without standard streams would have the next sockets take their numbers: lines
 * of the log would be written to clients.
 */
static bool
have_standard_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDWR) != fd)
			return false;
	return true;
}

static void
print_unknown(const char *word)
{
	const char *nearest = config_table_nearest(word, &commands->name, ARRAY_LENGTH(commands),
						   sizeof(*commands));

	fprintf(stderr, "anyns: there is no command \"%s\"", word);
	if (nearest)
		fprintf(stderr, "; did you mean \"%s\"?", nearest);
	fputs("\n\n", stderr);
}

/* An answer that did not arrive, as on a full disk, must not look like one that says nothing. */
static int
finish(int status)
{
	bool flushed = fflush(stdout) == 0;

	if (flushed && !ferror(stdout))
		return status;
	fprintf(stderr, "anyns: error: cannot write to standard output: %s\n",
		flushed ? "some of it was lost" : strerrordesc_np(errno));
	return status == EXIT_OK ? EXIT_FAILED : status;
}

int
cli_main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";
	if (!have_standard_streams())
		return EXIT_FAILED;
	for (size_t i = 0; i < ARRAY_LENGTH(commands); i++)
		if (strcmp(word, commands[i].name) == 0)
			return finish(commands[i].run(argc - 1, argv + 1));
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
		print_help(stdout);
		return finish(EXIT_OK);
	}
	if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
		puts("anyns " ANYNS_VERSION);
		return finish(EXIT_OK);
	}
	if (*word)
		print_unknown(word);
	print_help(stderr);
	return EXIT_USAGE;
}
