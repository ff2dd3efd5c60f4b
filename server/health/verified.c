/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/verified.h"

#include "anyns/image.h"

bool
verified_all(struct verified *verified, const struct answer_view *view)
{
	const struct directory *directory = view->zones;
	if (verified->serial != view->serial)
		*verified = (struct verified){.serial = view->serial};
	for (; verified->known < directory_count(directory); verified->known++) {
		const struct segment *segment = directory_segment(directory, verified->known);
		/* A zone that is not loaded is answered with SERVFAIL: nothing to verify. */
		if (segment && segment_trust(segment) != SEGMENT_GOOD)
			return false;
	}
	return true;
}
