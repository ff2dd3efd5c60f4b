/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/probe_table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"

struct row {
	const struct probe_series *series;
	const struct probe_share *share; /* NULL: nothing was answered */
	bool first;                      /* of its series */
};

struct view {
	const struct probe_catchment *catchment;
	struct probe_parts parts;
	struct row *rows;
};

const char *
probe_table_time(char text[static 16], int64_t ns)
{
	static const struct {
		double factor;
		const char *unit;
	} units[] = {{1e3, "us"}, {1e6, "ms"}, {1e9, "s"}};
	size_t i = ns < 1000000 ? 0 : ns < 1000000000 ? 1 : 2;
	double value = (double)ns / units[i].factor;

	snprintf(text, 16,
		 value < 10 && i > 0    ? "%.2f %s"
		 : value < 100 && i > 0 ? "%.1f %s"
					: "%.0f %s",
		 value, units[i].unit);
	return text;
}

static void
append(char *text, size_t size, const char *word)
{
	size_t used = strlen(text);

	if (*word)
		snprintf(text + used, size - used, "%s%s", used ? " " : "", word);
}

void
probe_table_name(char *text, size_t size, const struct probe_series *series,
		 struct probe_parts parts)
{
	text[0] = '\0';
	append(text, size, parts.vantage ? series->vantage : "");
	append(text, size, parts.target ? series->target : "");
	append(text, size, parts.transport ? series->transport : "");
	append(text, size, parts.question ? series->question : "");
}

/* The share behind `before` in the order of size, losses left out; NULL: `before` was the last. */
static const struct probe_share *
next_share(const struct probe_series *series, const struct probe_share *before)
{
	const struct probe_share *next = NULL;

	for (size_t i = 0; i < series->share_count; i++) {
		const struct probe_share *share = series->shares[i];
		bool behind = !before || share->count < before->count ||
			      (share->count == before->count && share->instance > before->instance);
		bool sooner = !next || share->count > next->count ||
			      (share->count == next->count && share->instance < next->instance);
		if (share->instance != PROBE_LOSS && behind && sooner)
			next = share;
	}
	return next;
}

static size_t
rows_of(const struct probe_series *series)
{
	size_t named = series->share_count - (probe_series_share(series, PROBE_LOSS) != NULL);

	return named ? named : 1;
}

/* All rows, made at once: there may be thousands. The caller's to free; NULL when out of memory. */
static struct row *
make_rows(const struct probe_catchment *catchment, size_t *count)
{
	size_t total = 0;

	*count = 0;
	for (size_t i = 0; i < catchment->count; i++)
		total += rows_of(catchment->series[i]);
	struct row *rows = calloc(total ? total : 1, sizeof(*rows));
	for (size_t i = 0; rows && i < catchment->count; i++) {
		const struct probe_series *series = catchment->series[i];
		const struct probe_share *share = next_share(series, NULL);
		for (size_t j = rows_of(series); j > 0; j--) {
			rows[(*count)++] = (struct row){series, share, j == rows_of(series)};
			share = share ? next_share(series, share) : NULL;
		}
	}
	return rows;
}

static void
put(struct table_cells *cells, size_t *column, const char *text)
{
	snprintf(cells->text[(*column)++], TABLE_CELL, "%s", text);
}

/* Numbers stand below each other: blanks in front. */
static void
put_number(struct table_cells *cells, size_t *column, uint64_t number, int width)
{
	snprintf(cells->text[(*column)++], TABLE_CELL, "%*" PRIu64, width, number);
}

static void
put_time(struct table_cells *cells, size_t *column, int64_t ns)
{
	char text[16];

	snprintf(cells->text[(*column)++], TABLE_CELL, "%8s", probe_table_time(text, ns));
}

static void
fill_share(struct table_cells *cells, size_t *column, const struct view *view,
	   const struct row *row)
{
	uint64_t answers = row->series->outcomes[PROBE_ANSWER];

	if (!row->share) {
		put(cells, column, "-");
		put_number(cells, column, 0, 7);
		(*column)++;
		return;
	}
	put(cells, column, probe_catchment_instance(view->catchment, row->share->instance));
	put_number(cells, column, row->share->count, 7);
	snprintf(cells->text[(*column)++], TABLE_CELL, "%5.1f %%",
		 100.0 * (double)row->share->count / (double)answers);
}

/* Losses have no instance: they stand in the first row of their series. */
static void
fill_loss(struct table_cells *cells, size_t *column, const struct row *row)
{
	uint64_t lost = probe_series_lost(row->series);
	uint64_t asked = probe_series_asked(row->series);

	if (!row->first) {
		*column += 2;
		return;
	}
	put_number(cells, column, lost, 6);
	snprintf(cells->text[(*column)++], TABLE_CELL, "%6.2f %%",
		 asked ? 100.0 * (double)lost / (double)asked : 0.0);
}

