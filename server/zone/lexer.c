/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lexer.c - entries and tokens of a master file.
 *
 * ldns has a reader of its own, but it joins the lines of an entry into one buffer of 10,230 bytes,
 * loses the column, and takes a NUL for the end. Here tokens are slices of the text itself: no
 * copy, no limit, and every finding can point at the very token.
 */
#include "zone/lexer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/*
 * The rdata of most tokens is TXT of 32,767 one-byte strings or an NSEC naming all types; past that
 * a parenthesis was not closed, and the finding should come before the rest of the file is
 * swallowed.
 */
#define TOKENS_MAX 100000u

void
lexer_start(struct lexer *lexer, const char *text, size_t size)
{
	*lexer = (struct lexer){.at = text, .end = text + size, .line_start = text, .line = 1};
	/* A byte order mark is what some editors put before UTF-8; it is no part of the first name.
	 */
	if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		lexer->at += 3;
		lexer->line_start += 3;
	}
}

void
entry_free(struct entry *entry)
{
	free(entry->tokens);
	*entry = (struct entry){0};
}

bool
token_is(const struct token *token, const char *word)
{
	return !token->quoted && strlen(word) == token->size &&
	       strncasecmp(token->text, word, token->size) == 0;
}

static uint32_t
column_of(const struct lexer *lexer, const char *p)
{
	return (uint32_t)(p - lexer->line_start) + 1;
}

static enum lexer_result
bad(const struct lexer *lexer, const char *at, const char *message, const char *remedy,
    struct lexer_problem *problem)
{
	*problem = (struct lexer_problem){message, remedy, lexer->line, column_of(lexer, at)};
	return LEXER_BAD;
}

static void
skip_to_line_end(struct lexer *lexer)
{
	const char *end = memchr(lexer->at, '\n', (size_t)(lexer->end - lexer->at));
	lexer->at = end ? end : lexer->end;
}

static void
new_line(struct lexer *lexer)
{
	lexer->at++;
	lexer->line++;
	lexer->line_start = lexer->at;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool
ends_token(char c)
{
	return is_blank(c) || c == '\n' || c == ';' || c == '(' || c == ')';
}

/* Moves behind the closing quote; *text and *size are what stands between. */
static enum lexer_result
lex_quoted(struct lexer *lexer, struct lexer_problem *problem)
{
	const char *open = lexer->at++;
	for (; lexer->at < lexer->end && *lexer->at != '\n'; lexer->at++) {
		if (*lexer->at == '"') {
			lexer->at++;
			return LEXER_ENTRY;
		}
		if (*lexer->at == '\\' && lexer->end - lexer->at > 1 && lexer->at[1] != '\n')
			lexer->at++;
		if (*lexer->at == '\0')
			return bad(lexer, lexer->at, "NUL byte in the text", "write it as \\000",
				   problem);
	}
	return bad(lexer, open, "quoted text does not end on its line", "add the closing quote",
		   problem);
}

/* Moves behind an unquoted token. key="a value" (RFC 9460 2.1) is one token, quotes included. */
static enum lexer_result
lex_plain(struct lexer *lexer, struct lexer_problem *problem)
{
	const char *start = lexer->at;
	for (; lexer->at < lexer->end && !ends_token(*lexer->at); lexer->at++) {
		if (*lexer->at == '\0')
			return bad(lexer, lexer->at, "NUL byte in the text", "write it as \\000",
				   problem);
		if (*lexer->at == '\\') {
			lexer->at++;
			if (lexer->at == lexer->end || *lexer->at == '\n' || *lexer->at == '\0')
				return bad(lexer, lexer->at - 1, "backslash with nothing behind it",
					   "write \\\\ for a backslash", problem);
		} else if (*lexer->at == '"' && lexer->at > start && lexer->at[-1] == '=') {
			enum lexer_result result = lex_quoted(lexer, problem);
			lexer->at--;
			if (result != LEXER_ENTRY)
				return result;
		}
	}
	return LEXER_ENTRY;
}

static struct token *
push(struct entry *entry)
{
	if (entry->count == entry->capacity) {
		size_t capacity = entry->capacity ? entry->capacity * 2 : 16;
		struct token *tokens = realloc(entry->tokens, capacity * sizeof *tokens);
		if (!tokens)
			return NULL;
		entry->tokens = tokens;
		entry->capacity = capacity;
	}
	return &entry->tokens[entry->count++];
}

static enum lexer_result
lex_token(struct lexer *lexer, struct entry *entry, struct lexer_problem *problem)
{
	const char *start = lexer->at;
	bool quoted = *start == '"';
	enum lexer_result result = quoted ? lex_quoted(lexer, problem) : lex_plain(lexer, problem);
	if (result != LEXER_ENTRY)
		return result;
	struct token *token = push(entry);
	if (!token)
		return LEXER_NO_MEMORY;
	size_t size = (size_t)(lexer->at - start);
	*token = (struct token){.text = quoted ? start + 1 : start,
				.size = (uint32_t)(quoted ? size - 2 : size),
				.line = lexer->line,
				.column = column_of(lexer, start),
				.quoted = quoted};
	return LEXER_ENTRY;
}

/* Where the outermost open parenthesis of an entry stands. */
struct opening {
	unsigned depth;
	uint32_t line;
	uint32_t column;
};

static enum lexer_result
lex_parenthesis(struct lexer *lexer, struct opening *opening, struct lexer_problem *problem)
{
	if (*lexer->at == '(') {
		if (opening->depth++ == 0) {
			opening->line = lexer->line;
			opening->column = column_of(lexer, lexer->at);
		}
	} else if (opening->depth == 0) {
		return bad(lexer, lexer->at, "closing parenthesis without an opening one",
			   "remove it, or write \\)", problem);
	} else {
		opening->depth--;
	}
	lexer->at++;
	return LEXER_ENTRY;
}

static enum lexer_result
unclosed(const struct opening *opening, struct lexer_problem *problem)
{
	*problem = (struct lexer_problem){"parenthesis is never closed", "add the closing one",
					  opening->line, opening->column};
	return LEXER_BAD;
}

/* Collects tokens up to a line end outside parentheses or the end of the text. */
static enum lexer_result
lex_entry(struct lexer *lexer, struct entry *entry, struct lexer_problem *problem)
{
	struct opening opening = {0};
	while (lexer->at < lexer->end) {
		enum lexer_result result = LEXER_ENTRY;
		char c = *lexer->at;
		if (is_blank(c)) {
			lexer->at++;
		} else if (c == ';') {
			skip_to_line_end(lexer);
		} else if (c == '\n') {
			new_line(lexer);
			if (!opening.depth)
				break;
		} else if (c == '(' || c == ')') {
			result = lex_parenthesis(lexer, &opening, problem);
		} else {
			result = lex_token(lexer, entry, problem);
		}
		if (result != LEXER_ENTRY)
			return result;
		if (entry->count > TOKENS_MAX)
			return unclosed(&opening, problem);
	}
	return opening.depth ? unclosed(&opening, problem) : LEXER_ENTRY;
}

enum lexer_result
lexer_next(struct lexer *lexer, struct entry *entry, struct lexer_problem *problem)
{
	entry->count = 0;
	while (lexer->at < lexer->end) {
		entry->blank = is_blank(*lexer->at);
		enum lexer_result result = lex_entry(lexer, entry, problem);
		if (result == LEXER_BAD) {
			skip_to_line_end(lexer);
			if (lexer->at < lexer->end)
				new_line(lexer);
		}
		if (result != LEXER_ENTRY || entry->count)
			return result;
	}
	return LEXER_END;
}
