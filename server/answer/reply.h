/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reply.h - the message being written: sets are copied from images into sections and their pointers
 * made right for the place. Pure; writes only into the caller's buffer.
 *
 * Sets are written whole or not at all. What does not fit leaves the message as it was and returns
 * false; the caller decides whether that truncates the answer (RFC 2181 9) or only leaves out what
 * is optional.
 */
#ifndef ANYNS_ANSWER_REPLY_H
#define ANYNS_ANSWER_REPLY_H

#include "anyns/base.h"
#include "image/lookup.h"

enum reply_section { REPLY_ANSWER, REPLY_AUTHORITY, REPLY_ADDITIONAL, REPLY_SECTIONS };

struct reply {
	uint8_t *out;
	size_t at;    /* next byte */
	size_t limit; /* no record may reach beyond; room for the OPT is already taken off */
	size_t question_end;
	uint16_t counts[REPLY_SECTIONS];
	uint16_t flags; /* of the header, rcode not included */
	uint16_t rcode; /* extended */
	uint16_t error; /* EDE code, 0 none */
	bool truncated;
};

/*
 * Where a zone's name can be pointed to: a name in the message that ends in it. For the question's
 * zone that is the question, written without pointers; after a CNAME into another zone it is the
 * CNAME's RDATA, which may end in a pointer itself.
 */
struct scope {
	struct image image;
	size_t name_at;   /* offset in the message of a name of the zone */
	size_t name_size; /* uncompressed bytes of that name */
	bool literal;     /* it is written without pointers */
};

/* An owner name for reply_set(): a name in the message. */
struct owner {
	size_t at;   /* its offset, below 16384 */
	size_t size; /* uncompressed bytes of the name the set was compiled for */
};

/*
 * The offset of what is left of a name in the message after its first `skip` uncompressed bytes. 0
 * when there is no such place: only a damaged image leads there.
 */
size_t reply_locate(const struct reply *reply, size_t name_at, size_t skip);

/* Offset of the zone's own name. */
size_t scope_apex_at(const struct reply *reply, const struct scope *scope);

/*
 * Appends a set, with its RRSIGs when `sigs`, owned by a name in the message. `*place` is where its
 * data begins. false: it does not fit.
 */
bool reply_set(struct reply *reply, enum reply_section section, const struct scope *scope,
	       const struct image_set *set, struct owner owner, bool sigs, size_t *place);

/*
 * Appends a set whose owner is written out: `labels` (size bytes), then the zone's name as a
 * pointer. Only for types without names that point into the set itself.
 */
bool reply_named_set(struct reply *reply, enum reply_section section, const struct scope *scope,
		     const struct image_set *set, const uint8_t *labels, size_t labels_size,
		     bool sigs);

/* Appends only the RRSIGs of a set, as answers to questions for them. */
bool reply_sigs(struct reply *reply, const struct image_set *set, struct owner owner);

/* Appends one record of class IN with uncompressed RDATA. */
bool reply_record(struct reply *reply, enum reply_section section, struct owner owner,
		  uint16_t type, uint32_t ttl, const uint8_t *rdata, size_t size);

/* Appends the addresses of a set's names to the additional section. false: required glue does not
 * fit. */
bool reply_extras(struct reply *reply, const struct scope *scope, const struct image_set *set,
		  struct owner owner, size_t place, bool dnssec);

/* Takes every record back. */
void reply_clear(struct reply *reply);

/* The same, and marks the message truncated: the client asks again over TCP. */
void reply_truncate(struct reply *reply);

#endif
