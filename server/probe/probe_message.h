/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_message.h - the query that a probe sends, and what its answer says. Pure.
 */
#ifndef ANYNS_PROBE_PROBE_MESSAGE_H
#define ANYNS_PROBE_PROBE_MESSAGE_H

#include "anyns/base.h"
#include "anyns/dns.h"
#include "anyns/name.h"

enum {
	/* Header, the longest question, OPT with NSID and the longest client subnet. */
	PROBE_QUERY_MAX = DNS_HEADER_SIZE + DNS_NAME_MAX + 4 + 11 + 4 + 8 + 16,
	PROBE_INSTANCE_MAX = 256, /* an instance as text with its NUL; what is longer is cut */
	PROBE_SUBNET_MAX = 64,    /* ADDRESS/SOURCE/SCOPE with its NUL */
};

struct probe_question {
	uint8_t name[DNS_NAME_MAX]; /* wire form */
	size_t name_size;
	uint16_t type;
	uint16_t rdclass;
	bool identity;                 /* the TXT record of the answer is the instance */
	char text[NAME_TEXT_MAX + 32]; /* "id.server. CH TXT"; IN is left out */
};

/* A client subnet, RFC 7871 6. */
struct probe_subnet {
	uint8_t family; /* 1 IPv4, 2 IPv6; 0: none */
	uint8_t source; /* prefix length */
	uint8_t address[16];
};

struct probe_reply {
	unsigned rcode; /* the extended one where there is an OPT */
	bool truncated;
	char nsid[PROBE_INSTANCE_MAX]; /* empty: none */
	char txt[PROBE_INSTANCE_MAX];  /* of the first TXT record of the answer; empty: none */
	char subnet[PROBE_SUBNET_MAX]; /* ADDRESS/SOURCE/SCOPE; empty: none */
};

/* "NAME TYPE" or "NAME CLASS TYPE", blanks between; false when it is not that. */
bool probe_question_parse(struct probe_question *question, const char *text) NODISCARD;

/* "ADDRESS/LENGTH"; bits behind the length are cleared. */
bool probe_subnet_parse(struct probe_subnet *subnet, const char *text) NODISCARD;

/* The query into `out`; its size. `subnet` may be NULL. */
size_t probe_message_build(uint8_t out[static PROBE_QUERY_MAX], uint16_t id,
			   const struct probe_question *question, const struct probe_subnet *subnet,
			   bool recurse);

/*
 * Whether the message is a well-formed response to `question` (NULL: to any), and what it says. The
 * ID is the caller's to compare. An error may leave the question out, as servers do that could not
 * read it.
 */
bool probe_message_read(struct probe_reply *reply, const uint8_t *message, size_t size,
			const struct probe_question *question) NODISCARD;

/* The instance that the reply names: by NSID, or else by a TXT record when that was asked for;
 * NULL when it names none. */
const char *probe_reply_instance(const struct probe_reply *reply, bool identity);

/* Mnemonic of a response code, or NULL. */
const char *probe_rcode_name(unsigned rcode);

/*
 * Bytes from outside as text: as they are when they are UTF-8 without control characters, else
 * in hexadecimal behind "0x". Cut to fit.
 */
void probe_text(char text[static PROBE_INSTANCE_MAX], const uint8_t *bytes, size_t size);

#endif
