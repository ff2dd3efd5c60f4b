/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/probe_summary.h"

#include "base/json.h"

static double
milliseconds(int64_t ns)
{
	return (double)ns / 1e6;
}

static void
write_time(struct json *json, const char *name, int64_t ns)
{
	json_decimal(json, name, (double)ns / 1e9, 6);
}

static void
write_rtt(struct json *json, const struct probe_rtt *rtt)
{
	if (rtt->count == 0)
		return;
	json_open_object(json, "rtt_ms");
	json_decimal(json, "min", milliseconds(rtt->min_ns), 4);
	json_decimal(json, "p50", milliseconds(probe_rtt_percentile(rtt, 50)), 4);
	json_decimal(json, "p95", milliseconds(probe_rtt_percentile(rtt, 95)), 4);
	json_decimal(json, "p99", milliseconds(probe_rtt_percentile(rtt, 99)), 4);
	json_decimal(json, "max", milliseconds(rtt->max_ns), 4);
	json_close_object(json);
}

static void
write_share(struct json *json, const struct probe_catchment *catchment,
	    const struct probe_series *series, const struct probe_share *share)
{
	const char *name = share->instance == PROBE_NO_INSTANCE
				   ? NULL
				   : probe_catchment_instance(catchment, share->instance);

	json_open_object(json, NULL);
	json_text(json, "instance", name);
	json_number(json, "answers", share->count);
	json_decimal(json, "share", (double)share->count / (double)series->outcomes[PROBE_ANSWER],
		     6);
	write_time(json, "first", share->first_ns);
	write_time(json, "last", share->last_ns);
	write_rtt(json, &share->rtt);
	json_close_object(json);
}

static void
write_gaps(struct json *json, const struct probe_gap *gap)
{
	if (gap->longest_gap_ns)
		json_decimal(json, "longest_gap_ms", milliseconds(gap->longest_gap_ns), 3);
	json_number(json, "outages", gap->outages);
	if (gap->longest.lost == 0)
		return;
	json_open_object(json, "longest_outage");
	write_time(json, "start", gap->longest.start_ns);
	json_decimal(json, "ms", milliseconds(gap->longest.length_ns), 3);
	json_number(json, "lost", gap->longest.lost);
	json_bool(json, "ended", gap->longest.ended);
	json_close_object(json);
}

static void
write_counts(struct json *json, const struct probe_series *series)
{
	uint64_t asked = probe_series_asked(series);
	uint64_t lost = probe_series_lost(series);

	json_number(json, "asked", asked);
	json_number(json, "answered", asked - lost);
	json_number(json, "lost", lost);
	json_decimal(json, "loss", asked ? (double)lost / (double)asked : 0, 6);
	json_open_object(json, "outcomes");
	for (size_t i = 0; i < PROBE_OUTCOMES; i++)
		if (series->outcomes[i])
			json_number(json, probe_outcome_text((enum probe_outcome)i),
				    series->outcomes[i]);
	json_close_object(json);
	json_number(json, "bad", series->bad);
	json_number(json, "late", series->late);
	json_number(json, "changes", series->changes);
}

static void
write_series(struct json *json, const struct probe_catchment *catchment,
	     const struct probe_series *series)
{
	struct probe_rtt rtt;

	probe_series_rtt(series, &rtt);
	json_open_object(json, NULL);
	if (series->vantage[0])
		json_text(json, "vantage", series->vantage);
	json_text(json, "target", series->target);
	json_text(json, "transport", series->transport);
	json_text(json, "question", series->question);
	write_counts(json, series);
	write_rtt(json, &rtt);
	write_gaps(json, &series->gap);
	json_open_array(json, "instances");
	for (size_t i = 0; i < series->share_count; i++)
		if (series->shares[i]->instance != PROBE_LOSS)
			write_share(json, catchment, series, series->shares[i]);
	json_close_array(json);
	json_close_object(json);
}

static void
write_totals(struct json *json, const struct probe_catchment *catchment)
{
	uint64_t asked = 0;
	uint64_t lost = 0;
	int64_t first = 0;
	int64_t last = 0;
	bool begun = false;

	for (size_t i = 0; i < catchment->count; i++) {
		const struct probe_series *series = catchment->series[i];
		if (probe_series_asked(series) == 0)
			continue;
		asked += probe_series_asked(series);
		lost += probe_series_lost(series);
		first = !begun || series->first_ns < first ? series->first_ns : first;
		last = !begun || series->last_ns > last ? series->last_ns : last;
		begun = true;
	}
	if (begun) {
		write_time(json, "start", first);
		write_time(json, "end", last);
	}
	json_number(json, "asked", asked);
	json_number(json, "answered", asked - lost);
	json_number(json, "lost", lost);
}

void
probe_summary_write(FILE *stream, const struct probe_catchment *catchment, const char *vantage)
{
	struct json json = JSON_INIT(stream);

	json_open_object(&json, NULL);
	json_text(&json, "type", "summary");
	if (vantage)
		json_text(&json, "vantage", vantage);
	write_totals(&json, catchment);
	json_open_array(&json, "series");
	for (size_t i = 0; i < catchment->count; i++)
		write_series(&json, catchment, catchment->series[i]);
	json_close_array(&json);
	json_close_object(&json);
	json_end(&json);
}
