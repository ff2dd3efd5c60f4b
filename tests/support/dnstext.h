/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dnstext.h - queries from text and answers as text, so that a test is a question and the lines it
 * expects.
 *
 * A question: NAME TYPE and words behind it, in any order:
 *   edns  do  rd  cd  tcp  nsid  keepalive  udp=SIZE  class=CH  id=NUMBER  cookie=HEX  ecs=HEX
 * option=CODE:HEX All words about EDNS make an OPT record with 1232 bytes unless udp= says
 * otherwise.
 *
 * An answer, a line each: rcode and flags; `an`, `au`, `ad` and a record for each one of those
 * sections; `opt` and what the OPT holds. An RRSIG is told by the type it covers, NSEC and NSEC3 by
 * the next name.
 */
#ifndef ANYNS_TEST_DNSTEXT_H
#define ANYNS_TEST_DNSTEXT_H

#include "anyns/base.h"
#include "anyns/dns.h"

enum { DNSTEXT_MAX = 1 << 20 };

struct dnstext_question {
	size_t size;
	bool tcp;
	uint8_t bytes[1024];
};

/* false when the text is not a question: a mistake in the test. */
bool dnstext_question(struct dnstext_question *question, const char *text);

/* An NSEC3 owner and the name it is the hash of: written as `#NAME` in answers. */
struct dnstext_hash {
	uint8_t label[33]; /* with its length byte, lower case */
	char name[64];
};

struct dnstext_hashes {
	const struct dnstext_hash *items;
	size_t count;
};

/*
 * Reads the message strictly: every pointer backwards and below 16384, names of at most 255 bytes,
 * counts and lengths right, no bytes left. Writes it as text, cut to `room`; what is wrong as a
 * line that begins with `BROKEN`. Returns `text`.
 */
char *dnstext_answer(char *text, size_t room, const uint8_t *message, size_t size,
		     struct dnstext_hashes hashes);

/* Number of a type's name or of TYPEn; 0: not known. */
uint16_t dnstext_type(const char *name);

/* Bytes of the hex digits at `text` up to the first other character; at most `room`. Returns how
 * many. */
size_t dnstext_hex(uint8_t *bytes, size_t room, const char *text);

#endif
