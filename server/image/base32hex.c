/* SPDX-License-Identifier: BSD-2-Clause */
#include "image/base32hex.h"

#include "anyns/name.h"

static int
digit_value(uint8_t c)
{
	c = name_fold(c);
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'v' ? c - 'a' + 10 : -1;
}

bool
base32hex_decode(const uint8_t *label, uint8_t hash[IMAGE_HASH_SIZE])
{
	if (label[0] != IMAGE_HASH_LABEL - 1)
		return false;
	uint32_t bits = 0;
	unsigned held = 0; /* bits not yet written */
	for (unsigned i = 1; i < IMAGE_HASH_LABEL; i++) {
		int value = digit_value(label[i]);
		if (value < 0)
			return false;
		bits = bits << 5 | (uint32_t)value;
		held += 5;
		if (held >= 8) {
			held -= 8;
			*hash++ = (uint8_t)(bits >> held);
		}
	}
	return true;
}
