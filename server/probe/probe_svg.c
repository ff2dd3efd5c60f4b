/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_svg.c - draws. A bar is cut into columns, one for each run of time in which the shares are
 * the same; a column is filled from below by each instance's share and from above by the loss. So
 * half a height is half of the answers, and a change of instance is an upright edge.
 *
 * Colours are those of Okabe and Ito, which people with any colour vision tell apart; black is kept
 * for loss. More instances than colours get the colours again, with stripes, then with dots. Every
 * number in the picture is also in its text: a <title> of each bar, the <desc> of the whole.
 */
#include "probe/probe_svg.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/utf8.h"
#include "probe/probe_bar.h"
#include "probe/probe_table.h"

enum {
	WIDTH = 1000,
	MARGIN = 20,
	LETTER = 7, /* width of an average one at 12 px */
	LABEL_MIN = 80,
	LABEL_MAX = 340,
	NOTE = 190, /* right of the bars: the largest share and the loss */
	LEGEND_LINE = 22,
	LEGEND_COLUMNS = 4,
	AXIS = 40,
	COLORS = 7,
	LOOKS = 3 * COLORS, /* plain, striped, dotted; all others are grey */
	TICKS = 6,
	/* Names in the texts; a thousand vantage points have a table for that. */
	DESCRIBED_MAX = 100,
};

static const char *const colors[COLORS] = {"#0072B2", "#E69F00", "#009E73", "#CC79A7",
					   "#56B4E9", "#D55E00", "#F0E442"};
#define GREY "#BBBBBB"

struct rank {
	int instance;
	const char *name;
	uint64_t count;
};

struct picture {
	FILE *stream;
	const struct probe_catchment *catchment;
	struct probe_parts parts;
	struct rank *ranks; /* of those that answered, in the order of their names */
	size_t rank_count;
	bool loss;
	int label;  /* width of the labels */
	int row;    /* height of a row */
	int top;    /* of the first row */
	int bottom; /* below the last row */
	int64_t begin_ns;
	int64_t end_ns;
};

/* Text for XML: what could be markup or is no character of XML 1.0 is replaced. */
static void
put_text(FILE *stream, const char *text)
{
	while (*text) {
		char out[4] = {0};
		uint32_t code = utf8_take(&text);
		if (code == '<')
			fputs("&lt;", stream);
		else if (code == '&')
			fputs("&amp;", stream);
		else if (code == '"')
			fputs("&quot;", stream);
		else if (utf8_is_control(code) || code == UTF8_BAD || (code & 0xfffe) == 0xfffe)
			putc('?', stream);
		else
			fwrite(out, 1, utf8_put(out, code), stream);
	}
}

static size_t
letters(const char *text)
{
	size_t count = 0;

	for (; *text; count++)
		(void)utf8_take(&text);
	return count;
}

/* --- who is in it ----------------------------------------------------------------------------- */

static int
compare_ranks(const void *a, const void *b)
{
	const struct rank *x = a;
	const struct rank *y = b;

	/* Those without a name last: they take none of the colours. */
	if ((x->instance < 0) != (y->instance < 0))
		return x->instance < 0 ? 1 : -1;
	return strverscmp(x->name, y->name);
}

static size_t
rank_of(const struct picture *p, int instance)
{
	size_t i = 0;

	while (i < p->rank_count && p->ranks[i].instance != instance)
		i++;
	return i;
}

/* How the instance is filled: a colour, or a reference to a pattern. */
static const char *
fill_of(const struct picture *p, int instance, char text[static 16])
{
	size_t rank = rank_of(p, instance);

	if (instance == PROBE_LOSS)
		return "#000000";
	if (instance == PROBE_NO_INSTANCE || rank >= LOOKS)
		return GREY;
	if (rank < COLORS)
		return colors[rank];
	snprintf(text, 16, "url(#p%zu)", rank);
	return text;
}

