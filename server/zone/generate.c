/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * generate.c - $GENERATE as BIND has it: $GENERATE start-stop[/step] owner [TTL] [class] type rdata
 *
 * In owner and rdata, $ is the number, ${offset,width,base} the number plus offset in base d, o, x,
 * X, n or N with leading zeros to that width, $$ a dollar sign. Each step becomes the text of a
 * record, which is then read as any other: one grammar, not two. Rdata in quotes is BIND's way to
 * give several fields; here both that and several bare fields work.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "zone/master.h"

#define GENERATE_MAX_DEFAULT 4194304u

enum { WIDTH_MAX = 255 };

/* A line under construction. */
struct line {
	char *text;
	size_t size;
	size_t capacity;
	bool no_memory;
};

static void
put(struct line *line, const char *text, size_t size)
{
	if (line->size + size > line->capacity) {
		size_t capacity = (line->size + size) * 2 + 256;
		char *grown = realloc(line->text, capacity);
		if (!grown) {
			line->no_memory = true;
			return;
		}
		line->text = grown;
		line->capacity = capacity;
	}
	if (size)
		memcpy(line->text + line->size, text, size);
	line->size += size;
}

struct range {
	uint32_t start, stop, step;
};

/* start-stop[/step] */
static bool
parse_range(const struct token *token, struct range *range)
{
	const char *end = token->text + token->size;
	const char *dash = memchr(token->text, '-', token->size);
	if (token->quoted || !dash)
		return false;
	const char *slash = memchr(dash, '/', (size_t)(end - dash));
	const char *stop_end = slash ? slash : end;
	range->step = 1;
	return text_number(token->text, (size_t)(dash - token->text), INT32_MAX, &range->start) &&
	       text_number(dash + 1, (size_t)(stop_end - dash) - 1, INT32_MAX, &range->stop) &&
	       (!slash ||
		text_number(slash + 1, (size_t)(end - slash) - 1, INT32_MAX, &range->step)) &&
	       range->step > 0 && range->start <= range->stop;
}

struct format {
	int64_t offset;
	uint32_t width;
	char base;
};

/* The inside of ${...}: offset[,width[,base]] */
static bool
parse_format(const char *text, size_t size, struct format *format)
{
	const char *end = text + size;
	const char *comma = memchr(text, ',', size);
	const char *offset_end = comma ? comma : end;
	bool negative = size && *text == '-';
	uint32_t offset;
	if (!text_number(text + negative, (size_t)(offset_end - text) - negative, INT32_MAX,
			 &offset))
		return false;
	format->offset = negative ? -(int64_t)offset : (int64_t)offset;
	if (!comma)
		return true;
	const char *width = comma + 1;
	comma = memchr(width, ',', (size_t)(end - width));
	const char *width_end = comma ? comma : end;
	if (!text_number(width, (size_t)(width_end - width), WIDTH_MAX, &format->width))
		return false;
	if (!comma)
		return true;
	if (end - comma != 2)
		return false;
	format->base = comma[1];
	return strchr("doxXnN", format->base) != NULL;
}

/* Nibbles, the lowest first, each a label: for ip6.arpa. The width counts the dots too. */
static void
put_nibbles(struct line *line, uint64_t value, uint32_t width, const char *digits)
{
	size_t start = line->size;
	do {
		if (line->size > start)
			put(line, ".", 1);
		put(line, &digits[value & 15], 1);
		value >>= 4;
	} while (!line->no_memory && (value || line->size - start + 1 < width));
}

static bool
put_number(struct line *line, int64_t value, const struct format *format)
{
	char text[WIDTH_MAX + 32];
	int width = (int)format->width;
	uint64_t number = (uint64_t)value;
	int length = 0;
	if (value < 0)
		return false;
	switch (format->base) {
	case 'o':
		length = snprintf(text, sizeof text, "%0*" PRIo64, width, number);
		break;
	case 'x':
		length = snprintf(text, sizeof text, "%0*" PRIx64, width, number);
		break;
	case 'X':
		length = snprintf(text, sizeof text, "%0*" PRIX64, width, number);
		break;
	case 'n':
		put_nibbles(line, number, format->width, "0123456789abcdef");
		return true;
	case 'N':
		put_nibbles(line, number, format->width, "0123456789ABCDEF");
		return true;
	default:
		length = snprintf(text, sizeof text, "%0*" PRIu64, width, number);
	}
	put(line, text, (size_t)length);
	return true;
}

/* `*text` stands behind a dollar sign. False when what follows cannot be read or gives a negative
 * number. */
static bool
put_dollar(struct line *line, const char **text, const char *end, uint32_t value)
{
	struct format format = {.base = 'd'};
	if (*text < end && **text == '$') {
		++*text;
		put(line, "$", 1);
		return true;
	}
	if (*text < end && **text == '{') {
		const char *close = memchr(*text, '}', (size_t)(end - *text));
		if (!close || !parse_format(*text + 1, (size_t)(close - *text) - 1, &format))
			return false;
		*text = close + 1;
	}
	return put_number(line, (int64_t)value + format.offset, &format);
}

