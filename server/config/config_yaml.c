/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_yaml.c - YAML text to a tree of nodes, by libfyaml's event parser.
 *
 * libfyaml also builds documents itself, with aliases, merge keys and a path language. A
 * configuration needs none of that, and the code for it is where hostile input finds something to
 * do; so only the event parser is used, events are counted and nesting is bounded as they come, and
 * aliases are refused instead of being expanded (no "billion laughs").
 *
 * Diagnostics are collected, never printed: libfyaml 0.7.12 reads past the end of its input when it
 * quotes the offending line for standard error. The text is copied to a padded buffer because its
 * scanner looks a few bytes ahead.
 */
#include "config/config_yaml.h"

#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

enum {
	CHUNK_SIZE = 65536,
	DEPTH_MAX = 16, /* the configuration itself needs 4 */
	PADDING = 64,
};

struct config_chunk {
	struct config_chunk *next;
	size_t size;
	size_t used;
	_Alignas(max_align_t) unsigned char bytes[];
};

/* A list or mapping that is still open. */
struct level {
	struct config_node *node;
	struct config_node *last;    /* child */
	struct config_node *pending; /* a key that waits for its value */
};

struct builder {
	const char *file;
	struct report *report;
	struct config_tree *tree;
	struct config_node *root;
	struct level levels[DEPTH_MAX];
	unsigned depth;
	unsigned documents;
	unsigned line; /* where the parser was last; what has no mark of its own is said to be here
			*/
	unsigned column;
	bool ended;  /* the stream's end was seen */
	bool failed; /* stop: no tree can be had */
};

static void *
allocate(struct builder *builder, size_t size)
{
	struct config_chunk *chunk = builder->tree->chunks;

	size = align_up(size, _Alignof(max_align_t));
	if (!chunk || size > chunk->size - chunk->used) {
		size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;

		chunk = calloc(1, sizeof(*chunk) + room);
		if (!chunk) {
			report_add(builder->report, SEVERITY_ERROR,
				   (struct place){builder->file, 0, 0}, NULL, "out of memory");
			builder->failed = true;
			return NULL;
		}
		chunk->size = room;
		chunk->next = builder->tree->chunks;
		builder->tree->chunks = chunk;
	}
	void *bytes = chunk->bytes + chunk->used;
	chunk->used += size;
	return bytes;
}

static void
complain(struct builder *builder, const struct config_node *node, const char *remedy,
	 const char *what)
{
	struct place place = {builder->file, node->line, node->column};

	report_add(builder->report, SEVERITY_ERROR, place, remedy, "%s", what);
}

static struct config_node *
node_new(struct builder *builder, enum config_node_kind kind)
{
	struct config_node *node = allocate(builder, sizeof(*node));

	if (node)
		*node = (struct config_node){
			.kind = kind, .line = builder->line, .column = builder->column};
	return node;
}

static void
attach_to_mapping(struct builder *builder, struct level *level, struct config_node *node)
{
	if (level->pending) {
		level->pending->value = node;
		level->pending = NULL;
		return;
	}
	/* A list or mapping as a key becomes a BAD key; what it holds stays attached to nothing. */
	struct config_node *key = node;
	if (node->kind != CONFIG_NODE_TEXT) {
		if (node->kind != CONFIG_NODE_BAD)
			complain(builder, node, "write a mapping as \"key: value\"",
				 "a key must be text");
		key = node_new(builder, CONFIG_NODE_BAD);
		if (!key)
			return;
	}
	if (level->last)
		level->last->next = key;
	else
		level->node->first = key;
	level->last = key;
	level->pending = key;
	level->node->count++;
	/* libfyaml places `[2001:db8::]`, which is a mapping in a list, at its colon. */
	if (key->line < level->node->line ||
	    (key->line == level->node->line && key->column < level->node->column)) {
		level->node->line = key->line;
		level->node->column = key->column;
	}
}

static void
attach(struct builder *builder, struct config_node *node)
{
	struct level *level;

	if (builder->depth == 0) {
		builder->root = node;
		return;
	}
	level = &builder->levels[builder->depth - 1];
	if (level->node->kind == CONFIG_NODE_MAPPING) {
		attach_to_mapping(builder, level, node);
		return;
	}
	if (level->last)
		level->last->next = node;
	else
		level->node->first = node;
	level->last = node;
	level->node->count++;
}