static void
see_share(struct picture *p, const struct probe_share *share)
{
	size_t rank = rank_of(p, share->instance);

	if (share->instance == PROBE_LOSS) {
		p->loss = true;
		return;
	}
	if (rank == p->rank_count)
		p->ranks[p->rank_count++] = (struct rank){
			share->instance, probe_catchment_instance(p->catchment, share->instance),
			0};
	p->ranks[rank].count += share->count;
}

static bool
see_series(struct picture *p)
{
	size_t longest = 0;
	char name[2048];

	p->ranks = calloc(p->catchment->instance_count + 1, sizeof(*p->ranks));
	if (!p->ranks)
		return false;
	for (size_t i = 0; i < p->catchment->count; i++) {
		const struct probe_series *series = p->catchment->series[i];
		for (size_t j = 0; j < series->share_count; j++)
			see_share(p, series->shares[j]);
		probe_table_name(name, sizeof(name), series, p->parts);
		size_t length = letters(name);
		longest = length > longest ? length : longest;
		if (probe_series_asked(series) == 0)
			continue;
		/* The last query stands for the time until the next one would have been due. */
		int64_t end = series->last_ns + probe_bar_interval(series);
		if (p->end_ns == 0 || series->first_ns < p->begin_ns)
			p->begin_ns = series->first_ns;
		p->end_ns = end > p->end_ns ? end : p->end_ns;
	}
	qsort(p->ranks, p->rank_count, sizeof(*p->ranks), compare_ranks);
	int wanted = (int)size_min(longest * LETTER + 10, LABEL_MAX);
	p->label = wanted > LABEL_MIN ? wanted : LABEL_MIN;
	return true;
}

/* Dozens of rows fit on a page; of thousands each is a line. */
static int
row_height(size_t count)
{
	return count <= 24 ? 30 : count <= 60 ? 20 : count <= 200 ? 12 : 4;
}

static void
lay_out(struct picture *p)
{
	int entries = (int)p->rank_count + p->loss;
	int lines = (entries + LEGEND_COLUMNS - 1) / LEGEND_COLUMNS;

	p->row = row_height(p->catchment->count);
	p->top = 62 + lines * LEGEND_LINE + 12;
	p->bottom = p->top + p->row * (int)p->catchment->count;
}

/* --- text ------------------------------------------------------------------------------------- */

/* "tyo1-a 98.0 %, lon1-a 2.0 %; 3 of 100 lost" */
static void
put_shares(const struct picture *p, const struct probe_series *series)
{
	uint64_t answers = series->outcomes[PROBE_ANSWER];
	const char *between = "";

	for (size_t i = 0; i < p->rank_count; i++) {
		const struct probe_share *share = probe_series_share(series, p->ranks[i].instance);
		if (!share)
			continue;
		fputs(between, p->stream);
		put_text(p->stream, p->ranks[i].name);
		fprintf(p->stream, " %.1f %%", 100.0 * (double)share->count / (double)answers);
		between = ", ";
	}
	fprintf(p->stream, "%s%" PRIu64 " of %" PRIu64 " lost", *between ? "; " : "",
		probe_series_lost(series), probe_series_asked(series));
}

static void
put_title(const struct picture *p)
{
	const char *target = p->catchment->count ? p->catchment->series[0]->target : "";

	if (p->parts.target || !*target) {
		fputs("Catchment", p->stream);
		return;
	}
	fputs("Catchment of ", p->stream);
	put_text(p->stream, target);
}

static void
put_description(const struct picture *p)
{
	char name[2048];

	fprintf(p->stream, "Which instance answered %zu series of queries. ", p->catchment->count);
	for (size_t i = 0; i < size_min(p->catchment->count, DESCRIBED_MAX); i++) {
		probe_table_name(name, sizeof(name), p->catchment->series[i], p->parts);
		put_text(p->stream, name);
		fputs(*name ? ": " : "", p->stream);
		put_shares(p, p->catchment->series[i]);
		fputs(". ", p->stream);
	}
}

