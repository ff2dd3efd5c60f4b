/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/gates.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "health/absent.h"
#include "net/socket.h"

enum {
	/* More than any chain of states has at one moment; each lets the next one see its result.
	 */
	MOVES_MAX = 8,
	/* Of all prefixes, to be logged: more would be logged at once. */
	MOVES_KEPT = 2 * LEASE_GATES,
};

/* To be logged. */
struct gates_move {
	size_t index;
	enum gate_state from;
	enum gate_state to;
	bool announced;
	struct reason reason;
};

struct gates_entry {
	struct config_prefix prefix;
	struct gate gate;
	bool save;
	uint64_t ticket; /* of the state that has the last move */
	bool shown_once;
	enum gate_state shown; /* in the lease */
};

struct gates {
	struct lease *lease; /* NULL: dry run */
	struct log *log;
	struct backoff_limits hold; /* as every gate has them */
	struct absent absent;
	size_t moved;
	struct gates_move moves[MOVES_KEPT];
	size_t count;
	struct gates_entry at[];
};

struct gate_limits
gates_limits(const struct config_health *health)
{
	struct gate_limits limits = GATE_LIMITS_DEFAULT;

	limits.drain_ns = health->drain_s * MONOTIME_S;
	limits.linger_ns = health->linger_s * MONOTIME_S;
	limits.hold.first_ns = health->hold_min_s * MONOTIME_S;
	limits.hold.last_ns = health->hold_max_s * MONOTIME_S;
	/* A level per longest hold-down: stable time never pays for more flaps than it takes. */
	limits.hold.decay_ns = limits.hold.last_ns;
	limits.withdraw_on_soft = health->withdraw_on_soft;
	return limits;
}

/* Whether the configuration has it. */
static bool
has_prefix(const struct gates *gates, const char *text)
{
	for (size_t i = 0; i < gates->count; i++)
		if (strcmp(gates->at[i].prefix.text, text) == 0)
			return true;
	return false;
}

/* An unclean end is no fault of theirs: they were not announced. */
static void
keep_absent(struct gates *gates, const struct gate_limits *limits, const struct state *saved,
	    struct monotime now)
{
	gates->absent.at = now;
	for (size_t i = 0; saved && i < saved->count; i++) {
		const struct state_prefix *prefix = &saved->prefixes[i];
		struct gate gate;
		if (has_prefix(gates, prefix->text))
			continue;
		/* A gate judges what the file says. */
		gate_init(&gate, limits, &prefix->penalty, false, now);
		struct gate_penalty penalty = gate_penalty(&gate, now);
		absent_add(&gates->absent, prefix->text, &penalty);
	}
}

struct gates *
gates_new(const struct config *config, struct lease *lease, struct log *log,
	  const struct state *saved, struct monotime now)
{
	const struct config_announce *announce = &config->announce;
	struct gate_limits limits = gates_limits(&config->health);
	struct gates *gates = calloc(1, sizeof(*gates) +
						announce->prefix_count * sizeof(gates->at[0]));

	if (!gates)
		return NULL;
	gates->lease = announce->dry_run ? NULL : lease;
	gates->log = log;
	gates->hold = limits.hold;
	gates->count = announce->prefix_count;
	for (size_t i = 0; i < gates->count; i++) {
		struct gates_entry *entry = &gates->at[i];
		entry->prefix = announce->prefixes[i];
		gate_init(&entry->gate, &limits,
			  saved ? state_find(saved, entry->prefix.text) : NULL,
			  saved && !saved->clean, now);
	}
	keep_absent(gates, &limits, saved, now);
	return gates;
}

void
gates_free(struct gates *gates)
{
	free(gates);
}

/* The same prefix in the same slot, or NULL. */
static struct gates_entry *
find_same(struct gates *gates, const struct gates_entry *entry)
{
	for (size_t i = 0; i < gates->count; i++)
		if (gates->at[i].prefix.slot == entry->prefix.slot &&
		    strcmp(gates->at[i].prefix.text, entry->prefix.text) == 0)
			return &gates->at[i];
	return NULL;
}

static void
inherit_absent(struct gates *next, struct gates *old, struct monotime now)
{
	absent_pass(&old->absent, &next->hold, now);
	next->absent = old->absent;
	for (size_t i = 0; i < old->count; i++) {
		struct gate_penalty penalty = gate_penalty(&old->at[i].gate, now);
		if (!find_same(next, &old->at[i]))
			absent_add(&next->absent, old->at[i].prefix.text, &penalty);
	}
	for (size_t i = 0; i < next->count; i++) {
		struct gates_entry *entry = &next->at[i];
		struct gate_limits limits = entry->gate.limits;
		struct gate_penalty penalty;
		if (absent_take(&next->absent, entry->prefix.text, &penalty))
			gate_init(&entry->gate, &limits, &penalty, false, now);
	}
}

void
gates_inherit(struct gates *next, struct gates *old, struct monotime now)
{
	inherit_absent(next, old, now);
	for (size_t i = 0; i < next->count; i++) {
		struct gates_entry *to = &next->at[i];
		const struct gates_entry *from = find_same(old, to);
		if (!from)
			continue;
		struct gate_limits limits = to->gate.limits;
		struct config_prefix prefix = to->prefix;
		*to = *from;
		to->prefix = prefix;
		gate_limit(&to->gate, &limits);
		/* Out of a dry run: the lease has heard nothing of it. */
		to->shown_once = from->shown_once && old->lease;
	}
	for (size_t i = 0; old->lease && i < old->count; i++)
		if (!next->lease || !find_same(next, &old->at[i]))
			lease_clear_gate(old->lease, old->at[i].prefix.slot);
}

