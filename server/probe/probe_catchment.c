/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/probe_catchment.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/* The width that timelines begin with; a probe at full rate fills a bin a few times. */
#define FIRST_WIDTH_NS ((int64_t)1000000)
/* Room is made in such steps. */
enum { STEP = 16 };

static const char *
or_empty(const char *text)
{
	return text ? text : "";
}

static int
compare_series(const void *a, const void *b)
{
	const struct probe_series *x = a;
	const struct probe_series *y = b;
	int order = strverscmp(x->vantage, y->vantage);

	if (order == 0)
		order = strverscmp(x->target, y->target);
	if (order == 0)
		order = strcmp(y->transport, x->transport); /* UDP before TCP */
	return order ? order : strcmp(x->question, y->question);
}

static int
compare_pointers(const void *a, const void *b)
{
	return compare_series(*(struct probe_series *const *)a, *(struct probe_series *const *)b);
}

static void
free_series(struct probe_series *series)
{
	if (!series)
		return;
	for (size_t i = 0; i < series->share_count; i++)
		free(series->shares[i]);
	free(series->shares);
	probe_gap_free(&series->gap);
	free(series->vantage);
	free(series->target);
	free(series->transport);
	free(series->question);
	free(series);
}

static void
leave(void *node)
{
	(void)node; /* the array owns it */
}

void
probe_catchment_clear(struct probe_catchment *catchment)
{
	tdestroy(catchment->index, leave);
	for (size_t i = 0; i < catchment->count; i++)
		free_series(catchment->series[i]);
	free(catchment->series);
	for (size_t i = 0; i < catchment->instance_count; i++)
		free(catchment->instances[i]);
	free(catchment->instances);
	*catchment = (struct probe_catchment){0};
}

/* An array with room for one more; false when out of memory. */
static bool
grow(void *array, size_t count)
{
	void **pointer = array;

	if (count % STEP != 0)
		return true;
	void *more = reallocarray(*pointer, count + STEP, sizeof(void *));
	if (!more)
		return false;
	*pointer = more;
	return true;
}

static struct probe_series *
new_series(const struct probe_record *record)
{
	struct probe_series *series = calloc(1, sizeof(*series));

	if (!series)
		return NULL;
	series->vantage = strdup(or_empty(record->vantage));
	series->target = strdup(or_empty(record->target));
	series->transport = strdup(or_empty(record->transport));
	series->question = strdup(or_empty(record->question));
	series->last_instance = PROBE_LOSS;
	if (series->vantage && series->target && series->transport && series->question)
		return series;
	free_series(series);
	return NULL;
}

static struct probe_series *
add_series(struct probe_catchment *catchment, const struct probe_record *record)
{
	struct probe_series *series = new_series(record);

	if (!series || !grow(&catchment->series, catchment->count) ||
	    !tsearch(series, &catchment->index, compare_series)) {
		free_series(series);
		return NULL;
	}
	catchment->series[catchment->count++] = series;
	return series;
}

/* The record's series, made when it is new; NULL when out of memory. */
static struct probe_series *
find_series(struct probe_catchment *catchment, const struct probe_record *record)
{
	/* Only compared with: nothing is written through these. */
	struct probe_series wanted = {
		.vantage = (char *)(uintptr_t)or_empty(record->vantage),
		.target = (char *)(uintptr_t)or_empty(record->target),
		.transport = (char *)(uintptr_t)or_empty(record->transport),
		.question = (char *)(uintptr_t)or_empty(record->question),
	};
	struct probe_series **found = tfind(&wanted, &catchment->index, compare_series);
	struct probe_series *series = found ? *found : add_series(catchment, record);

	catchment->full |= series == NULL;
	return series;
}

/* Index of the instance, made when it is new and not one too many; PROBE_LOSS when out of memory.
 */
