/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ask_fixture.h - runs a command that talks to the server of control_fixture.h.
 */
#ifndef ANYNS_TESTS_ASK_FIXTURE_H
#define ANYNS_TESTS_ASK_FIXTURE_H

#include "control_fixture.h"

#include "cli/cli.h"

enum { ASK_WORDS = 5 };

/* The exit status of `command word [options...]`; its output is in the files out and err. */
static UNUSED int
ask_run(struct folder *folder, int (*command)(int argc, char **argv), const char *word,
	const char *const *options)
{
	char words[ASK_WORDS][192];
	char *arguments[ASK_WORDS + 1] = {words[0]};
	int count = 1;

	snprintf(words[0], sizeof(words[0]), "%s", word);
	for (; options && options[count - 1]; count++) {
		snprintf(words[count], sizeof(words[count]), "%s", options[count - 1]);
		arguments[count] = words[count];
	}
	catch_output(folder);
	int status = command(count, arguments);
	release_output(folder);
	return status;
}

#define ASK(folder, command, word, ...) \
	ask_run(folder, command, word, (const char *const[]){__VA_ARGS__ NULL})

#endif
