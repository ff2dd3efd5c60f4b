/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/last_stand.h"

unsigned
last_stand_known_up(const struct last_stand_site *sites, size_t count, struct monotime now,
		    int64_t fresh_ns)
{
	unsigned up = 0;

	for (size_t i = 0; i < count; i++)
		if (sites[i].answered && monotime_since(now, sites[i].answered_at) <= fresh_ns)
			up++;
	return up;
}

bool
last_stand_may_step_back(unsigned required, unsigned known_up)
{
	return known_up >= required;
}
