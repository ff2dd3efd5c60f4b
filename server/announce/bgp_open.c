/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bgp_open.h"

enum {
	VERSION = 4,
	PARAMETER_CAPABILITIES = 2,
	PARAMETER_EXTENDED = 255, /* RFC 9072 */
	SMALLEST_HOLD = 3,        /* RFC 4271 4.2 */
};

enum capability {
	CAPABILITY_MULTIPROTOCOL = 1,
	CAPABILITY_ROUTE_REFRESH = 2,
	CAPABILITY_ROLE = 9,
	CAPABILITY_FOUR_OCTET_AS = 65,
};

/* What the capabilities said, before it is merged with the fixed fields. */
struct offered {
	bool multiprotocol; /* any, also of families that are not ours */
	bool route_refresh;
	bool four_octet_as;
	uint8_t families;
	uint16_t role;
	uint32_t as;
};

static void
put_capabilities(struct wire_writer *w, const struct bgp_open *open)
{
	for (unsigned afi = BGP_IPV4; afi <= BGP_IPV6; afi++) {
		if (!(open->families & afi))
			continue;
		wire_put_u8(w, CAPABILITY_MULTIPROTOCOL);
		wire_put_u8(w, 4);
		wire_put_u16(w, (uint16_t)afi);
		wire_put_u8(w, 0);
		wire_put_u8(w, BGP_SAFI_UNICAST);
	}
	if (open->route_refresh) {
		wire_put_u8(w, CAPABILITY_ROUTE_REFRESH);
		wire_put_u8(w, 0);
	}
	if (open->role < BGP_ROLE_NONE) {
		wire_put_u8(w, CAPABILITY_ROLE);
		wire_put_u8(w, 1);
		wire_put_u8(w, (uint8_t)open->role);
	}
	if (open->four_octet_as) {
		wire_put_u8(w, CAPABILITY_FOUR_OCTET_AS);
		wire_put_u8(w, 4);
		wire_put_u32(w, open->as);
	}
}

size_t
bgp_open_encode(const struct bgp_open *open, uint8_t out[BGP_MESSAGE_MAX])
{
	struct wire_writer w = bgp_message_begin(out, BGP_OPEN);
	wire_put_u8(&w, VERSION);
	wire_put_u16(&w, open->as > UINT16_MAX ? BGP_AS_TRANS : (uint16_t)open->as);
	wire_put_u16(&w, open->hold);
	wire_put_u32(&w, open->id);
	/* All capabilities in one parameter (RFC 5492 4 prefers it); at most 24 bytes. */
	size_t length_at = w.at;
	wire_put_u8(&w, 0);
	wire_put_u8(&w, PARAMETER_CAPABILITIES);
	wire_put_u8(&w, 0);
	size_t start = w.at;
	put_capabilities(&w, open);
	if (w.at == start) {
		/* An empty list is better left out: some old speakers choke on it. */
		w.at = length_at + 1;
	} else {
		out[length_at] = (uint8_t)(w.at - length_at - 1);
		out[start - 1] = (uint8_t)(w.at - start);
	}
	return bgp_message_end(&w);
}

static bool
read_multiprotocol(struct wire_reader value, struct offered *offered)
{
	if (wire_left(&value) != 4)
		return false;
	unsigned afi = wire_get_u16(&value);
	wire_get_u8(&value);
	offered->multiprotocol = true;
	if (wire_get_u8(&value) == BGP_SAFI_UNICAST && (afi == BGP_IPV4 || afi == BGP_IPV6))
		offered->families |= (uint8_t)afi;
	return true;
}

static bool
read_role(struct wire_reader value, struct offered *offered)
{
	if (wire_left(&value) != 1)
		return false;
	uint16_t role = wire_get_u8(&value);
	/* RFC 9234 4.2: the same twice counts once, two different ones are a mismatch. */
	bool first = offered->role == BGP_ROLE_NONE;
	offered->role = first || offered->role == role ? role : BGP_ROLE_AMBIGUOUS;
	return true;
}

static bool
read_four_octet_as(struct wire_reader value, struct offered *offered)
{
	if (wire_left(&value) != 4)
		return false;
	uint32_t as = wire_get_u32(&value);
	if (offered->four_octet_as && offered->as != as)
		return false;
	offered->four_octet_as = true;
	offered->as = as;
	return true;
}

