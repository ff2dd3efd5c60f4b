/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rdata_field.c - one field of rdata: most of them ldns's work, some not.
 *
 * What ldns 1.8 does and this file prevents:
 *   numbers       256 becomes 0 in an 8-bit field, 65536 in a 16-bit one, -1 becomes 255
 *   periods       "99999999w" wraps around
 *   times         the 30th of February, the year 9999 (mod 2^32)
 *   bitmaps       an unknown mnemonic sets the bit of type 0
 *   hexadecimal   an odd last digit gets a zero
 *   names         a relative one is the caller's to complete
 *   LOC           91 degrees, 61 minutes, words behind the end
 *   WKS           getservbyname(), which threads must not share
 *   CERT          leaks on an unknown certificate type
 *   APL           any prefix length, a prefix that is not a number
 *   SVCB          port=65536 is 0, key00001 is key1
 */
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "zone/rdata.h"
#include "zone/shape.h"

/* ldns gives no reason with a field, so this is what it should have been. */
static const char *
expected(uint8_t kind)
{
	switch (kind) {
	case LDNS_RDF_TYPE_A:
		return "not an IPv4 address";
	case LDNS_RDF_TYPE_AAAA:
		return "not an IPv6 address";
	case LDNS_RDF_TYPE_B64:
		return "not base64";
	case LDNS_RDF_TYPE_HEX:
		return "not hexadecimal";
	case LDNS_RDF_TYPE_NSEC3_SALT:
		return "not a salt: hexadecimal, or - for none";
	case LDNS_RDF_TYPE_NSEC3_NEXT_OWNER:
		return "not a hash in base32hex";
	case LDNS_RDF_TYPE_STR:
		return "not a text of at most 255 bytes";
	case LDNS_RDF_TYPE_SVCPARAMS:
		return "not service parameters (RFC 9460 2.1)";
	case LDNS_RDF_TYPE_ALG:
		return "unknown algorithm";
	default:
		return "this field cannot be read";
	}
}

static bool
take_rdf(struct rdata *rdata, uint8_t kind, const struct token *token)
{
	ldns_rdf *rdf = ldns_rdf_new_frm_str((ldns_rdf_type)kind, rdata->scratch);
	if (!rdf)
		return rdata_fail(rdata, token, NULL, "%s", expected(kind));
	wire_put_bytes(&rdata->out, ldns_rdf_data(rdf), ldns_rdf_size(rdf));
	ldns_rdf_deep_free(rdf);
	return true;
}

static bool
field_number(struct rdata *rdata, const struct token *token, uint32_t limit, size_t width)
{
	uint32_t number;
	if (token->quoted || !text_number(token->text, token->size, limit, &number))
		return rdata_fail(rdata, token, NULL, "not a number from 0 to %u", limit);
	if (width == 1)
		wire_put_u8(&rdata->out, (uint8_t)number);
	else if (width == 2)
		wire_put_u16(&rdata->out, (uint16_t)number);
	else
		wire_put_u32(&rdata->out, number);
	return true;
}

/* A number of one byte, or a mnemonic ldns knows. */
static bool
field_mnemonic(struct rdata *rdata, uint8_t kind, const struct token *token)
{
	if (token->size && *token->text >= '0' && *token->text <= '9')
		return field_number(rdata, token, UINT8_MAX, 1);
	return rdata_join(rdata, token, 1, "") && take_rdf(rdata, kind, token);
}

/* Not by ldns's converter, which loses its memory when the mnemonic is unknown. */
static bool
field_certificate(struct rdata *rdata, const struct token *token)
{
	if (token->size && *token->text >= '0' && *token->text <= '9')
		return field_number(rdata, token, UINT16_MAX, 2);
	if (!rdata_join(rdata, token, 1, ""))
		return false;
	const ldns_lookup_table *found = ldns_lookup_by_name(ldns_cert_algorithms, rdata->scratch);
	if (!found)
		return rdata_fail(rdata, token, NULL, "unknown certificate type");
	wire_put_u16(&rdata->out, (uint16_t)found->id);
	return true;
}

