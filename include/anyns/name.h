/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * name.h - domain names in uncompressed wire form (RFC 1035 3.1): length-prefixed labels, a zero
 * byte last, 1 to 255 bytes. "lower" means: A-Z folded to a-z, no other byte changed (RFC 4343).
 *
 * All functions are pure and thread-safe.
 */
#ifndef ANYNS_NAME_H
#define ANYNS_NAME_H

#include "anyns/base.h"
#include "anyns/dns.h"

/* Bytes that hold any name as text with every byte escaped as \DDD, dots and the final NUL. */
#define NAME_TEXT_MAX 1025

static inline uint8_t
name_fold(uint8_t c)
{
	return (uint8_t)(c - 'A') < 26 ? (uint8_t)(c | 0x20) : c;
}

/*
 * Bytes of the well-formed name at `wire` of which at most `limit` bytes may be read, or 0 when no
 * well-formed uncompressed name (labels of 63, 255 bytes in all) starts there.
 */
size_t name_length(const uint8_t *wire, size_t limit);

/* Labels of a well-formed name, the root label not counted: 0 for the root. */
unsigned name_labels(const uint8_t *wire);

/* Copies a well-formed name to `out` (as many bytes) with A-Z folded; returns its length. */
size_t name_lower(uint8_t *out, const uint8_t *wire);

/* Whether two well-formed names are the same, case folded. */
bool name_equal(const uint8_t *a, const uint8_t *b);

/*
 * The canonical order of RFC 4034 6.1: by labels from the right, case folded.
 * Returns <0, 0, >0 as memcmp does. Both names well-formed.
 */
int name_compare(const uint8_t *a, const uint8_t *b);

/* Whether `name` is `ancestor` or below it. Both names well-formed. */
bool name_is_below(const uint8_t *name, const uint8_t *ancestor);

/* The name without its first `count` labels; `count` is at most name_labels(). Points into `wire`.
 */
const uint8_t *name_skip(const uint8_t *wire, unsigned count);

/*
 * Presentation form into `text`, absolute with the final dot, special bytes escaped (RFC 1035 5.1,
 * RFC 4343 2.1). Returns `text`. The name is well-formed.
 */
const char *name_text(char text[static NAME_TEXT_MAX], const uint8_t *wire);

/*
 * Wire form of an absolute or relative (the origin is the root) presentation name of letters,
 * digits and escapes. Returns the length, or 0 when `text` is not a name: empty label, label over
 * 63, name over 255, broken escape.
 */
size_t name_parse(uint8_t wire[static DNS_NAME_MAX], const char *text);

/*
 * The same for `size` bytes of text, not terminated, and a name without final dot relative to
 * `origin` (well-formed). "@" is not special here.
 */
size_t name_parse_relative(uint8_t wire[static DNS_NAME_MAX], const char *text, size_t size,
			   const uint8_t *origin);

#endif
