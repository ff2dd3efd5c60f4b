/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text.h - the small words of a master file: numbers, TTLs, names, types, classes. Strict where
 * ldns is not: it takes 65536 for 0 and TYPE12x for TYPE12. All functions are pure.
 */
#ifndef ZONE_TEXT_H
#define ZONE_TEXT_H

#include "anyns/name.h"
#include "zone/lexer.h"

/* Digits only, no sign, at most `limit`. */
bool text_number(const char *text, size_t size, uint32_t limit, uint32_t *number);

/* Seconds, or parts with units as 1h30m (w d h m s), at most 2^32 - 1. Begins with a digit. */
bool text_ttl(const char *text, size_t size, uint32_t *ttl);

/*
 * A name relative to `origin`; "@" is the origin. Returns its length in `wire`, or 0. A quoted
 * token is no name.
 */
size_t text_name(uint8_t wire[static DNS_NAME_MAX], const struct token *token,
		 const uint8_t *origin);

/* IN, CH, HS, ANY, NONE, CLASS123. */
bool text_class(const struct token *token, uint16_t *class);

/* TYPE123 of RFC 3597. Mnemonics are rdata.h's, since the list of types is ldns's. */
bool text_generic_type(const struct token *token, uint16_t *type);

#endif
