/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control_client.h - asks a running server on its control socket. Blocks.
 */
#ifndef ANYNS_CONTROL_CONTROL_CLIENT_H
#define ANYNS_CONTROL_CONTROL_CLIENT_H

#include "anyns/base.h"
#include "anyns/report.h"

/* What a server says. All zero is an empty one. */
struct control_answer {
	bool ok;    /* the server did as it was asked */
	char *text; /* NUL-terminated, the caller's to free; ends with a line feed */
	size_t size;
};

/*
 * Sends the line `request` (without its end) to the server at `path` and waits for the answer.
 * `patience_ms`: so long may the server say nothing, -1 for ever. SIGPIPE is not raised.
 *
 * false with an error in the report when there is no whole answer: no server, no permission, a
 * server that hangs or that ended.
 */
bool control_client_ask(const char *path, const char *request, int patience_ms,
			struct control_answer *answer, struct report *report) NODISCARD;

#endif
