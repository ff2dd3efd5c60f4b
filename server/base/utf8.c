/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/utf8.h"

/* Bytes after the first one; -1: no character begins so (C0, C1 and F5 on would be overlong). */
static int
length_after(unsigned char first)
{
	if (first < 0x80)
		return 0;
	if (first >= 0xc2 && first < 0xe0)
		return 1;
	if (first >= 0xe0 && first < 0xf0)
		return 2;
	if (first >= 0xf0 && first < 0xf5)
		return 3;
	return -1;
}

uint32_t
utf8_take(const char **text)
{
	static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
	const unsigned char *bytes = (const unsigned char *)*text;
	int more = length_after(bytes[0]);

	(*text)++;
	if (more <= 0)
		return more < 0 ? UTF8_BAD : bytes[0];
	uint32_t code = bytes[0] & (0x3fu >> more);
	/* The NUL at the end is no continuation byte either, so this never reads past it. */
	for (int i = 1; i <= more; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return UTF8_BAD;
		code = code << 6 | (bytes[i] & 0x3fu);
	}
	if (code < least[more] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return UTF8_BAD;
	*text += more;
	return code;
}

size_t
utf8_put(char out[static 4], uint32_t code)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	size_t more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
	for (size_t i = more; i > 0; i--, code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3f));
	out[0] = (char)((0xff00u >> (more + 1) & 0xff) | code);
	return more + 1;
}