/* Appends `token` with its dollar signs replaced. An escaped one stays as it is, for the reader of
 * the line. */
static bool
expand(struct line *line, const struct token *token, bool quotes, uint32_t value)
{
	const char *text = token->text;
	const char *end = text + token->size;
	if (quotes)
		put(line, "\"", 1);
	while (text < end) {
		const char *plain = text;
		for (; text < end && *text != '$'; text++)
			if (*text == '\\' && text + 1 < end)
				text++;
		put(line, plain, (size_t)(text - plain));
		if (text < end) {
			text++;
			if (!put_dollar(line, &text, end, value))
				return false;
		}
	}
	if (quotes)
		put(line, "\"", 1);
	put(line, " ", 1);
	return true;
}

/* Index of the type among the tokens: behind an optional TTL and class. 0: there is none. */
static size_t
find_type(const struct entry *entry)
{
	uint16_t number;
	for (size_t i = 3; i < entry->count && i < 6; i++)
		if (!text_class(&entry->tokens[i], &number) &&
		    rdata_type(&entry->tokens[i], &number))
			return i;
	return 0;
}

struct generator {
	struct line line;
	struct entry entry; /* of the line */
	size_t type;        /* index of the type in the directive */
};

/* The text of one record. */
static bool
make_line(struct master *master, struct generator *generator, uint32_t value)
{
	const struct entry *entry = &master->entry;
	struct line *line = &generator->line;
	line->size = 0;
	/* One quoted string is all of the rdata, not a string in it. */
	bool whole = entry->count == generator->type + 2;
	for (size_t i = 2; i < entry->count; i++) {
		const struct token *token = &entry->tokens[i];
		if (i > 2 && i <= generator->type) {
			put(line, token->text, token->size);
			put(line, " ", 1);
		} else if (!expand(line, token, token->quoted && !whole, value)) {
			return master_fail(
				master, token,
				"write $, $$ or ${offset,width,base} with base d, o, x, X, n or N",
				"$GENERATE cannot expand this for %" PRIu32, value);
		}
	}
	if (line->no_memory)
		master->draft->no_memory = true;
	return !line->no_memory;
}

static bool
run_line(struct master *master, struct generator *generator)
{
	struct lexer lexer;
	struct lexer_problem problem;
	const struct token *token = master->entry.tokens;
	lexer_start(&lexer, generator->line.text, generator->line.size);
	lexer.line = token->line; /* findings point at the directive */
	enum lexer_result result = lexer_next(&lexer, &generator->entry, &problem);
	if (result == LEXER_BAD)
		return master_fail(master, NULL, problem.remedy, "$GENERATE: %s", problem.message);
	if (result != LEXER_ENTRY || generator->entry.blank)
		return master_fail(master, NULL, NULL, "$GENERATE makes no record of this");
	return master_record(master, &generator->entry);
}

/* Stops at the first step that fails: the others would fail alike. */
static bool
run_steps(struct master *master, struct generator *generator, const struct range *range)
{
	uint32_t limit = master->draft->options->generate_max;
	uint64_t steps = (uint64_t)(range->stop - range->start) / range->step + 1;
	if (!limit)
		limit = GENERATE_MAX_DEFAULT;
	if (steps > limit - master->generated)
		return master_fail(master, &master->entry.tokens[1], "generate fewer",
				   "$GENERATE would make %" PRIu64 " records, past the limit of %u",
				   steps, limit);
	master->generated += (uint32_t)steps;
	for (uint64_t i = 0;
	     i < steps && !master->draft->no_memory && !zone_cancelled(master->draft->options); i++)
		if (!make_line(master, generator, (uint32_t)(range->start + i * range->step)) ||
		    !run_line(master, generator))
			return false;
	return true;
}

bool
generate_run(struct master *master)
{
	const struct entry *entry = &master->entry;
	struct generator generator = {0};
	struct range range;
	if (entry->count < 5)
		return master_fail(master, NULL, "write $GENERATE 1-9 owner$ A 192.0.2.$",
				   "$GENERATE needs a range, an owner, a type and rdata");
	if (!parse_range(&entry->tokens[1], &range))
		return master_fail(master, &entry->tokens[1],
				   "write start-stop or start-stop/step, at most 2147483647",
				   "not a range");
	generator.type = find_type(entry);
	if (!generator.type)
		return master_fail(master, &entry->tokens[3], NULL, "$GENERATE without a type");
	master->in_generate = true;
	bool ok = run_steps(master, &generator, &range);
	master->in_generate = false;
	free(generator.line.text);
	entry_free(&generator.entry);
	return ok;
}
