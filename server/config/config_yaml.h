/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_yaml.h - YAML text as a tree of nodes that know their place.
 *
 * The only module that knows libfyaml.
 */
#ifndef ANYNS_CONFIG_YAML_H
#define ANYNS_CONFIG_YAML_H

#include "anyns/base.h"
#include "anyns/report.h"

enum config_node_kind {
	CONFIG_NODE_TEXT,
	CONFIG_NODE_LIST,
	CONFIG_NODE_MAPPING,
	CONFIG_NODE_BAD, /* an error in the report already: to be passed over in silence */
};

struct config_node {
	enum config_node_kind kind;
	bool plain; /* TEXT without quotes: the words true, false and null have a meaning */
	unsigned line;
	unsigned column;
	const char *text;          /* TEXT: UTF-8 without NUL inside, NUL at the end; else NULL */
	size_t count;              /* LIST and MAPPING: children */
	struct config_node *first; /* LIST: first item. MAPPING: first key, TEXT or BAD */
	struct config_node *next;  /* the next item or key */
	struct config_node *value; /* of a key, never NULL there */
};

struct config_tree {
	const struct config_node *root; /* NULL: an empty file */
	struct config_chunk *chunks;    /* own every node and text */
};

/*
 * Parses `size` bytes that passed config_text_check(); `file` is the name in findings. What the
 * tree cannot express (aliases, tags, several documents, nesting without end) is an error and a BAD
 * node, and the rest is still there to be looked at. Returns false, after an error, when there is
 * no tree at all.
 */
bool config_yaml_parse(const char *file, const char *bytes, size_t size, struct config_tree *tree,
		       struct report *report) NODISCARD;

/* Wipes and frees all nodes. */
void config_yaml_free(struct config_tree *tree);

#endif
