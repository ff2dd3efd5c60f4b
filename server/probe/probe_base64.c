/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/probe_base64.h"

#include <string.h>

static int
value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool
probe_base64_decode(const char *text, uint8_t *out, size_t room, size_t *size)
{
	size_t length = strcspn(text, "=");
	uint32_t bits = 0;

	*size = 0;
	if (strspn(text + length, "=") != strlen(text + length) || strlen(text + length) > 2 ||
	    length % 4 == 1)
		return false;
	for (size_t i = 0; i < length; i++) {
		int value = value_of(text[i]);
		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
		if (i % 4 == 0)
			continue; /* six bits are no byte yet */
		if (*size >= room)
			return false;
		out[(*size)++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
	}
	return true;
}
