/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bird_reply.h"

#include <string.h>

enum {
	CODE_DIGITS = 4,
	HEAD = CODE_DIGITS + 1, /* and what tells whether more follows */
};

static bool
is_head(const char *line, size_t size)
{
	if (size < HEAD)
		return false;
	for (size_t i = 0; i < CODE_DIGITS; i++)
		if (line[i] < '0' || line[i] > '9')
			return false;
	return line[CODE_DIGITS] == '-' || line[CODE_DIGITS] == ' ';
}

static void
keep(struct bird_reply *reply, size_t skip)
{
	memcpy(reply->text, reply->line + skip, reply->size - skip);
	reply->text[reply->size - skip] = '\0';
}

static enum bird_line
finish(struct bird_reply *reply)
{
	const char *line = reply->line;
	if (reply->size > 0 && line[0] == '+')
		return BIRD_LINE_NONE;
	if (reply->size > 0 && line[0] == ' ' && reply->has_code) {
		keep(reply, 1);
		return BIRD_LINE_PART;
	}
	if (!is_head(line, reply->size))
		return BIRD_LINE_BAD;
	reply->code = 0;
	for (size_t i = 0; i < CODE_DIGITS; i++)
		reply->code = 10 * reply->code + (unsigned)(line[i] - '0');
	keep(reply, HEAD);
	/* A line that begins with a space continues a reply, never begins one. */
	reply->has_code = line[CODE_DIGITS] == '-';
	return reply->has_code ? BIRD_LINE_PART : BIRD_LINE_LAST;
}

enum bird_line
bird_reply_take(struct bird_reply *reply, char byte)
{
	if (byte != '\n') {
		/* One byte stays free for the end of the text. */
		if (reply->size < sizeof reply->line - 1)
			reply->line[reply->size++] = byte;
		return BIRD_LINE_NONE;
	}
	enum bird_line line = finish(reply);
	reply->size = 0;
	return line;
}

/* The next word; `*size` is 0 at the end. */
static const char *
word(const char **rest, size_t *size)
{
	const char *begin = *rest + strspn(*rest, " \t");
	*size = strcspn(begin, " \t");
	*rest = begin + *size;
	return begin;
}

static bool
is(const char *text, size_t size, const char *expected)
{
	return strlen(expected) == size && memcmp(text, expected, size) == 0;
}

bool
bird_reply_protocol(const char *text, const char **name, size_t *size, bool *enabled)
{
	const char *rest = text;
	size_t state_size;
	*name = word(&rest, size);
	(void)word(&rest, &state_size); /* kind */
	(void)word(&rest, &state_size); /* table */
	const char *state = word(&rest, &state_size);
	*enabled = is(state, state_size, "up") || is(state, state_size, "start");
	/* Those on their way down are not to be relied on. */
	return *enabled || is(state, state_size, "down") || is(state, state_size, "stop") ||
	       is(state, state_size, "flush");
}
