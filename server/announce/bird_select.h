/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bird_select.h - which of BIRD's static protocols are to be enabled, and what to tell it next.
 *
 * A prefix has up to three protocols, one per announced state, with a route through the same TUN
 * device and with other attributes; exactly one of them is to be enabled. What was observed of BIRD
 * is compared with that, and the difference is one command after the other, enabling before
 * disabling, so that there is a route at any time.
 */
#ifndef ANNOUNCE_BIRD_SELECT_H
#define ANNOUNCE_BIRD_SELECT_H

#include "anyns/gate_state.h"

enum bird_role {
	BIRD_UP,
	BIRD_DEGRADED,
	BIRD_DRAINING,
	BIRD_ROLES,
};

enum {
	BIRD_SELECT_GATES = 64,
	BIRD_NAME_MAX = 64,
	BIRD_COMMAND_MAX = BIRD_NAME_MAX + 16,
	BIRD_VIEW_MAX = 128, /* longer lists of names are cut */
};

struct bird_protocol {
	char name[BIRD_NAME_MAX]; /* "": there is none for this role */
	bool seen;                /* in the latest full answer */
	bool enabled;
	bool tried; /* a command did not help: not again before the next full answer */
};

struct bird_select {
	size_t count;
	struct bird_gate {
		struct bird_protocol protocols[BIRD_ROLES];
		enum bird_role wanted;
		bool has_wanted;
	} gates[BIRD_SELECT_GATES];
	struct bird_protocol *told; /* of the command under way, or NULL */
	bool known;                 /* there was a full answer since the connection began */
};

/*
 * `names[role]` is a name in which `%` stands for the number of the gate, or NULL. No protocol is
 * to be anything until it is wanted.
 */
void bird_select_init(struct bird_select *select, size_t count,
		      const char *const names[static BIRD_ROLES]);

/*
 * What shows in this state; a state without a protocol of its own is shown by that of `up`. A state
 * that is not announced changes nothing: the link alone withdraws. Whether another one than before
 * is wanted.
 */
bool bird_select_want(struct bird_select *select, size_t gate, enum gate_state state);

/* The prefix is gone for good: its protocols are left as they are, and not missed. */
void bird_select_drop(struct bird_select *select, size_t gate);

/* A connection began or ended: nothing is known. */
void bird_select_forget(struct bird_select *select);

/* Around the rows of `show protocols`: nothing is seen, a row was read, that was all. */
void bird_select_begin(struct bird_select *select);
void bird_select_row(struct bird_select *select, const char *name, size_t size, bool enabled);
void bird_select_end(struct bird_select *select);

/* The next command for BIRD. false: all is as wanted, or nothing is known. */
bool bird_select_next(struct bird_select *select, char command[static BIRD_COMMAND_MAX]) NODISCARD;

/* A line of the answer to that command. */
void bird_select_answer(struct bird_select *select, unsigned code);

/* The protocol that is wanted and those that are enabled, as words. Whether they agree. */
bool bird_select_view(const struct bird_select *select, size_t gate,
		      char wanted[static BIRD_VIEW_MAX], char observed[static BIRD_VIEW_MAX]);

/* The first protocol that is wanted and not there, or NULL; only after a full answer. */
const char *bird_select_missing(const struct bird_select *select);

#endif
