/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json.h - writes JSON (RFC 8259) to a stream, piece by piece. Commas and escapes are done here;
 * that what is opened gets closed is the caller's affair.
 *
 * A writer is all that is needed, nothing here reads JSON; so no library is.
 *
 * `name` is the member's name, plain ASCII; NULL inside an array and for the outermost value.
 */
#ifndef ANYNS_BASE_JSON_H
#define ANYNS_BASE_JSON_H

#include <stdio.h>

#include "anyns/base.h"

struct json {
	FILE *stream;
	bool begun; /* a value stands before on this level: the next one needs a comma */
};

#define JSON_INIT(to) ((struct json){.stream = (to)})

void json_open_object(struct json *json, const char *name);
void json_close_object(struct json *json);
void json_open_array(struct json *json, const char *name);
void json_close_array(struct json *json);

/* NULL becomes null. Bytes that are not UTF-8 become U+FFFD: the document is always valid. */
void json_text(struct json *json, const char *name, const char *text);
void json_number(struct json *json, const char *name, uint64_t number);
/* With `digits` behind the point; what is not finite becomes null. */
void json_decimal(struct json *json, const char *name, double number, int digits);
void json_bool(struct json *json, const char *name, bool value);

/* Ends the document with a line feed. */
void json_end(struct json *json);

#endif
