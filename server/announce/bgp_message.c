/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bgp_message.h"

enum { MARKER_SIZE = 16, LENGTH_AT = 16, TYPE_AT = 18 };

/* RFC 4271 6.1: the smallest and largest length of each type, header included. */
static const struct {
	uint16_t min;
	uint16_t max;
} lengths[] = {
	[BGP_OPEN] = {29, BGP_MESSAGE_MAX},
	[BGP_UPDATE] = {23, BGP_MESSAGE_MAX},
	[BGP_NOTIFICATION] = {21, BGP_MESSAGE_MAX},
	[BGP_KEEPALIVE] = {BGP_HEADER_SIZE, BGP_HEADER_SIZE},
	/* Longer ones carry ORFs (RFC 5291), which we do not offer. */
	[BGP_ROUTE_REFRESH] = {BGP_REFRESH_SIZE, BGP_REFRESH_SIZE},
};

static bool
marker_is_wrong(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size_min(size, MARKER_SIZE); i++)
		if (bytes[i] != 0xff)
			return true;
	return false;
}

/* In the order of RFC 4271 6.1. The data of each error is the field that is wrong. */
static bool
header_is_wrong(const uint8_t *bytes, size_t size, struct bgp_error *error)
{
	uint8_t type = bytes[TYPE_AT];
	bool known = type >= BGP_OPEN && type <= BGP_ROUTE_REFRESH;
	if (size < BGP_HEADER_SIZE || size > BGP_MESSAGE_MAX ||
	    (known && (size < lengths[type].min || size > lengths[type].max))) {
		*error = bgp_error_make(BGP_HEADER_ERROR, BGP_HEADER_BAD_LENGTH, bytes + LENGTH_AT,
					2);
		return true;
	}
	if (!known)
		*error = bgp_error_make(BGP_HEADER_ERROR, BGP_HEADER_BAD_TYPE, &type, 1);
	return !known;
}

enum bgp_frame
bgp_message_frame(const uint8_t *bytes, size_t size, struct bgp_message *message,
		  struct bgp_error *error)
{
	/* Not waiting for the rest: who speaks another protocol may never send 19 bytes. */
	if (marker_is_wrong(bytes, size)) {
		*error = bgp_error_make(BGP_HEADER_ERROR, BGP_HEADER_NOT_SYNCHRONIZED, NULL, 0);
		return BGP_FRAME_BAD;
	}
	if (size < BGP_HEADER_SIZE)
		return BGP_FRAME_MORE;
	size_t length = wire_peek_u16(bytes + LENGTH_AT);
	if (header_is_wrong(bytes, length, error))
		return BGP_FRAME_BAD;
	if (size < length)
		return BGP_FRAME_MORE;
	*message = (struct bgp_message){
		.type = (enum bgp_message_type)bytes[TYPE_AT],
		.size = length,
		.body = bytes + BGP_HEADER_SIZE,
		.body_size = length - BGP_HEADER_SIZE,
	};
	return BGP_FRAME_READY;
}

uint8_t
bgp_message_refresh_family(const struct bgp_message *message)
{
	struct wire_reader r = wire_reader(message->body, message->body_size);
	unsigned afi = wire_get_u16(&r);
	/* RFC 2918 3: to be ignored. A subtype of RFC 7313 needs capability 70, never offered. */
	wire_get_u8(&r);
	unsigned safi = wire_get_u8(&r);
	bool ours = !r.failed && (afi == BGP_IPV4 || afi == BGP_IPV6) && safi == BGP_SAFI_UNICAST;
	return ours ? (uint8_t)afi : 0;
}

struct wire_writer
bgp_message_begin(uint8_t out[BGP_MESSAGE_MAX], enum bgp_message_type type)
{
	struct wire_writer w = wire_writer(out, BGP_MESSAGE_MAX);
	memset(wire_put_room(&w, MARKER_SIZE), 0xff, MARKER_SIZE);
	wire_put_u16(&w, 0);
	wire_put_u8(&w, (uint8_t)type);
	return w;
}

size_t
bgp_message_end(const struct wire_writer *w)
{
	if (w->failed)
		return 0;
	wire_poke_u16(w->bytes + LENGTH_AT, (uint16_t)w->at);
	return w->at;
}

size_t
bgp_message_keepalive(uint8_t out[BGP_MESSAGE_MAX])
{
	struct wire_writer w = bgp_message_begin(out, BGP_KEEPALIVE);
	return bgp_message_end(&w);
}