static bool
field_name(struct rdata *rdata, const struct token *token, const uint8_t *origin)
{
	uint8_t name[DNS_NAME_MAX];
	size_t size = text_name(name, token, origin);
	if (!size)
		return rdata_fail(rdata, token,
				  "labels have 1 to 63 bytes, names 255 with the origin",
				  "not a domain name");
	wire_put_bytes(&rdata->out, name, size);
	return true;
}

static bool
field_period(struct rdata *rdata, const struct token *token)
{
	uint32_t seconds;
	if (token->quoted || !text_ttl(token->text, token->size, &seconds))
		return rdata_fail(rdata, token, "write seconds, or as 1h30m",
				  "not a period of time");
	wire_put_u32(&rdata->out, seconds);
	return true;
}

/* RFC 4034 3.2: YYYYMMDDHHmmSS, or seconds since 1970. ldns counts the days but does not check
 * them. */
static bool
field_time(struct rdata *rdata, const struct token *token)
{
	static const uint8_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	const char *t = token->text;
	uint32_t part, month, day;
	if (token->size != 14)
		return field_number(rdata, token, UINT32_MAX, 4);
	bool ok = text_number(t, 4, 2106, &part) && text_number(t + 4, 2, 12, &month) && month &&
		  text_number(t + 6, 2, days[month - 1], &day) && day &&
		  text_number(t + 8, 2, 23, &part) && text_number(t + 10, 2, 59, &part) &&
		  text_number(t + 12, 2, 60, &part);
	if (ok && month == 2 && day == 29) {
		uint32_t year;
		text_number(t, 4, 2106, &year);
		ok = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	}
	if (!ok)
		return rdata_fail(rdata, token, "write YYYYMMDDHHmmSS", "not a date and time");
	return rdata_join(rdata, token, 1, "") && take_rdf(rdata, LDNS_RDF_TYPE_TIME, token);
}

static bool
field_type(struct rdata *rdata, const struct token *token)
{
	uint16_t type;
	if (!rdata_type(token, &type))
		return rdata_fail(rdata, token, "write TYPE and its number", "unknown type");
	wire_put_u16(&rdata->out, type);
	return true;
}

/* The text of a gateway depends on the byte that tells its kind. */
static bool
field_gateway(struct rdata *rdata, const struct token *token, const uint8_t *origin)
{
	switch (rdata->wire[1] & 0x7f) {
	case 0:
		if (token->size == 1 && *token->text == '.')
			return true;
		return rdata_fail(rdata, token, "write a dot", "gateway type 0 has no gateway");
	case 1:
		return rdata_field(rdata, LDNS_RDF_TYPE_A, token, origin);
	case 2:
		return rdata_field(rdata, LDNS_RDF_TYPE_AAAA, token, origin);
	case 3:
		return field_name(rdata, token, origin);
	default:
		return rdata_fail(rdata, token, "write the rdata as \\#", "unknown gateway type");
	}
}

/* The D bit waits in the byte behind the precedence until the relay type joins it (RFC 8777 4.2.2).
 */
static bool
field_relay_type(struct rdata *rdata, const struct token *token)
{
	uint8_t discovery = rdata->wire[1];
	rdata->out.at = 1;
	if (!field_number(rdata, token, 127, 1))
		return false;
	rdata->wire[1] |= (uint8_t)(discovery << 7);
	return true;
}

static bool
field_prefix(struct rdata *rdata, const struct token *token)
{
	const char *slash = memchr(token->text, '/', token->size);
	uint32_t prefix;
	if (!slash ||
	    !text_number(slash + 1, token->size - (size_t)(slash - token->text) - 1, 128, &prefix))
		return rdata_fail(rdata, token, "write as 1:192.0.2.0/24", "not an address prefix");
	return rdata_join(rdata, token, 1, "") && take_rdf(rdata, LDNS_RDF_TYPE_APL, token);
}

