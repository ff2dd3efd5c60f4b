/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gates.h - the gates of all prefixes with what belongs to a move of one: a log line, a saved
 * state, another word in the lease.
 *
 * The order of the two last: a prefix is announced only when the state that says so is on the disk,
 * or a crash loop would start each time with a clean slate. A withdraw never waits for the disk;
 * if we die before it is saved, that is an unclean end and counts as the same fault.
 */
#ifndef ANYNS_HEALTH_GATES_H
#define ANYNS_HEALTH_GATES_H

#include "anyns/config.h"
#include "anyns/lease.h"
#include "anyns/log.h"
#include "health/gate.h"
#include "health/keeper.h"

struct gates;

/*
 * All prefixes of `config` (copied), in GATE_BOOT. `saved`: an earlier run's, or NULL. With
 * `dry-run:` nothing is put into the lease and log lines say "would". NULL when out of memory.
 */
struct gates *gates_new(const struct config *config, struct lease *lease, struct log *log,
			const struct state *saved, struct monotime now) NODISCARD;
void gates_free(struct gates *gates); /* NULL is legal */

/*
 * After a reload: prefixes that stay keep their slot, their state and what is shown of it; the
 * others of `old` are taken out of the lease, and what penalty they have waits for their return.
 * Nothing is left of `old` but gates_free().
 */
void gates_inherit(struct gates *next, struct gates *old, struct monotime now);

/* As `health:` has them. */
struct gate_limits gates_limits(const struct config_health *health);
void gates_limit(struct gates *gates, const struct gate_limits *limits);

size_t gates_count(const struct gates *gates);
const struct gate *gates_at(const struct gates *gates, size_t index);
const struct config_prefix *gates_prefix(const struct gates *gates, size_t index);

/* Whether what happens to the listen address concerns the prefix: it lies inside, or is a wildcard.
 */
bool gates_concern(const struct gates *gates, size_t index, const struct config_address *address);

/* Moves the gate as far as the input and the time allow. The moves are logged by gates_log(). */
void gates_step(struct gates *gates, size_t index, const struct gate_input *input,
		struct monotime now);

/* Has the state saved when a step, or `force`, asks for it. `keeper` NULL: memory only. */
void gates_save(struct gates *gates, struct keeper *keeper, bool drain, bool force,
		struct monotime now);

/* Puts what changed into the lease, announcements only when saved. Returns whether any did. */
bool gates_show(struct gates *gates, struct keeper *keeper);

/* A line for each move since the last time: a line can take longer than what it tells about. */
void gates_log(struct gates *gates);

/* As it is to be saved. */
void gates_state(const struct gates *gates, bool clean, bool drain, struct monotime now,
		 struct state *state);

/* Writes that the end was clean; waits for the disk. */
void gates_save_end(const struct gates *gates, const char *directory, bool drain,
		    struct monotime now);

/* Whether the operator's drain is done everywhere: withdrawn and lingered. */
bool gates_drained(const struct gates *gates);

#endif
