/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exabgp_relay.c - which command is due.
 *
 * ExaBGP 4.2 collects changes of a route and sends them later, in an order of its own: announced,
 * withdrawn and announced again within one turn of its loop ends as withdrawn, and its adj-rib-out
 * does not show that. So an announcement keeps a distance from the command before it for the same
 * prefix; a withdrawal, which always comes last, never waits.
 */
#include "announce/exabgp_relay.h"

#include <stdio.h>
#include <string.h>

#include "health/lease_watch.h"

#define DISTANCE_NS   (100 * MONOTIME_MS) /* ten turns of ExaBGP's loop, which polls every 10 ms */
#define RETRY_NS      (1 * MONOTIME_S)
#define LOOK_NS       (1 * MONOTIME_S)
#define REPAIR_MAX_NS (64 * MONOTIME_S)
/* ExaBGP sends nothing for a route that a neighbour has; one that was added by a reload has not. */
#define REFRESH_NS (10 * MONOTIME_S)
/* A command that failed inside ExaBGP is never answered; withdrawals go past it after that. */
#define SILENCE_NS (200 * MONOTIME_MS)

#define HEAD offsetof(struct exabgp_record, line)

void
exabgp_relay_init(struct exabgp_relay *relay)
{
	memset(relay, 0, sizeof *relay);
}

static struct exabgp_route *
find(struct exabgp_relay *relay, const char *prefix)
{
	for (size_t i = 0; i < relay->count; i++)
		if (strcmp(relay->routes[i].prefix, prefix) == 0)
			return &relay->routes[i];
	return NULL;
}

/* Whether ExaBGP has confirmed the withdrawal, and nobody wants or waits for anything else. */
static bool
is_spare(const struct exabgp_relay *relay, size_t index)
{
	const struct exabgp_route *route = &relay->routes[index];
	for (size_t i = 0; i < relay->waiting_count; i++)
		if (relay->waiting[i].route == index)
			return false;
	return route->known == EXABGP_WITHDRAWN && !route->withdrawing && !route->wanted[0];
}

/* Over the years, reload by reload, more prefixes come and go than there is room for at a time. */
static struct exabgp_route *
make_room(struct exabgp_relay *relay)
{
	if (relay->count < ARRAY_LENGTH(relay->routes))
		return &relay->routes[relay->count++];
	for (size_t i = 0; !relay->named && i < relay->count; i++)
		if (is_spare(relay, i))
			return &relay->routes[i];
	return NULL;
}

static struct exabgp_route *
add(struct exabgp_relay *relay, const char *prefix)
{
	struct exabgp_route *route = make_room(relay);
	if (!route)
		return NULL;
	*route = (struct exabgp_route){0};
	snprintf(route->prefix, sizeof route->prefix, "%s", prefix);
	return route;
}

bool
exabgp_relay_name(struct exabgp_relay *relay, const char *prefix)
{
	if (!exabgp_line_is_prefix(prefix))
		return false;
	relay->named = true;
	return find(relay, prefix) || add(relay, prefix);
}

/* ------------------------------------------------------------ the announcer */

static void
forget_wishes(struct exabgp_relay *relay)
{
	for (size_t i = 0; i < relay->count; i++)
		relay->routes[i].wanted[0] = '\0';
	relay->holds = relay->renewed = false;
	relay->missed = 0;
	relay->told = relay->expected = 0;
}

void
exabgp_relay_connected(struct exabgp_relay *relay)
{
	forget_wishes(relay);
	relay->connected = true;
}

void
exabgp_relay_lost(struct exabgp_relay *relay)
{
	forget_wishes(relay);
	relay->connected = false;
}

static const char *
take_renewal(struct exabgp_relay *relay)
{
	if (relay->expected == 0 || relay->told < relay->expected)
		return "it renews what it has not said";
	relay->renewed = relay->holds = true;
	relay->missed = 0;
	return NULL;
}