void
gates_limit(struct gates *gates, const struct gate_limits *limits)
{
	gates->hold = limits->hold;
	for (size_t i = 0; i < gates->count; i++)
		gate_limit(&gates->at[i].gate, limits);
}

size_t
gates_count(const struct gates *gates)
{
	return gates->count;
}

const struct gate *
gates_at(const struct gates *gates, size_t index)
{
	return &gates->at[index].gate;
}

const struct config_prefix *
gates_prefix(const struct gates *gates, size_t index)
{
	return &gates->at[index].prefix;
}

bool
gates_concern(const struct gates *gates, size_t index, const struct config_address *address)
{
	const struct config_prefix *prefix = &gates->at[index].prefix;
	bool v6 = address->socket.any.sa_family == AF_INET6;
	const uint8_t *bytes = v6 ? address->socket.v6.sin6_addr.s6_addr
				  : (const uint8_t *)&address->socket.v4.sin_addr;
	size_t whole = prefix->length / 8;
	unsigned rest = prefix->length % 8;

	if (prefix->family != address->socket.any.sa_family)
		return false;
	if (socket_is_wildcard(address))
		return true;
	return memcmp(bytes, prefix->bytes, whole) == 0 &&
	       (rest == 0 || (bytes[whole] ^ prefix->bytes[whole]) >> (8 - rest) == 0);
}

static void
log_move(const struct gates *gates, const struct gates_move *move)
{
	char text[512];

	snprintf(text, sizeof(text), "prefix %s: %s -> %s (%s%s): %s",
		 gates->at[move->index].prefix.text, gate_state_name(move->from),
		 gate_state_name(move->to), gates->lease ? "" : "dry run, would be ",
		 move->announced ? "announced" : "withdrawn", move->reason.text);
	if (move->to == GATE_DOWN)
		log_error(gates->log, "%s", text);
	else if (move->to == GATE_DEGRADED)
		log_warning(gates->log, "%s", text);
	else
		log_notice(gates->log, "%s", text);
}

void
gates_log(struct gates *gates)
{
	for (size_t i = 0; i < gates->moved; i++)
		log_move(gates, &gates->moves[i]);
	gates->moved = 0;
}

static void
note_move(struct gates *gates, size_t index, enum gate_state from)
{
	const struct gate *gate = &gates->at[index].gate;

	if (gates->moved == MOVES_KEPT)
		gates_log(gates);
	gates->moves[gates->moved++] = (struct gates_move){
		.index = index,
		.from = from,
		.to = gate->state,
		.announced = gate_state_announced(gate_shown(gate)),
		.reason = gate->reason,
	};
}

void
gates_step(struct gates *gates, size_t index, const struct gate_input *input, struct monotime now)
{
	struct gates_entry *entry = &gates->at[index];

	for (unsigned i = 0; i < MOVES_MAX; i++) {
		struct gate_step step = gate_step(&entry->gate, input, now);
		entry->save = entry->save || step.save;
		if (!step.changed)
			return;
		note_move(gates, index, step.from);
	}
}

void
gates_state(const struct gates *gates, bool clean, bool drain, struct monotime now,
	    struct state *state)
{
	struct absent absent = gates->absent;

	*state = (struct state){.clean = clean, .drain = drain, .count = gates->count};
	for (size_t i = 0; i < gates->count; i++) {
		struct state_prefix *prefix = &state->prefixes[i];
		snprintf(prefix->text, sizeof(prefix->text), "%s", gates->at[i].prefix.text);
		prefix->penalty = gate_penalty(&gates->at[i].gate, now);
	}
	absent_pass(&absent, &gates->hold, now);
	for (size_t i = 0; i < absent.count; i++)
		state->prefixes[state->count++] = absent.list[i];
}

void
gates_save(struct gates *gates, struct keeper *keeper, bool drain, bool force, struct monotime now)
{
	struct state state;
	bool save = force;

	for (size_t i = 0; i < gates->count; i++)
		save = save || gates->at[i].save;
	if (!save || !keeper)
		return;
	gates_state(gates, false, drain, now, &state);
	uint64_t ticket = keeper_put(keeper, &state);
	for (size_t i = 0; i < gates->count; i++) {
		/* Those that did not move need not wait for what they did not order. */
		if (gates->at[i].save || force)
			gates->at[i].ticket = ticket;
		gates->at[i].save = false;
	}
}

void
gates_save_end(const struct gates *gates, const char *directory, bool drain, struct monotime now)
{
	char text[STATE_TEXT_MAX];
	struct state state;

	gates_state(gates, true, drain, now, &state);
	size_t size = state_format(&state, text);
	if (!state_write(directory, text, size))
		log_error(gates->log,
			  "%s: cannot save that the end was clean (%s); the next start counts it "
			  "as a fault",
			  directory, strerrordesc_np(errno));
}

bool
gates_show(struct gates *gates, struct keeper *keeper)
{
	bool moved = false;

	if (!gates->lease)
		return false;
	for (size_t i = 0; i < gates->count; i++) {
		struct gates_entry *entry = &gates->at[i];
		enum gate_state state = gate_shown(&entry->gate);
		if (entry->shown_once && state == entry->shown)
			continue;
		bool before = entry->shown_once && gate_state_announced(entry->shown);
		if (gate_state_announced(state) && !before && keeper &&
		    (entry->save || !keeper_done(keeper, entry->ticket)))
			continue;
		lease_put_gate(gates->lease, entry->prefix.slot, state, entry->gate.since);
		entry->shown = state;
		entry->shown_once = moved = true;
	}
	return moved;
}

bool
gates_drained(const struct gates *gates)
{
	for (size_t i = 0; i < gates->count; i++)
		if (gates->at[i].gate.state != GATE_DRAINED)
			return false;
	return true;
}
