/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/announce_plan.h"

#include <string.h>

#include "announce/announce_pack.h"
#include "anyns/lease.h"

static const char restart[] = "take this change back and reload, or drain and restart the server";

static bool
same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool
same_prefix(const struct config_prefix *a, const struct config_prefix *b)
{
	return a->family == b->family && a->length == b->length &&
	       memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

bool
announce_has_prefix(const struct config_announce *announce, const struct config_prefix *prefix)
{
	const struct config_prefix *other = announce_prefix_in(announce, prefix->slot);
	return other && same_prefix(other, prefix);
}

const struct config_peer *
announce_peer_in(const struct config_announce *announce, unsigned slot)
{
	for (size_t i = 0; i < announce->peer_count; i++)
		if (announce->peers[i].slot == slot)
			return &announce->peers[i];
	return NULL;
}

const struct config_prefix *
announce_prefix_in(const struct config_announce *announce, unsigned slot)
{
	for (size_t i = 0; i < announce->prefix_count; i++)
		if (announce->prefixes[i].slot == slot)
			return &announce->prefixes[i];
	return NULL;
}

/* ------------------------------------------------------------ slots */

/* The lowest that is free; `count` when none is. */
static unsigned
take_slot(bool *taken, unsigned count)
{
	unsigned slot = 0;
	while (slot < count && taken[slot])
		slot++;
	if (slot < count)
		taken[slot] = true;
	return slot;
}

static bool
place_prefixes(const struct config_announce *old, struct config_announce *next)
{
	bool taken[LEASE_GATES] = {false}, stays[LEASE_GATES] = {false};
	for (size_t i = 0; i < old->prefix_count; i++)
		taken[old->prefixes[i].slot] = true;
	for (size_t i = 0; i < next->prefix_count; i++)
		for (size_t j = 0; j < old->prefix_count; j++)
			if (same_prefix(&next->prefixes[i], &old->prefixes[j])) {
				next->prefixes[i].slot = old->prefixes[j].slot;
				stays[i] = true;
			}
	for (size_t i = 0; i < next->prefix_count; i++) {
		if (!stays[i])
			next->prefixes[i].slot = take_slot(taken, LEASE_GATES);
		if (next->prefixes[i].slot == LEASE_GATES)
			return false;
	}
	return true;
}

static void
place_peers(const struct config_announce *old, struct config_announce *next)
{
	bool taken[ANNOUNCE_PEER_SLOTS] = {false};
	for (size_t i = 0; i < old->peer_count; i++)
		taken[old->peers[i].slot] = true;
	for (size_t i = 0; i < next->peer_count; i++) {
		struct config_peer *peer = &next->peers[i];
		peer->slot = ANNOUNCE_PEER_SLOTS;
		/* Another router-id is for every session another OPEN. */
		for (size_t j = 0; j < old->peer_count && next->router_id == old->router_id; j++)
			if (announce_same_session(peer, &old->peers[j]))
				peer->slot = old->peers[j].slot;
		/* Never without: there are at most 64 of each. */
		if (peer->slot == ANNOUNCE_PEER_SLOTS)
			peer->slot = take_slot(taken, ANNOUNCE_PEER_SLOTS);
	}
}

/* ------------------------------------------------------------ what only a restart can do */

static bool
same_bird(const struct config_bird *a, const struct config_bird *b)
{
	for (size_t i = 0; i < CONFIG_BIRD_PROTOCOLS; i++)
		if (!same_text(a->protocols[i], b->protocols[i]))
			return false;
	return same_text(a->socket, b->socket);
}

/* Devices are numbered by place, and what routes go through them stands in somebody's bird.conf. */
static bool
same_devices(const struct config_announce *a, const struct config_announce *b)
{
	if (!same_text(a->tun, b->tun))
		return false;
	if (!a->tun)
		return true;
	for (size_t i = 0; i < a->prefix_count && i < b->prefix_count; i++)
		if (!same_prefix(&a->prefixes[i], &b->prefixes[i]))
			return false;
	return a->prefix_count == b->prefix_count;
}

bool
announce_plan(const struct config *old, struct config *next, struct report *report)
{
	const struct config_announce *was = &old->announce;
	struct config_announce *is = &next->announce;
	struct place place = {.file = next->path};
	struct place exabgp = {next->path, is->exabgp.line, is->exabgp.column};
	size_t errors = report->errors;
	if (!same_devices(was, is))
		report_add(report, SEVERITY_ERROR, place, restart,
			   "announce: with `tun:` or `bird:` other prefixes or names need other "
			   "TUN devices, which only a start can make");
	if (!same_bird(&was->bird, &is->bird))
		report_add(report, SEVERITY_ERROR, place, restart,
			   "announce: bird: socket and protocols are those of the start");
	if (!same_text(was->exabgp.socket, is->exabgp.socket) ||
	    !same_text(was->exabgp.group, is->exabgp.group))
		report_add(report, SEVERITY_ERROR, exabgp, restart,
			   "announce: exabgp: socket and group are those of the start");
	if (!place_prefixes(was, is))
		report_add(report, SEVERITY_ERROR, place,
			   "reload without the prefixes that go, and then with those that come",
			   "announce: prefixes that go and prefixes that come are together more "
			   "than %d",
			   LEASE_GATES);
	place_peers(was, is);
	return report->errors == errors;
}
