/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * denial.h - the NSEC or NSEC3 records that prove what does not exist (RFC 4035 3.1.3, RFC
 * 5155 7.2). Pure.
 *
 * Proofs are collected while the answer section grows and written behind it, each record once. Of a
 * zone that is not signed, and for a client that did not ask (DO clear), nothing is collected.
 */
#ifndef ANYNS_ANSWER_DENIAL_H
#define ANYNS_ANSWER_DENIAL_H

#include "answer/reply.h"

/* A wildcard at each of 16 CNAME links needs one record each, the end of the chain at most four. */
enum { PROOFS_MAX = 24 };

struct proof {
	struct scope scope;
	uint32_t ref; /* node with NSEC, or hashed record */
};

struct proofs {
	bool wanted; /* DO */
	unsigned count;
	struct proof items[PROOFS_MAX]; /* only the first `count` are set */
};

/* `node` exists but not with the type asked for; a delegation without DS is the same (RFC
 * 5155 7.2.4, 7.2.7). */
void denial_no_data(struct proofs *proofs, const struct scope *scope,
		    const struct image_node *node);

/* `name` does not exist and no wildcard covers it. */
void denial_no_name(struct proofs *proofs, const struct scope *scope,
		    const struct lookup_name *name, const struct lookup *found);

/* The answer comes from a wildcard: no closer match exists (RFC 4035 3.1.3.3, RFC 5155 7.2.6). */
void denial_wildcard(struct proofs *proofs, const struct scope *scope,
		     const struct lookup_name *name, const struct lookup *found);

/* The wildcard exists but not with the type asked for (RFC 4035 3.1.3.4, RFC 5155 7.2.5). */
void denial_wildcard_no_data(struct proofs *proofs, const struct scope *scope,
			     const struct lookup_name *name, const struct lookup *found);

/* The same when something was collected. */
bool denial_write_some(struct proofs *proofs, struct reply *reply);

/* Writes what was collected into the authority section and forgets it. false: it does not fit. */
static inline bool
denial_write(struct proofs *proofs, struct reply *reply)
{
	return proofs->count == 0 || denial_write_some(proofs, reply);
}

#endif
