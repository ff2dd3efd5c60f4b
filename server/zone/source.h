/* SPDX-License-Identifier: BSD-2-Clause */
/* source.h - a text being read: a file in memory, or text from elsewhere, and where its names hang.
 */
#ifndef ZONE_SOURCE_H
#define ZONE_SOURCE_H

#include <sys/stat.h>

#include "anyns/name.h"
#include "anyns/zone.h"
#include "zone/lexer.h"

struct source {
	struct source *parent; /* the file that $INCLUDEd this one; NULL: the first */
	unsigned depth;
	struct zone_file file; /* path is owned */
	uint32_t index;        /* of the file in the draft */
	char *text;            /* owned; NULL when the text is the caller's */
	const char *start;     /* of the text, whoever owns it */
	struct lexer lexer;
	uint8_t origin[DNS_NAME_MAX];
	uint8_t outer_owner[DNS_NAME_MAX]; /* the includer's owner and its state, for the return */
	int outer_state;
};

/*
 * Reads `path` whole. NULL with an error at `place` in the report when it is no regular file,
 * cannot be read or is longer than 4 GiB.
 */
struct source *source_read(const char *path, struct place place, struct report *report) NODISCARD;

/* A source of the caller's text, which must outlive it. */
struct source *source_text(const char *name, const char *text, size_t size,
			   struct report *report) NODISCARD;

/* What tells whether a file has changed since `status` was taken. */
void source_note(struct zone_file *file, const struct stat *status);

/* The digest of the whole text. false: the crypto library refuses. */
bool source_digest(const struct source *source, uint8_t digest[static ZONE_DIGEST_SIZE]);

void source_free(struct source *source);

/* Whether the file of `source` is being read already, by `reader` or what included it. */
bool source_is_open(const struct source *source, const struct source *reader);

/* `path` as seen from the folder of `including`; malloc()ed, NULL when out of memory. */
char *source_path(const struct source *including, const char *path, size_t size) NODISCARD;

#endif
