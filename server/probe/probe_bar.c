/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/probe_bar.h"

int64_t
probe_bar_interval(const struct probe_series *series)
{
	uint64_t asked = probe_series_asked(series);

	return asked > 1 ? (series->last_ns - series->first_ns) / (int64_t)(asked - 1) : 0;
}

static uint64_t
total_of(const struct probe_series *series, size_t bin)
{
	uint64_t total = 0;

	for (size_t i = 0; i < series->share_count; i++)
		total += series->shares[i]->bins[bin];
	return total;
}

/* Whether a bin holds the same shares as a column, so that it can be drawn as part of it. */
static bool
is_same(const struct probe_series *series, const struct probe_bar_column *column, size_t bin,
	uint64_t total)
{
	for (size_t i = 0; i < series->share_count; i++) {
		const uint32_t *bins = series->shares[i]->bins;
		if (bins[column->bin] * total != bins[bin] * column->total)
			return false;
	}
	return true;
}

/*
 * How long a bin may speak for those behind it: until the next query was to be expected. In a
 * longer silence nothing was asked.
 */
static int64_t
reach_of(const struct probe_catchment *catchment, const struct probe_series *series)
{
	return 2 * probe_bar_interval(series) + 2 * catchment->width_ns;
}

size_t
probe_bar_columns(const struct probe_catchment *catchment, const struct probe_series *series,
		  struct probe_bar_column columns[static PROBE_BINS])
{
	int64_t reach = reach_of(catchment, series);
	struct probe_bar_column *column = NULL; /* the one under way */
	int64_t last = 0;                       /* when its last bin that held something began */
	size_t count = 0;

	for (size_t bin = 0; bin < PROBE_BINS; bin++) {
		int64_t now = catchment->origin_ns + (int64_t)bin * catchment->width_ns;
		uint64_t total = total_of(series, bin);
		if (total == 0)
			continue;
		bool far = column && now - last > reach;
		if (!column || far || !is_same(series, column, bin, total)) {
			if (column)
				column->to_ns = far ? last + reach / 2 : now;
			column = &columns[count++];
			*column = (struct probe_bar_column){
				.from_ns = now, .bin = bin, .total = total};
		}
		last = now;
	}
	if (column)
		column->to_ns = last + catchment->width_ns + reach / 2;
	return count;
}
