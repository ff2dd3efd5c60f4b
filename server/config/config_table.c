/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_table.c - reads a mapping by its table of keys.
 */
#include "config/config_table.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
	WORD_MAX = 48,     /* longer words are no misspelt keys */
	BEGINNING_MIN = 3, /* letters that tell which one was meant */
};

struct place
config_table_place(const struct config_context *context, const struct config_node *node)
{
	return (struct place){context->file, node->line, node->column};
}

void
config_table_error(const struct config_context *context, const struct config_node *node,
		   const char *remedy, const char *format, ...)
{
	char message[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	report_add(context->report, SEVERITY_ERROR, config_table_place(context, node), remedy, "%s",
		   message);
}

void
config_table_no_memory(const struct config_context *context)
{
	report_add(context->report, SEVERITY_ERROR, (struct place){context->file, 0, 0}, NULL,
		   "out of memory");
}

/* The words that the core schema of YAML 1.2 takes for something else than text; `yes`, `no`, `on`
 * and `off` are text. */
static const char *
not_text(const struct config_node *node)
{
	static const struct {
		const char *word;
		const char *kind;
	} words[] = {
		{"", "nothing"},        {"~", "null"},          {"null", "null"},
		{"Null", "null"},       {"NULL", "null"},       {"true", "a boolean"},
		{"True", "a boolean"},  {"TRUE", "a boolean"},  {"false", "a boolean"},
		{"False", "a boolean"}, {"FALSE", "a boolean"},
	};

	if (node->kind != CONFIG_NODE_TEXT || !node->plain)
		return NULL;
	for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
		if (strcmp(node->text, words[i].word) == 0)
			return words[i].kind;
	return NULL;
}

bool
config_table_expect(const struct config_context *context, const struct config_key *key,
		    const struct config_node *node, enum config_node_kind kind, const char *what)
{
	static const char *const kinds[] = {"text", "a list", "a mapping", ""};
	const char *special = not_text(node);

	if (node->kind == CONFIG_NODE_BAD)
		return false;
	if (node->kind == kind && !special)
		return true;
	config_table_error(context, node,
			   special && kind == CONFIG_NODE_TEXT ? "quote it if this text is meant"
							       : NULL,
			   "%s: expected %s, found %s", key->name, what,
			   special ? special : kinds[node->kind]);
	return false;
}

/* One row of Levenshtein's table: how far `b` is from a prefix of `a` that ends with `c`. */
static void
next_row(unsigned *row, char c, const char *b)
{
	unsigned diagonal = row[0]++;

	for (size_t j = 0; b[j]; j++) {
		unsigned best = diagonal +
				(tolower((unsigned char)c) != tolower((unsigned char)b[j]));

		diagonal = row[j + 1];
		if (row[j] + 1 < best)
			best = row[j] + 1;
		if (diagonal + 1 < best)
			best = diagonal + 1;
		row[j + 1] = best;
	}
}

/* Levenshtein's distance, case ignored, of words of at most WORD_MAX bytes. */
static unsigned
distance(const char *a, const char *b)
{
	unsigned row[WORD_MAX + 1];
	size_t width = strlen(b);

	for (size_t j = 0; j <= width; j++)
		row[j] = (unsigned)j;
	for (; *a; a++)
		next_row(row, *a, b);
	return row[width];
}

/* The one entry that begins with `word`, as zone-directory with zone-dir; NULL: none or several. */
static const char *
only_beginning(const char *word, const char *const *words, size_t count, size_t stride)
{
	const char *found = NULL;

	for (size_t i = 0; i < count; i++) {
		const char *candidate = *(const char *const *)((const char *)words + i * stride);

		if (strncasecmp(word, candidate, strlen(word)) != 0)
			continue;
		if (found)
			return NULL;
		found = candidate;
	}
	return strlen(word) >= BEGINNING_MIN ? found : NULL;
}

const char *
config_table_nearest(const char *word, const char *const *words, size_t count, size_t stride)
{
	const char *nearest = NULL;
	size_t length = strlen(word);
	/* A third of the letters may be wrong; with more, any short word is near. */
	unsigned best = (unsigned)(length / 3) + 1;

	if (length == 0 || length > WORD_MAX)
		return NULL;
	nearest = only_beginning(word, words, count, stride);
	if (nearest)
		return nearest;
	for (size_t i = 0; i < count; i++) {
		const char *candidate = *(const char *const *)((const char *)words + i * stride);
		size_t size = strlen(candidate);

		if (size > WORD_MAX || size > length + best || length > size + best)
			continue;
		unsigned d = distance(word, candidate);
		if (d < best || (d == best && !nearest)) {
			best = d;
			nearest = candidate;
		}
	}
	return nearest;
}

static void
unknown_key(const struct config_context *context, const struct config_key *keys, size_t count,
	    const struct config_node *node)
{
	const char *nearest = config_table_nearest(node->text, &keys->name, count, sizeof(*keys));
	char remedy[128] = "anyns.yaml(5) lists the keys that may stand here";

	if (nearest)
		snprintf(remedy, sizeof(remedy), "did you mean \"%s\"?", nearest);
	if (node->plain && strcmp(node->text, "<<") == 0)
		snprintf(remedy, sizeof(remedy),
			 "YAML merge keys are not used; write the keys out");
	config_table_error(context, node, remedy, "unknown key \"%.64s\"", node->text);
}

static void
read_pair(const struct config_context *context, const struct config_key *keys, size_t count,
	  const struct config_node *node, void *target, const struct config_node **found)
{
	size_t i = 0;
	const char *special;

	while (i < count && strcmp(node->text, keys[i].name) != 0)
		i++;
	if (i == count) {
		unknown_key(context, keys, count, node);
		return;
	}
	if (found[i]) {
		config_table_error(context, node, "remove one of the two",
				   "duplicate key \"%s\", first at line %u column %u", keys[i].name,
				   found[i]->line, found[i]->column);
		return;
	}
	found[i] = node;
	special = not_text(node->value);
	if (special && special[0] == 'n') {
		config_table_error(
			context, node,
			"give it a value, indent the lines that belong to it, or remove it",
			"\"%s\" has no value", keys[i].name);
		return;
	}
	keys[i].read(context, &keys[i], node->value, (char *)target + keys[i].offset);
}

void
config_table_read(const struct config_context *context, const struct config_key *keys, size_t count,
		  const struct config_node *node, void *target, const struct config_node **found)
{
	memset(found, 0, count * sizeof(*found));
	if (node->kind == CONFIG_NODE_BAD)
		return;
	if (node->kind != CONFIG_NODE_MAPPING) {
		config_table_error(context, node, NULL, "expected a mapping of keys, found %s",
				   node->kind == CONFIG_NODE_LIST ? "a list" : "text");
		return;
	}
	for (const struct config_node *key = node->first; key; key = key->next)
		if (key->kind == CONFIG_NODE_TEXT)
			read_pair(context, keys, count, key, target, found);
	for (size_t i = 0; i < count; i++)
		if (keys[i].missing && !found[i])
			config_table_error(context, node, keys[i].missing, "\"%s\" is missing",
					   keys[i].name);
}
