/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/backoff.h"

int64_t
backoff_wait(const struct backoff *backoff, const struct backoff_limits *limits)
{
	int64_t wait = limits->first_ns;

	if (backoff->level == 0)
		return 0;
	/* Compared before it is doubled: neither a huge level nor a huge limit can overflow. */
	for (unsigned level = 1; level < backoff->level; level++) {
		if (wait > limits->last_ns / 2)
			return limits->last_ns;
		wait *= 2;
	}
	return wait < limits->last_ns ? wait : limits->last_ns;
}

void
backoff_fault(struct backoff *backoff, const struct backoff_limits *limits)
{
	backoff->stable_ns = 0;
	if (backoff->level == 0 || backoff_wait(backoff, limits) < limits->last_ns)
		backoff->level++;
}

bool
backoff_stable(struct backoff *backoff, const struct backoff_limits *limits, int64_t ns)
{
	if (backoff->level == 0)
		return false;
	/* Saturates: a clock that jumped by centuries decays everything and wraps nothing. */
	backoff->stable_ns = ns > INT64_MAX - backoff->stable_ns ? INT64_MAX
								 : backoff->stable_ns + ns;

	bool fell = false;
	while (backoff->level > 0 && backoff->stable_ns >= limits->decay_ns) {
		backoff->level--;
		backoff->stable_ns -= limits->decay_ns;
		fell = true;
	}
	if (backoff->level == 0)
		backoff->stable_ns = 0;
	return fell;
}
