/* SPDX-License-Identifier: BSD-2-Clause */
/* text.c - numbers, TTLs, names and classes of a master file. */
#include "zone/text.h"

#include <string.h>
#include <strings.h>

bool
text_number(const char *text, size_t size, uint32_t limit, uint32_t *number)
{
	uint64_t value = 0;
	if (size == 0)
		return false;
	for (size_t i = 0; i < size; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(text[i] - '0');
		if (value > limit)
			return false;
	}
	*number = (uint32_t)value;
	return true;
}

static uint32_t
unit_seconds(char unit)
{
	switch (unit) {
	case 'w':
	case 'W':
		return 7 * 86400;
	case 'd':
	case 'D':
		return 86400;
	case 'h':
	case 'H':
		return 3600;
	case 'm':
	case 'M':
		return 60;
	case 's':
	case 'S':
		return 1;
	default:
		return 0;
	}
}

bool
text_ttl(const char *text, size_t size, uint32_t *ttl)
{
	uint64_t total = 0;
	const char *end = text + size;
	if (size == 0)
		return false;
	while (text < end) {
		uint64_t value = 0;
		const char *digits = text;
		for (; text < end && *text >= '0' && *text <= '9'; text++) {
			value = value * 10 + (uint64_t)(*text - '0');
			if (value > UINT32_MAX)
				return false;
		}
		if (text == digits)
			return false;
		uint32_t unit = 1; /* a last part without unit is seconds, as BIND has it */
		if (text < end)
			unit = unit_seconds(*text++);
		total += value * unit;
		if (!unit || total > UINT32_MAX)
			return false;
	}
	*ttl = (uint32_t)total;
	return true;
}

size_t
text_name(uint8_t wire[static DNS_NAME_MAX], const struct token *token, const uint8_t *origin)
{
	if (token->quoted)
		return 0;
	if (token->size == 1 && *token->text == '@') {
		size_t size = name_length(origin, DNS_NAME_MAX);
		memcpy(wire, origin, size);
		return size;
	}
	return name_parse_relative(wire, token->text, token->size, origin);
}

/* The number behind a word: CLASS1, TYPE65280. */
static bool
generic(const struct token *token, const char *word, uint16_t *number)
{
	size_t length = strlen(word);
	uint32_t value;
	if (token->quoted || token->size <= length || strncasecmp(token->text, word, length) != 0 ||
	    !text_number(token->text + length, token->size - length, UINT16_MAX, &value))
		return false;
	*number = (uint16_t)value;
	return true;
}

bool
text_class(const struct token *token, uint16_t *class)
{
	static const struct {
		const char *word;
		uint16_t class;
	} classes[] = {{"IN", 1}, {"CH", 3}, {"HS", 4}, {"NONE", 254}, {"ANY", 255}};

	for (size_t i = 0; i < ARRAY_LENGTH(classes); i++) {
		if (token_is(token, classes[i].word)) {
			*class = classes[i].class;
			return true;
		}
	}
	return generic(token, "CLASS", class);
}

bool
text_generic_type(const struct token *token, uint16_t *type)
{
	return generic(token, "TYPE", type);
}
