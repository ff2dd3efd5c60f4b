/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bird_reply.h - what BIRD says on its control socket, byte by byte.
 *
 * A reply is lines of which each begins with a code of four digits: `1002-text` goes on, `0000
 * text` is the last. A line that begins with a space has the code of the one before; one that
 * begins with `+` is a log line, which may come at any time and belongs to no reply.
 */
#ifndef ANNOUNCE_BIRD_REPLY_H
#define ANNOUNCE_BIRD_REPLY_H

#include "anyns/base.h"

/* Rows about a protocol are shorter; log lines may be longer, and are cut. */
enum { BIRD_REPLY_LINE = 256 };

/* 8xxx: could not be done, 9xxx: not understood. */
enum bird_code {
	BIRD_GREETING = 1,
	BIRD_ALREADY_DISABLED = 8,
	BIRD_DISABLED = 9,
	BIRD_ALREADY_ENABLED = 10,
	BIRD_ENABLED = 11,
	BIRD_PROTOCOL_ROW = 1002,
	BIRD_RUNTIME_ERROR = 8000,
};

enum bird_line {
	BIRD_LINE_NONE, /* more bytes are needed */
	BIRD_LINE_PART, /* a line of a reply, and not its last */
	BIRD_LINE_LAST,
	BIRD_LINE_BAD, /* this is not BIRD; nothing after it can be understood */
};

/* All zero is the beginning of a connection. */
struct bird_reply {
	unsigned code; /* of the line */
	bool has_code;
	char text[BIRD_REPLY_LINE]; /* without its code */
	char line[BIRD_REPLY_LINE];
	size_t size; /* of `line`, up to now */
};

/* One more byte. With PART and LAST `code` and `text` are set until the next call. */
enum bird_line bird_reply_take(struct bird_reply *reply, char byte);

/*
 * A row of `show protocols`: the protocol's name (it points into `text`, `*size` bytes) and whether
 * it is enabled. false: no such row.
 */
bool bird_reply_protocol(const char *text, const char **name, size_t *size,
			 bool *enabled) NODISCARD;

#endif
