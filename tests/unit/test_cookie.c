/* SPDX-License-Identifier: BSD-2-Clause */
/* RFC 9018 appendix A, limits of age, rollover of keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <openssl/evp.h>

#include "answer/cookie.h"
#include "anyns/wire.h"
#include "dnstext.h"

#define SECRET "e5e973e5a6b2a43f48e7dc849e37bfcf"

static int
set_up(void **state)
{
	*state = cookie_hasher_new();
	return *state ? 0 : -1;
}

static int
tear_down(void **state)
{
	cookie_hasher_free(*state);
	return 0;
}

static struct cookie_keys
keys_of(const char *const *hex, unsigned count)
{
	struct cookie_keys keys = {.count = count};
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(dnstext_hex(keys.keys[i], COOKIE_KEY, hex[i]), COOKIE_KEY);
	return keys;
}

/* Asks with the hex cookie; what comes back is in `out`. */
static bool
ask(struct cookie_hasher *hasher, const struct cookie_keys *keys, const char *address, uint32_t now,
    const char *received, uint8_t out[COOKIE_SIZE])
{
	uint8_t bytes[16], cookie[64];
	bool v6 = strchr(address, ':');
	assert_int_equal(inet_pton(v6 ? AF_INET6 : AF_INET, address, bytes), 1);
	struct answer_client client = {.address = bytes, .address_size = v6 ? 16 : 4, .now = now};
	size_t size = dnstext_hex(cookie, sizeof cookie, received);
	memset(out, 0xee, COOKIE_SIZE);
	return cookie_answer(hasher, keys, &client, cookie, size, out);
}

struct vector {
	const char *keys[2];
	unsigned key_count;
	const char *address;
	uint32_t now;
	const char *received;
	bool valid;
	const char *answered;
};

static const struct vector vectors[] = {
	/* A.1: a new cookie. */
	{{SECRET},
	 1,
	 "198.51.100.100",
	 1559731985,
	 "2464c4abcf10c957",
	 false,
	 "2464c4abcf10c957010000005cf79f111f8130c3eee29480"},
	/* A.2: 40 minutes later. */
	{{SECRET},
	 1,
	 "198.51.100.100",
	 1559734385,
	 "2464c4abcf10c957010000005cf79f111f8130c3eee29480",
	 true,
	 "2464c4abcf10c957010000005cf7a871d4a564a1442aca77"},
	/* A.3: reserved bytes are set; at that time it was older than 4.3 recommends. */
	{{SECRET},
	 1,
	 "203.0.113.203",
	 1559734700,
	 "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5",
	 false,
	 "fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e"},
	/* The same when it was fresh: valid, and repeated. */
	{{SECRET},
	 1,
	 "203.0.113.203",
	 1559727985,
	 "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5",
	 true,
	 "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5"},
	/* A.4: IPv6, made with the retired secret, replaced at once. */
	{{"445536bcd2513298075a5d379663c962", "dd3bdf9344b678b185a6f5cb60fca715"},
	 2,
	 "2001:db8:220:1:59de:d0f4:8769:82b8",
	 1559741961,
	 "22681ab97d52c298010000005cf7c57926556bd0934c72f8",
	 true,
	 "22681ab97d52c298010000005cf7c609a6bb79d16625507a"},
	/* The old secret gone. */
	{{"445536bcd2513298075a5d379663c962"},
	 1,
	 "2001:db8:220:1:59de:d0f4:8769:82b8",
	 1559741961,
	 "22681ab97d52c298010000005cf7c57926556bd0934c72f8",
	 false,
	 "22681ab97d52c298010000005cf7c609a6bb79d16625507a"},
};

static void
test_vectors(void **state)
{
	for (size_t i = 0; i < ARRAY_LENGTH(vectors); i++) {
		const struct vector *v = &vectors[i];
		struct cookie_keys keys = keys_of(v->keys, v->key_count);
		uint8_t out[COOKIE_SIZE], expected[COOKIE_SIZE];
		assert_int_equal(ask(*state, &keys, v->address, v->now, v->received, out),
				 v->valid);
		dnstext_hex(expected, sizeof expected, v->answered);
		assert_memory_equal(out, expected, COOKIE_SIZE);
	}
}

/* A cookie made at `made`, presented at `made + age`. */
static void
check_age(void *hasher, uint32_t made, int64_t age, bool valid, bool repeated)
{
	static const uint8_t address[] = {192, 0, 2, 1};
	struct cookie_keys keys = keys_of((const char *const[]){SECRET}, 1);
	struct answer_client client = {.address = address, .address_size = 4, .now = made};
	uint8_t cookie[COOKIE_SIZE], out[COOKIE_SIZE];
	assert_false(cookie_answer(hasher, &keys, &client, (const uint8_t *)"clientco",
				   COOKIE_CLIENT, cookie));
	assert_int_equal(wire_peek_u32(cookie + 12), made);
	client.now = (uint32_t)(made + age);
	assert_int_equal(cookie_answer(hasher, &keys, &client, cookie, COOKIE_SIZE, out), valid);
	assert_int_equal(memcmp(out, cookie, COOKIE_SIZE) == 0, repeated);
	assert_int_equal(wire_peek_u32(out + 12), repeated ? made : client.now);
}

