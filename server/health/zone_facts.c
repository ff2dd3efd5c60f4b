/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/zone_facts.h"

#include "anyns/monotime.h"
#include "anyns/name.h"

void
zone_facts_add(struct zone_facts *facts, const uint8_t *apex, enum zone_fact_state state,
	       int64_t expires)
{
	facts->count++;
	if (state == ZONE_FACT_STALE && facts->stale++ == 0)
		(void)name_lower(facts->first_stale, apex);
	if (state == ZONE_FACT_FAILED && facts->failed++ == 0)
		(void)name_lower(facts->first_failed, apex);
	/* Of a zone that is not served nobody sees a signature. */
	if (state == ZONE_FACT_FAILED || expires >= facts->expires)
		return;
	facts->expires = expires;
	(void)name_lower(facts->first_expires, apex);
}

static void
add_zone(struct reason *words, const char *before, const uint8_t *apex, size_t count)
{
	char text[NAME_TEXT_MAX];

	reason_add(words, before);
	reason_add(words, name_text(text, apex));
	if (count < 2)
		return;
	reason_add(words, " and ");
	reason_add_number(words, count - 1);
	reason_add(words, " more");
}

static void
add_expiry(struct reason *words, const struct zone_facts *facts, int64_t left)
{
	/* A duration counts in nanoseconds; centuries do not fit. */
	int64_t seconds = left < 0 ? -left : left;

	if (seconds > INT32_MAX)
		seconds = INT32_MAX;
	add_zone(words, "a signature in zone ", facts->first_expires, 1);
	reason_add(words, left < 0 ? " expired " : " expires in ");
	reason_add_duration(words, seconds * MONOTIME_S);
	reason_add(words, left < 0 ? " ago" : "");
}

bool
zone_facts_judge(const struct zone_facts *facts, int64_t now, struct reason *words)
{
	bool is_signed = facts->expires != ZONE_FACTS_UNSIGNED;
	int64_t left = is_signed ? facts->expires - now : INT64_MAX;

	reason_set(words, NULL);
	if (facts->failed > 0) {
		add_zone(words, "not loaded: zone ", facts->first_failed, facts->failed);
		return true;
	}
	if (left < ZONE_FACTS_NEAR_S) {
		add_expiry(words, facts, left);
		return true;
	}
	if (facts->stale > 0) {
		add_zone(words, "in a previous version: zone ", facts->first_stale, facts->stale);
		return true;
	}
	reason_add_number(words, facts->count);
	reason_add(words, " zones as in their files");
	if (is_signed) {
		reason_add(words, "; first, ");
		add_expiry(words, facts, left);
	}
	return false;
}
