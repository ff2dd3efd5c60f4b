/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * name.c - domain names in wire form.
 *
 * Everywhere behind the parsers a name is uncompressed wire bytes that name_length() accepted once,
 * so every other function here walks labels without a bound: a well-formed name ends within 255
 * bytes. One observation makes folding cheap: a length byte is at most 63 and 'A' is 65, so a whole
 * name can be folded byte by byte without telling lengths from letters.
 */
#include "anyns/name.h"

#include <string.h>

size_t
name_length(const uint8_t *wire, size_t limit)
{
	size_t at = 0;
	if (limit > DNS_NAME_MAX)
		limit = DNS_NAME_MAX;
	while (at < limit) {
		/* Above 63 stand compression pointers and extended labels: not a plain name. */
		if (wire[at] > DNS_LABEL_MAX)
			return 0;
		if (wire[at] == 0)
			return at + 1;
		at += 1u + wire[at];
	}
	return 0;
}

unsigned
name_labels(const uint8_t *wire)
{
	unsigned labels = 0;
	for (; *wire; wire += 1 + *wire)
		labels++;
	return labels;
}

static size_t
name_size(const uint8_t *wire)
{
	const uint8_t *p = wire;
	while (*p)
		p += 1 + *p;
	return (size_t)(p - wire) + 1;
}

size_t
name_lower(uint8_t *out, const uint8_t *wire)
{
	size_t size = name_size(wire);
	for (size_t i = 0; i < size; i++)
		out[i] = name_fold(wire[i]);
	return size;
}

bool
name_equal(const uint8_t *a, const uint8_t *b)
{
	/* The same length bytes have been seen on both sides, so both end together. */
	while (*a == *b && *a) {
		unsigned length = *a++;
		b++;
		for (; length; length--)
			if (name_fold(*a++) != name_fold(*b++))
				return false;
	}
	return *a == *b;
}

static int
label_compare(const uint8_t *a, const uint8_t *b)
{
	size_t common = size_min(a[0], b[0]);
	for (size_t i = 1; i <= common; i++) {
		int difference = name_fold(a[i]) - name_fold(b[i]);
		if (difference)
			return difference;
	}
	return a[0] - b[0];
}

static unsigned
label_offsets(uint8_t offsets[static DNS_LABELS_MAX], const uint8_t *wire)
{
	unsigned labels = 0;
	for (size_t at = 0; wire[at]; at += 1u + wire[at])
		offsets[labels++] = (uint8_t)at;
	return labels;
}

int
name_compare(const uint8_t *a, const uint8_t *b)
{
	uint8_t a_offsets[DNS_LABELS_MAX];
	uint8_t b_offsets[DNS_LABELS_MAX];
	unsigned a_labels = label_offsets(a_offsets, a);
	unsigned b_labels = label_offsets(b_offsets, b);

	while (a_labels && b_labels) {
		int order = label_compare(a + a_offsets[--a_labels], b + b_offsets[--b_labels]);
		if (order)
			return order;
	}
	/* The absent label sorts first (RFC 4034 6.1). */
	return (int)a_labels - (int)b_labels;
}

bool
name_is_below(const uint8_t *name, const uint8_t *ancestor)
{
	unsigned name_count = name_labels(name);
	unsigned ancestor_count = name_labels(ancestor);
	if (name_count < ancestor_count)
		return false;
	return name_equal(name_skip(name, name_count - ancestor_count), ancestor);
}

const uint8_t *
name_skip(const uint8_t *wire, unsigned count)
{
	for (; count; count--)
		wire += 1 + *wire;
	return wire;
}

static char *
text_byte(char *text, uint8_t c)
{
	/* What a master file gives a meaning to (RFC 1035 5.1) must not read as that. */
	if (strchr(".\\\"();@$", c) && c) {
		*text++ = '\\';
		*text++ = (char)c;
	} else if (c > ' ' && c < 0x7f) {
		*text++ = (char)c;
	} else {
		*text++ = '\\';
		*text++ = (char)('0' + c / 100);
		*text++ = (char)('0' + c / 10 % 10);
		*text++ = (char)('0' + c % 10);
	}
	return text;
}

const char *
name_text(char text[static NAME_TEXT_MAX], const uint8_t *wire)
{
	char *p = text;
	if (!*wire)
		*p++ = '.';
	while (*wire) {
		unsigned length = *wire++;
		for (; length; length--)
			p = text_byte(p, *wire++);
		*p++ = '.';
	}
	*p = '\0';
	return text;
}

/* One byte of a label, escapes resolved: moves *text behind it. False when it cannot stand in a
 * name. */
static bool
parse_byte(uint8_t *byte, const char **text, const char *end)
{
	const char *p = *text;
	uint8_t c = (uint8_t)*p++;
	if (c == '\\') {
		if (p == end)
			return false;
		c = (uint8_t)*p++;
		if (c >= '0' && c <= '9') {
			if (end - p < 2 || p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
				return false;
			unsigned value = (c - '0') * 100u + (unsigned)(p[0] - '0') * 10u +
					 (unsigned)(p[1] - '0');
			if (value > 255)
				return false;
			c = (uint8_t)value;
			p += 2;
		}
	} else if (c <= ' ' || c == 0x7f || c == '"' || c == ';' || c == '(' || c == ')') {
		return false;
	}
	*byte = c;
	*text = p;
	return true;
}

size_t
name_parse_relative(uint8_t wire[static DNS_NAME_MAX], const char *text, size_t size,
		    const uint8_t *origin)
{
	const char *end = text + size;
	size_t label = 0; /* where the length byte of the label under way stands */
	size_t at = 1;

	if (size == 1 && *text == '.') {
		wire[0] = 0;
		return 1;
	}
	while (text < end) {
		if (*text == '.') {
			if (at == label + 1)
				return 0;
			wire[label] = (uint8_t)(at - label - 1);
			label = at++;
			text++;
			continue;
		}
		/* The last byte of the 255 is the root label's. */
		if (at >= DNS_NAME_MAX - 1 || at - label > DNS_LABEL_MAX ||
		    !parse_byte(&wire[at], &text, end))
			return 0;
		at++;
	}
	if (at == 1)
		return 0;
	if (at == label + 1) { /* the text ended in a dot */
		wire[label] = 0;
		return at;
	}
	wire[label] = (uint8_t)(at - label - 1);
	size_t origin_size = name_size(origin);
	if (at + origin_size > DNS_NAME_MAX)
		return 0;
	memcpy(wire + at, origin, origin_size);
	return at + origin_size;
}

size_t
name_parse(uint8_t wire[static DNS_NAME_MAX], const char *text)
{
	return name_parse_relative(wire, text, strlen(text), (const uint8_t *)"");
}