static int
find_instance(struct probe_catchment *catchment, const char *name)
{
	if (!name || !*name)
		return PROBE_NO_INSTANCE;
	for (size_t i = 0; i < catchment->instance_count; i++)
		if (strcmp(catchment->instances[i], name) == 0)
			return (int)i;
	if (catchment->instance_count > PROBE_INSTANCES_MAX)
		return PROBE_INSTANCES_MAX;
	if (catchment->instance_count == PROBE_INSTANCES_MAX)
		name = "(others)";
	char *copy = strdup(name);
	if (!copy || !grow(&catchment->instances, catchment->instance_count)) {
		free(copy);
		return PROBE_LOSS;
	}
	catchment->instances[catchment->instance_count++] = copy;
	return (int)catchment->instance_count - 1;
}

struct probe_share *
probe_series_share(const struct probe_series *series, int instance)
{
	for (size_t i = 0; i < series->share_count; i++)
		if (series->shares[i]->instance == instance)
			return series->shares[i];
	return NULL;
}

static struct probe_share *
add_share(struct probe_series *series, int instance)
{
	struct probe_share *share = calloc(1, sizeof(*share));

	if (!share || !grow(&series->shares, series->share_count)) {
		free(share);
		return NULL;
	}
	share->instance = instance;
	series->shares[series->share_count++] = share;
	return share;
}

static int64_t
floor_to(int64_t ns, int64_t width)
{
	int64_t rest = ns % width;

	return ns - (rest < 0 ? rest + width : rest);
}

/* Both origins are multiples of their widths and the new width of the old one: a bin goes whole. */
static void
rebin(struct probe_share *share, int64_t old_origin, int64_t old_width, int64_t origin,
      int64_t width)
{
	uint32_t bins[PROBE_BINS] = {0};

	for (size_t i = 0; i < PROBE_BINS; i++)
		if (share->bins[i])
			bins[(old_origin + (int64_t)i * old_width - origin) / width] +=
				share->bins[i];
	memcpy(share->bins, bins, sizeof(bins));
}

/* Makes the timeline hold everything from the first to the last query. */
static void
widen(struct probe_catchment *catchment)
{
	int64_t width = catchment->width_ns;

	/* A width of 2^34 * 1 ms holds all of PROBE_TIME_MAX_S and still does not overflow. */
	while (catchment->last_ns - floor_to(catchment->first_ns, width) >= PROBE_BINS * width)
		width *= 2;
	int64_t origin = floor_to(catchment->first_ns, width);
	for (size_t i = 0; i < catchment->count; i++)
		for (size_t j = 0; j < catchment->series[i]->share_count; j++)
			rebin(catchment->series[i]->shares[j], catchment->origin_ns,
			      catchment->width_ns, origin, width);
	catchment->origin_ns = origin;
	catchment->width_ns = width;
}

static void
see_time(int64_t *first_ns, int64_t *last_ns, bool begun, int64_t ns)
{
	if (!begun || ns < *first_ns)
		*first_ns = ns;
	if (!begun || ns > *last_ns)
		*last_ns = ns;
}

/* The bin of this time, made to exist. */
static size_t
bin_of(struct probe_catchment *catchment, int64_t ns)
{
	if (!catchment->begun) {
		catchment->width_ns = FIRST_WIDTH_NS;
		catchment->origin_ns = floor_to(ns, FIRST_WIDTH_NS);
	}
	see_time(&catchment->first_ns, &catchment->last_ns, catchment->begun, ns);
	catchment->begun = true;
	if (ns < catchment->origin_ns ||
	    ns - catchment->origin_ns >= PROBE_BINS * catchment->width_ns)
		widen(catchment);
	return (size_t)((ns - catchment->origin_ns) / catchment->width_ns);
}