static const char *
take_line(struct exabgp_relay *relay, size_t index, const char *line)
{
	char prefix[EXABGP_PREFIX_MAX];
	enum exabgp_verb verb = exabgp_line_read(line, prefix);
	if (verb == EXABGP_OTHER)
		return "it sent what is no command for a route";
	/* In order at first, then as they change. */
	if (index > relay->told)
		return "it left a prefix out";
	struct exabgp_route *route = find(relay, prefix);
	/* As after a reload that added it: no reason to withdraw the others. */
	if (!route && relay->named && verb == EXABGP_ANNOUNCE)
		snprintf(relay->ignored, sizeof relay->ignored, "%s", prefix);
	if (!route && !relay->named)
		route = add(relay, prefix);
	if (!route && !relay->named)
		return "more than 64 prefixes";
	if (route)
		snprintf(route->wanted, sizeof route->wanted, "%s",
			 verb == EXABGP_ANNOUNCE ? line : "");
	relay->told += index == relay->told;
	return NULL;
}

const char *
exabgp_relay_record(struct exabgp_relay *relay, const struct exabgp_record *record, size_t size)
{
	char line[EXABGP_LINE_MAX];
	if (size < HEAD || size >= sizeof *record || record->magic != EXABGP_MAGIC ||
	    record->count == 0 || record->count > LEASE_GATES || record->count < relay->expected ||
	    record->index >= record->count)
		return "it is no anyns of this version";
	/* More of them after a reload, never fewer: what goes is withdrawn and stays named. */
	relay->expected = record->count;
	if (size == HEAD)
		return take_renewal(relay);
	memcpy(line, record->line, size - HEAD);
	line[size - HEAD] = '\0';
	if (strlen(line) != size - HEAD)
		return "it sent what is no command for a route";
	return take_line(relay, record->index, line);
}

bool
exabgp_relay_tick(struct exabgp_relay *relay)
{
	if (relay->renewed)
		relay->missed = 0;
	else
		relay->missed++;
	relay->renewed = false;
	if (!relay->holds || relay->missed < LEASE_TICKS)
		return false;
	relay->holds = false;
	return true;
}

/* ------------------------------------------------------------ ExaBGP's replies */

/* One line of the adj-rib-out: "neighbor 10.0.0.1 ipv4 unicast 192.0.2.0/24 next-hop ...". */
static void
see(struct exabgp_relay *relay, const char *line)
{
	while (*line) {
		size_t size = strcspn(line, " ");
		for (size_t i = 0; i < relay->count; i++) {
			struct exabgp_route *route = &relay->routes[i];
			if (strlen(route->prefix) == size && memcmp(route->prefix, line, size) == 0)
				route->seen++;
		}
		line += size;
		line += strspn(line, " ");
	}
}

/* Somebody took the route out, or ExaBGP keeps no adj-rib-out: then it is told ever less often. */
static void
repair(struct exabgp_route *route, struct monotime now)
{
	if (!monotime_reached(now, route->repair_at))
		return;
	route->known = EXABGP_UNKNOWN;
	route->repair_ns = route->repair_ns ? 2 * route->repair_ns : LOOK_NS;
	if (route->repair_ns > REPAIR_MAX_NS)
		route->repair_ns = REPAIR_MAX_NS;
	route->repair_at = monotime_add(now, route->repair_ns);
}

static void
compare(struct exabgp_route *route, struct monotime now)
{
	if (route->known == EXABGP_WITHDRAWN && route->seen > 0) {
		/* A reload of ExaBGP, or a person. */
		route->known = EXABGP_UNKNOWN;
	} else if (route->known == EXABGP_ANNOUNCED &&
		   (!route->seen || route->seen < route->most)) {
		repair(route, now);
	} else if (route->known == EXABGP_ANNOUNCED) {
		route->repair_ns = 0;
		if (monotime_reached(now, route->refresh_at))
			route->known = EXABGP_UNKNOWN;
	}
	route->most = route->seen;
}

static void
take_reply(struct exabgp_relay *relay, struct exabgp_command command, bool done,
	   struct monotime now)
{
	if (command.route == EXABGP_SHOW) {
		for (size_t i = 0; done && i < relay->count; i++)
			compare(&relay->routes[i], now);
		relay->look_at = monotime_add(now, LOOK_NS);
		return;
	}
	struct exabgp_route *route = &relay->routes[command.route];
	if (!command.announces)
		route->withdrawing = false;
	if (!done) {
		route->known = EXABGP_UNKNOWN;
		route->not_before = route->retry_at = monotime_add(now, RETRY_NS);
	} else if (command.announces) {
		route->known = EXABGP_ANNOUNCED;
	} else {
		route->known = EXABGP_WITHDRAWN;
		route->begun = true;
	}
}

