/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table.h - tables for people, on a terminal: columns aligned, control characters taken out.
 */
#ifndef ANYNS_BASE_TABLE_H
#define ANYNS_BASE_TABLE_H

#include <stdio.h>

#include "anyns/base.h"

enum {
	TABLE_COLUMNS = 12,
	TABLE_CELL = 1100, /* bytes: the longest name of a zone fits; what does not is cut */
};

struct table_cells {
	char text[TABLE_COLUMNS][TABLE_CELL];
};

struct table {
	size_t columns; /* at most TABLE_COLUMNS */
	size_t rows;
	const char *head[TABLE_COLUMNS];
	/* Writes row `index` of `data` into `cells`, which are empty. Called twice for each row. */
	void (*fill)(const void *data, size_t index, struct table_cells *cells);
	const void *data;
};

/* The head and the rows; nothing at all without rows. */
void table_print(FILE *stream, const struct table *table);

/* Text from outside in one line: each control character and each bad byte becomes "?". */
void table_put_clean(FILE *stream, const char *text);

#endif
