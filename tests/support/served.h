/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * served.h - zones from text, compiled and ready to be asked, without sockets.
 */
#ifndef ANYNS_TEST_SERVED_H
#define ANYNS_TEST_SERVED_H

#include "anyns/answer.h"
#include "anyns/image.h"
#include "dnstext.h"
#include "property/plan.h"

enum { SERVED_ZONES = 8, SERVED_HASHES = 64 };

struct served_zone {
	const char *apex;
	const char *text; /* master file; NULL: a zone that could not be loaded */
	enum plan_signing signing;
};

struct served {
	struct segment *segments[SERVED_ZONES];
	size_t count;
	struct directory *directory;
	struct answer_setup *setup;
	struct answer_worker *worker;
	struct answer_view view;
	struct answer_client client; /* IPv4 192.0.2.99, keepalive 100; tests may change it */
	struct dnstext_hash hashes[SERVED_HASHES];
	size_t hash_count;
	uint8_t message[65535]; /* the last answer */
	size_t size;
	char text[DNSTEXT_MAX]; /* and as text */
};

/* Instance "fra1-a", version "anyns test". Ends the program when a zone cannot be loaded. */
struct served *served_new(const struct served_zone *zones, size_t count);
void served_free(struct served *served);

/* The same with segments already compiled, of which it takes over the references. */
struct served *served_new_segments(struct segment *const *segments, size_t count);

/* The segment of a zone. Ends the program when it cannot be made. */
struct segment *served_segment(const struct served_zone *zone);

/* The zone itself, signed if asked for. NULL with findings when it cannot be loaded. */
struct zone *served_load(const struct served_zone *zone, struct report *report);

/* Asks and returns the answer as text, valid until the next question. */
const char *served_ask(struct served *served, const char *question);

/* Asks with a message as it is. Returns the size of the answer in served->message. */
size_t served_ask_bytes(struct served *served, const uint8_t *query, size_t size, bool tcp);

/* Whether the answer is exactly `expected`; if not, both are printed. */
bool served_matches(struct served *served, const char *question, const char *expected);

#endif