/* False: a capability that we use is malformed. Those of others are none of our business. */
static bool
read_capability(unsigned code, struct wire_reader value, struct offered *offered)
{
	switch (code) {
	case CAPABILITY_MULTIPROTOCOL:
		return read_multiprotocol(value, offered);
	case CAPABILITY_ROUTE_REFRESH:
		offered->route_refresh = true;
		return true;
	case CAPABILITY_ROLE:
		return read_role(value, offered);
	case CAPABILITY_FOUR_OCTET_AS:
		return read_four_octet_as(value, offered);
	default:
		return true;
	}
}

static bool
read_capabilities(struct wire_reader r, struct offered *offered)
{
	while (wire_left(&r)) {
		unsigned code = wire_get_u8(&r);
		struct wire_reader value = wire_carve(&r, wire_get_u8(&r));
		if (r.failed || !read_capability(code, value, offered))
			return false;
	}
	return true;
}

/* RFC 4271 6.2: an unknown parameter is subcode 4, a known one that is malformed subcode 0. */
static bool
read_parameters(struct wire_reader r, bool extended, struct offered *offered,
		struct bgp_error *error)
{
	while (wire_left(&r)) {
		unsigned type = wire_get_u8(&r);
		size_t length = extended ? wire_get_u16(&r) : wire_get_u8(&r);
		struct wire_reader value = wire_carve(&r, length);
		if (!r.failed && type != PARAMETER_CAPABILITIES) {
			*error = bgp_error_make(BGP_OPEN_ERROR, BGP_OPEN_UNSUPPORTED_PARAMETER,
						NULL, 0);
			return false;
		}
		if (r.failed || !read_capabilities(value, offered)) {
			*error = bgp_error_make(BGP_OPEN_ERROR, BGP_OPEN_UNSPECIFIC, NULL, 0);
			return false;
		}
	}
	return true;
}

/* From the length byte on. The parameters must fill the message to its last byte. */
static bool
read_options(struct wire_reader *r, struct offered *offered, struct bgp_error *error)
{
	size_t length = wire_get_u8(r);
	/* RFC 9072 2: the type 255 alone says so, the one-byte length is then ignored, unless 0. */
	bool extended = length > 0 && wire_left(r) > 0 && r->bytes[r->at] == PARAMETER_EXTENDED;
	if (extended) {
		wire_get_u8(r);
		length = wire_get_u16(r);
	}
	struct wire_reader parameters = wire_carve(r, length);
	if (r->failed || wire_left(r) > 0) {
		*error = bgp_error_make(BGP_OPEN_ERROR, BGP_OPEN_UNSPECIFIC, NULL, 0);
		return false;
	}
	return read_parameters(parameters, extended, offered, error);
}

/* The fixed fields and capabilities together, in the order of RFC 4271 6.2. */
static uint8_t
wrong_field(const struct bgp_open *open)
{
	if (open->as == 0) /* RFC 7607 */
		return BGP_OPEN_BAD_PEER_AS;
	if (open->hold > 0 && open->hold < SMALLEST_HOLD)
		return BGP_OPEN_UNACCEPTABLE_HOLD_TIME;
	if (open->id == 0) /* RFC 6286 2.1: anything else is a valid identifier */
		return BGP_OPEN_BAD_IDENTIFIER;
	return 0;
}

bool
bgp_open_decode(const struct bgp_message *message, struct bgp_open *open, struct bgp_error *error)
{
	static const uint8_t our_version[] = {0, VERSION};
	struct offered offered = {.role = BGP_ROLE_NONE};
	struct wire_reader r = wire_reader(message->body, message->body_size);
	if (wire_get_u8(&r) != VERSION) {
		*error = bgp_error_make(BGP_OPEN_ERROR, BGP_OPEN_UNSUPPORTED_VERSION, our_version,
					sizeof our_version);
		return false;
	}
	*open = (struct bgp_open){.as = wire_get_u16(&r)};
	open->hold = wire_get_u16(&r);
	open->id = wire_get_u32(&r);
	if (!read_options(&r, &offered, error))
		return false;
	if (offered.four_octet_as)
		open->as = offered.as;
	open->four_octet_as = offered.four_octet_as;
	open->route_refresh = offered.route_refresh;
	open->role = offered.role;
	/* RFC 4760 8: who does not speak of families means IPv4 unicast. */
	open->families = offered.multiprotocol ? offered.families : BGP_IPV4;
	uint8_t wrong = wrong_field(open);
	if (wrong)
		*error = bgp_error_make(BGP_OPEN_ERROR, wrong, NULL, 0);
	return !wrong;
}