/* Kinds with a meaning that a quoted string cannot have. */
static bool
is_text(uint8_t kind)
{
	return kind == LDNS_RDF_TYPE_STR || kind == LDNS_RDF_TYPE_LONG_STR ||
	       kind == LDNS_RDF_TYPE_TAG;
}

bool
rdata_field(struct rdata *rdata, uint8_t kind, const struct token *token, const uint8_t *origin)
{
	switch (kind) {
	case LDNS_RDF_TYPE_INT8:
		return field_number(rdata, token, UINT8_MAX, 1);
	case SHAPE_DISCOVERY:
		return field_number(rdata, token, 1, 1);
	case SHAPE_RELAY_TYPE:
		return field_relay_type(rdata, token);
	case LDNS_RDF_TYPE_INT16:
		return field_number(rdata, token, UINT16_MAX, 2);
	case LDNS_RDF_TYPE_INT32:
		return field_number(rdata, token, UINT32_MAX, 4);
	case LDNS_RDF_TYPE_ALG:
	case LDNS_RDF_TYPE_CERTIFICATE_USAGE:
	case LDNS_RDF_TYPE_SELECTOR:
	case LDNS_RDF_TYPE_MATCHING_TYPE:
		return field_mnemonic(rdata, kind, token);
	case LDNS_RDF_TYPE_CERT_ALG:
		return field_certificate(rdata, token);
	case LDNS_RDF_TYPE_DNAME:
		return field_name(rdata, token, origin);
	case LDNS_RDF_TYPE_PERIOD:
		return field_period(rdata, token);
	case LDNS_RDF_TYPE_TIME:
		return field_time(rdata, token);
	case LDNS_RDF_TYPE_TYPE:
		return field_type(rdata, token);
	case SHAPE_GATEWAY:
		return field_gateway(rdata, token, origin);
	case LDNS_RDF_TYPE_APL:
		return field_prefix(rdata, token);
	case LDNS_RDF_TYPE_NSEC:
	case LDNS_RDF_TYPE_WKS:
	case LDNS_RDF_TYPE_HEX:
	case LDNS_RDF_TYPE_LOC:
	case LDNS_RDF_TYPE_UNKNOWN:
		return rdata_rest(rdata, kind, token, 1, origin);
	default:
		if (token->quoted && !is_text(kind))
			return rdata_fail(rdata, token, "remove the quotes",
					  "this field is not a text");
		return rdata_join(rdata, token, 1, "") && take_rdf(rdata, kind, token);
	}
}

size_t
rdata_takes(uint8_t kind, bool last, size_t left)
{
	switch (kind) {
	case LDNS_RDF_TYPE_HIP: /* algorithm, HIT and key are one field to ldns */
		return 3;
	case LDNS_RDF_TYPE_B64:
	case LDNS_RDF_TYPE_HEX:
	case LDNS_RDF_TYPE_LOC:
	case LDNS_RDF_TYPE_WKS:
	case LDNS_RDF_TYPE_NSEC:
	case LDNS_RDF_TYPE_NSAP:
	case LDNS_RDF_TYPE_SVCPARAMS:
		return last ? left : 1;
	default:
		return 1;
	}
}

/* RFC 4034 4.1.2. ldns would take a mnemonic that it does not know for type 0. */
static bool
rest_bitmap(struct rdata *rdata, const struct token *tokens, size_t count)
{
	uint8_t bits[8192];
	size_t windows = 0;
	for (size_t i = 0; i < count; i++) {
		uint16_t type;
		if (!rdata_type(&tokens[i], &type))
			return rdata_fail(rdata, &tokens[i], "write TYPE and its number",
					  "unknown type in the type bitmap");
		/* Only the windows in use are cleared: an NSEC seldom has a second one. */
		for (; windows <= type / 256u; windows++)
			memset(bits + 32 * windows, 0, 32);
		bits[type / 8] |= (uint8_t)(0x80 >> type % 8);
	}
	for (size_t window = 0; window < windows; window++) {
		size_t length = 32;
		while (length && !bits[32 * window + length - 1])
			length--;
		if (!length)
			continue;
		wire_put_u8(&rdata->out, (uint8_t)window);
		wire_put_u8(&rdata->out, (uint8_t)length);
		wire_put_bytes(&rdata->out, bits + 32 * window, length);
	}
	return true;
}