static void
open_collection(struct builder *builder, enum config_node_kind kind)
{
	struct config_node *node = node_new(builder, kind);

	if (!node)
		return;
	if (builder->depth == DEPTH_MAX) {
		complain(builder, node, "see anyns.yaml(5) for the structure", "nested too deeply");
		builder->failed = true;
		return;
	}
	attach(builder, node);
	builder->levels[builder->depth++] = (struct level){.node = node};
}

static void
add_scalar(struct builder *builder, struct fy_token *token)
{
	size_t size = 0;
	const char *text = token ? fy_token_get_text(token, &size) : "";
	enum fy_scalar_style style = token ? fy_token_scalar_style(token) : FYSS_PLAIN;
	struct config_node *node = node_new(builder, CONFIG_NODE_TEXT);
	char *copy = allocate(builder, size + 1);

	if (!node || !copy)
		return;
	node->plain = style == FYSS_PLAIN || style == FYSS_ANY;
	/* The token begins behind its opening quote. */
	if ((style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED) && node->column > 1)
		node->column--;
	if (!text || memchr(text, '\0', size)) {
		complain(builder, node, "remove the \\0", "text with a NUL inside");
		node->kind = CONFIG_NODE_BAD;
	} else if (size) {
		memcpy(copy, text, size);
	}
	copy[size] = '\0';
	if (node->kind == CONFIG_NODE_TEXT)
		node->text = copy;
	attach(builder, node);
}

static void
add_alias(struct builder *builder)
{
	struct config_node *node = node_new(builder, CONFIG_NODE_BAD);

	if (!node)
		return;
	if (node->column > 1) /* the token begins behind its asterisk */
		node->column--;
	complain(builder, node, "write the value itself, or quote text that begins with *",
		 "YAML aliases (*name) are not used here");
	attach(builder, node);
}

/* Anchors and tags change nothing here, but whoever wrote them expects that they do. */
static void
refuse_properties(struct builder *builder, struct fy_event *event)
{
	struct config_node here = {.line = builder->line, .column = builder->column};

	if (fy_event_get_anchor_token(event))
		complain(builder, &here, "remove it, or quote text that begins with &",
			 "YAML anchors (&name) are not used here");
	if (fy_event_get_tag_token(event))
		complain(builder, &here, "remove it, or quote text that begins with !",
			 "YAML tags (!type) are not used here");
}

static void
begin_document(struct builder *builder)
{
	struct config_node here = {.line = builder->line, .column = builder->column};

	if (++builder->documents > 1)
		complain(builder, &here, "keep one document and remove the line ---",
			 "a second YAML document begins");
}

static void
take_event(struct builder *builder, struct fy_event *event)
{
	const struct fy_mark *mark = fy_event_start_mark(event);

	if (mark) {
		builder->line = (unsigned)mark->line + 1;
		builder->column = (unsigned)mark->column + 1;
	}
	switch (event->type) {
	case FYET_DOCUMENT_START:
		begin_document(builder);
		break;
	case FYET_MAPPING_START:
		refuse_properties(builder, event);
		open_collection(builder, CONFIG_NODE_MAPPING);
		break;
	case FYET_SEQUENCE_START:
		refuse_properties(builder, event);
		open_collection(builder, CONFIG_NODE_LIST);
		break;
	case FYET_MAPPING_END:
	case FYET_SEQUENCE_END:
		builder->depth--;
		break;
	case FYET_SCALAR:
		refuse_properties(builder, event);
		add_scalar(builder, event->scalar.value);
		break;
	case FYET_ALIAS:
		add_alias(builder);
		break;
	case FYET_STREAM_END:
		builder->ended = true;
		break;
	case FYET_NONE:
	case FYET_STREAM_START:
	case FYET_DOCUMENT_END:
		break;
	}
}

/* What usually stands behind a syntax error, by a word of libfyaml's message. */
static const char *
syntax_remedy(const char *message)
{
	static const struct {
		const char *word;
		const char *remedy;
	} remedies[] = {
		{"tab", "indent with spaces"},
		{"same line",
		 "quote a value that contains \": \" or ends in a colon, as IPv6 addresses may"},
		{"quote", "close the quotes"},
		{"flow",
		 "close every [ with ] and every { with }, and quote IPv6 addresses inside"},
		{"indent", "give all keys of a mapping the same indentation"},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(remedies); i++)
		if (strstr(message, remedies[i].word))
			return remedies[i].remedy;
	return "check indentation, quotes and brackets here and on the line before";
}

