/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/exabgp_line.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Text that grows; `full` once something did not fit. */
struct text {
	char *to;
	size_t size;
	bool full;
};

PRINTF_LIKE(2, 3)
static void
add(struct text *text, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	int more = vsnprintf(text->to + text->size, EXABGP_LINE_MAX - text->size, format, values);
	va_end(values);
	if (more < 0 || text->size + (size_t)more >= EXABGP_LINE_MAX)
		text->full = true;
	else
		text->size += (size_t)more;
}

static void
add_communities(struct text *text, const uint32_t *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		add(text, " %u:%u", list[i] >> 16, list[i] & 0xffff);
}

static void
add_all_communities(struct text *text, const struct attributes *state,
		    const struct config_peer *peer)
{
	if (state->community_count + peer->community_count == 0)
		return;
	add(text, " community [");
	add_communities(text, state->communities, state->community_count);
	add_communities(text, peer->communities, peer->community_count);
	add(text, " ]");
}

static void
add_all_large(struct text *text, const struct attributes *state, const struct config_peer *peer)
{
	if (state->large_count + peer->large_count == 0)
		return;
	add(text, " large-community [");
	for (size_t i = 0; i < state->large_count; i++)
		add(text, " %u:%u:%u", state->large[i].global, state->large[i].local_1,
		    state->large[i].local_2);
	for (size_t i = 0; i < peer->large_count; i++)
		add(text, " %u:%u:%u", peer->large[i][0], peer->large[i][1], peer->large[i][2]);
	add(text, " ]");
}

bool
exabgp_line_announce(
	char line[static EXABGP_LINE_MAX], /* NOLINT(readability-non-const-parameter) */
	const char *prefix, const struct attributes *attributes, const struct config_peer *peer)
{
	struct text text = {.to = line};
	add(&text, "announce route %s next-hop self", prefix);
	/* ExaBGP sends a path that is given as it is, so ours is in it once more than prepended. */
	if (attributes->prepend && peer->as != peer->local_as) {
		add(&text, " as-path [");
		for (unsigned i = 0; i <= attributes->prepend; i++)
			add(&text, " %u", peer->local_as);
		add(&text, " ]");
	}
	if (attributes->has_med || peer->has_med)
		add(&text, " med %u", attributes->has_med ? attributes->med : peer->med);
	if (peer->as == peer->local_as)
		add(&text, " local-preference %u", attributes->local_pref);
	add_all_communities(&text, attributes, peer);
	add_all_large(&text, attributes, peer);
	return !text.full;
}

void
exabgp_line_withdraw(char line[static EXABGP_LINE_MAX], const char *prefix)
{
	snprintf(line, EXABGP_LINE_MAX, "withdraw route %.*s", EXABGP_PREFIX_MAX - 1, prefix);
}

/* ------------------------------------------------------------ reading */

bool
exabgp_line_is_prefix(const char *text)
{
	size_t address = strspn(text, "0123456789abcdef:.");
	size_t length = text[address] == '/' ? strspn(text + address + 1, "0123456789") : 0;
	return address > 0 && length > 0 && text[address + 1 + length] == '\0' &&
	       address + 1 + length < EXABGP_PREFIX_MAX;
}

static bool
is_known_word(const char *word)
{
	static const char *const words[] = {"next-hop",
					    "self",
					    "as-path",
					    "[",
					    "]",
					    "med",
					    "community",
					    "large-community",
					    "local-preference"};
	for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return word[strspn(word, "0123456789:")] == '\0';
}

/* The next word, `size` bytes with its zero; NULL at the end or when it is too long for one. */
static const char *
next_word(const char **line, char word[static EXABGP_PREFIX_MAX])
{
	size_t size = strcspn(*line, " ");
	if (size == 0 || size >= EXABGP_PREFIX_MAX)
		return NULL;
	memcpy(word, *line, size);
	word[size] = '\0';
	*line += size;
	/* One space between words and none at the end. */
	if (**line == ' ' && (*line)[1] != '\0')
		(*line)++;
	return word;
}

enum exabgp_verb
exabgp_line_read(const char *line, char prefix[static EXABGP_PREFIX_MAX])
{
	char word[EXABGP_PREFIX_MAX];
	enum exabgp_verb verb = EXABGP_OTHER;
	if (strncmp(line, "announce route ", 15) == 0)
		verb = EXABGP_ANNOUNCE;
	else if (strncmp(line, "withdraw route ", 15) == 0)
		verb = EXABGP_WITHDRAW;
	else
		return EXABGP_OTHER;
	line += 15;
	if (!next_word(&line, prefix) || !exabgp_line_is_prefix(prefix))
		return EXABGP_OTHER;
	if (verb == EXABGP_WITHDRAW)
		return *line == '\0' ? verb : EXABGP_OTHER;
	while (*line != '\0')
		if (!next_word(&line, word) || !is_known_word(word))
			return EXABGP_OTHER;
	return verb;
}