enum clock_form { CLOCK_WHOLE, CLOCK_DAY, CLOCK_MINUTES, CLOCK_SECONDS };

static const char *
clock_text(char text[static 40], int64_t ns, enum clock_form form)
{
	time_t seconds = (time_t)(ns / 1000000000);
	struct tm parts = {0};
	size_t size = 0;

	if (gmtime_r(&seconds, &parts) && form == CLOCK_WHOLE)
		size = strftime(text, 40, "%Y-%m-%d %H:%M:%S", &parts);
	else if (form == CLOCK_DAY)
		size = strftime(text, 40, "%m-%d", &parts);
	else if (form == CLOCK_MINUTES)
		size = strftime(text, 40, "%H:%M", &parts);
	else
		size = strftime(text, 40, "%H:%M:%S", &parts);
	text[size] = '\0';
	return text;
}

static void
draw_head(const struct picture *p)
{
	char begin[40];

	fprintf(p->stream, "<text x=\"%d\" y=\"30\" font-size=\"18\" font-weight=\"bold\">",
		MARGIN);
	put_title(p);
	fprintf(p->stream, "</text>\n<text x=\"%d\" y=\"50\" fill=\"#555555\">from %s UTC", MARGIN,
		clock_text(begin, p->begin_ns, CLOCK_WHOLE));
	fputs("; height is share of the answers</text>\n", p->stream);
}

static void
draw_patterns(const struct picture *p)
{
	for (size_t i = COLORS; i < size_min(p->rank_count, LOOKS); i++) {
		fprintf(p->stream,
			"<pattern id=\"p%zu\" width=\"6\" height=\"6\" "
			"patternUnits=\"userSpaceOnUse\"><rect width=\"6\" height=\"6\" "
			"fill=\"%s\"/>%s</pattern>\n",
			i, colors[i % COLORS],
			i < 2 * COLORS
				? "<path d=\"M0 6L6 0\" stroke=\"#FFFFFF\" stroke-width=\"1.5\"/>"
				: "<circle cx=\"3\" cy=\"3\" r=\"1.5\" fill=\"#FFFFFF\"/>");
	}
}

static void
draw_key(const struct picture *p, int place, int instance, const char *name)
{
	char fill[16];
	int width = (WIDTH - 2 * MARGIN) / LEGEND_COLUMNS;
	int x = MARGIN + place % LEGEND_COLUMNS * width;
	int y = 62 + place / LEGEND_COLUMNS * LEGEND_LINE;

	fprintf(p->stream,
		"<rect x=\"%d\" y=\"%d\" width=\"14\" height=\"14\" fill=\"%s\" "
		"stroke=\"#333333\" stroke-width=\"0.5\"/>"
		"<text x=\"%d\" y=\"%d\">",
		x, y, fill_of(p, instance, fill), x + 20, y + 12);
	put_text(p->stream, name);
	fputs("</text>\n", p->stream);
}

/* --- bars ------------------------------------------------------------------------------------- */

static double
x_of(const struct picture *p, int64_t ns)
{
	double left = MARGIN + p->label;
	double width = WIDTH - MARGIN - NOTE - left;
	double whole = (double)(p->end_ns - p->begin_ns);

	if (whole <= 0)
		return ns > p->begin_ns ? left + width : left;
	double part = (double)(ns - p->begin_ns) / whole;
	return left + width * (part < 0 ? 0 : part > 1 ? 1 : part);
}

static void
draw_rect(const struct picture *p, double x, double width, double y, double height, int instance)
{
	char fill[16];

	fprintf(p->stream,
		"<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"%s\"/>", x, y,
		width, height, fill_of(p, instance, fill));
}