enum exabgp_reply
exabgp_relay_heard(struct exabgp_relay *relay, const char *line, struct monotime now)
{
	bool done = strcmp(line, "done") == 0;
	if (!done && strcmp(line, "error") != 0) {
		/* Events that nobody needs, or what was asked for. */
		if (relay->waiting_count && relay->waiting[0].route == EXABGP_SHOW)
			see(relay, line);
		return EXABGP_NO_REPLY;
	}
	if (relay->waiting_count == 0)
		return EXABGP_NO_REPLY;
	struct exabgp_command command = relay->waiting[0];
	relay->waiting_count--;
	memmove(relay->waiting, relay->waiting + 1, relay->waiting_count * sizeof command);
	relay->quiet_since = now;
	take_reply(relay, command, done, now);
	return done ? EXABGP_DONE : EXABGP_ERROR;
}

/* ------------------------------------------------------------ commands */

static bool
is_wanted(const struct exabgp_relay *relay, const struct exabgp_route *route)
{
	return relay->connected && relay->holds && relay->told == relay->expected && route->begun &&
	       route->wanted[0];
}

static bool
needs_withdrawal(const struct exabgp_relay *relay, const struct exabgp_route *route,
		 struct monotime now)
{
	return !is_wanted(relay, route) && route->known != EXABGP_WITHDRAWN &&
	       !route->withdrawing && monotime_reached(now, route->retry_at);
}

static bool
needs_announcement(const struct exabgp_relay *relay, const struct exabgp_route *route,
		   struct monotime now)
{
	return is_wanted(relay, route) && monotime_reached(now, route->not_before) &&
	       (route->known != EXABGP_ANNOUNCED || strcmp(route->said, route->wanted) != 0);
}

static const char *
give(struct exabgp_relay *relay, size_t index, bool announces, struct monotime now)
{
	if (relay->waiting_count == 0)
		relay->quiet_since = now;
	relay->waiting[relay->waiting_count++] = (struct exabgp_command){.route = (uint8_t)index,
									 .announces = announces};
	return relay->line;
}

static const char *
withdraw(struct exabgp_relay *relay, size_t index, struct monotime now)
{
	struct exabgp_route *route = &relay->routes[index];
	exabgp_line_withdraw(relay->line, route->prefix);
	route->withdrawing = true;
	route->known = EXABGP_UNKNOWN;
	route->most = 0;
	route->not_before = monotime_add(now, DISTANCE_NS);
	return give(relay, index, false, now);
}

static const char *
announce(struct exabgp_relay *relay, size_t index, struct monotime now)
{
	struct exabgp_route *route = &relay->routes[index];
	memcpy(route->said, route->wanted, sizeof route->said);
	memcpy(relay->line, route->wanted, sizeof relay->line);
	/* Until the reply: whether it must be withdrawn nobody knows, so yes. */
	route->known = EXABGP_UNKNOWN;
	route->not_before = monotime_add(now, DISTANCE_NS);
	route->refresh_at = monotime_add(now, REFRESH_NS);
	return give(relay, index, true, now);
}

static const char *
look(struct exabgp_relay *relay, struct monotime now)
{
	for (size_t i = 0; i < relay->count; i++)
		relay->routes[i].seen = 0;
	snprintf(relay->line, sizeof relay->line, "show adj-rib out");
	return give(relay, EXABGP_SHOW, false, now);
}

const char *
exabgp_relay_next(struct exabgp_relay *relay, struct monotime now)
{
	bool free = relay->waiting_count == 0;
	bool silent = !free && monotime_since(now, relay->quiet_since) >= SILENCE_NS;
	for (size_t i = 0; (free || silent) && i < relay->count; i++)
		if (needs_withdrawal(relay, &relay->routes[i], now))
			return withdraw(relay, i, now);
	for (size_t i = 0; free && i < relay->count; i++)
		if (needs_announcement(relay, &relay->routes[i], now))
			return announce(relay, i, now);
	if (free && relay->count && monotime_reached(now, relay->look_at))
		return look(relay, now);
	return NULL;
}
