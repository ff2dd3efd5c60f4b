/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/leaky.h"

bool
leaky_count(struct leaky *leaky, const struct leaky_limits *limits, bool ok)
{
	if (!ok) {
		leaky->successes = 0;
		/* Not counted on while bad: the way back is a clean run, however long it was bad.
		 */
		if (!leaky->bad && ++leaky->failures >= limits->down)
			leaky->bad = true;
		return leaky->bad;
	}
	if (leaky->failures == 0)
		return leaky->bad;
	if (++leaky->successes >= (leaky->bad ? limits->up : limits->ok))
		*leaky = (struct leaky){0};
	return leaky->bad;
}