/* A port by number or by its name in services(5), by the call that threads may share. */
static bool
wks_port(const char *name, const char *protocol, uint32_t *port)
{
	struct servent entry, *found = NULL;
	char space[2048];
	if (text_number(name, strlen(name), UINT16_MAX, port))
		return true;
	if (getservbyname_r(name, protocol, &entry, space, sizeof space, &found) != 0 || !found)
		return false;
	*port = ntohs((uint16_t)entry.s_port);
	return true;
}

/* RFC 1035 3.4.2: protocol, then a bit for each port. */
static bool
rest_wks(struct rdata *rdata, const struct token *tokens, size_t count)
{
	uint8_t bits[8192] = {0};
	size_t size = 0;
	uint32_t protocol, port;
	const char *name = token_is(&tokens[0], "tcp") ? "tcp" : "udp";
	if (token_is(&tokens[0], "tcp"))
		protocol = IPPROTO_TCP;
	else if (token_is(&tokens[0], "udp"))
		protocol = IPPROTO_UDP;
	else if (!text_number(tokens[0].text, tokens[0].size, UINT8_MAX, &protocol))
		return rdata_fail(rdata, &tokens[0], "write tcp, udp or its number",
				  "unknown protocol");
	for (size_t i = 1; i < count; i++) {
		if (!rdata_join(rdata, &tokens[i], 1, ""))
			return false;
		if (!wks_port(rdata->scratch, name, &port))
			return rdata_fail(rdata, &tokens[i], "write the port's number",
					  "unknown service");
		bits[port / 8] |= (uint8_t)(0x80 >> port % 8);
		if (port / 8 >= size)
			size = port / 8 + 1;
	}
	wire_put_u8(&rdata->out, (uint8_t)protocol);
	wire_put_bytes(&rdata->out, bits, size);
	return true;
}

static bool
rest_hex(struct rdata *rdata, const struct token *tokens, size_t count)
{
	size_t digits = 0;
	for (size_t i = 0; i < count; i++)
		digits += tokens[i].size;
	if (digits % 2)
		return rdata_fail(rdata, tokens, "write two digits per byte",
				  "odd number of hexadecimal digits");
	return rdata_join(rdata, tokens, count, "") && take_rdf(rdata, LDNS_RDF_TYPE_HEX, tokens);
}

/* Parameters that ldns reads without noticing what is wrong with them. */
static bool
rest_svcb(struct rdata *rdata, const struct token *tokens, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *text = tokens[i].text;
		size_t size = tokens[i].size;
		uint32_t number;
		if (size >= 5 && strncasecmp(text, "port=", 5) == 0) {
			bool quotes = size >= 7 && text[5] == '"';
			if (!text_number(text + 5 + quotes, size - 5 - 2 * quotes, UINT16_MAX,
					 &number))
				return rdata_fail(rdata, &tokens[i], NULL,
						  "port is not one port number");
		}
		if (size > 4 && strncasecmp(text, "key0", 4) == 0 && text[4] != '=')
			return rdata_fail(rdata, &tokens[i], "remove the leading zeros",
					  "a key number begins with zero");
	}
	return rdata_join(rdata, tokens, count, " ") &&
	       take_rdf(rdata, LDNS_RDF_TYPE_SVCPARAMS, tokens);
}

