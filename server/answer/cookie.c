/* SPDX-License-Identifier: BSD-2-Clause */
#include "answer/cookie.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>

#include "anyns/wire.h"

enum {
	COOKIE_VERSION = 1,
	HASH_SIZE = 8,
	HASHED_HEAD = COOKIE_CLIENT + 8, /* client cookie, version, reserved, timestamp */
	LIFETIME = 3600,                 /* seconds, RFC 9018 4.3 */
	REFRESH_AGE = 1800,
	AHEAD = 300,
};

struct cookie_hasher {
	EVP_MAC *mac;
	EVP_MAC_CTX *context;
};

struct cookie_hasher *
cookie_hasher_new(void)
{
	struct cookie_hasher *hasher = calloc(1, sizeof *hasher);
	if (!hasher)
		return NULL;
	hasher->mac = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
	hasher->context = hasher->mac ? EVP_MAC_CTX_new(hasher->mac) : NULL;
	size_t size = HASH_SIZE;
	OSSL_PARAM params[] = {OSSL_PARAM_construct_size_t("size", &size),
			       OSSL_PARAM_construct_end()};
	if (!hasher->context || !EVP_MAC_CTX_set_params(hasher->context, params)) {
		cookie_hasher_free(hasher);
		return NULL;
	}
	return hasher;
}

void
cookie_hasher_free(struct cookie_hasher *hasher)
{
	if (!hasher)
		return;
	EVP_MAC_CTX_free(hasher->context);
	EVP_MAC_free(hasher->mac);
	free(hasher);
}

/* RFC 9018 4.4: the hash over the first 16 bytes of the cookie and the client's address. */
static bool
hash_cookie(struct cookie_hasher *hasher, const uint8_t key[COOKIE_KEY],
	    const struct answer_client *client, const uint8_t head[HASHED_HEAD],
	    uint8_t hash[HASH_SIZE])
{
	size_t size;
	return EVP_MAC_init(hasher->context, key, COOKIE_KEY, NULL) &&
	       EVP_MAC_update(hasher->context, head, HASHED_HEAD) &&
	       EVP_MAC_update(hasher->context, client->address, client->address_size) &&
	       EVP_MAC_final(hasher->context, hash, &size, HASH_SIZE) && size == HASH_SIZE;
}

/* The age in serial arithmetic: the 32-bit clock wraps in 2106 (RFC 9018 4.3, RFC 1982). */
static int32_t
age_of(const uint8_t *cookie, uint32_t now)
{
	return (int32_t)(now - wire_peek_u32(cookie + COOKIE_CLIENT + 4));
}

/*
 * The key that a server cookie was made with, or keys->count when it is not valid. The reserved
 * bytes are hashed as received and not looked at otherwise: a later version may use them (RFC
 * 9018 4.2).
 */
static unsigned
find_key(struct cookie_hasher *hasher, const struct cookie_keys *keys,
	 const struct answer_client *client, const uint8_t cookie[COOKIE_SIZE])
{
	int32_t age = age_of(cookie, client->now);
	if (cookie[COOKIE_CLIENT] != COOKIE_VERSION || age > LIFETIME || age < -AHEAD)
		return keys->count;
	for (unsigned i = 0; i < keys->count; i++) {
		uint8_t hash[HASH_SIZE];
		if (hash_cookie(hasher, keys->keys[i], client, cookie, hash) &&
		    CRYPTO_memcmp(hash, cookie + HASHED_HEAD, HASH_SIZE) == 0)
			return i;
	}
	return keys->count;
}

bool
cookie_answer(struct cookie_hasher *hasher, const struct cookie_keys *keys,
	      const struct answer_client *client, const uint8_t *received, size_t size,
	      uint8_t out[COOKIE_SIZE])
{
	unsigned key = keys->count;
	if (size == COOKIE_SIZE)
		key = find_key(hasher, keys, client, received);
	/* A cookie of a key on its way out is replaced at once (RFC 9018 5 and appendix A.4). */
	if (key == 0 && age_of(received, client->now) < REFRESH_AGE) {
		memcpy(out, received, COOKIE_SIZE);
		return true;
	}
	memcpy(out, received, COOKIE_CLIENT);
	wire_poke_u32(out + COOKIE_CLIENT, (uint32_t)COOKIE_VERSION << 24);
	wire_poke_u32(out + COOKIE_CLIENT + 4, client->now);
	/* Should the crypto library refuse, the hash is zero: a cookie that no server accepts. */
	if (!hash_cookie(hasher, keys->keys[0], client, out, out + HASHED_HEAD))
		memset(out + HASHED_HEAD, 0, HASH_SIZE);
	return key < keys->count;
}
