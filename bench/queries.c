/* SPDX-License-Identifier: BSD-2-Clause */
#include "queries.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anyns/wire.h"

enum { QUESTION_MIN = 12 };

/* The whole file, its size in *size; NULL with errno. */
static uint8_t *
read_all(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = NULL;

	if (!file)
		return NULL;
	if (fseek(file, 0, SEEK_END) == 0) {
		long end = ftell(file);
		rewind(file);
		if (end > 0 && (bytes = malloc((size_t)end)))
			*size = fread(bytes, 1, (size_t)end, file);
	}
	fclose(file);
	return bytes;
}

/* Cuts the stream into messages, into `all` when it is not NULL. Returns how many; 0: it is none.
 */
static size_t
cut(const uint8_t *bytes, size_t size, struct question *all)
{
	size_t count = 0;

	for (size_t at = 0; at < size; count++) {
		size_t length = size - at < 2 ? 0 : wire_peek_u16(bytes + at);
		if (length < QUESTION_MIN || length > size - at - 2)
			return 0;
		if (all)
			all[count] = (struct question){bytes + at + 2, length};
		at += length + 2;
	}
	return count;
}

bool
questions_read(struct questions *questions, const char *path)
{
	size_t size = 0;

	*questions = (struct questions){.file = read_all(path, &size)};
	if (!questions->file) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return false;
	}
	questions->count = cut(questions->file, size, NULL);
	questions->all = calloc(questions->count + 1, sizeof(*questions->all));
	if (questions->count == 0 || !questions->all) {
		fprintf(stderr, "%s: not a stream of DNS messages, each behind its length\n", path);
		questions_free(questions);
		return false;
	}
	cut(questions->file, size, questions->all);
	return true;
}

void
questions_free(struct questions *questions)
{
	free(questions->all);
	free(questions->file);
	*questions = (struct questions){0};
}
