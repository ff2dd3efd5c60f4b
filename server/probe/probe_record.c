/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/probe_record.h"

#include <string.h>

#include "base/json.h"
#include "probe/probe_message.h"

static const char *const outcomes[PROBE_OUTCOMES] = {
	[PROBE_ANSWER] = "answer",           [PROBE_TIMEOUT] = "timeout",
	[PROBE_UNREACHABLE] = "unreachable", [PROBE_CLOSED] = "closed",
	[PROBE_MALFORMED] = "malformed",     [PROBE_FAILED] = "failed",
};

const char *
probe_outcome_text(enum probe_outcome outcome)
{
	return outcomes[outcome];
}

bool
probe_outcome_parse(const char *text, enum probe_outcome *outcome)
{
	for (size_t i = 0; i < PROBE_OUTCOMES; i++) {
		if (strcmp(outcomes[i], text) == 0) {
			*outcome = (enum probe_outcome)i;
			return true;
		}
	}
	return false;
}

static void
known_text(struct json *json, const char *name, const char *text)
{
	if (text && *text)
		json_text(json, name, text);
}

static void
write_answer(struct json *json, const struct probe_record *record)
{
	char number[16];

	json_decimal(json, "rtt_ms", (double)record->rtt_ns / 1e6, 4);
	known_text(json, "instance", record->instance);
	known_text(json, "nsid", record->nsid);
	known_text(json, "txt", record->txt);
	if (record->rcode >= 0) {
		const char *name = probe_rcode_name((unsigned)record->rcode);
		snprintf(number, sizeof(number), "RCODE%d", record->rcode);
		json_text(json, "rcode", name ? name : number);
	}
	if (record->size)
		json_number(json, "size", record->size);
}

void
probe_record_write(const struct probe_record *record, FILE *stream)
{
	struct json json = JSON_INIT(stream);

	json_open_object(&json, NULL);
	json_text(&json, "type", "query");
	known_text(&json, "vantage", record->vantage);
	json_decimal(&json, "time", (double)record->sent_ns / 1e9, 6);
	known_text(&json, "target", record->target);
	known_text(&json, "transport", record->transport);
	known_text(&json, "question", record->question);
	json_number(&json, "seq", record->seq);
	json_text(&json, "outcome", probe_outcome_text(record->outcome));
	if (record->outcome == PROBE_ANSWER)
		write_answer(&json, record);
	known_text(&json, "source", record->source);
	known_text(&json, "subnet", record->subnet);
	if (record->change)
		json_bool(&json, "change", true);
	json_close_object(&json);
	json_end(&json);
}
