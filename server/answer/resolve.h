/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resolve.h - the answer to a question of class IN: the algorithm of RFC 1034 4.3.2 with wildcards
 * (RFC 4592), DNAME (RFC 6672) and DNSSEC (RFC 4035 3.1, RFC 5155 7.2), on images. Pure.
 */
#ifndef ANYNS_ANSWER_RESOLVE_H
#define ANYNS_ANSWER_RESOLVE_H

#include "answer/query.h"
#include "answer/reply.h"
#include "anyns/image.h"

/* The zone that answers the question. NULL: none is served here. */
const struct zone_entry *resolve_zone(const struct directory *zones, const struct query *query);

/*
 * Writes the answer to the question in `query` behind the question in `reply`: records, counts, AA,
 * rcode, EDE code; truncated when something that must be there does not fit. `zone` is what
 * resolve_zone() says and `node` what image_find() finds there; `names` are two names of scratch
 * space besides query->name.
 */
void resolve(struct reply *reply, const struct directory *zones, const struct zone_entry *zone,
	     const struct image_node *node, const struct query *query, struct lookup_name names[2]);

#endif