static void
test_ages(void **state)
{
	/* Around the wrap of the clock as well (RFC 1982). */
	static const uint32_t times[] = {1700000000,       0,         100, 0x7fffffff, 0x80000000,
					 UINT32_MAX - 100, UINT32_MAX};
	for (size_t i = 0; i < ARRAY_LENGTH(times); i++) {
		check_age(*state, times[i], 0, true, true);
		check_age(*state, times[i], 1799, true, true);
		check_age(*state, times[i], 1800, true, false);
		check_age(*state, times[i], 1801, true, false);
		check_age(*state, times[i], 3599, true, false);
		check_age(*state, times[i], 3600, true, false);
		check_age(*state, times[i], 3601, false, false);
		check_age(*state, times[i], -299, true, true);
		check_age(*state, times[i], -300, true, true);
		check_age(*state, times[i], -301, false, false);
		check_age(*state, times[i], 0x7fffffff, false, false);
		check_age(*state, times[i], -0x80000000LL, false, false);
	}
}

/* Every bit of the cookie, of the address and its length counts. */
static void
test_damage(void **state)
{
	uint8_t address[16] = {192, 0, 2, 1}, out[COOKIE_SIZE], cookie[COOKIE_SIZE];
	struct cookie_keys keys = keys_of((const char *const[]){SECRET}, 1);
	struct answer_client client = {.address = address, .address_size = 4, .now = 5000};
	assert_false(cookie_answer(*state, &keys, &client, (const uint8_t *)"12345678",
				   COOKIE_CLIENT, cookie));
	for (unsigned bit = 0; bit < 8 * COOKIE_SIZE; bit++) {
		cookie[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(cookie_answer(*state, &keys, &client, cookie, COOKIE_SIZE, out));
		assert_memory_equal(out, cookie, COOKIE_CLIENT);
		assert_int_equal(wire_peek_u32(out + 8), 0x01000000);
		cookie[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	address[3] ^= 1;
	assert_false(cookie_answer(*state, &keys, &client, cookie, COOKIE_SIZE, out));
	address[3] ^= 1;
	client.address_size = 16;
	assert_false(cookie_answer(*state, &keys, &client, cookie, COOKIE_SIZE, out));
	client.address_size = 4;
	assert_true(cookie_answer(*state, &keys, &client, cookie, COOKIE_SIZE, out));
}

/* Server cookies of other sizes are other servers': never valid, whatever they begin with. */
static void
test_sizes(void **state)
{
	static const uint8_t address[] = {192, 0, 2, 1};
	uint8_t cookie[40] = "12345678", out[COOKIE_SIZE], made[COOKIE_SIZE];
	struct cookie_keys keys = keys_of((const char *const[]){SECRET}, 1);
	struct answer_client client = {.address = address, .address_size = 4, .now = 5000};
	assert_false(cookie_answer(*state, &keys, &client, cookie, COOKIE_CLIENT, made));
	memcpy(cookie, made, sizeof made);
	for (size_t size = 8; size <= 40; size++) {
		assert_int_equal(cookie_answer(*state, &keys, &client, cookie, size, out),
				 size == COOKIE_SIZE);
		assert_memory_equal(out, made, COOKIE_SIZE);
	}
}

/* RFC 9018 5: staged is accepted, then active and the old one accepted, then the old one is gone.
 */
static void
test_rollover(void **state)
{
	static const char *const old_active[] = {SECRET, "00112233445566778899aabbccddeeff"};
	static const char *const new_active[] = {"00112233445566778899aabbccddeeff", SECRET};
	struct cookie_keys before = keys_of(old_active, 1);
	struct cookie_keys staged = keys_of(old_active, 2);
	struct cookie_keys rolled = keys_of(new_active, 2);
	struct cookie_keys after = keys_of(new_active, 1);
	static const uint8_t address[16] = {0x20, 1, 0x0d, 0xb8};
	struct answer_client client = {.address = address, .address_size = 16, .now = 5000};
	uint8_t old[COOKIE_SIZE], new[COOKIE_SIZE], out[COOKIE_SIZE];
	assert_false(cookie_answer(*state, &before, &client, (const uint8_t *)"12345678", 8, old));
	assert_false(cookie_answer(*state, &after, &client, (const uint8_t *)"12345678", 8, new));
	assert_memory_not_equal(old, new, COOKIE_SIZE);

	assert_false(cookie_answer(*state, &before, &client, new, COOKIE_SIZE, out));
	assert_true(cookie_answer(*state, &staged, &client, new, COOKIE_SIZE, out));
	assert_memory_equal(out, old, COOKIE_SIZE);
	assert_true(cookie_answer(*state, &staged, &client, old, COOKIE_SIZE, out));
	assert_memory_equal(out, old, COOKIE_SIZE);
	assert_true(cookie_answer(*state, &rolled, &client, old, COOKIE_SIZE, out));
	assert_memory_equal(out, new, COOKIE_SIZE);
	assert_false(cookie_answer(*state, &after, &client, old, COOKIE_SIZE, out));
	assert_memory_equal(out, new, COOKIE_SIZE);
}

/* Without SipHash there is no hasher, and without a hasher no worker. */
static void
test_no_siphash(void **state)
{
	(void)state;
	assert_int_equal(EVP_set_default_properties(NULL, "provider=none"), 1);
	assert_null(cookie_hasher_new());
	assert_null(answer_worker_new());
	assert_int_equal(EVP_set_default_properties(NULL, ""), 1);
	struct answer_worker *worker = answer_worker_new();
	assert_non_null(worker);
	answer_worker_free(worker);
}

static void
test_free_nothing(void **state)
{
	(void)state;
	cookie_hasher_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),    cmocka_unit_test(test_ages),
		cmocka_unit_test(test_damage),     cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_rollover),   cmocka_unit_test(test_free_nothing),
		cmocka_unit_test(test_no_siphash),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
