/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/probe_view.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/table.h"
#include "base/utf8.h"
#include "probe/probe_message.h"
#include "probe/probe_summary.h"
#include "probe/probe_table.h"

enum {
	/* With many source ports the instance changes with each answer; nobody reads all that. */
	EVENTS_A_SECOND = 10,
};

static const char *
clock_text(char text[static 24], int64_t ns)
{
	time_t seconds = (time_t)(ns / 1000000000);
	struct tm parts;

	if (!gmtime_r(&seconds, &parts))
		parts = (struct tm){0};
	snprintf(text, 24, "%02d:%02d:%02d.%03d", parts.tm_hour, parts.tm_min, parts.tm_sec,
		 (int)(ns / 1000000 % 1000));
	return text;
}

/* The table goes away, so that lines can be printed where it was. */
static void
erase(struct probe_view *view)
{
	if (view->drawn)
		fprintf(view->stream, "\033[%zuA\033[J", view->drawn);
	view->drawn = 0;
}

static void
tell_swallowed(struct probe_view *view)
{
	if (view->swallowed)
		fprintf(view->stream, "... and %" PRIu64 " more such events in that second\n",
			view->swallowed);
	view->swallowed = 0;
}

/* Whether one more event may be told in this second. */
static bool
may_tell(struct probe_view *view, int64_t ns)
{
	int64_t second = ns / 1000000000;

	if (second != view->second) {
		erase(view);
		tell_swallowed(view);
		view->second = second;
		view->events = 0;
	}
	if (view->events >= EVENTS_A_SECOND) {
		view->swallowed++;
		return false;
	}
	view->events++;
	return true;
}

/* "12:00:01.123 tokyo 192.0.2.53@53 udp: " */
static void
begin_line(struct probe_view *view, const struct probe_series *series, int64_t ns)
{
	struct probe_parts parts = probe_catchment_parts(view->catchment);
	char name[2048];
	char clock[24];

	/* The others may only come up later; a line names its series all the same. */
	parts.target |= !parts.vantage;
	parts.transport = true;
	probe_table_name(name, sizeof(name), series, parts);
	erase(view);
	fprintf(view->stream, "%s ", clock_text(clock, ns));
	table_put_clean(view->stream, name);
	fputs(": ", view->stream);
}

static void
tell_instance(struct probe_view *view, const struct probe_news *news,
	      const struct probe_record *record)
{
	const char *now = probe_catchment_instance(view->catchment, news->series->last_instance);

	if (!may_tell(view, record->sent_ns))
		return;
	begin_line(view, news->series, record->sent_ns);
	if (news->first) {
		fputs("answered by ", view->stream);
	} else {
		table_put_clean(view->stream,
				probe_catchment_instance(view->catchment, news->before));
		fputs(" -> ", view->stream);
	}
	table_put_clean(view->stream, now);
	putc('\n', view->stream);
}

static void
tell_gap(struct probe_view *view, const struct probe_news *news)
{
	const struct probe_gap *gap = &news->series->gap;
	char text[16];

	if (news->gap & PROBE_GAP_ENDED &&
	    may_tell(view, gap->last.start_ns + gap->last.length_ns)) {
		begin_line(view, news->series, gap->last.start_ns + gap->last.length_ns);
		fprintf(view->stream, "answers again after %s, %" PRIu64 " lost\n",
			probe_table_time(text, gap->last.length_ns), gap->last.lost);
	}
	if (news->gap & PROBE_GAP_BEGAN && gap->now.lost && may_tell(view, gap->now.start_ns)) {
		begin_line(view, news->series, gap->now.start_ns);
		fputs("no answer since then\n", view->stream);
	}
}

static void
tell_query(struct probe_view *view, const struct probe_series *series,
	   const struct probe_record *record)
{
	char text[16];
	const char *rcode = record->rcode > 0 ? probe_rcode_name((unsigned)record->rcode) : NULL;

	begin_line(view, series, record->sent_ns);
	fprintf(view->stream, "seq %" PRIu64 " ", record->seq);
	if (record->outcome == PROBE_ANSWER) {
		table_put_clean(view->stream, record->instance ? record->instance : "(no name)");
		fprintf(view->stream, " %s", probe_table_time(text, record->rtt_ns));
	} else {
		fprintf(view->stream, "lost: %s", probe_outcome_text(record->outcome));
	}
	if (rcode)
		fprintf(view->stream, " %s", rcode);
	if (record->subnet && *record->subnet)
		fprintf(view->stream, " subnet %s", record->subnet);
	putc('\n', view->stream);
}

void
probe_view_record(struct probe_view *view, const struct probe_record *record)
{
	struct probe_news news = probe_catchment_add(view->catchment, record);
	struct probe_record told = *record;

	if (!news.series || view->mode == PROBE_VIEW_QUIET)
		return;
	told.change = news.change;
	told.seq = news.seq;
	if (view->json) {
		probe_record_write(&told, view->stream);
		return;
	}
	if (view->mode == PROBE_VIEW_VERBOSE) {
		tell_query(view, news.series, &told);
		return;
	}
	if (news.first || news.change)
		tell_instance(view, &news, &told);
	if (news.gap)
		tell_gap(view, &news);
}

/* Lines that a terminal shows; a table longer than that cannot be erased again. */
static size_t
screen_lines(FILE *stream)
{
	struct winsize size = {0};

	if (ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_row < 4)
		return 24;
	return size.ws_row;
}

/* A window's width: a line that wraps would be two to erase. */
static size_t
screen_columns(FILE *stream)
{
	struct winsize size = {0};

	if (ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col < 20)
		return 80;
	return size.ws_col;
}

/* Bytes of a line's first characters: a cut inside of one would be no character at all. */
static size_t
cut(const char *line, size_t columns)
{
	const char *at = line;

	while (*at && *at != '\n' && columns-- > 0)
		(void)utf8_take(&at);
	return (size_t)(at - line);
}

void
probe_view_draw(struct probe_view *view)
{
	char *text = NULL;
	size_t size = 0;

	if (view->mode != PROBE_VIEW_LIVE || view->json)
		return;
	FILE *memory = open_memstream(&text, &size);
	if (!memory)
		return;
	probe_table_print(memory, view->catchment);
	fclose(memory);
	erase(view);
	size_t room = screen_lines(view->stream) - 1;
	size_t columns = screen_columns(view->stream) - 1;
	for (char *line = text; line && *line && view->drawn < room; view->drawn++) {
		size_t length = strcspn(line, "\n");
		fprintf(view->stream, "%.*s\n", (int)cut(line, columns), line);
		line += length + (line[length] == '\n');
	}
	free(text);
	fflush(view->stream);
}

void
probe_view_finish(struct probe_view *view)
{
	probe_catchment_finish(view->catchment);
	if (view->json) {
		probe_summary_write(view->stream, view->catchment, view->vantage);
	} else {
		erase(view);
		tell_swallowed(view);
		probe_table_print(view->stream, view->catchment);
		probe_table_notes(view->stream, view->catchment);
	}
	fflush(view->stream);
}
