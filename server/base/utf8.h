/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * utf8.h - characters of text from outside (zone files, routers), whatever bytes it really has.
 */
#ifndef ANYNS_BASE_UTF8_H
#define ANYNS_BASE_UTF8_H

#include "anyns/base.h"

/* Stands for a byte that belongs to no well-formed character. */
#define UTF8_BAD 0xfffdu

/* The character at `*text`, which is not at its end, and steps behind it; a bad byte is one step.
 */
uint32_t utf8_take(const char **text);

/* Writes the UTF-8 form of a code point as utf8_take() returns it; its length, 1 to 4. No NUL. */
size_t utf8_put(char out[static 4], uint32_t code);

/*
 * Whether it must not reach a terminal: C0, DEL, C1, which 8-bit terminals obey too, and what turns
 * text around, breaks lines or is not seen (bidirectional marks, zero-width characters, U+2028 and
 * U+2029, the byte order mark): a name must not look like another one.
 */
static inline bool
utf8_is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c ||
	       (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2060 && code <= 0x2069) || code == 0xfeff;
}

#endif