/* Counts it for its instance or as a loss; false when out of memory. */
static bool
count_share(struct probe_catchment *catchment, struct probe_series *series, int instance,
	    const struct probe_record *record, bool *fresh)
{
	struct probe_share *share = probe_series_share(series, instance);

	*fresh = share == NULL;
	if (!share)
		share = add_share(series, instance);
	if (!share)
		return false;
	see_time(&share->first_ns, &share->last_ns, share->count > 0, record->sent_ns);
	share->count++;
	if (record->outcome == PROBE_ANSWER)
		probe_rtt_add(&share->rtt, record->rtt_ns);
	share->bins[bin_of(catchment, record->sent_ns)]++;
	return true;
}

struct probe_news
probe_catchment_add(struct probe_catchment *catchment, const struct probe_record *record)
{
	struct probe_news news = {.series = find_series(catchment, record)};
	struct probe_series *series = news.series;
	bool answered = record->outcome == PROBE_ANSWER;

	if (!series)
		return news;
	int instance = answered ? find_instance(catchment, record->instance) : PROBE_LOSS;
	bool begun = probe_series_asked(series) > 0;
	news.seq = record->seq == PROBE_SEQ_NEXT ? probe_series_asked(series) : record->seq;
	if ((answered && instance == PROBE_LOSS) ||
	    !count_share(catchment, series, instance, record, &news.fresh)) {
		catchment->full = true;
		news.series = NULL;
		return news;
	}
	see_time(&series->first_ns, &series->last_ns, begun, record->sent_ns);
	series->outcomes[record->outcome]++;
	news.gap = probe_gap_add(&series->gap, news.seq, record->sent_ns,
				 record->sent_ns + record->rtt_ns, answered);
	if (!answered)
		return news;
	news.before = series->last_instance;
	news.first = news.before == PROBE_LOSS;
	news.change = !news.first && news.before != instance;
	series->changes += news.change;
	series->last_instance = instance;
	return news;
}

void
probe_catchment_noise(struct probe_catchment *catchment, const struct probe_record *record,
		      uint64_t bad, uint64_t late)
{
	struct probe_series *series = find_series(catchment, record);

	if (!series)
		return;
	series->bad += bad;
	series->late += late;
}

void
probe_catchment_finish(struct probe_catchment *catchment)
{
	for (size_t i = 0; i < catchment->count; i++)
		probe_gap_finish(&catchment->series[i]->gap);
	if (catchment->count)
		qsort(catchment->series, catchment->count, sizeof(struct probe_series *),
		      compare_pointers);
}

const char *
probe_catchment_instance(const struct probe_catchment *catchment, int instance)
{
	if (instance == PROBE_LOSS)
		return "lost";
	return instance == PROBE_NO_INSTANCE ? "(no name)" : catchment->instances[instance];
}

uint64_t
probe_series_asked(const struct probe_series *series)
{
	return series->outcomes[PROBE_ANSWER] + probe_series_lost(series);
}

uint64_t
probe_series_lost(const struct probe_series *series)
{
	uint64_t lost = 0;

	for (size_t i = PROBE_ANSWER + 1; i < PROBE_OUTCOMES; i++)
		lost += series->outcomes[i];
	return lost;
}

void
probe_series_rtt(const struct probe_series *series, struct probe_rtt *rtt)
{
	*rtt = (struct probe_rtt){0};
	for (size_t i = 0; i < series->share_count; i++)
		probe_rtt_merge(rtt, &series->shares[i]->rtt);
}

struct probe_parts
probe_catchment_parts(const struct probe_catchment *catchment)
{
	struct probe_parts parts = {0};

	for (size_t i = 1; i < catchment->count; i++) {
		const struct probe_series *first = catchment->series[0];
		const struct probe_series *series = catchment->series[i];
		parts.vantage |= strcmp(first->vantage, series->vantage) != 0;
		parts.target |= strcmp(first->target, series->target) != 0;
		parts.transport |= strcmp(first->transport, series->transport) != 0;
		parts.question |= strcmp(first->question, series->question) != 0;
	}
	parts.vantage |= catchment->count > 0 && catchment->series[0]->vantage[0] != '\0';
	return parts;
}
