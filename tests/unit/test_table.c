/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/table.h"

#include <stdlib.h>
#include <string.h>

struct row {
	const char *cells[2];
};

static void
fill(const void *data, size_t index, struct table_cells *cells)
{
	const struct row *rows = data;

	for (int i = 0; i < 2; i++)
		snprintf(cells->text[i], TABLE_CELL, "%s", rows[index].cells[i]);
}

static void
printed(const struct row *rows, size_t count, const char *expected)
{
	struct table table = {
		.columns = 2, .rows = count, .head = {"ONE", "TWO"}, .fill = fill, .data = rows};
	char *bytes;
	size_t size;
	FILE *stream = open_memstream(&bytes, &size);

	table_print(stream, &table);
	fclose(stream);
	assert_string_equal(bytes, expected);
	free(bytes);
}

static void
aligned(void **state)
{
	static const struct row rows[] = {{{"a", "b"}}, {{"longer", ""}}, {{"", "x"}}};
	(void)state;

	printed(rows, 0, "");
	printed(rows, 1, "ONE  TWO\na    b\n");
	printed(rows, 3, "ONE     TWO\na       b\nlonger\n        x\n");
}

/* Width is of characters; control characters and bad bytes never reach the terminal. */
static void
outside_text(void **state)
{
	static const struct row rows[] = {{{"\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6", "1"}},
					  {{"\x1b[2J", "\xc2\x9bz\xff\n"}}};
	(void)state;

	printed(rows, 2, "ONE   TWO\n\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6  1\n?[2J  ?z??\n");
}

/* One very long cell keeps to its own row. */
static void
long_cell(void **state)
{
	char name[101];
	struct row rows[] = {{{name, "1"}}, {{"a", "2"}}};
	char expected[400];
	(void)state;

	memset(name, 'n', 100);
	name[100] = '\0';
	snprintf(expected, sizeof(expected), "%-62sTWO\n%s  1\n%-62s2\n", "ONE", name, "a");
	printed(rows, 2, expected);
}

static void
clean(void **state)
{
	char *bytes;
	size_t size;
	FILE *stream = open_memstream(&bytes, &size);
	(void)state;

	table_put_clean(stream, "a\tb\xe2\x82\xac\x80");
	fclose(stream);
	assert_string_equal(bytes, "a?b\xe2\x82\xac?");
	free(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aligned),
		cmocka_unit_test(outside_text),
		cmocka_unit_test(long_cell),
		cmocka_unit_test(clean),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
