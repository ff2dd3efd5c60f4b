/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_table.h - a mapping of the configuration as a table of its keys.
 *
 * Every mapping has one table, a line per key: its name, its reader, where the value goes, its
 * limits and its default. tests/lint compares the tables with anyns.yaml(5).
 */
#ifndef ANYNS_CONFIG_TABLE_H
#define ANYNS_CONFIG_TABLE_H

#include "anyns/base.h"
#include "anyns/config.h"
#include "anyns/report.h"
#include "config/config_yaml.h"

/* What readers share: whose configuration is made and which file the nodes come from. */
struct config_context {
	struct config *config;
	struct report *report;
	const char *file; /* the file that nodes are of */
	const char *base; /* relative file names are relative to this file's folder */
	bool exposed;     /* everybody may read `file` */
	size_t errors;    /* that were in the report before */
};

struct config_key;

/* Reads the value `node` of `key` into `target`; what is wrong goes to the report. */
typedef void config_reader(const struct config_context *context, const struct config_key *key,
			   const struct config_node *node, void *target);

struct config_key {
	const char *name;
	config_reader *read;
	size_t offset;       /* of the target in the structure that the table fills */
	unsigned low;        /* numbers, durations in ms, lengths of text: the least */
	unsigned high;       /* and the largest legal value */
	unsigned fallback;   /* the default of numbers and durations */
	const char *missing; /* the key must be there; this is the remedy when it is not */
};

/*
 * Reads a mapping by its table; `found[i]` becomes the key node of keys[i], or NULL. Unknown,
 * duplicate, missing and empty keys are errors. A `node` that is no mapping is an error too and
 * finds nothing.
 */
void config_table_read(const struct config_context *context, const struct config_key *keys,
		       size_t count, const struct config_node *node, void *target,
		       const struct config_node **found);

/*
 * The entry of `words` that alone begins with `word`, or is nearest to it by Levenshtein distance,
 * case ignored; NULL when none is near enough to be what was meant. `stride` is the distance in
 * bytes from one pointer to the next.
 */
const char *config_table_nearest(const char *word, const char *const *words, size_t count,
				 size_t stride);

struct place config_table_place(const struct config_context *context,
				const struct config_node *node);

/* Adds an error at the node. */
void config_table_error(const struct config_context *context, const struct config_node *node,
			const char *remedy, const char *format, ...) PRINTF_LIKE(4, 5);

/*
 * Whether the node is of `kind`; if not, an error says that `key` expected `what` ("a list of
 * addresses"). A BAD node gives false without another error.
 */
bool config_table_expect(const struct config_context *context, const struct config_key *key,
			 const struct config_node *node, enum config_node_kind kind,
			 const char *what) NODISCARD;

void config_table_no_memory(const struct config_context *context);

#endif