static void
report_diagnostics(struct builder *builder, struct fy_diag *diagnostics)
{
	struct fy_diag_error *error;
	void *iterator = NULL;

	while ((error = fy_diag_errors_iterate(diagnostics, &iterator)) != NULL) {
		struct place place = {builder->file, error->line > 0 ? (unsigned)error->line : 0,
				      error->column > 0 ? (unsigned)error->column : 0};

		report_add(builder->report,
			   error->type >= FYET_ERROR ? SEVERITY_ERROR : SEVERITY_WARNING, place,
			   syntax_remedy(error->msg), "not YAML: %s", error->msg);
		builder->failed |= error->type >= FYET_ERROR;
	}
	if (!builder->ended && !builder->failed) {
		struct place place = {builder->file, builder->line, builder->column};

		report_add(builder->report, SEVERITY_ERROR, place, syntax_remedy(""),
			   "not YAML: the parser gave up after this place");
		builder->failed = true;
	}
}

static void
swallow_output(struct fy_diag *diagnostics, void *user, const char *text, size_t size)
{
	(void)diagnostics;
	(void)user;
	(void)text;
	(void)size;
}

/* Collects what the parser has to say; NULL when out of memory. */
static struct fy_diag *
diagnostics_new(void)
{
	const struct fy_diag_cfg setup = {.output_fn = swallow_output, .level = FYET_MAX};
	struct fy_diag *diagnostics = fy_diag_create(&setup);

	if (diagnostics)
		fy_diag_set_collect_errors(diagnostics, true);
	return diagnostics;
}

static void
run_parser(struct builder *builder, const char *bytes, size_t size)
{
	struct fy_diag *diagnostics = diagnostics_new();
	const struct fy_parse_cfg setup = {
		.search_path = "",
		.flags = FYPCF_QUIET | FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE,
		.diag = diagnostics,
	};
	struct fy_parser *parser = diagnostics ? fy_parser_create(&setup) : NULL;

	if (!parser || fy_parser_set_string(parser, bytes, size) != 0) {
		report_add(builder->report, SEVERITY_ERROR, (struct place){builder->file, 0, 0},
			   NULL, "the YAML parser cannot be started (out of memory?)");
		builder->failed = true;
	} else {
		struct fy_event *event;

		while (!builder->failed && builder->documents < 2 &&
		       (event = fy_parser_parse(parser)) != NULL) {
			take_event(builder, event);
			fy_parser_event_free(parser, event);
		}
		if (!builder->failed && builder->documents < 2)
			report_diagnostics(builder, diagnostics);
	}
	fy_parser_destroy(parser);
	fy_diag_destroy(diagnostics);
}

bool
config_yaml_parse(const char *file, const char *bytes, size_t size, struct config_tree *tree,
		  struct report *report)
{
	struct builder builder = {
		.file = file, .report = report, .tree = tree, .line = 1, .column = 1};

	*tree = (struct config_tree){0};
	/* A byte order mark in front says nothing new; columns count from behind it. */
	if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
		bytes += 3;
		size -= 3;
	}
	char *padded = calloc(1, size + PADDING);
	if (!padded) {
		report_add(report, SEVERITY_ERROR, (struct place){file, 0, 0}, NULL,
			   "out of memory");
		return false;
	}
	if (size) { /* an empty string has no documents; libfyaml need not be asked */
		memcpy(padded, bytes, size);
		/* A backslash as the very last byte ends in one of libfyaml's assertions. */
		if (padded[size - 1] != '\n')
			padded[size++] = '\n';
		run_parser(&builder, padded, size);
	}
	explicit_bzero(padded, size);
	free(padded);
	if (builder.failed) {
		config_yaml_free(tree);
		return false;
	}
	tree->root = builder.root;
	return true;
}

void
config_yaml_free(struct config_tree *tree)
{
	struct config_chunk *next;

	for (struct config_chunk *chunk = tree->chunks; chunk; chunk = next) {
		next = chunk->next;
		explicit_bzero(chunk->bytes, chunk->used);
		free(chunk);
	}
	*tree = (struct config_tree){0};
}
