/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * draft.c - what the readers of master files fill.
 *
 * Nothing of ldns is kept: a record is 32 bytes here and its rdata in the arena. Canonical order
 * compares labels from the right, which is slow on names as they are; so every owner gets a key,
 * its labels below the apex reversed and terminated by zero. As labels may hold any byte, 0 and 1
 * are written as the pairs 1,1 and 1,2: then memcmp of keys is the order of names.
 */
#include "zone/draft.h"

#include <stdlib.h>
#include <string.h>

#include "zone/fields.h"

bool
draft_start(struct draft *draft, const uint8_t *apex, const struct zone_options *options,
	    struct report *report)
{
	*draft = (struct draft){.options = options, .report = report};
	draft->apex_size = (uint8_t)name_lower(draft->apex, apex);
	draft->apex_labels = (uint8_t)name_labels(apex);
	draft->keep = arena_new();
	draft->scratch = arena_new();
	return draft->keep && draft->scratch;
}

void
draft_free(struct draft *draft)
{
	arena_free(draft->keep);
	arena_free(draft->scratch);
	free(draft->owners);
	free(draft->records);
	free(draft->places);
	free(draft->files);
}

/* Room for one more element; indexes have 32 bits and ZONE_NONE is not one. */
static bool
grow(struct draft *draft, void **list, size_t count, size_t *capacity, size_t element)
{
	if (count < *capacity)
		return true;
	size_t wanted = *capacity ? *capacity * 2 : 16;
	void *grown = wanted < ZONE_NONE ? realloc(*list, wanted * element) : NULL;
	if (!grown) {
		draft->no_memory = true;
		return false;
	}
	*list = grown;
	*capacity = wanted;
	return true;
}

uint32_t
draft_file(struct draft *draft, const struct zone_file *file)
{
	void *list = draft->files;
	if (!grow(draft, &list, draft->file_count, &draft->file_capacity, sizeof *draft->files))
		return 0;
	draft->files = list;
	struct zone_file copy = *file;
	copy.path = (char *)arena_copy(draft->keep, file->path, strlen(file->path) + 1);
	if (!copy.path) {
		draft->no_memory = true;
		return 0;
	}
	draft->files[draft->file_count] = copy;
	return (uint32_t)draft->file_count++;
}

static size_t
make_key(uint8_t *key, const uint8_t *wire, unsigned labels)
{
	uint8_t offsets[DNS_LABELS_MAX];
	const uint8_t *p = wire;
	size_t at = 0;
	for (unsigned i = 0; i < labels; i++, p += 1 + *p)
		offsets[i] = (uint8_t)(p - wire);
	while (labels) {
		p = wire + offsets[--labels];
		for (unsigned length = *p++; length; length--, p++) {
			if (*p <= 1) {
				key[at++] = 1;
				key[at++] = (uint8_t)(*p + 1);
			} else {
				key[at++] = *p;
			}
		}
		key[at++] = 0;
	}
	return at;
}

static uint64_t
make_prefix(const uint8_t *key, size_t size)
{
	uint64_t prefix = 0;
	for (size_t i = 0; i < 8; i++)
		prefix = prefix << 8 | (i < size ? key[i] : 0);
	return prefix;
}

struct draft_owner *
draft_owner(struct draft *draft, const uint8_t *wire)
{
	uint8_t lower[DNS_NAME_MAX];
	uint8_t key[2 * DNS_NAME_MAX];
	size_t size = name_lower(lower, wire);
	unsigned labels = name_labels(lower);
	size_t key_size = make_key(key, lower, labels - draft->apex_labels);
	void *list = draft->owners;

	if (!grow(draft, &list, draft->owner_count, &draft->owner_capacity, sizeof *draft->owners))
		return NULL;
	draft->owners = list;
	const uint8_t *kept = arena_copy(draft->keep, lower, size);
	struct draft_owner *owner = arena_alloc(draft->scratch, sizeof *owner + key_size);
	if (!kept || !owner) {
		draft->no_memory = true;
		return NULL;
	}
	*owner = (struct draft_owner){.wire = kept,
				      .prefix = make_prefix(key, key_size),
				      .first_record = (uint32_t)draft->record_count,
				      .key_size = (uint16_t)key_size,
				      .size = (uint8_t)size,
				      .labels = (uint8_t)labels};
	memcpy(owner->key, key, key_size);
	draft->owners[draft->owner_count++] = owner;
	return owner;
}