static void
draw_column(const struct picture *p, const struct probe_series *series,
	    const struct probe_bar_column *column, double top, double height)
{
	double x = x_of(p, column->from_ns);
	double width = x_of(p, column->to_ns) - x;
	double total = (double)column->total;
	double floor = top + height;
	const struct probe_share *loss = probe_series_share(series, PROBE_LOSS);

	/* Narrower it could not be seen. */
	width = width < 1.5 ? 1.5 : width;
	for (size_t i = 0; i < p->rank_count; i++) {
		const struct probe_share *share = probe_series_share(series, p->ranks[i].instance);
		if (!share || !share->bins[column->bin])
			continue;
		double part = height * share->bins[column->bin] / total;
		floor -= part;
		draw_rect(p, x, width, floor, part, p->ranks[i].instance);
	}
	/* A single lost one of thousands is still to be seen. */
	if (loss && loss->bins[column->bin]) {
		double part = height * loss->bins[column->bin] / total;
		draw_rect(p, x, width, top, part < 2 ? 2 : part, PROBE_LOSS);
	}
}

static void
draw_bar(const struct picture *p, const struct probe_series *series, double top, double height)
{
	struct probe_bar_column columns[PROBE_BINS];
	size_t count = probe_bar_columns(p->catchment, series, columns);

	for (size_t i = 0; i < count; i++)
		draw_column(p, series, &columns[i], top, height);
}

/* Right of the bar: who answers most, and the loss. */
static void
draw_note(const struct picture *p, const struct probe_series *series, int y)
{
	const struct probe_share *most = NULL;
	uint64_t lost = probe_series_lost(series);
	char text[320];

	for (size_t i = 0; i < series->share_count; i++)
		if (series->shares[i]->instance != PROBE_LOSS &&
		    (!most || series->shares[i]->count > most->count))
			most = series->shares[i];
	if (most)
		snprintf(text, sizeof(text), "%.18s %.0f %%",
			 probe_catchment_instance(p->catchment, most->instance),
			 100.0 * (double)most->count / (double)series->outcomes[PROBE_ANSWER]);
	else
		snprintf(text, sizeof(text), "no answer");
	fprintf(p->stream, "<text x=\"%d\" y=\"%d\">", WIDTH - MARGIN - NOTE + 8, y);
	put_text(p->stream, text);
	if (lost && most)
		fprintf(p->stream, ", lost %.*f %%",
			lost * 100 < probe_series_asked(series) ? 2 : 0,
			100.0 * (double)lost / (double)probe_series_asked(series));
	fputs("</text>", p->stream);
}

/* As much of a label as fits before the bar. */
static void
draw_label(const struct picture *p, const char *name, int y)
{
	size_t fits = (size_t)(p->label - 8) / LETTER;
	const char *end = name;

	fprintf(p->stream, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">", MARGIN + p->label - 8,
		y);
	for (size_t i = 0; i < fits && *end; i++)
		(void)utf8_take(&end);
	char *cut = strndup(name, (size_t)(end - name));
	put_text(p->stream, cut ? cut : "");
	free(cut);
	fputs(*end ? "&#8230;</text>" : "</text>", p->stream);
}

static void
draw_row(const struct picture *p, size_t index)
{
	const struct probe_series *series = p->catchment->series[index];
	int top = p->top + p->row * (int)index;
	double gap = p->row >= 20 ? 6 : p->row >= 12 ? 2 : 0.5;
	int base = top + p->row / 2 + 4;
	char name[2048];

	probe_table_name(name, sizeof(name), series, p->parts);
	fputs("<g shape-rendering=\"crispEdges\"><title>", p->stream);
	put_text(p->stream, name);
	fputs(*name ? ": " : "", p->stream);
	put_shares(p, series);
	fputs("</title>", p->stream);
	draw_bar(p, series, top + gap / 2, p->row - gap);
	/* Below this the letters would lie on each other. */
	if (p->row >= 12) {
		draw_label(p, name, base);
		draw_note(p, series, base);
	}
	fputs("</g>\n", p->stream);
}

