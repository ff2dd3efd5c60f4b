/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/verified.h"

bool
verified_all(struct verified *verified, const struct directory *directory)
{
	if (verified->directory != directory)
		*verified = (struct verified){.directory = directory};
	for (; verified->known < directory_count(directory); verified->known++) {
		const struct segment *segment = directory_segment(directory, verified->known);
		/* A zone that is not loaded is answered with SERVFAIL: nothing to verify. */
		if (segment && segment_trust(segment) != SEGMENT_GOOD)
			return false;
	}
	return true;
}
