/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/table.h"

#include <string.h>

#include "base/utf8.h"

/* One name of 200 characters must not push the columns of all other rows off the screen. */
enum { WIDTH_MAX = 60, GAP = 2 };

/* Characters, not bytes: that is what a terminal advances by (but for the rare wide ones). */
static size_t
width_of(const char *text)
{
	size_t width = 0;

	for (; *text; width++)
		(void)utf8_take(&text);
	return width;
}

void
table_put_clean(FILE *stream, const char *text)
{
	while (*text) {
		char out[4] = {0};
		uint32_t code = utf8_take(&text);
		if (code == UTF8_BAD || utf8_is_control(code))
			putc('?', stream);
		else
			fwrite(out, 1, utf8_put(out, code), stream);
	}
}

static void
widen(size_t widths[TABLE_COLUMNS], size_t column, const char *text)
{
	size_t width = size_min(width_of(text), WIDTH_MAX);

	if (width > widths[column])
		widths[column] = width;
}

/* The blanks before a cell are only written with it, so that no line ends in blanks. */
static void
print_cell(FILE *stream, const char *text, size_t width, size_t *owed)
{
	size_t own = width_of(text);

	if (own > 0) {
		fprintf(stream, "%*s", (int)*owed, "");
		table_put_clean(stream, text);
		*owed = 0;
	}
	*owed += GAP + (width > own ? width - own : 0);
}

static void
print_row(FILE *stream, const struct table *table, const struct table_cells *cells,
	  const size_t widths[TABLE_COLUMNS])
{
	size_t owed = 0;

	for (size_t i = 0; i < table->columns; i++)
		print_cell(stream, cells ? cells->text[i] : table->head[i], widths[i], &owed);
	putc('\n', stream);
}

void
table_print(FILE *stream, const struct table *table)
{
	size_t widths[TABLE_COLUMNS] = {0};
	struct table_cells cells;

	if (table->rows == 0)
		return;
	for (size_t i = 0; i < table->columns; i++)
		widen(widths, i, table->head[i]);
	for (size_t row = 0; row < table->rows; row++) {
		memset(&cells, 0, sizeof(cells));
		table->fill(table->data, row, &cells);
		for (size_t i = 0; i < table->columns; i++)
			widen(widths, i, cells.text[i]);
	}
	print_row(stream, table, NULL, widths);
	for (size_t row = 0; row < table->rows; row++) {
		memset(&cells, 0, sizeof(cells));
		table->fill(table->data, row, &cells);
		print_row(stream, table, &cells, widths);
	}
}