/* A round number of nanoseconds of which about TICKS are in the whole time. */
static int64_t
tick_step(int64_t whole)
{
	static const int64_t steps[] = {1,   2,   5,    10,   15,   30,    60,    120,   300,
					600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400};
	int64_t step = 1000000;

	if (whole < 2000000000) {
		for (unsigned i = 0; step * TICKS < whole; i++)
			step = i % 3 == 1 ? step / 2 * 5 : step * 2; /* 1, 2, 5, 10 */
		return step;
	}
	for (size_t i = 0; i < ARRAY_LENGTH(steps); i++)
		if (steps[i] * 1000000000 * TICKS >= whole)
			return steps[i] * 1000000000;
	for (step = (int64_t)86400 * 1000000000; step * TICKS < whole; step *= 2)
		continue;
	return step;
}

/* The time of day for a minute and more, seconds from the beginning for less. */
static void
draw_axis(const struct picture *p)
{
	int64_t whole = p->end_ns - p->begin_ns;
	int64_t step = tick_step(whole);
	bool by_clock = whole >= (int64_t)120 * 1000000000;
	int64_t first = by_clock ? p->begin_ns + step - 1 - (p->begin_ns + step - 1) % step
				 : p->begin_ns;
	char text[40];

	for (int64_t ns = first; whole > 0 && ns <= p->end_ns; ns += step) {
		double x = x_of(p, ns);
		int digits = step < 10000000 ? 3 : step < 1000000000 ? 2 : 0;
		fprintf(p->stream,
			"<path d=\"M%.2f %dV%d\" stroke=\"#999999\" stroke-width=\"0.5\"/>"
			"<text x=\"%.2f\" y=\"%d\" text-anchor=\"middle\" fill=\"#555555\">",
			x, p->top - 4, p->bottom + 4, x, p->bottom + 18);
		if (by_clock)
			fputs(clock_text(text, ns,
					 step >= (int64_t)86400 * 1000000000 ? CLOCK_DAY
					 : step % ((int64_t)60 * 1000000000) ? CLOCK_SECONDS
									     : CLOCK_MINUTES),
			      p->stream);
		else
			fprintf(p->stream, "%.*f s", digits, (double)(ns - p->begin_ns) / 1e9);
		fputs("</text>\n", p->stream);
	}
}

static void
draw(const struct picture *p)
{
	fprintf(p->stream,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
		"height=\"%d\" role=\"img\" aria-labelledby=\"title desc\" "
		"font-family=\"sans-serif\" font-size=\"%d\">\n<title id=\"title\">",
		WIDTH, p->bottom + AXIS, WIDTH, p->bottom + AXIS, p->row < 20 ? 10 : 12);
	put_title(p);
	fputs("</title>\n<desc id=\"desc\">", p->stream);
	put_description(p);
	fputs("</desc>\n<rect width=\"100%\" height=\"100%\" fill=\"#FFFFFF\"/>\n<defs>\n",
	      p->stream);
	draw_patterns(p);
	fputs("</defs>\n", p->stream);
	draw_head(p);
	for (size_t i = 0; i < p->rank_count; i++)
		draw_key(p, (int)i, p->ranks[i].instance, p->ranks[i].name);
	if (p->loss)
		draw_key(p, (int)p->rank_count, PROBE_LOSS, "lost");
	draw_axis(p);
	for (size_t i = 0; i < p->catchment->count; i++)
		draw_row(p, i);
	fputs("</svg>\n", p->stream);
}

void
probe_svg_write(FILE *stream, const struct probe_catchment *catchment)
{
	struct picture picture = {
		.stream = stream,
		.catchment = catchment,
		.parts = probe_catchment_parts(catchment),
	};

	if (!see_series(&picture))
		return;
	lay_out(&picture);
	draw(&picture);
	free(picture.ranks);
}