/*
 * The canonical form (RFC 4034 6.2): by it records are ordered and found to be the same, while
 * answers keep the case of the file. Most rdata has no name with a capital letter and is its own
 * canonical form.
 */
static const uint8_t *
canonical(struct draft *draft, uint16_t type, const uint8_t *rdata, size_t size)
{
	size_t i = 0;
	if (!fields_folds(type))
		return rdata;
	while (i < size && name_fold(rdata[i]) == rdata[i])
		i++;
	if (i == size)
		return rdata;
	uint8_t *copy = arena_copy(draft->scratch, rdata, size);
	if (copy)
		fields_canonical(type, rdata, size, copy);
	return copy;
}

void
draft_record(struct draft *draft, uint16_t type, uint32_t ttl, const uint8_t *rdata, size_t size,
	     struct zone_place place)
{
	void *records = draft->records;
	void *places = draft->places;
	if (!grow(draft, &records, draft->record_count, &draft->record_capacity,
		  sizeof *draft->records))
		return;
	draft->records = records;
	if (!grow(draft, &places, draft->place_count, &draft->place_capacity,
		  sizeof *draft->places))
		return;
	draft->places = places;
	const uint8_t *kept = arena_copy(draft->keep, rdata, size);
	const uint8_t *order = kept ? canonical(draft, type, kept, size) : NULL;
	if (!order) {
		draft->no_memory = true;
		return;
	}
	uint16_t set_type = type;
	if (type == DNS_TYPE_RRSIG) /* begins with the covered type, RFC 4034 3.1 */
		set_type = (uint16_t)(rdata[0] << 8 | rdata[1]);
	draft->places[draft->place_count] = place;
	draft->records[draft->record_count++] = (struct draft_record){
		.rdata = kept,
		.order = order,
		.ttl = ttl,
		.place = (uint32_t)draft->place_count++,
		.type = type,
		.set_type = set_type,
		.size = (uint16_t)size};
	draft->owners[draft->owner_count - 1]->record_count++;
}

/* Room for `more` elements at once. */
static bool
reserve(struct draft *draft, void **list, size_t count, size_t more, size_t *capacity,
	size_t element)
{
	size_t wanted = count + more;
	if (wanted <= *capacity)
		return true;
	void *grown = wanted < ZONE_NONE ? realloc(*list, wanted * element) : NULL;
	if (!grown) {
		draft->no_memory = true;
		return false;
	}
	*list = grown;
	*capacity = wanted;
	return true;
}

static bool
reserve_all(struct draft *to, const struct draft *from)
{
	void *owners = to->owners;
	void *records = to->records;
	void *places = to->places;
	bool ok = reserve(to, &owners, to->owner_count, from->owner_count, &to->owner_capacity,
			  sizeof *to->owners);
	to->owners = owners;
	ok = ok && reserve(to, &records, to->record_count, from->record_count, &to->record_capacity,
			   sizeof *to->records);
	to->records = records;
	ok = ok && reserve(to, &places, to->place_count, from->place_count, &to->place_capacity,
			   sizeof *to->places);
	to->places = places;
	return ok;
}

void
draft_join(struct draft *to, struct draft *from, uint32_t lines)
{
	if (!reserve_all(to, from))
		return;
	for (size_t i = 0; i < from->owner_count; i++) {
		from->owners[i]->first_record += (uint32_t)to->record_count;
		to->owners[to->owner_count + i] = from->owners[i];
	}
	for (size_t i = 0; i < from->record_count; i++) {
		to->records[to->record_count + i] = from->records[i];
		to->records[to->record_count + i].place += (uint32_t)to->place_count;
	}
	for (size_t i = 0; i < from->place_count; i++)
		to->places[to->place_count + i] = (struct zone_place){0,
								      from->places[i].line + lines};
	to->owner_count += from->owner_count;
	to->record_count += from->record_count;
	to->place_count += from->place_count;
	arena_join(to->keep, from->keep);
	arena_join(to->scratch, from->scratch);
}

int
draft_owner_compare(const struct draft_owner *a, const struct draft_owner *b)
{
	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	int order = memcmp(a->key, b->key, size_min(a->key_size, b->key_size));
	return order ? order : (int)a->key_size - (int)b->key_size;
}
