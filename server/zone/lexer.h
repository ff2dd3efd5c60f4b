/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lexer.h - the text of a master file cut into entries (RFC 1035 5.1): a record or directive with
 * the lines its parentheses join, as tokens that point into the text.
 */
#ifndef ZONE_LEXER_H
#define ZONE_LEXER_H

#include "anyns/base.h"

struct token {
	const char *text; /* escapes as written; without the quotes when quoted */
	uint32_t size;
	uint32_t line;
	uint32_t column;
	bool quoted;
};

struct entry {
	struct token *tokens;
	size_t count;
	size_t capacity;
	bool blank; /* the line begins with a blank: the owner of the record before */
};

struct lexer {
	const char *at;
	const char *end;
	const char *line_start;
	uint32_t line;
};

enum lexer_result {
	LEXER_ENTRY,     /* at least one token */
	LEXER_END,       /* of the text */
	LEXER_BAD,       /* see the problem; go on with the next call */
	LEXER_NO_MEMORY, /* nothing more can be done */
};

struct lexer_problem {
	const char *message;
	const char *remedy;
	uint32_t line;
	uint32_t column;
};

/* Begins at line 1 of `text`, which must live as long as the tokens. */
void lexer_start(struct lexer *lexer, const char *text, size_t size);

/* The next entry. `entry` starts as all zero, is used again by every call, and ends with
 * entry_free(). */
enum lexer_result lexer_next(struct lexer *lexer, struct entry *entry,
			     struct lexer_problem *problem);

void entry_free(struct entry *entry);

/* Whether an unquoted token is this word, ASCII case ignored. */
bool token_is(const struct token *token, const char *word);

#endif
