/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/quiet.h"

bool
quiet_count(struct quiet *quiet, uint64_t queries, struct monotime now)
{
	/* Own queries are subtracted by the caller, and may be counted before they arrive. */
	bool few = queries < quiet->queries || queries - quiet->queries <= QUIET_QUERIES;

	if (quiet->begun && few && monotime_since(now, quiet->window) < QUIET_WINDOW_NS)
		return quiet->quiet;
	/* A window ends when its time is over, or at once when it was not a quiet one. */
	*quiet = (struct quiet){
		.begun = true,
		.quiet = quiet->begun && few,
		.window = now,
		.queries = queries,
	};
	return quiet->quiet;
}
