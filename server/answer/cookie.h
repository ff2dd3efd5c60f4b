/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cookie.h - DNS cookies that every server with the same secret makes and accepts: RFC 9018 4,
 * SipHash-2-4.
 *
 * Pure but for the crypto library's context, which is made once per thread; nothing is allocated
 * per cookie.
 */
#ifndef ANYNS_ANSWER_COOKIE_H
#define ANYNS_ANSWER_COOKIE_H

#include "anyns/answer.h"

enum {
	COOKIE_CLIENT = 8,
	COOKIE_SERVER = 16,
	COOKIE_SIZE = COOKIE_CLIENT + COOKIE_SERVER,
	COOKIE_KEY = 16,
	COOKIE_KEYS = 3,
};

/* Secrets in rollover: cookies are made with the first and accepted by all (RFC 9018 5). */
struct cookie_keys {
	unsigned count;
	uint8_t keys[COOKIE_KEYS][COOKIE_KEY];
};

struct cookie_hasher;
struct cookie_hasher *cookie_hasher_new(void) NODISCARD; /* NULL: no memory or no SipHash */
void cookie_hasher_free(struct cookie_hasher *hasher);

/*
 * Writes the cookie to answer with (COOKIE_SIZE bytes) for the option data `received` of `size`
 * bytes, 8 to 40. A valid server cookie of the first key, less than half an hour old, is repeated;
 * else a fresh one is made.
 *
 * Returns whether `received` held a valid server cookie: version 1, of one of the keys, not older
 * than an hour nor more than 5 minutes ahead of `client->now`.
 */
bool cookie_answer(struct cookie_hasher *hasher, const struct cookie_keys *keys,
		   const struct answer_client *client, const uint8_t *received, size_t size,
		   uint8_t out[COOKIE_SIZE]);

#endif
