/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * announce_pack.c - one description of the block for all that is done with it.
 *
 * A walk visits every field in order and measures, writes or reads it. So what is written and what
 * is read cannot come apart, and a new field of the configuration is one line here.
 */
#include "announce/announce_pack.h"

#include <stdlib.h>
#include <string.h>

enum {
	/* More than any array of the configuration has. */
	ITEMS_MAX = 1024,
	TEXT_MAX = 4096,
	ALIGNMENT = 8,
	/* One peer: 80 bytes of password, 127 communities, 64 large ones, and some numbers. */
	PEER_MAX = 2048,
	NO_TEXT = TEXT_MAX + 1,
};

enum purpose { MEASURE, WRITE, READ };

struct walk {
	enum purpose purpose;
	const uint8_t *from; /* the block, when reading, */
	uint8_t *to;         /* or when writing, */
	size_t left;         /* and what is left of it */
	size_t size;         /* of the block so far */
	size_t room;         /* that arrays and texts take when read, so far */
	uint8_t *arena;
	size_t arena_size;
	bool bad; /* no such block; what was read since is zero */
};

/* What announce_unpack() allocates. */
struct unpacked {
	struct config_announce announce; /* first, so that its address is the allocation's */
	size_t size;
	_Alignas(ALIGNMENT) uint8_t arena[];
};

static void
raw(struct walk *w, void *value, size_t size)
{
	w->size += size;
	if (w->purpose == MEASURE)
		return;
	if (w->bad || !value || size > w->left) {
		w->bad = true;
		if (value && w->purpose == READ)
			memset(value, 0, size);
		return;
	}
	w->left -= size;
	if (w->purpose == WRITE) {
		memcpy(w->to, value, size);
		w->to += size;
	} else {
		memcpy(value, w->from, size);
		w->from += size;
	}
}

#define RAW(walk, field) raw((walk), &(field), sizeof(field))

/* A flag by its value: any other byte than 0 and 1 would be no bool. */
static void
flag(struct walk *w, bool *value)
{
	uint8_t byte = *value;
	RAW(w, byte);
	if (w->purpose == READ)
		*value = byte != 0;
}

