/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/announce_plan.h"

#include <string.h>

#include "announce/announce_pack.h"
#include "announce/tun.h"
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

/* A prefix that goes leaves its device behind, down; one that comes would need one of its own. */
static void
check_devices(const struct config *old, const struct config *next, struct report *report)
{
	const struct config_announce *was = &old->announce, *is = &next->announce;
	if (!same_text(was->tun, is->tun)) {
		report_add(report, SEVERITY_ERROR, (struct place){.file = next->path}, restart,
			   "announce: with `tun:` or `bird:` other names need other TUN devices, "
			   "which only a start can make");
		return;
	}
	for (size_t i = 0; is->tun && i < is->prefix_count; i++) {
		const struct config_prefix *prefix = &is->prefixes[i];
		if (!announce_has_prefix(was, prefix))
			report_add(report, SEVERITY_ERROR,
				   (struct place){next->path, prefix->line, prefix->column},
				   "take it back and reload; or give it a route through its device "
				   "in the daemon's configuration, drain and restart the server",
				   "announce: with `tun:` or `bird:` %s needs a TUN device, which "
				   "only a start can make",
				   prefix->text);
	}
}

/*
 * Devices are numbered by place at a start, and which routes go through them stands in somebody's
 * bird.conf: unchanged, it would announce another prefix then.
 */
static void
warn_of_renumbering(const struct config *next, struct report *report)
{
	const struct config_announce *is = &next->announce;
	for (size_t i = 0; is->tun && i < is->prefix_count; i++) {
		const struct config_prefix *prefix = &is->prefixes[i];
		char now[IFNAMSIZ], then[IFNAMSIZ];
		if (prefix->slot == i)
			continue;
		tun_name(now, is->tun, prefix->slot);
		tun_name(then, is->tun, i);
		report_add(report, SEVERITY_WARNING,
			   (struct place){next->path, prefix->line, prefix->column},
			   "before the next restart change its route in the daemon's "
			   "configuration, and take away those of prefixes that went; or bring "
			   "back the list as it was and reload",
			   "announce: %s has the TUN device %s until a restart, and %s from then "
			   "on",
			   prefix->text, now, then);
	}
}

bool
announce_plan(const struct config *old, struct config *next, struct report *report)
{
	const struct config_announce *was = &old->announce;
	struct config_announce *is = &next->announce;
	struct place place = {.file = next->path};
	struct place exabgp = {next->path, is->exabgp.line, is->exabgp.column};
	size_t errors = report->errors;
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
	check_devices(old, next, report);
	if (report->errors == errors)
		warn_of_renumbering(next, report);
	return report->errors == errors;
}
