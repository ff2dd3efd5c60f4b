/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bgp_prefix.h"

enum {
	IPV4_BITS = 32,
	IPV6_BITS = 128,
	/* What networks commonly accept from each other; longer ones go nowhere, or leak. */
	IPV4_LONGEST = 24,
	IPV6_LONGEST = 48,
	/* Nothing shorter was ever given to anybody: two halves of a default route. */
	IPV4_SHORTEST = 8,
	IPV6_SHORTEST = 16,
};

/* Where no unicast service can live (IANA special-purpose registries). Private space may. */
static const struct bgp_prefix unusable[] = {
	{BGP_IPV4, 8, {0}},           /* this network */
	{BGP_IPV4, 8, {127}},         /* loopback */
	{BGP_IPV4, 16, {169, 254}},   /* link-local */
	{BGP_IPV4, 3, {224}},         /* multicast, reserved, broadcast */
	{BGP_IPV6, 8, {0}},           /* unspecified, loopback, IPv4 in disguise */
	{BGP_IPV6, 10, {0xfe, 0x80}}, /* link-local */
	{BGP_IPV6, 8, {0xff}},        /* multicast */
};

void
bgp_prefix_put(struct wire_writer *w, const struct bgp_prefix *prefix)
{
	wire_put_u8(w, prefix->length);
	wire_put_bytes(w, prefix->bytes, (prefix->length + 7u) / 8);
}

static bool
has_host_bits(const struct bgp_prefix *prefix, unsigned bits)
{
	for (unsigned bit = prefix->length; bit < bits; bit++)
		if (prefix->bytes[bit / 8] & 0x80u >> bit % 8)
			return true;
	return false;
}

static bool
lies_in(const struct bgp_prefix *prefix, const struct bgp_prefix *net)
{
	if (prefix->family != net->family)
		return false;
	for (unsigned bit = 0; bit < net->length; bit++)
		if ((prefix->bytes[bit / 8] ^ net->bytes[bit / 8]) & 0x80u >> bit % 8)
			return false;
	return true;
}

static bool
is_unusable(const struct bgp_prefix *prefix)
{
	for (size_t i = 0; i < ARRAY_LENGTH(unusable); i++)
		if (lies_in(prefix, &unusable[i]))
			return true;
	return false;
}

const char *
bgp_prefix_refusal(const struct bgp_prefix *prefix, bool long_allowed)
{
	bool v4 = prefix->family == BGP_IPV4;
	unsigned bits = v4 ? IPV4_BITS : IPV6_BITS;
	if (prefix->length > bits)
		return "the prefix is longer than an address";
	if (has_host_bits(prefix, bits))
		return "the prefix has bits set behind its length";
	if (prefix->length == 0)
		return "the default route is never announced";
	if (prefix->length < (v4 ? IPV4_SHORTEST : IPV6_SHORTEST))
		return "the prefix covers more than any network owns";
	if (is_unusable(prefix))
		return "the prefix is no unicast address space";
	if (!long_allowed && prefix->length > (v4 ? IPV4_LONGEST : IPV6_LONGEST))
		return v4 ? "the prefix is longer than /24" : "the prefix is longer than /48";
	return NULL;
}
