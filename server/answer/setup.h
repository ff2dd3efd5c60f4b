/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * setup.h - what answers take from the configuration, finished as bytes (struct answer_setup of
 * anyns/answer.h).
 */
#ifndef ANYNS_ANSWER_SETUP_H
#define ANYNS_ANSWER_SETUP_H

#include "answer/cookie.h"
#include "anyns/answer.h"

enum {
	SETUP_TEXT_MAX = 255, /* one character-string, RFC 1035 3.3 */
	/* As NSID in every answer: the OPT must always leave room for a question in 512 bytes. */
	SETUP_INSTANCE_MAX = 63,
	SETUP_OPT_FIXED = 11,  /* an OPT without options */
	SETUP_OPTION_HEAD = 4, /* code and length */
};

/* TXT RDATA of one character-string. size 0: not told. */
struct setup_text {
	size_t size;
	uint8_t rdata[1 + SETUP_TEXT_MAX];
};

struct answer_setup {
	struct setup_text
		instance; /* id.server., hostname.bind., and without its first byte the NSID */
	struct setup_text version; /* version.server., version.bind. */
	struct cookie_keys cookies;
	size_t udp_size;
	/* The OPT of an answer (RFC 6891 6.1.2), finished but for rcode, DO and RDLENGTH; the NSID
	 * option behind it belongs to those who asked. */
	size_t opt_size; /* with the NSID */
	uint8_t opt[SETUP_OPT_FIXED + SETUP_OPTION_HEAD + SETUP_INSTANCE_MAX];
};

#endif
