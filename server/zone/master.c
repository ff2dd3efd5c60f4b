/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * master.c - the grammar of master files (RFC 1035 5.1, 2308 4, 3597) around the rdata.
 *
 * ldns reads files too, but it has neither $INCLUDE nor $GENERATE and stops at the first error. So
 * entries are ours, and what stands in a record is ldns's (rdata.c). Semantics are BIND's where the
 * RFCs are silent: $INCLUDE keeps the includer's origin and owner, $TTL goes on behind it.
 *
 * An error costs its record only: reading goes on, so that one run of the check lists all.
 */
#include "zone/master.h"

#include "zone/pieces.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	INCLUDE_DEPTH_MAX = 64,
	INCLUDES_MAX = 16384, /* files that include two others each grow as 2^depth */
};

static struct place
place_of(const struct master *master, const struct token *token)
{
	if (!token)
		token = master->entry.tokens;
	return (struct place){.file = master->source->file.path,
			      .line = token->line,
			      .column = master->in_generate ? 0 : token->column};
}

bool
master_fail(struct master *master, const struct token *token, const char *remedy,
	    const char *format, ...)
{
	char message[300];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	report_add(master->draft->report, SEVERITY_ERROR, place_of(master, token), remedy, "%s",
		   message);
	return false;
}

static void
warn(struct master *master, const struct token *token, const char *remedy, const char *message)
{
	report_add(master->draft->report, SEVERITY_WARNING, place_of(master, token), remedy, "%s",
		   message);
}

/* --- owners --- */

static void
owner_outside(struct master *master, const struct token *token)
{
	char text[NAME_TEXT_MAX];
	master->owner_state = OWNER_OUTSIDE;
	if (!tally_next(&master->outside))
		return;
	report_add(master->draft->report, SEVERITY_WARNING, place_of(master, token),
		   "remove it, or check $ORIGIN and final dots", "%s is outside the zone; ignored",
		   name_text(text, master->owner_name));
}

static bool
new_owner(struct master *master, const struct token *token)
{
	uint8_t wire[DNS_NAME_MAX];
	size_t size = text_name(wire, token, master->source->origin);
	if (!size) {
		master->owner_state = OWNER_WRONG;
		return master_fail(master, token,
				   "labels have 1 to 63 bytes, names 255 with the origin",
				   "the owner is not a domain name");
	}
	/* Zone dumps repeat the owner on every line: the run goes on. */
	if (master->owner_state >= OWNER_OUTSIDE && name_equal(wire, master->owner_name))
		return true;
	memcpy(master->owner_name, wire, size);
	master->owner = NULL;
	if (name_is_below(wire, master->draft->apex))
		master->owner_state = OWNER_OK;
	else
		owner_outside(master, token);
	return true;
}

/* Blank instead of an owner: that of the record before. */
static bool
same_owner(struct master *master)
{
	if (master->owner_state != OWNER_NONE)
		return master->owner_state != OWNER_WRONG; /* reported where it stood */
	warn(master, NULL, "write @ or the name",
	     "the first record has no owner; the origin is taken");
	static const struct token at = {.text = "@", .size = 1};
	return new_owner(master, &at);
}

/* --- TTL, class and type --- */

struct header {
	bool has_ttl;
	uint32_t ttl;
	uint16_t type;
	size_t rdata; /* first token of it */
};

static bool
take_ttl(struct master *master, const struct token *token, uint32_t *ttl)
{
	if (token->quoted || !text_ttl(token->text, token->size, ttl))
		return master_fail(master, token, "write seconds, or as 1h30m", "not a TTL");
	if (*ttl > INT32_MAX) {
		warn(master, token, "write at most 2147483647",
		     "a TTL above 2^31 - 1 counts as 0 (RFC 2181 8)");
		*ttl = 0;
	}
	return true;
}

static bool
take_type(struct master *master, const struct token *token, struct header *header)
{
	if (!rdata_type(token, &header->type))
		return master_fail(master, token, "write TYPE and its number if it is a type",
				   "\"%.*s\" is no TTL, class or type",
				   (int)size_min(token->size, 100), token->text);
	/* RFC 6895 3.1: 128 to 255 are for questions and transactions. */
	if (header->type == 0 || header->type == DNS_TYPE_OPT ||
	    (header->type >= 128 && header->type <= 255))
		return master_fail(master, token, "remove the record",
				   "this type cannot stand in a zone");
	return true;
}

static bool
take_class(struct master *master, const struct token *token, uint16_t class)
{
	if (class != DNS_CLASS_IN)
		return master_fail(master, token, "remove the record", "only class IN is served");
	return true;
}

/* [TTL] [class] type, the first two in any order (RFC 1035 5.1). */
static bool
take_header(struct master *master, const struct entry *entry, size_t at, struct header *header)
{
	bool has_class = false;
	for (; at < entry->count; at++) {
		const struct token *token = &entry->tokens[at];
		uint16_t class;
		bool digit = !token->quoted && *token->text >= '0' && *token->text <= '9';
		if (digit && token->size && !header->has_ttl) {
			if (!take_ttl(master, token, &header->ttl))
				return false;
			header->has_ttl = true;
		} else if (!has_class && text_class(token, &class)) {
			if (!take_class(master, token, class))
				return false;
			has_class = true;
		} else {
			header->rdata = at + 1;
			return take_type(master, token, header);
		}
	}
	return master_fail(master, NULL, "complete the record", "the record has no type");
}

