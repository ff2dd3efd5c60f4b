/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pieces.c - cuts a text at line ends and reads the pieces at once, each into a draft of its own;
 * the drafts are then joined in order.
 *
 * Whether a cut falls between two entries can only be known by reading up to it: a line may stand
 * in parentheses, behind a $TTL, under the owner of the line before. So pieces are read on the
 * assumption that they do not, in a way that notices when it is wrong: an open parenthesis at the
 * end of a piece is an error, so is a directive in it, a record that needs the TTL of another
 * piece, and anything else there is to say. After any finding all pieces are dropped, and one
 * thread reads the text as if nothing had been. Clean and regular text is what large files are.
 */
#include "zone/pieces.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { PIECES_MAX = 64 };

struct piece {
	struct draft draft;
	struct report report;
	struct source source; /* as that of the whole text, but for where it begins and ends */
	struct master master;
	uint32_t lines;
	atomic_bool *failed; /* of all pieces */
	pthread_t thread;
};

/* Whether an entry with an owner of its own can begin with it. */
static bool
begins_owner(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '*' || c == '_' || c == '-';
}

/* The first line at or behind `at` that names its owner; `end` when there is none. */
static const char *
find_cut(const char *at, const char *end)
{
	while (at < end) {
		const char *line_end = memchr(at, '\n', (size_t)(end - at));
		if (!line_end)
			return end;
		at = line_end + 1;
		if (at < end && begins_owner(*at))
			return at;
	}
	return end;
}

static void
read_piece(struct piece *piece)
{
	struct master *master = &piece->master;
	struct lexer_problem problem;
	enum lexer_result result = LEXER_BAD;
	while (!atomic_load_explicit(piece->failed, memory_order_relaxed) &&
	       !zone_cancelled(piece->draft.options)) {
		result = lexer_next(&piece->source.lexer, &master->entry, &problem);
		bool directive = result == LEXER_ENTRY && *master->entry.tokens[0].text == '$';
		if (result != LEXER_ENTRY || directive)
			break;
		master_record(master, &master->entry);
		if (piece->report.count || piece->draft.no_memory)
			break;
	}
	piece->lines = piece->source.lexer.line - 1;
	if (result != LEXER_END)
		atomic_store(piece->failed, true);
}

static void *
run(void *piece)
{
	read_piece(piece);
	return NULL;
}

/* A piece from `begin` to `end`. It is part of the array even when false says no memory. */
static bool
start_piece(struct piece *piece, const struct master *whole, const char *begin, const char *end)
{
	const struct draft *draft = whole->draft;
	bool ok = draft_start(&piece->draft, draft->apex, draft->options, &piece->report);
	piece->source = *whole->source;
	lexer_start(&piece->source.lexer, begin, (size_t)(end - begin));
	piece->master = (struct master){
		.draft = &piece->draft,
		.rdata = rdata_new(),
		.source = &piece->source,
		.default_ttl_known = whole->default_ttl_known,
		.default_ttl = whole->default_ttl,
		.is_piece = true,
	};
	return ok && piece->master.rdata;
}

static size_t
cut(struct piece *pieces, const struct master *whole, atomic_bool *failed)
{
	const struct lexer *lexer = &whole->source->lexer;
	size_t size = (size_t)(lexer->end - lexer->at);
	size_t wanted = size_min(size_min(whole->draft->options->threads, PIECES_MAX),
				 size / PIECE_MIN);
	const char *begin = lexer->at;
	size_t count = 0;
	for (size_t i = 1; i <= wanted && begin < lexer->end; i++) {
		const char *end = i < wanted ? find_cut(lexer->at + size / wanted * i, lexer->end)
					     : lexer->end;
		if (end <= begin)
			continue;
		pieces[count].failed = failed;
		if (!start_piece(&pieces[count++], whole, begin, end))
			atomic_store(failed, true);
		begin = end;
	}
	return count;
}

/* The calling thread reads the first piece; what no thread can be had for, it reads as well. */
static void
read_all(struct piece *pieces, size_t count)
{
	bool started[PIECES_MAX] = {false};
	for (size_t i = 1; i < count; i++)
		started[i] = pthread_create(&pieces[i].thread, NULL, run, &pieces[i]) == 0;
	for (size_t i = 0; i < count; i++)
		if (!started[i])
			read_piece(&pieces[i]);
	for (size_t i = 1; i < count; i++)
		if (started[i])
			pthread_join(pieces[i].thread, NULL);
}

static void
join_all(struct master *whole, struct piece *pieces, size_t count)
{
	struct lexer *lexer = &whole->source->lexer;
	uint32_t before = lexer->line - 1;
	for (size_t i = 0; i < count; i++) {
		draft_join(whole->draft, &pieces[i].draft, before);
		before += pieces[i].lines;
	}
	lexer->at = lexer->end;
	lexer->line_start = lexer->end;
	lexer->line = before + 1;
}

bool
pieces_read(struct master *master)
{
	const struct lexer *lexer = &master->source->lexer;
	size_t size = (size_t)(lexer->end - lexer->at);
	atomic_bool failed = false;
	/* At the very beginning the SOA and $TTL are still to come. */
	if (master->draft->options->threads < 2 || size < 2 * (size_t)PIECE_MIN ||
	    lexer->at == lexer->end || !begins_owner(*lexer->at))
		return false;
	struct piece *pieces = calloc(PIECES_MAX, sizeof *pieces);
	size_t count = pieces ? cut(pieces, master, &failed) : 0;
	bool good = count > 1;
	if (good) {
		read_all(pieces, count);
		good = !atomic_load(&failed);
	}
	if (good)
		join_all(master, pieces, count);
	for (size_t i = 0; i < count; i++) {
		draft_free(&pieces[i].draft);
		report_clear(&pieces[i].report);
		entry_free(&pieces[i].master.entry);
		rdata_free(pieces[i].master.rdata);
	}
	free(pieces);
	return good;
}
