/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bgp_notification.h"

size_t
bgp_notification_encode(const struct bgp_error *error, uint8_t out[BGP_MESSAGE_MAX])
{
	struct wire_writer w = bgp_message_begin(out, BGP_NOTIFICATION);
	wire_put_u8(&w, error->code);
	wire_put_u8(&w, error->subcode);
	wire_put_bytes(&w, error->data, error->size);
	return bgp_message_end(&w);
}

struct bgp_error
bgp_notification_decode(const struct bgp_message *message)
{
	struct wire_reader r = wire_reader(message->body, message->body_size);
	uint8_t code = wire_get_u8(&r);
	uint8_t subcode = wire_get_u8(&r);
	return bgp_error_make(code, subcode, r.bytes + r.at, wire_left(&r));
}

/*
 * Bytes of the UTF-8 character that starts at `s`, 0 when the bytes are not one. Overlong forms,
 * surrogates and what lies past U+10FFFF are not (RFC 3629).
 */
static size_t
utf8_length(const uint8_t *s, size_t size)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	if (size == 0)
		return 0;
	if (s[0] < 0x80)
		return 1;
	size_t length = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	if (s[0] < 0xc0 || s[0] > 0xf4 || length > size)
		return 0;
	uint32_t character = s[0] & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | (s[i] & 0x3f);
	}
	bool surrogate = character >= 0xd800 && character <= 0xdfff;
	return character < smallest[length] || character > 0x10ffff || surrogate ? 0 : length;
}

static bool
has_text(uint8_t code, uint8_t subcode)
{
	return code == BGP_CEASE && (subcode == BGP_CEASE_SHUTDOWN || subcode == BGP_CEASE_RESET);
}

struct bgp_error
bgp_notification_cease(enum bgp_cease_subcode subcode, const char *text)
{
	struct bgp_error error = {.code = BGP_CEASE, .subcode = (uint8_t)subcode};
	if (!text || !has_text(error.code, error.subcode))
		return error;
	const uint8_t *bytes = (const uint8_t *)text;
	size_t size = strlen(text);
	size_t kept = 0;
	/* Half a character at the end would make the receiver distrust the whole text. */
	for (size_t length; (length = utf8_length(bytes + kept, size - kept)) > 0; kept += length)
		if (kept + length > BGP_SHUTDOWN_TEXT_MAX)
			break;
	error.data[0] = (uint8_t)kept;
	memcpy(error.data + 1, text, kept);
	error.size = (uint16_t)(1 + kept);
	return error;
}

/* C0, DEL and C1: a peer must not draw on the operator's terminal or split a log line. */
static bool
is_control(const uint8_t *s, size_t length)
{
	return (length == 1 && (s[0] < 0x20 || s[0] == 0x7f)) ||
	       (length == 2 && s[0] == 0xc2 && s[1] < 0xa0);
}

const char *
bgp_notification_text(const struct bgp_error *error, char text[BGP_SHUTDOWN_TEXT_MAX + 1])
{
	struct wire_reader r = wire_reader(error->data, error->size);
	size_t size = wire_get_u8(&r);
	const uint8_t *bytes = wire_get_bytes(&r, size);
	size_t to = 0;
	if (!has_text(error->code, error->subcode) || !bytes)
		size = 0;
	for (size_t from = 0; from < size;) {
		size_t length = utf8_length(bytes + from, size - from);
		if (length == 0 || is_control(bytes + from, length)) {
			text[to++] = '?';
			from += length ? length : 1;
			continue;
		}
		memcpy(text + to, bytes + from, length);
		to += length;
		from += length;
	}
	text[to] = 0;
	return text;
}