static void *
reserve(struct walk *w, size_t size)
{
	size_t begin = w->room;
	w->room += (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (w->purpose != READ)
		return NULL;
	if (w->bad || w->room > w->arena_size) {
		w->bad = true;
		return NULL;
	}
	return w->arena + begin;
}

/* Counts an array; when reading, makes it of zeros: NULL with a count of 0. */
static void *
array(struct walk *w, size_t *count, size_t size)
{
	uint32_t number = (uint32_t)*count;
	RAW(w, number);
	if (number > ITEMS_MAX)
		w->bad = true;
	void *made = number && !w->bad ? reserve(w, number * size) : NULL;
	if (w->purpose == READ)
		*count = made ? number : 0;
	return made;
}

static void
text(struct walk *w, char **string)
{
	uint32_t length = *string && w->purpose != READ ? (uint32_t)strlen(*string) : NO_TEXT;
	RAW(w, length);
	if (w->purpose == READ)
		*string = NULL;
	if (length == NO_TEXT)
		return;
	if (length > TEXT_MAX) {
		w->bad = true;
		return;
	}
	char *made = reserve(w, length + 1);
	if (w->purpose != READ)
		raw(w, *string, length);
	else if (made) {
		raw(w, made, length);
		made[length] = '\0';
		*string = made;
	}
}

/* ------------------------------------------------------------ what there is */

static void
walk_session(struct walk *w, struct config_peer *peer)
{
	RAW(w, peer->address.socket);
	RAW(w, peer->address.size);
	RAW(w, peer->address.text);
	RAW(w, peer->as);
	RAW(w, peer->local_as);
	RAW(w, peer->hold);
	RAW(w, peer->role);
	flag(w, &peer->role_strict);
	flag(w, &peer->passive);
	RAW(w, peer->gtsm_hops);
	text(w, &peer->password);
}

static void
walk_attributes(struct walk *w, struct config_peer *peer)
{
	void *made = array(w, &peer->community_count, sizeof *peer->communities);
	if (w->purpose == READ)
		peer->communities = made;
	if (peer->communities)
		raw(w, peer->communities, peer->community_count * sizeof *peer->communities);
	made = array(w, &peer->large_count, sizeof *peer->large);
	if (w->purpose == READ)
		peer->large = made;
	if (peer->large)
		raw(w, peer->large, peer->large_count * sizeof *peer->large);
	flag(w, &peer->has_med);
	RAW(w, peer->med);
	flag(w, &peer->has_next_hop);
	RAW(w, peer->next_hop);
}

static void
walk_peer(struct walk *w, struct config_peer *peer)
{
	RAW(w, peer->slot);
	walk_session(w, peer);
	walk_attributes(w, peer);
}

static void
walk_prefix(struct walk *w, struct config_prefix *prefix)
{
	RAW(w, prefix->family);
	RAW(w, prefix->length);
	RAW(w, prefix->bytes);
	RAW(w, prefix->text);
	RAW(w, prefix->slot);
}

static void
walk_drivers(struct walk *w, struct config_announce *announce)
{
	text(w, &announce->exabgp.socket);
	text(w, &announce->exabgp.group);
	walk_peer(w, &announce->exabgp.peer);
	text(w, &announce->bird.socket);
	for (size_t i = 0; i < CONFIG_BIRD_PROTOCOLS; i++)
		text(w, &announce->bird.protocols[i]);
	text(w, &announce->tun);
}

static void
walk_announce(struct walk *w, struct config_announce *announce)
{
	void *made = array(w, &announce->prefix_count, sizeof *announce->prefixes);
	if (w->purpose == READ)
		announce->prefixes = made;
	for (size_t i = 0; i < announce->prefix_count; i++)
		walk_prefix(w, &announce->prefixes[i]);
	RAW(w, announce->router_id);
	made = array(w, &announce->peer_count, sizeof *announce->peers);
	if (w->purpose == READ)
		announce->peers = made;
	for (size_t i = 0; i < announce->peer_count; i++)
		walk_peer(w, &announce->peers[i]);
	walk_drivers(w, announce);
	flag(w, &announce->dry_run);
	flag(w, &announce->allow_long);
}

/* ------------------------------------------------------------ both ways */

uint8_t *
announce_pack(const struct config_announce *announce, size_t *size)
{
	struct walk measured = {.purpose = MEASURE};
	/* A walk changes what it visits only when it reads. */
	struct config_announce copy = *announce;
	walk_announce(&measured, &copy);
	*size = sizeof measured.room + measured.size;
	uint8_t *bytes = calloc(1, *size);
	if (!bytes)
		return NULL;
	memcpy(bytes, &measured.room, sizeof measured.room);
	struct walk w = {
		.purpose = WRITE, .to = bytes + sizeof measured.room, .left = measured.size};
	walk_announce(&w, &copy);
	return bytes;
}

void
announce_pack_free(uint8_t *bytes, size_t size)
{
	if (bytes)
		explicit_bzero(bytes, size);
	free(bytes);
}

struct config_announce *
announce_unpack(const uint8_t *bytes, size_t size)
{
	size_t room;
	/* A field takes about as much in the block as it does when read; more is a lie. */
	if (size < sizeof room || (memcpy(&room, bytes, sizeof room), room > 64 * size))
		return NULL;
	struct unpacked *unpacked = calloc(1, sizeof *unpacked + room);
	if (!unpacked)
		return NULL;
	unpacked->size = sizeof *unpacked + room;
	struct walk w = {.purpose = READ,
			 .from = bytes + sizeof room,
			 .left = size - sizeof room,
			 .arena = unpacked->arena,
			 .arena_size = room};
	walk_announce(&w, &unpacked->announce);
	if (!w.bad && w.left == 0 && w.room == room)
		return &unpacked->announce;
	announce_unpack_free(&unpacked->announce);
	return NULL;
}

void
announce_unpack_free(struct config_announce *announce)
{
	if (announce)
		explicit_bzero(announce, ((struct unpacked *)(void *)announce)->size);
	free(announce);
}

/* ------------------------------------------------------------ comparing */

static bool
is_same(void (*part)(struct walk *, struct config_peer *), const struct config_peer *a,
	const struct config_peer *b)
{
	uint8_t bytes[2][PEER_MAX] = {{0}};
	size_t sizes[2];
	for (size_t i = 0; i < 2; i++) {
		struct config_peer copy = i ? *b : *a;
		struct walk w = {.purpose = WRITE, .to = bytes[i], .left = PEER_MAX};
		part(&w, &copy);
		sizes[i] = w.size;
	}
	bool same = sizes[0] == sizes[1] && memcmp(bytes[0], bytes[1], PEER_MAX) == 0;
	explicit_bzero(bytes, sizeof bytes);
	return same;
}

bool
announce_same_session(const struct config_peer *a, const struct config_peer *b)
{
	return is_same(walk_session, a, b);
}

bool
announce_same_attributes(const struct config_peer *a, const struct config_peer *b)
{
	return is_same(walk_attributes, a, b);
}
