/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * svcb.c - what a client would refuse in SVCB and HTTPS parameters.
 *
 * RFC 9460 2.2 lets a client treat the whole RRset as malformed for one bad parameter, so this is
 * an error, not a warning. ldns sorts the keys but keeps duplicates and makes a port of no bytes.
 */
#include "zone/svcb.h"

#include "anyns/wire.h"

enum svcb_key {
	KEY_MANDATORY = 0,
	KEY_ALPN = 1,
	KEY_NO_DEFAULT_ALPN = 2,
	KEY_PORT = 3,
	KEY_IPV4HINT = 4,
	KEY_ECH = 5,
	KEY_IPV6HINT = 6,
	KEY_DOHPATH = 7, /* RFC 9461 */
	KEY_OHTTP = 8,   /* RFC 9540 */
	KEY_INVALID = 65535,
};

/* A non-empty list of non-empty strings (RFC 9460 7.1). */
static bool
alpn_is_list(struct wire_reader value)
{
	if (!wire_left(&value))
		return false;
	while (wire_left(&value)) {
		size_t length = wire_get_u8(&value);
		wire_get_bytes(&value, length);
		if (length == 0 || value.failed)
			return false;
	}
	return true;
}

static const char *
check_value(unsigned key, struct wire_reader value)
{
	size_t size = wire_left(&value);
	switch (key) {
	case KEY_ALPN:
		return alpn_is_list(value) ? NULL : "alpn is not a list of protocols";
	case KEY_NO_DEFAULT_ALPN:
	case KEY_OHTTP:
		return size == 0 ? NULL : "a parameter that takes no value has one";
	case KEY_PORT:
		return size == 2 ? NULL : "port is not one port number";
	case KEY_IPV4HINT:
		return size && size % 4 == 0 ? NULL : "ipv4hint is not a list of addresses";
	case KEY_IPV6HINT:
		return size && size % 16 == 0 ? NULL : "ipv6hint is not a list of addresses";
	case KEY_MANDATORY:
		return size && size % 2 == 0 ? NULL : "mandatory is not a list of keys";
	case KEY_ECH:
	case KEY_DOHPATH:
		return size ? NULL : "ech or dohpath has no value";
	case KEY_INVALID:
		return "key65535 is reserved as the invalid key";
	default:
		return NULL;
	}
}

/* The value of `wanted`, failed when it is not there. The whole was walked once and is well-formed.
 */
static struct wire_reader
find(const uint8_t *bytes, size_t size, unsigned wanted)
{
	struct wire_reader r = wire_reader(bytes, size);
	while (wire_left(&r)) {
		unsigned key = wire_get_u16(&r);
		struct wire_reader value = wire_carve(&r, wire_get_u16(&r));
		if (key == wanted)
			return value;
	}
	return (struct wire_reader){.failed = true};
}

/* RFC 9460 8: the keys listed ascend, are there, and are not "mandatory" itself. */
static const char *
check_mandatory(const uint8_t *bytes, size_t size)
{
	struct wire_reader list = find(bytes, size, KEY_MANDATORY);
	unsigned last = KEY_MANDATORY;
	while (!list.failed && wire_left(&list)) {
		unsigned key = wire_get_u16(&list);
		if (key <= last)
			return "mandatory names itself or a key twice";
		if (find(bytes, size, key).failed)
			return "mandatory names a key that is not there";
		last = key;
	}
	return NULL;
}

const char *
svcb_check(const uint8_t *bytes, size_t size)
{
	struct wire_reader r = wire_reader(bytes, size);
	long last = -1;
	while (wire_left(&r)) {
		unsigned key = wire_get_u16(&r);
		size_t length = wire_get_u16(&r);
		struct wire_reader value = wire_carve(&r, length);
		if (r.failed)
			return "a parameter reaches past the end of the rdata";
		if ((long)key <= last)
			return key == last ? "a parameter is there twice"
					   : "the parameters are not in ascending order";
		const char *wrong = check_value(key, value);
		if (wrong)
			return wrong;
		last = key;
	}
	/* RFC 9460 7.1.1: without alpn there would be no protocol left at all. */
	if (!find(bytes, size, KEY_NO_DEFAULT_ALPN).failed && find(bytes, size, KEY_ALPN).failed)
		return "no-default-alpn is there without alpn";
	return check_mandatory(bytes, size);
}
