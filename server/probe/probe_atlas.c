/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/probe_atlas.h"

#include <ctype.h>
#include <string.h>

#include "anyns/dns.h"
#include "probe/probe_base64.h"
#include "probe/probe_message.h"

enum { SECOND_MAX = INT32_MAX }; /* a timestamp is seconds since 1970 */

/* Texts of one record; its pointers point here. */
struct texts {
	char vantage[32];
	char target[128];
	char question[32];
	char transport[8];
};

static const char *
text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

/* In the lookup itself, or else in the result around it. */
static const json_t *
member_of(const json_t *lookup, const json_t *result, const char *name)
{
	const json_t *own = json_object_get(lookup, name);

	return own ? own : json_object_get(result, name);
}

static struct probe_record
name_series(struct texts *texts, const json_t *lookup, const json_t *result)
{
	const char *address = json_string_value(member_of(lookup, result, "dst_addr"));
	const char *name = json_string_value(member_of(lookup, result, "dst_name"));
	const json_t *port = member_of(lookup, result, "dst_port");
	const char *proto = json_string_value(member_of(lookup, result, "proto"));

	snprintf(texts->vantage, sizeof(texts->vantage), "probe %lld",
		 (long long)json_integer_value(json_object_get(result, "prb_id")));
	/* A string in what probes send; a number elsewhere. */
	snprintf(texts->target, sizeof(texts->target), "%s@%.5s",
		 address ? address
		 : name  ? name
			 : "",
		 json_is_string(port) ? json_string_value(port) : "53");
	snprintf(texts->question, sizeof(texts->question), "msm %lld",
		 (long long)json_integer_value(json_object_get(result, "msm_id")));
	snprintf(texts->transport, sizeof(texts->transport), "%s", proto ? proto : "udp");
	for (char *c = texts->transport; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return (struct probe_record){
		.vantage = texts->vantage,
		.target = texts->target,
		.question = texts->question,
		.transport = texts->transport,
		.seq = PROBE_SEQ_NEXT,
		.rcode = -1,
	};
}

static bool
read_time(const json_t *lookup, const json_t *result, struct probe_record *record)
{
	const json_t *time = json_object_get(lookup, "time");
	json_int_t seconds = json_integer_value(time ? time : json_object_get(result, "timestamp"));

	if (seconds <= 0 || seconds > SECOND_MAX)
		return false;
	record->sent_ns = (int64_t)seconds * 1000000000;
	return true;
}

/* Firmware that decodes TXT records itself, when the message was not kept. */
static void
read_decoded(const json_t *answer, struct probe_reply *reply)
{
	const json_t *first = json_array_get(json_object_get(answer, "answers"), 0);
	const json_t *rdata = json_object_get(first, "RDATA");
	const char *text = json_string_value(json_is_array(rdata) ? json_array_get(rdata, 0)
								  : rdata);

	if (text)
		probe_text(reply->txt, (const uint8_t *)text, strlen(text));
}

static void
read_answer(const json_t *answer, struct probe_record *record, struct probe_reply *reply)
{
	uint8_t message[DNS_MESSAGE_MAX];
	const char *abuf = text_of(answer, "abuf");
	double ms = json_number_value(json_object_get(answer, "rt"));
	size_t size = 0;

	record->outcome = PROBE_ANSWER;
	record->rtt_ns = ms >= 0 && ms < 1e6 ? (int64_t)(ms * 1e6) : 0;
	if (!abuf) {
		read_decoded(answer, reply);
	} else if (!probe_base64_decode(abuf, message, sizeof(message), &size) ||
		   !probe_message_read(reply, message, size, NULL)) {
		record->outcome = PROBE_MALFORMED;
		record->rtt_ns = 0;
		return;
	} else {
		record->rcode = (int)reply->rcode;
	}
	record->size = size;
	record->instance = probe_reply_instance(reply, true);
	record->nsid = reply->nsid;
	record->txt = reply->txt;
	record->subnet = reply->subnet;
}

/* {"timeout": 5000}, {"getaddrinfo": "..."}, {"socket": "..."}, {"TU_BAD_ADDR": true}, ... */
static enum probe_outcome
read_error(const json_t *error)
{
	if (json_object_get(error, "timeout"))
		return PROBE_TIMEOUT;
	if (json_object_get(error, "connect") || json_object_get(error, "TUCONNECT"))
		return PROBE_UNREACHABLE;
	return PROBE_FAILED;
}

/* One lookup: an element of a resultset, or the result itself. */
static size_t
read_lookup(const json_t *lookup, const json_t *result, const struct probe_sink *sink)
{
	struct texts texts;
	struct probe_reply reply = {0};
	struct probe_record record = name_series(&texts, lookup, result);
	const json_t *answer = json_object_get(lookup, "result");
	const json_t *error = json_object_get(lookup, "error");

	if (!read_time(lookup, result, &record))
		return 0;
	if (json_is_object(answer))
		read_answer(answer, &record, &reply);
	else if (json_is_object(error))
		record.outcome = read_error(error);
	else
		return 0;
	sink->record(sink->context, &record);
	return 1;
}

size_t
probe_atlas_result(const json_t *result, const struct probe_sink *sink)
{
	const json_t *set = json_object_get(result, "resultset");
	const char *type = text_of(result, "type");
	const json_t *lookup = NULL;
	size_t index = 0;
	size_t records = 0;

	if (!json_is_integer(json_object_get(result, "prb_id")) ||
	    (type && strcmp(type, "dns") != 0))
		return 0;
	if (!json_is_array(set))
		return read_lookup(result, result, sink);
	json_array_foreach(set, index, lookup) records += read_lookup(lookup, result, sink);
	return records;
}

bool
probe_atlas_text(const char *text, size_t size, const struct probe_sink *sink, size_t *records,
		 json_error_t *error)
{
	json_t *whole = json_loadb(text, size, 0, error);
	const json_t *result = NULL;
	size_t index = 0;

	*records = 0;
	if (!whole)
		return false;
	if (json_is_array(whole)) {
		json_array_foreach(whole, index, result) *records += probe_atlas_result(result,
											sink);
	} else {
		*records = probe_atlas_result(whole, sink);
	}
	json_decref(whole);
	return true;
}
