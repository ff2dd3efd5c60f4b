/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * master.h - reads master files into a draft: directives, and records whose owner, TTL and class
 * may be left out.
 */
#ifndef ZONE_MASTER_H
#define ZONE_MASTER_H

#include "zone/draft.h"
#include "zone/rdata.h"
#include "zone/source.h"
#include "zone/tally.h"

/* The states from OWNER_OUTSIDE on have a name in `owner_name`. */
enum owner_state { OWNER_NONE, OWNER_WRONG, OWNER_OUTSIDE, OWNER_OK };

struct master {
	struct draft *draft;
	struct rdata *rdata;
	struct source *source; /* the innermost file being read */
	struct entry entry;
	size_t includes;
	uint32_t generated;        /* records of all $GENERATEs */
	bool in_generate;          /* columns mean nothing */
	bool is_piece;             /* see pieces.c: what stands before is not known */
	struct draft_owner *owner; /* of the record before; NULL: none, wrong or outside */
	uint8_t owner_name[DNS_NAME_MAX];
	int owner_state;        /* enum owner_state */
	bool default_ttl_known; /* $TTL, RFC 2308 4 */
	uint32_t default_ttl;
	bool last_ttl_known; /* the last one stated, RFC 1035 5.1 */
	uint32_t last_ttl;
	bool tried_pieces;
	struct tally outside;
	struct tally misplaced; /* NSEC3 */
};

/* Reads `source` (taken over; NULL: nothing) and what it includes. Findings go to the draft's
 * report. */
void master_read(struct draft *draft, struct source *source);

/* One record of the tokens of an entry; false when it had an error. */
bool master_record(struct master *master, const struct entry *entry);

/* An error at a token, or at the entry as a whole when `token` is NULL; always false. */
bool master_fail(struct master *master, const struct token *token, const char *remedy,
		 const char *format, ...) PRINTF_LIKE(4, 5);

/* $GENERATE, in generate.c. `master->entry` is the directive. */
bool generate_run(struct master *master);

#endif
