/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/json.h"

#include <inttypes.h>
#include <math.h>

#include "base/utf8.h"

/* All that stands before a value. */
static void
begin_value(struct json *json, const char *name)
{
	if (json->begun)
		putc(',', json->stream);
	json->begun = true;
	if (name)
		fprintf(json->stream, "\"%s\":", name);
}

static void
open_level(struct json *json, const char *name, int bracket)
{
	begin_value(json, name);
	putc(bracket, json->stream);
	json->begun = false;
}

static void
close_level(struct json *json, int bracket)
{
	putc(bracket, json->stream);
	json->begun = true; /* the closed level is itself a value of the one around it */
}

void
json_open_object(struct json *json, const char *name)
{
	open_level(json, name, '{');
}

void
json_close_object(struct json *json)
{
	close_level(json, '}');
}

void
json_open_array(struct json *json, const char *name)
{
	open_level(json, name, '[');
}

void
json_close_array(struct json *json)
{
	close_level(json, ']');
}

void
json_text(struct json *json, const char *name, const char *text)
{
	begin_value(json, name);
	if (!text) {
		fputs("null", json->stream);
		return;
	}
	putc('"', json->stream);
	while (*text) {
		char out[4] = {0};
		uint32_t code = utf8_take(&text);
		if (code == '"' || code == '\\')
			fprintf(json->stream, "\\%c", (int)code);
		else if (utf8_is_control(
				 code)) /* DEL and C1 may stand there, but who wants to see them */
			fprintf(json->stream, "\\u%04" PRIx32, code);
		else
			fwrite(out, 1, utf8_put(out, code), json->stream);
	}
	putc('"', json->stream);
}

void
json_number(struct json *json, const char *name, uint64_t number)
{
	begin_value(json, name);
	fprintf(json->stream, "%" PRIu64, number);
}

void
json_decimal(struct json *json, const char *name, double number, int digits)
{
	begin_value(json, name);
	if (isfinite(number))
		fprintf(json->stream, "%.*f", digits, number);
	else
		fputs("null", json->stream);
}

void
json_bool(struct json *json, const char *name, bool value)
{
	begin_value(json, name);
	fputs(value ? "true" : "false", json->stream);
}

void
json_end(struct json *json)
{
	putc('\n', json->stream);
	json->begun = false;
}
