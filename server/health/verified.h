/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verified.h - whether all that is served is known to be what was compiled.
 *
 * What this process has compiled is. A segment from an image file is mapped and served before
 * anybody has looked into it; no prefix is announced for the first time until it was read.
 */
#ifndef ANYNS_HEALTH_VERIFIED_H
#define ANYNS_HEALTH_VERIFIED_H

#include "anyns/answer.h"

/* All zero: nothing was looked at. */
struct verified {
	uint64_t serial; /* of the view that was looked at last */
	size_t known;    /* zones of it, from the first on */
};

/*
 * Whether every segment of the view that is served now is good. Cheap to ask with every turn:
 * each zone is looked at until it is good, and then no more. What goes bad after that is the
 * scrub's to tell.
 */
bool verified_all(struct verified *verified, const struct answer_view *view);

#endif
