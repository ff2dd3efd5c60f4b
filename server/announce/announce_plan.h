/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * announce_plan.h - what a reload of `announce:` would change, and whether that can be done without
 * a restart. Pure but for the report.
 */
#ifndef ANNOUNCE_ANNOUNCE_PLAN_H
#define ANNOUNCE_ANNOUNCE_PLAN_H

#include "anyns/config.h"
#include "anyns/report.h"

enum {
	/*
	 * Numbers of peers. Twice as many as there can be peers: one with other settings is another
	 * peer and gets another number, so that news about the old one are never taken for its own.
	 */
	ANNOUNCE_PEER_SLOTS = 128,
};

/*
 * Gives prefixes and peers of `next` their slots: those that stay keep the ones they have in `old`,
 * others get one that `old` does not use. false with an error in the report for what only a restart
 * can do; `next` is then not to be followed.
 */
bool announce_plan(const struct config *old, struct config *next, struct report *report) NODISCARD;

/* Whether the prefix is there, in the same slot. */
bool announce_has_prefix(const struct config_announce *announce,
			 const struct config_prefix *prefix);

/* The peer in this slot, or NULL. */
const struct config_peer *announce_peer_in(const struct config_announce *announce, unsigned slot);

/* The prefix in this slot, or NULL. */
const struct config_prefix *announce_prefix_in(const struct config_announce *announce,
					       unsigned slot);

#endif
