/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * draft.h - a zone while its files are read: records in the order they came, owners interned in
 * runs. One thread. Once memory ran out `no_memory` is set and whatever is missing does not matter
 * any more.
 */
#ifndef ZONE_DRAFT_H
#define ZONE_DRAFT_H

#include "anyns/name.h"
#include "anyns/zone.h"
#include "zone/arena.h"

/*
 * An owner name and the records that followed each other under it. The same name may come again
 * later as another run. The key orders runs as RFC 4034 6.1 orders names, by memcmp alone.
 */
struct draft_owner {
	const uint8_t *wire; /* lower case, in the zone's arena */
	uint64_t prefix;     /* first 8 bytes of the key, most significant first, zero filled */
	uint32_t first_record;
	uint32_t record_count;
	uint16_t key_size;
	uint8_t size;
	uint8_t labels;
	uint8_t key[];
};

struct draft_record {
	const uint8_t *rdata; /* in the zone's arena */
	const uint8_t *order; /* what it is compared by: canonical form, the same when equal */
	uint32_t ttl;
	uint32_t place;
	uint16_t type;
	uint16_t set_type; /* the covered type for RRSIG, else the type */
	uint16_t size;
};

struct draft {
	const struct zone_options *options;
	struct report *report;
	struct arena *keep;    /* becomes the zone's */
	struct arena *scratch; /* freed with the draft */
	uint8_t apex[DNS_NAME_MAX];
	uint8_t apex_size;
	uint8_t apex_labels;
	bool no_memory;
	struct draft_owner **owners;
	size_t owner_count, owner_capacity;
	struct draft_record *records;
	size_t record_count, record_capacity;
	struct zone_place *places;
	size_t place_count, place_capacity;
	struct zone_file *files;
	size_t file_count, file_capacity;
};

/* False when out of memory; draft_free() is due in any case. */
bool draft_start(struct draft *draft, const uint8_t *apex, const struct zone_options *options,
		 struct report *report) NODISCARD;

/* Frees all that no zone has taken over. */
void draft_free(struct draft *draft);

/* Registers a file (path copied); returns its index. */
uint32_t draft_file(struct draft *draft, const struct zone_file *file);

/* A new run of records under `wire` (well-formed, at or below the apex); NULL when out of memory.
 */
struct draft_owner *draft_owner(struct draft *draft, const uint8_t *wire);

/* Adds a record to the newest run. `rdata` is copied. */
void draft_record(struct draft *draft, uint16_t type, uint32_t ttl, const uint8_t *rdata,
		  size_t size, struct zone_place place);

/*
 * Puts the records of `from`, which has the same apex, behind those of `to`; they are of the file
 * that `to` had first, and `lines` further down than they say. `from` is to be freed all the same.
 */
void draft_join(struct draft *to, struct draft *from, uint32_t lines);

/* <0, 0, >0: the canonical order of two owners. */
int draft_owner_compare(const struct draft_owner *a, const struct draft_owner *b);

#endif
