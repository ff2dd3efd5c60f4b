/* SPDX-License-Identifier: BSD-2-Clause */
/* group.h - a draft's records as a zone: sorted, grouped, empty non-terminals and flags added. */
#ifndef ZONE_GROUP_H
#define ZONE_GROUP_H

#include "zone/draft.h"

/*
 * Takes the draft's arena, places and files over. NULL (no finding) when out of memory. Differing
 * TTLs in a set are warnings in the draft's report.
 */
struct zone *group_draft(struct draft *draft) NODISCARD;

/* Where a record stands, for findings. */
struct place group_place(const struct zone *zone, const struct zone_rdata *rdata);

#endif
