/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * answer.h - query bytes to answer bytes, the one call between sockets and zones.
 *
 * A view is all that an answer depends on: the zones and the identity, cookies and limits of one
 * configuration. It is immutable and swapped as a whole, so no answer is half old, half new.
 */
#ifndef ANYNS_ANSWER_H
#define ANYNS_ANSWER_H

#include "anyns/base.h"
#include "anyns/report.h"

struct config;
struct directory;
struct answer_setup;
struct answer_worker;

struct answer_view {
	const struct directory *zones;
	const struct answer_setup *setup;
	/* Of no two that are published one after the other the same: an address says nothing, the
	 * next one may lie where the last one was. */
	uint64_t serial;
};

enum answer_transport { ANSWER_UDP, ANSWER_TCP };

/* Who asks. */
struct answer_client {
	enum answer_transport transport;
	const uint8_t *address; /* IPv4 or IPv6 address, network order; part of the cookie (RFC
				   9018 4.2) */
	size_t address_size;    /* 4 or 16 */
	uint32_t now;           /* seconds since 1970, modulo 2^32, as in RFC 9018 4.3 */
	uint16_t keepalive;     /* TCP: idle time to advertise, in 100 ms (RFC 7828); 0: none */
};

/*
 * Everything of a configuration that answers depend on, finished as bytes. `fallback_secret` (16
 * random bytes) makes the cookies when the configuration has no secret. NULL with an error when out
 * of memory.
 */
struct answer_setup *answer_setup_new(const struct config *config, const uint8_t *fallback_secret,
				      struct report *report) NODISCARD;
void answer_setup_free(struct answer_setup *setup);

/* Scratch space of one thread; answering allocates nothing. NULL when out of memory. */
struct answer_worker *answer_worker_new(void) NODISCARD;
void answer_worker_free(struct answer_worker *worker);

/*
 * The same as answer_message() in three steps, so that a batch of queries waits for memory once and
 * not one after the other: prepare all, fetch all, finish all, each by the slot it has in the
 * batch. Between the first and the last step the view stays and the message does too.
 *
 * Prepare takes the message apart and starts to load the index, fetch starts to load the name that
 * the index points to. Fetch only makes finish faster and may be left out.
 */
enum { ANSWER_BATCH = 32 };
void answer_prepare(struct answer_worker *worker, const struct answer_view *view, size_t slot,
		    const uint8_t *message, size_t size);
void answer_fetch(struct answer_worker *worker, size_t slot);
/* `client`, `out`, `room` and the result are those of answer_message(). */
size_t answer_finish(struct answer_worker *worker, const struct answer_view *view,
		     const struct answer_client *client, size_t slot, uint8_t *out,
		     size_t room) NODISCARD;

/*
 * Answers the message of `size` bytes at `message` into `out`. `room` is at least 512 and bounds
 * the answer; for UDP the smaller of the client's EDNS size and the configured one bounds it too.
 * Nothing in `message` is changed; the buffers do not overlap.
 *
 * Returns the answer's size, or 0: send nothing (shorter than a header, or itself a response).
 */
size_t answer_message(struct answer_worker *worker, const struct answer_view *view,
		      const struct answer_client *client, const uint8_t *message, size_t size,
		      uint8_t *out, size_t room) NODISCARD;

#endif
