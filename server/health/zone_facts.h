/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * zone_facts.h - what a load says about the zones that no query can: which are served in a previous
 * version or not at all, and when the first signature expires. Pure.
 *
 * One value, copied as a whole: a million zones are as quickly judged as one.
 */
#ifndef ANYNS_HEALTH_ZONE_FACTS_H
#define ANYNS_HEALTH_ZONE_FACTS_H

#include "anyns/dns.h"
#include "health/reason.h"

enum {
	/*
	 * Signers renew days before; who gets as near as this has not been renewed at all.
	 * Resolvers must stop using a signature that expires, and whoever asks then comes back to
	 * us.
	 */
	ZONE_FACTS_NEAR_S = 3600,
};

#define ZONE_FACTS_UNSIGNED INT64_MAX

enum zone_fact_state {
	ZONE_FACT_OK,
	ZONE_FACT_STALE,  /* its files have errors: the previous version is served */
	ZONE_FACT_FAILED, /* not loaded: answered with SERVFAIL */
};

/* ZONE_FACTS_INIT before the first zone. */
struct zone_facts {
	size_t count;
	size_t stale;
	size_t failed;
	uint8_t first_stale[DNS_NAME_MAX];
	uint8_t first_failed[DNS_NAME_MAX];
	int64_t expires; /* seconds since 1970, the earliest; ZONE_FACTS_UNSIGNED: none */
	uint8_t first_expires[DNS_NAME_MAX];
};

#define ZONE_FACTS_INIT ((struct zone_facts){.expires = ZONE_FACTS_UNSIGNED})

/* Counts one zone; `expires` as above. */
void zone_facts_add(struct zone_facts *facts, const uint8_t *apex, enum zone_fact_state state,
		    int64_t expires);

/* Whether they are evidence at `now`, seconds since 1970. `words` says why, or how it is. */
bool zone_facts_judge(const struct zone_facts *facts, int64_t now, struct reason *words);

#endif
