/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gate.h - decides when one prefix is announced. Pure: evidence, the operator's wish and the time
 * go in; the state and the reason for it come out.
 *
 * What it promises, whatever goes in (GATE_FROZEN excepted, where the operator decides):
 *  - after a step with hard evidence the prefix is not announced;
 *  - it is not announced before `proven`, and not before it was clean for the warming time;
 *  - after the n-th fault it stays withdrawn for the n-th hold-down and is then proven clean for
 *    as long again. With 10 s ... 10 min that is at most 8 announcements in any hour. (Doubling
 *    hold-downs alone would let 11 through.)
 *
 * Inputs are levels, not edges: pass the present truth in every step, every 50 ms or so and when
 * something changes. One thread at a time.
 */
#ifndef ANYNS_HEALTH_GATE_H
#define ANYNS_HEALTH_GATE_H

#include "anyns/gate_state.h"
#include "anyns/monotime.h"
#include "health/backoff.h"
#include "health/reason.h"

struct gate_limits {
	int64_t warm_ns;   /* clean time before the first announcement of a clean start */
	int64_t drain_ns;  /* GRACEFUL_SHUTDOWN is announced so long before the withdraw */
	int64_t linger_ns; /* answering goes on so long after a withdraw, unless it gets quiet */
	struct backoff_limits hold;
	bool withdraw_on_soft; /* the operator's word that soft evidence may withdraw */
};

/*
 * warm: twice the 500 ms after which a worker counts as stuck, and under the 2 s promised.
 * drain 60 s: routers that honour GRACEFUL_SHUTDOWN do within seconds, those further away after
 * their MRAI (30 s, RFC 4271 10). linger 180 s: after a withdraw most of the Internet converges
 * within 10 s, the tail takes about two minutes. Both fit into a TimeoutStopSec of 5 min.
 * hold: from 10 s, longer than a restart, to 10 min. decay: a level per longest hold-down, so that
 * stable time never pays for more flaps than it takes.
 */
#define GATE_LIMITS_INIT                                                                           \
	{                                                                                          \
		.warm_ns = MONOTIME_S, .drain_ns = 60 * MONOTIME_S, .linger_ns = 180 * MONOTIME_S, \
		.hold = {10 * MONOTIME_S, 600 * MONOTIME_S, 600 * MONOTIME_S},                     \
	}
#define GATE_LIMITS_DEFAULT ((struct gate_limits)GATE_LIMITS_INIT)

/* What the operator wants of a frozen gate. */
enum gate_freeze {
	GATE_THAWED,
	GATE_FREEZE_AS_IS,
	GATE_FREEZE_ANNOUNCED,
	GATE_FREEZE_WITHDRAWN,
};

/* All texts are words for people or NULL for "no such evidence"; they are copied. */
struct gate_input {
	const char *hard; /* must not be announced: cannot answer or answers wrongly */
	const char *soft; /* better second choice: overload to shed, an external command failing */
	const char
		*zone;   /* as soft, from a zone file: alike everywhere, so it can never withdraw */
	bool proven;     /* a full round of own queries succeeded since the last hard evidence */
	bool last_stand; /* too few other sites are known up: soft and zone do not count */
	bool drain;      /* operator; beats freeze */
	enum gate_freeze freeze; /* operator */
	bool quiet;              /* the address gets hardly any queries but our own */
};

/* What must survive a restart, or a restart would buy a flapping service a clean slate. */
struct gate_penalty {
	unsigned level;
	int64_t stable_ns; /* towards the next decay of the level */
	int64_t hold_ns;   /* hold-down still to serve */
	int64_t warm_ns;   /* warming time after it; 0: the usual one */
};

/* Readable by everybody, written by gate.c only. */
struct gate {
	struct gate_limits limits;
	enum gate_state state;
	struct monotime since;  /* when it came into this state */
	struct reason reason;   /* why it did */
	struct reason waiting;  /* what it waits for now; empty when for nothing */
	enum gate_state frozen; /* GATE_FROZEN: the state it was in, and goes back to */
	enum gate_freeze held;  /* GATE_FROZEN: as what it is held */

	struct backoff hold;             /* faults that withdrew */
	struct backoff calm;             /* degradations; routers damp changes of attributes too */
	struct monotime hold_until;      /* end of the hold-down, past when none is served */
	int64_t warm_ns;                 /* of the next warming */
	bool clean;                      /* proven and without a fault, */
	struct monotime clean_since;     /* since then */
	bool soft;                       /* soft evidence that counts, */
	struct monotime soft_gone_since; /* gone since then */
	bool withdrawn_before;           /* was announced by this process and withdrawn, */
	struct monotime withdrawn_at;    /* then */
	struct monotime stepped_at;
};

struct gate_step {
	bool changed;         /* of state: one line for the log */
	enum gate_state from; /* the state before */
	bool save; /* the penalty changed: to the state directory before the route moves */
	struct monotime
		next; /* step again by then; never when only new input can change anything */
};

/*
 * A gate in GATE_BOOT. `penalty`: saved by an earlier run, NULL when there was none; values out of
 * range are brought back into it. `unclean`: that run did not end in order, which counts as a
 * fault.
 */
void gate_init(struct gate *gate, const struct gate_limits *limits,
	       const struct gate_penalty *penalty, bool unclean, struct monotime now);

/* Makes at most one move; after a move `next` is `now`. Time never runs backwards. */
struct gate_step gate_step(struct gate *gate, const struct gate_input *input, struct monotime now);

/* New limits after a reload. A hold-down keeps its end; drain and linger take the new length. */
void gate_limit(struct gate *gate, const struct gate_limits *limits);

/* The state whose attributes the route has: `state`, or what it is frozen as. Never GATE_FROZEN. */
enum gate_state gate_shown(const struct gate *gate);

struct gate_penalty gate_penalty(const struct gate *gate, struct monotime now);

#endif