/* --- records --- */

/* RFC 1035 5.1 (the last stated), 2308 4 ($TTL before that), and the SOA's minimum in want of both.
 */
static bool
choose_ttl(struct master *master, struct header *header)
{
	const struct rdata *rdata = master->rdata;
	if (header->has_ttl) {
		master->last_ttl = header->ttl;
		master->last_ttl_known = true;
		return true;
	}
	if (!master->default_ttl_known && !master->last_ttl_known) {
		if (header->type != DNS_TYPE_SOA || master->is_piece)
			return master_fail(master, NULL, "begin the file with $TTL 3600",
					   "the record has no TTL, and none was stated before");
		uint32_t minimum = wire_peek_u32(rdata->wire + rdata->out.at - 4);
		master->last_ttl = minimum > INT32_MAX ? 0 : minimum;
		master->last_ttl_known = true;
	}
	header->ttl = master->default_ttl_known ? master->default_ttl : master->last_ttl;
	return true;
}

/*
 * NSEC3 owners are a hash and the apex (RFC 5155 3). Others can be in no chain, and whoever decodes
 * the label later shall not meet them.
 */
static bool
is_hash_owner(const struct draft *draft, const uint8_t *owner)
{
	if (*owner != 32 || name_labels(owner) != draft->apex_labels + 1u)
		return false;
	for (size_t i = 1; i <= 32; i++) {
		uint8_t c = name_fold(owner[i]);
		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'v'))
			return false;
	}
	return true;
}

/* Whether a record at a good owner is to be kept. */
static bool
admit(struct master *master, const struct token *token, uint16_t type)
{
	char text[NAME_TEXT_MAX];
	if (type == DNS_TYPE_RRSIG)
		type = wire_peek_u16(master->rdata->wire);
	if (type != DNS_TYPE_NSEC3 || is_hash_owner(master->draft, master->owner_name))
		return true;
	if (tally_next(&master->misplaced))
		report_add(master->draft->report, SEVERITY_WARNING, place_of(master, token),
			   "sign the zone again",
			   "NSEC3 at %s, which is not a hash and the apex; ignored",
			   name_text(text, master->owner_name));
	return false;
}

static void
store(struct master *master, const struct header *header, const struct token *token)
{
	struct draft *draft = master->draft;
	struct zone_place place = {master->source->index, token->line};
	if (master->owner_state != OWNER_OK || !admit(master, token, header->type))
		return;
	if (!master->owner)
		master->owner = draft_owner(draft, master->owner_name);
	if (master->owner)
		draft_record(draft, header->type, header->ttl, master->rdata->wire,
			     master->rdata->out.at, place);
}

bool
master_record(struct master *master, const struct entry *entry)
{
	struct header header = {0};
	struct rdata *rdata = master->rdata;
	if (entry->blank ? !same_owner(master) : !new_owner(master, entry->tokens))
		return false;
	if (!take_header(master, entry, entry->blank ? 0 : 1, &header))
		return false;
	if (!rdata_parse(rdata, header.type, entry->tokens + header.rdata,
			 entry->count - header.rdata, master->source->origin)) {
		const struct token *where = rdata->token ? rdata->token
							 : &entry->tokens[header.rdata - 1];
		char type[RDATA_TYPE_TEXT_MAX];
		return master_fail(master, where, rdata->remedy, "%s: %s",
				   rdata_type_text(type, header.type), rdata->message);
	}
	if (!choose_ttl(master, &header))
		return false;
	store(master, &header, entry->tokens);
	return true;
}

/* --- directives --- */

static bool
check_count(struct master *master, size_t minimum, size_t maximum)
{
	const struct entry *entry = &master->entry;
	if (entry->count - 1 < minimum)
		return master_fail(master, NULL, "complete the line",
				   "the directive needs a value");
	if (entry->count - 1 > maximum)
		return master_fail(master, &entry->tokens[maximum + 1], "remove it",
				   "the directive ends before this");
	return true;
}

static bool
directive_origin(struct master *master)
{
	uint8_t origin[DNS_NAME_MAX];
	if (!check_count(master, 1, 1))
		return false;
	const struct token *token = &master->entry.tokens[1];
	size_t size = text_name(origin, token, master->source->origin);
	if (!size)
		return master_fail(master, token, NULL, "$ORIGIN is not a domain name");
	memcpy(master->source->origin, origin, size);
	return true;
}

static bool
directive_ttl(struct master *master)
{
	if (!check_count(master, 1, 1) ||
	    !take_ttl(master, &master->entry.tokens[1], &master->default_ttl))
		return false;
	master->default_ttl_known = true;
	return true;
}

