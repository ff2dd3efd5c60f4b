/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/absent.h"

#include <stdio.h>
#include <string.h>

static bool
is_paid(const struct gate_penalty *penalty)
{
	return penalty->level == 0 && penalty->hold_ns == 0;
}

static void
forget(struct absent *absent, size_t index)
{
	absent->list[index] = absent->list[--absent->count];
}

static void
pay(struct gate_penalty *penalty, const struct backoff_limits *limits, int64_t ns)
{
	struct backoff hold = {.level = penalty->level, .stable_ns = penalty->stable_ns};

	(void)backoff_stable(&hold, limits, ns);
	penalty->level = hold.level;
	penalty->stable_ns = hold.stable_ns;
	penalty->hold_ns = penalty->hold_ns > ns ? penalty->hold_ns - ns : 0;
}

void
absent_pass(struct absent *absent, const struct backoff_limits *limits, struct monotime now)
{
	int64_t passed = monotime_since(now, absent->at);

	absent->at = now;
	/* Backwards: forget() moves the last one. */
	for (size_t i = absent->count; i-- > 0;) {
		pay(&absent->list[i].penalty, limits, passed);
		if (is_paid(&absent->list[i].penalty))
			forget(absent, i);
	}
}

static size_t
find_least(const struct absent *absent)
{
	size_t least = 0;

	for (size_t i = 1; i < absent->count; i++)
		if (absent->list[i].penalty.level < absent->list[least].penalty.level)
			least = i;
	return least;
}

void
absent_add(struct absent *absent, const char *prefix, const struct gate_penalty *penalty)
{
	if (is_paid(penalty))
		return;
	if (absent->count == STATE_ABSENT) {
		size_t least = find_least(absent);
		if (absent->list[least].penalty.level >= penalty->level)
			return;
		forget(absent, least);
	}
	struct state_prefix *entry = &absent->list[absent->count++];
	snprintf(entry->text, sizeof(entry->text), "%s", prefix);
	entry->penalty = *penalty;
}

bool
absent_take(struct absent *absent, const char *prefix, struct gate_penalty *penalty)
{
	for (size_t i = 0; i < absent->count; i++) {
		if (strcmp(absent->list[i].text, prefix) != 0)
			continue;
		*penalty = absent->list[i].penalty;
		forget(absent, i);
		return true;
	}
	return false;
}