/* Degrees, minutes, seconds and hemisphere; returns how many tokens they were, 0 when wrong. */
static size_t
loc_angle(const struct token *tokens, size_t count, uint32_t degrees, const char *hemispheres)
{
	static const uint32_t limits[] = {0, 59, 59};
	uint32_t values[3] = {0};
	size_t at = 0;
	for (; at < 3 && at < count && *tokens[at].text <= '9'; at++) {
		/* Only seconds have a fraction, of up to three digits; ldns reads those. */
		const char *dot = at == 2 ? memchr(tokens[at].text, '.', tokens[at].size) : NULL;
		size_t size = dot ? (size_t)(dot - tokens[at].text) : tokens[at].size;
		if (!text_number(tokens[at].text, size, at ? limits[at] : degrees, &values[at]))
			return 0;
		if (dot && !text_number(dot + 1, tokens[at].size - size - 1, 999, &(uint32_t){0}))
			return 0;
	}
	if (at == 0 || at == count || tokens[at].size != 1 ||
	    !strchr(hemispheres, *tokens[at].text & ~0x20))
		return 0;
	if (values[0] == degrees && (values[1] || values[2]))
		return 0;
	return at + 1;
}

/* Metres with up to two decimals and an optional "m", not above `limit`. */
static bool
loc_metres(const struct token *token, double limit)
{
	char text[24];
	char *end;
	size_t size = token->size;
	if (size && (token->text[size - 1] | 0x20) == 'm')
		size--;
	if (size == 0 || size >= sizeof text)
		return false;
	memcpy(text, token->text, size);
	text[size] = '\0';
	/* Plain decimal only: strtod() alone would take "nan" and "0x10" too. */
	if (strspn(text, "-0123456789.") != size)
		return false;
	double metres = strtod(text, &end);
	return *end == '\0' && metres <= limit && metres >= -100000.0 &&
	       (*text != '-' || limit < 90000000.0);
}

/* RFC 1876 3. The words are checked here because what ldns makes of wrong ones looks right. */
static bool
rest_loc(struct rdata *rdata, const struct token *tokens, size_t count)
{
	static const char remedy[] = "write as 52 22 23.0 N 4 53 32.0 E -2m 1m 10000m 10m";
	size_t at = loc_angle(tokens, count, 90, "NS");
	size_t longitude = at ? loc_angle(tokens + at, count - at, 180, "EW") : 0;
	if (!longitude)
		return rdata_fail(rdata, &tokens[at < count ? at : 0], remedy,
				  "not a latitude and longitude");
	at += longitude;
	if (at == count || count - at > 4)
		return rdata_fail(rdata, NULL, remedy,
				  "an altitude and at most 3 sizes must follow");
	for (size_t i = at; i < count; i++) {
		double limit = i == at ? 42849672.95 : 90000000.0;
		if (!loc_metres(&tokens[i], limit))
			return rdata_fail(rdata, &tokens[i], remedy, "not a length in metres");
	}
	return rdata_join(rdata, tokens, count, " ") && take_rdf(rdata, LDNS_RDF_TYPE_LOC, tokens);
}

bool
rdata_rest(struct rdata *rdata, uint8_t kind, const struct token *tokens, size_t count,
	   const uint8_t *origin)
{
	(void)origin;
	switch (kind) {
	case LDNS_RDF_TYPE_NSEC:
		return rest_bitmap(rdata, tokens, count);
	case LDNS_RDF_TYPE_WKS:
		return rest_wks(rdata, tokens, count);
	case LDNS_RDF_TYPE_HEX:
		return rest_hex(rdata, tokens, count);
	case LDNS_RDF_TYPE_SVCPARAMS:
		return rest_svcb(rdata, tokens, count);
	case LDNS_RDF_TYPE_LOC:
		return rest_loc(rdata, tokens, count);
	case LDNS_RDF_TYPE_HIP:
		return rdata_join(rdata, tokens, count, " ") && take_rdf(rdata, kind, tokens);
	case LDNS_RDF_TYPE_UNKNOWN:
		return rdata_fail(rdata, tokens, "write \\# LENGTH HEX... (RFC 3597)",
				  "this type has no other form than \\#");
	default:
		return rdata_join(rdata, tokens, count, "") && take_rdf(rdata, kind, tokens);
	}
}
