/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * directory.c - which zone a name belongs to: the one with the longest matching name.
 *
 * An open hash table of zone names. Only depths at which a zone exists are probed: a server of
 * second-level zones looks once, however long the name in the question.
 */
#include <stdlib.h>
#include <string.h>

#include "anyns/name.h"
#include "image/segment.h"

enum { NO_ENTRY = 0 };

struct slot {
	uint32_t tag;   /* high half of the hash: the low half picks the slot */
	uint32_t entry; /* index plus one, NO_ENTRY: empty */
};

struct named_entry {
	struct zone_entry zone;
	struct segment *segment; /* NULL: could not be loaded */
	uint8_t *apex;
	uint8_t apex_size;
};

struct directory {
	struct named_entry *entries;
	size_t count;
	struct slot *slots;
	size_t slot_mask; /* number of slots, a power of two, less one */
	uint8_t depths[DNS_LABELS_MAX +
		       1]; /* the numbers of labels that zones have, largest first */
	unsigned depth_count;
};

static void
note_depth(struct directory *directory, uint8_t labels)
{
	uint8_t *depths = directory->depths;
	unsigned at = 0;
	while (at < directory->depth_count && depths[at] > labels)
		at++;
	if (at < directory->depth_count && depths[at] == labels)
		return;
	memmove(depths + at + 1, depths + at, directory->depth_count - at);
	depths[at] = labels;
	directory->depth_count++;
}

static void
insert(struct directory *directory, const struct lookup_name *name, uint32_t index)
{
	uint64_t hash = name->hashes[name->labels];
	size_t at = hash & directory->slot_mask;
	while (directory->slots[at].entry != NO_ENTRY)
		at = (at + 1) & directory->slot_mask;
	directory->slots[at] = (struct slot){.tag = (uint32_t)(hash >> 32), .entry = index + 1};
	note_depth(directory, name->labels);
}

static bool
fill(struct directory *directory, const struct directory_entry *entries)
{
	struct lookup_name name;
	for (size_t i = 0; i < directory->count; i++) {
		struct named_entry *entry = &directory->entries[i];
		size_t size = lookup_name_known(&name, entries[i].apex);
		entry->apex = calloc(1, size + sizeof(uint64_t)); /* for lookup_same() */
		if (!entry->apex)
			return false;
		memcpy(entry->apex, name.lower, size);
		entry->apex_size = (uint8_t)size;
		if (entries[i].segment) {
			entry->segment = segment_share(entries[i].segment);
			entry->zone.image = segment_image(entry->segment);
		}
		insert(directory, &name, (uint32_t)i);
	}
	return true;
}

struct directory *
directory_build(const struct directory_entry *entries, size_t count, struct report *report)
{
	struct directory *directory = calloc(1, sizeof *directory);
	size_t slots = 16;
	while (slots < 2 * count)
		slots *= 2;
	if (directory) {
		directory->count = count;
		directory->slot_mask = slots - 1;
		directory->slots = calloc(slots, sizeof *directory->slots);
		directory->entries = calloc(count + 1, sizeof *directory->entries);
	}
	if (!directory || !directory->slots || !directory->entries || !fill(directory, entries)) {
		report_errno(report, SEVERITY_ERROR, (struct place){0}, NULL,
			     "cannot list %zu zones", count);
		directory_free(directory);
		return NULL;
	}
	return directory;
}

void
directory_free(struct directory *directory)
{
	if (!directory)
		return;
	for (size_t i = 0; directory->entries && i < directory->count; i++) {
		segment_release(directory->entries[i].segment);
		free(directory->entries[i].apex);
	}
	free(directory->entries);
	free(directory->slots);
	free(directory);
}

size_t
directory_count(const struct directory *directory)
{
	return directory->count;
}

const uint8_t *
directory_apex(const struct directory *directory, size_t index)
{
	return directory->entries[index].apex;
}

struct segment *
directory_segment(const struct directory *directory, size_t index)
{
	return directory->entries[index].segment;
}

static bool
is_apex(const struct named_entry *entry, const struct lookup_name *name, unsigned labels)
{
	return entry->apex_size == lookup_name_suffix_size(name, labels) &&
	       lookup_same(entry->apex, lookup_name_suffix(name, labels), entry->apex_size);
}

static inline const struct zone_entry *
find_at_depth(const struct directory *directory, const struct lookup_name *name, unsigned labels)
{
	uint64_t hash = name->hashes[labels];
	for (size_t at = hash & directory->slot_mask;; at = (at + 1) & directory->slot_mask) {
		const struct slot *slot = &directory->slots[at];
		if (slot->entry == NO_ENTRY)
			return NULL;
		const struct named_entry *entry = &directory->entries[slot->entry - 1];
		if (slot->tag == (uint32_t)(hash >> 32) && is_apex(entry, name, labels))
			return &entry->zone;
	}
}

const struct zone_entry *
directory_find(const struct directory *directory, const struct lookup_name *name,
	       unsigned max_labels)
{
	for (unsigned i = 0; i < directory->depth_count; i++) {
		unsigned labels = directory->depths[i];
		const struct zone_entry *entry = labels <= max_labels
							 ? find_at_depth(directory, name, labels)
							 : NULL;
		if (entry)
			return entry;
	}
	return NULL;
}
