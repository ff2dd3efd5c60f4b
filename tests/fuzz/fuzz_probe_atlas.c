/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_probe_atlas.c - any bytes as RIPE Atlas results and as lines of other probes: never a crash
 * or a leak, and what is read adds up, whatever times and names it has.
 */
#include <stdlib.h>
#include <string.h>

#include "probe/probe_atlas.h"
#include "probe/probe_catchment.h"
#include "probe/probe_json.h"
#include "probe/probe_summary.h"
#include "probe/probe_svg.h"
#include "probe/probe_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct sum {
	struct probe_catchment catchment;
	uint64_t records;
};

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
on_record(void *context, const struct probe_record *record)
{
	struct sum *sum = context;

	sum->records += probe_catchment_add(&sum->catchment, record).series != NULL;
}

static void
on_noise(void *context, const struct probe_record *record, uint64_t bad, uint64_t late)
{
	struct sum *sum = context;

	probe_catchment_noise(&sum->catchment, record, bad, late);
}

static void
check_sums(const struct sum *sum)
{
	uint64_t asked = 0;
	uint64_t binned = 0;

	for (size_t i = 0; i < sum->catchment.count; i++) {
		const struct probe_series *series = sum->catchment.series[i];
		asked += probe_series_asked(series);
		for (size_t j = 0; j < series->share_count; j++)
			for (size_t bin = 0; bin < PROBE_BINS; bin++)
				binned += series->shares[j]->bins[bin];
	}
	require(asked == sum->records && binned == sum->records);
}

static void
show(struct sum *sum)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	require(stream != NULL);
	probe_catchment_finish(&sum->catchment);
	probe_table_print(stream, &sum->catchment);
	probe_table_notes(stream, &sum->catchment);
	probe_summary_write(stream, &sum->catchment, NULL);
	probe_svg_write(stream, &sum->catchment);
	fclose(stream);
	/* Nothing that a terminal would obey. */
	require(memchr(text, '\x1b', size) == NULL);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct sum sum = {0};
	struct probe_sink sink = {on_record, on_noise, &sum};
	json_error_t error;
	size_t records = 0;

	if (!probe_atlas_text(text, size, &sink, &records, &error))
		require(sum.records == 0);
	for (const char *end; size > 0; size -= (size_t)(end - text), text = end) {
		const char *feed = memchr(text, '\n', size);
		end = feed ? feed + 1 : text + size;
		(void)probe_json_read(text, (size_t)(end - text), "fuzz", false, &sink);
	}
	check_sums(&sum);
	show(&sum);
	probe_catchment_clear(&sum.catchment);
	return 0;
}