/* Times come last: where a terminal is too narrow, they are what it can do without. */
static void
fill(const void *data, size_t index, struct table_cells *cells)
{
	const struct view *view = data;
	const struct row *row = &view->rows[index];
	size_t column = 0;

	if (view->parts.vantage)
		put(cells, &column, row->first ? row->series->vantage : "");
	if (view->parts.target)
		put(cells, &column, row->first ? row->series->target : "");
	if (view->parts.transport)
		put(cells, &column, row->first ? row->series->transport : "");
	if (view->parts.question)
		put(cells, &column, row->first ? row->series->question : "");
	fill_share(cells, &column, view, row);
	fill_loss(cells, &column, row);
	if (!row->share)
		return;
	put_time(cells, &column, probe_rtt_percentile(&row->share->rtt, 50));
	put_time(cells, &column, probe_rtt_percentile(&row->share->rtt, 95));
	put_time(cells, &column, row->share->rtt.max_ns);
}

void
probe_table_print(FILE *stream, const struct probe_catchment *catchment)
{
	struct view view = {catchment, probe_catchment_parts(catchment), NULL};
	struct table table = {.fill = fill, .data = &view};

	view.rows = make_rows(catchment, &table.rows);
	if (view.parts.vantage)
		table.head[table.columns++] = "VANTAGE";
	if (view.parts.target)
		table.head[table.columns++] = "TARGET";
	if (view.parts.transport)
		table.head[table.columns++] = "VIA";
	if (view.parts.question)
		table.head[table.columns++] = "QUESTION";
	table.head[table.columns++] = "INSTANCE";
	table.head[table.columns++] = "ANSWERS";
	table.head[table.columns++] = "  SHARE";
	table.head[table.columns++] = "  LOST";
	table.head[table.columns++] = "    LOSS";
	table.head[table.columns++] = " RTT P50";
	table.head[table.columns++] = "     P95";
	table.head[table.columns++] = "     MAX";
	table_print(stream, &table);
	free(view.rows);
}

static void
note_outage(FILE *stream, const struct probe_series *series, const char *name)
{
	const struct probe_outage *longest = &series->gap.longest;
	char text[16];

	fprintf(stream, "%s%s%" PRIu64 " outage%s, the longest %s%s with %" PRIu64 " lost", name,
		*name ? ": " : "", series->gap.outages, series->gap.outages == 1 ? "" : "s",
		probe_table_time(text, longest->length_ns), longest->ended ? "" : " until the end",
		longest->lost);
	if (series->gap.longest_gap_ns)
		fprintf(stream, "; longest time without an answer %s",
			probe_table_time(text, series->gap.longest_gap_ns));
	putc('\n', stream);
}

static void
note_series(FILE *stream, const struct probe_series *series, struct probe_parts parts)
{
	char raw[2048];
	char name[2048] = "";
	FILE *clean = fmemopen(name, sizeof(name), "w");

	probe_table_name(raw, sizeof(raw), series, parts);
	if (clean) {
		table_put_clean(clean, raw);
		fclose(clean);
	}
	if (series->gap.longest.lost)
		note_outage(stream, series, name);
	if (series->changes)
		fprintf(stream, "%s%s%" PRIu64 " change%s of instance\n", name, *name ? ": " : "",
			series->changes, series->changes == 1 ? "" : "s");
	if (series->bad || series->late)
		fprintf(stream,
			"%s%s%" PRIu64 " replies not believed (other address, ID or question, or "
			"malformed), %" PRIu64 " later than the timeout\n",
			name, *name ? ": " : "", series->bad, series->late);
}

void
probe_table_notes(FILE *stream, const struct probe_catchment *catchment)
{
	struct probe_parts parts = probe_catchment_parts(catchment);
	uint64_t outcomes[PROBE_OUTCOMES] = {0};
	uint64_t asked = 0;

	for (size_t i = 0; i < catchment->count; i++) {
		note_series(stream, catchment->series[i], parts);
		for (size_t j = 0; j < PROBE_OUTCOMES; j++)
			outcomes[j] += catchment->series[i]->outcomes[j];
		asked += probe_series_asked(catchment->series[i]);
	}
	fprintf(stream, "%" PRIu64 " asked, %" PRIu64 " answered, %" PRIu64 " lost", asked,
		outcomes[PROBE_ANSWER], asked - outcomes[PROBE_ANSWER]);
	for (size_t j = PROBE_ANSWER + 1; j < PROBE_OUTCOMES; j++)
		if (outcomes[j])
			fprintf(stream, ", %" PRIu64 " %s", outcomes[j],
				probe_outcome_text((enum probe_outcome)j));
	putc('\n', stream);
}
