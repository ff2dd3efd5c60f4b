/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rdata.c - one record's text to wire rdata.
 *
 * ldns knows the types: shape.c takes its descriptors, rdata_field.c its converters, a field at a
 * time. ldns_rr_new_frm_str() does the same for a whole line, but with a line buffer of 10,230
 * bytes, at most 255 strings in a TXT, a dozen allocations per record and one status for the lot;
 * field by field, rdata may be as long as the wire allows and a finding points at the very word.
 *
 * The result always passes fields_check(), so no reader of the zone meets ill-formed rdata.
 */
#include "zone/rdata.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "zone/fields.h"

struct rdata *
rdata_new(void)
{
	/* Not calloc: the 64 KiB of wire would be touched for every zone of four records. */
	struct rdata *rdata = malloc(sizeof *rdata);
	if (rdata) {
		rdata->scratch = NULL;
		rdata->scratch_size = 0;
	}
	return rdata;
}

void
rdata_free(struct rdata *rdata)
{
	if (rdata)
		free(rdata->scratch);
	free(rdata);
}

bool
rdata_fail(struct rdata *rdata, const struct token *token, const char *remedy, const char *format,
	   ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(rdata->message, sizeof rdata->message, format, arguments);
	va_end(arguments);
	rdata->token = token;
	rdata->remedy = remedy;
	return false;
}

bool
rdata_join(struct rdata *rdata, const struct token *tokens, size_t count, const char *separator)
{
	size_t gap = strlen(separator);
	size_t size = 1;
	for (size_t i = 0; i < count; i++)
		size += tokens[i].size + gap;
	if (size > rdata->scratch_size) {
		char *scratch = realloc(rdata->scratch, size + 256);
		if (!scratch)
			return rdata_fail(rdata, tokens, NULL, "out of memory");
		rdata->scratch = scratch;
		rdata->scratch_size = size + 256;
	}
	char *p = rdata->scratch;
	for (size_t i = 0; i < count; i++) {
		if (i && gap)
			p = mempcpy(p, separator, gap);
		p = mempcpy(p, tokens[i].text, tokens[i].size);
	}
	*p = '\0';
	return true;
}

bool
rdata_type(const struct token *token, uint16_t *type)
{
	if (token->quoted)
		return false;
	if (text_generic_type(token, type))
		return true;
	*type = shape_type(token->text, token->size);
	return *type != 0;
}

const char *
rdata_type_text(char text[static RDATA_TYPE_TEXT_MAX], uint16_t type)
{
	struct shape shape = shape_of(type);
	if (shape.name)
		snprintf(text, RDATA_TYPE_TEXT_MAX, "%s", shape.name);
	else
		snprintf(text, RDATA_TYPE_TEXT_MAX, "TYPE%u", type);
	return text;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The bytes of RFC 3597 5: `tokens` are the hexadecimal words, which may break anywhere. */
static bool
parse_hex(struct rdata *rdata, const struct token *tokens, size_t count)
{
	int high = -1;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < tokens[i].size; j++) {
			int value = hex_value(tokens[i].text[j]);
			if (value < 0 || tokens[i].quoted)
				return rdata_fail(rdata, &tokens[i], NULL,
						  "not a hexadecimal number");
			if (high >= 0)
				wire_put_u8(&rdata->out, (uint8_t)(high << 4 | value));
			high = high >= 0 ? -1 : value;
		}
	}
	if (high >= 0)
		return rdata_fail(rdata, &tokens[count - 1], "write two digits per byte",
				  "odd number of hexadecimal digits");
	return true;
}

/* `tokens` begin with "\#". */
static bool
parse_generic(struct rdata *rdata, const struct token *tokens, size_t count)
{
	uint32_t length;
	if (count < 2 || !text_number(tokens[1].text, tokens[1].size, RDATA_MAX, &length))
		return rdata_fail(rdata, &tokens[count > 1],
				  "write \\# LENGTH HEX... as RFC 3597 5 has it",
				  "\\# needs the number of bytes, 0 to 65535");
	if (!parse_hex(rdata, tokens + 2, count - 2))
		return false;
	if (rdata->out.failed || rdata->out.at != length)
		return rdata_fail(rdata, &tokens[1], "correct the length or the bytes",
				  "\\# says %u bytes but %s%zu follow", length,
				  rdata->out.failed ? "more than " : "", rdata->out.at);
	return true;
}

static bool
missing_field(struct rdata *rdata, const struct shape *shape, size_t index)
{
	return rdata_fail(rdata, NULL, "complete the record", "%s needs %u fields but has %zu",
			  shape->name, shape->minimum, index);
}

static bool
parse_fields(struct rdata *rdata, const struct shape *shape, const struct token *tokens,
	     size_t count, const uint8_t *origin)
{
	size_t index = 0;
	for (size_t at = 0; at < count || index < shape->minimum; index++) {
		uint8_t kind = shape_kind(shape, index);
		if (kind == LDNS_RDF_TYPE_NONE)
			return rdata_fail(rdata, &tokens[at],
					  "remove it; text with blanks needs quotes",
					  "more fields than %s has", shape->name);
		if (at == count)
			return missing_field(rdata, shape, index);
		bool last = index + 1 == shape->count && shape->repeated == LDNS_RDF_TYPE_NONE;
		size_t takes = rdata_takes(kind, last, count - at);
		if (takes > count - at)
			return missing_field(rdata, shape, index);
		bool ok = takes == 1 && !(last && kind == LDNS_RDF_TYPE_SVCPARAMS)
				  ? rdata_field(rdata, kind, &tokens[at], origin)
				  : rdata_rest(rdata, kind, &tokens[at], takes, origin);
		if (!ok)
			return false;
		at += takes;
		if (rdata->out.failed)
			return rdata_fail(rdata, &tokens[at - 1], "split it over several records",
					  "rdata is longer than 65,535 bytes");
	}
	return true;
}

bool
rdata_parse(struct rdata *rdata, uint16_t type, const struct token *tokens, size_t count,
	    const uint8_t *origin)
{
	struct shape shape = shape_of(type);
	rdata->out = wire_writer(rdata->wire, sizeof rdata->wire);
	bool generic = count && !tokens[0].quoted && tokens[0].size == 2 &&
		       memcmp(tokens[0].text, "\\#", 2) == 0;
	if (generic) {
		if (!parse_generic(rdata, tokens, count))
			return false;
	} else if (!shape.name) {
		return rdata_fail(rdata, count ? tokens : NULL,
				  "write \\# LENGTH HEX... (RFC 3597)",
				  "the rdata of an unknown type has no other form than \\#");
	} else if (!parse_fields(rdata, &shape, tokens, count, origin)) {
		return false;
	}
	const char *wrong = fields_check(type, rdata->wire, rdata->out.at);
	if (wrong)
		return rdata_fail(rdata, count ? tokens : NULL, NULL, "%s", wrong);
	return true;
}