/* The included file is the innermost source from now on. */
static void
push(struct master *master, struct source *source, const uint8_t *origin)
{
	source->parent = master->source;
	source->depth = master->source ? master->source->depth + 1 : 0;
	if (master->draft->options->digest && !source_digest(source, source->file.digest))
		master->draft->no_memory = true;
	source->index = draft_file(master->draft, &source->file);
	memcpy(source->origin, origin, name_length(origin, DNS_NAME_MAX));
	memcpy(source->outer_owner, master->owner_name, sizeof master->owner_name);
	source->outer_state = master->owner_state;
	master->source = source;
}

static bool
open_include(struct master *master, const uint8_t *origin)
{
	const struct token *token = &master->entry.tokens[1];
	char *path = source_path(master->source, token->text, token->size);
	if (!path) {
		master->draft->no_memory = true;
		return false;
	}
	struct source *source = source_read(path, place_of(master, token), master->draft->report);
	free(path);
	if (!source)
		return false;
	if (source_is_open(source, master->source)) {
		source_free(source);
		return master_fail(master, token, "remove the $INCLUDE",
				   "the file includes itself");
	}
	push(master, source, origin);
	return true;
}

static bool
directive_include(struct master *master)
{
	uint8_t origin[DNS_NAME_MAX];
	const struct token *tokens = master->entry.tokens;
	if (!check_count(master, 1, 2))
		return false;
	if (master->draft->options->no_include)
		return master_fail(master, NULL, NULL, "$INCLUDE is not allowed here");
	if (master->source->depth >= INCLUDE_DEPTH_MAX)
		return master_fail(master, NULL, "include from fewer levels",
				   "$INCLUDE is more than %d levels deep", INCLUDE_DEPTH_MAX);
	if (master->includes++ >= INCLUDES_MAX)
		return master_fail(master, NULL, "include fewer files",
				   "the zone includes more than %d files", INCLUDES_MAX);
	memcpy(origin, master->source->origin, sizeof origin);
	if (master->entry.count == 3 && !text_name(origin, &tokens[2], master->source->origin))
		return master_fail(master, &tokens[2], NULL,
				   "the origin of $INCLUDE is not a domain name");
	return open_include(master, origin);
}

static void
run_entry(struct master *master)
{
	static const struct {
		const char *word;
		bool (*run)(struct master *master);
	} directives[] = {{"$ORIGIN", directive_origin},
			  {"$TTL", directive_ttl},
			  {"$INCLUDE", directive_include},
			  {"$GENERATE", generate_run}};
	const struct token *token = master->entry.tokens;

	if (token->quoted || token->size == 0 || *token->text != '$') {
		master_record(master, &master->entry);
		return;
	}
	for (size_t i = 0; i < ARRAY_LENGTH(directives); i++) {
		if (token_is(token, directives[i].word)) {
			directives[i].run(master);
			return;
		}
	}
	master_fail(master, token, "write \\$ if it is an owner", "unknown directive");
}

static void
report_problem(struct master *master, const struct lexer_problem *problem)
{
	struct place place = {master->source->file.path, problem->line, problem->column};
	report_add(master->draft->report, SEVERITY_ERROR, place, problem->remedy, "%s",
		   problem->message);
}

/* Back to the includer: its origin is in its source, its owner comes back here. */
static void
pop(struct master *master)
{
	struct source *source = master->source;
	master->source = source->parent;
	memcpy(master->owner_name, source->outer_owner, sizeof master->owner_name);
	master->owner_state = source->outer_state;
	master->owner = NULL; /* its next record begins a run */
	source_free(source);
}

/*
 * Whether to try several threads on the rest: once per zone, when directives at the head of the
 * file, the most usual place, are behind us.
 */
static bool
in_the_middle(struct master *master)
{
	enum { RECORDS_BEFORE = 100 };
	if (master->tried_pieces || master->draft->record_count < RECORDS_BEFORE ||
	    master->source->parent)
		return false;
	master->tried_pieces = true;
	return true;
}

static void
run(struct master *master)
{
	struct lexer_problem problem;
	while (master->source && !master->draft->no_memory &&
	       !zone_cancelled(master->draft->options)) {
		if (in_the_middle(master) && pieces_read(master))
			continue;
		switch (lexer_next(&master->source->lexer, &master->entry, &problem)) {
		case LEXER_ENTRY:
			run_entry(master);
			break;
		case LEXER_BAD:
			report_problem(master, &problem);
			break;
		case LEXER_END:
			pop(master);
			break;
		case LEXER_NO_MEMORY:
			master->draft->no_memory = true;
			break;
		}
	}
}

void
master_read(struct draft *draft, struct source *source)
{
	struct master master = {.draft = draft, .rdata = rdata_new()};
	if (!source || !master.rdata) {
		draft->no_memory |= !master.rdata;
		rdata_free(master.rdata);
		source_free(source);
		return;
	}
	push(&master, source, draft->apex);
	run(&master);
	while (master.source)
		pop(&master);
	const char *file = draft->file_count ? draft->files[0].path : NULL;
	tally_end(&master.outside, draft->report, file, "owners are outside the zone; ignored");
	tally_end(&master.misplaced, draft->report, file,
		  "NSEC3 owners are not a hash and the apex; ignored");
	entry_free(&master.entry);
	rdata_free(master.rdata);
}
