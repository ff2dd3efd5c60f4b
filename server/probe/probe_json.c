/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/probe_json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "probe/probe_message.h"

/* More than any timeout. */
#define RTT_MAX_MS 1e6

static const char *
text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

/* false: not there, or out of bounds. */
static bool
real_of(const json_t *object, const char *name, double high, double *value)
{
	const json_t *number = json_object_get(object, name);

	*value = json_number_value(number);
	return json_is_number(number) && *value >= 0 && *value <= high;
}

static uint64_t
count_of(const json_t *object, const char *name)
{
	json_int_t value = json_integer_value(json_object_get(object, name));

	return value > 0 ? (uint64_t)value : 0;
}

static int
rcode_of(const char *name)
{
	char *end = NULL;

	for (unsigned i = 0; name && i < 32; i++) {
		const char *known = probe_rcode_name(i);
		if (known && strcmp(known, name) == 0)
			return (int)i;
	}
	/* One that has no name is written by its number. */
	if (!name || strncmp(name, "RCODE", 5) != 0 || name[5] < '0' || name[5] > '9')
		return -1;
	unsigned long number = strtoul(name + 5, &end, 10);
	return *end == '\0' && number <= 4095 ? (int)number : -1;
}

static struct probe_record
series_of(const json_t *object, const char *name, bool rename)
{
	const char *own = text_of(object, "vantage");

	return (struct probe_record){
		.vantage = own && !rename ? own : name,
		.target = text_of(object, "target"),
		.transport = text_of(object, "transport"),
		.question = text_of(object, "question"),
		.rcode = -1,
	};
}

static bool
read_query(const json_t *object, struct probe_record *record)
{
	const char *outcome = text_of(object, "outcome");
	double seconds = 0;
	double ms = 0;

	if (!outcome || !probe_outcome_parse(outcome, &record->outcome) || !record->target ||
	    !record->transport || !record->question ||
	    !real_of(object, "time", PROBE_TIME_MAX_S, &seconds))
		return false;
	if (record->outcome == PROBE_ANSWER && !real_of(object, "rtt_ms", RTT_MAX_MS, &ms))
		return false;
	/* Written with six digits; the seventh would be noise of the conversion. */
	record->sent_ns = (int64_t)(seconds * 1e6 + 0.5) * 1000;
	record->rtt_ns = (int64_t)(ms * 1e6 + 0.5);
	record->seq = json_is_integer(json_object_get(object, "seq")) ? count_of(object, "seq")
								      : PROBE_SEQ_NEXT;
	record->instance = text_of(object, "instance");
	record->nsid = text_of(object, "nsid");
	record->txt = text_of(object, "txt");
	record->rcode = rcode_of(text_of(object, "rcode"));
	record->size = count_of(object, "size");
	record->source = text_of(object, "source");
	record->subnet = text_of(object, "subnet");
	return true;
}

/* Only what no line of a query can tell. */
static void
read_summary(const json_t *object, const char *name, bool rename, const struct probe_sink *sink)
{
	size_t index = 0;
	const json_t *series = NULL;

	json_array_foreach(json_object_get(object, "series"), index, series)
	{
		struct probe_record record = series_of(series, name, rename);
		uint64_t bad = count_of(series, "bad");
		uint64_t late = count_of(series, "late");
		if (record.target && record.transport && record.question && (bad || late))
			sink->noise(sink->context, &record, bad, late);
	}
}

enum probe_line
probe_json_read(const char *line, size_t size, const char *name, bool rename,
		const struct probe_sink *sink)
{
	json_t *object = json_loadb(line, size, JSON_REJECT_DUPLICATES, NULL);
	const char *type = text_of(object, "type");
	enum probe_line what = PROBE_LINE_BAD;

	if (type && strcmp(type, "query") == 0) {
		struct probe_record record = series_of(object, name, rename);
		if (read_query(object, &record)) {
			what = PROBE_LINE_QUERY;
			sink->record(sink->context, &record);
		}
	} else if (type && strcmp(type, "summary") == 0) {
		what = PROBE_LINE_SUMMARY;
		read_summary(object, name, rename, sink);
	}
	json_decref(object);
	return what;
}
