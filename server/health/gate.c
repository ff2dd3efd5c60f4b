/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gate.c - a table of legal moves, one function per state that decides where to go, and one that
 * goes there and writes down why (move()).
 *
 *                        ┌──────────── proven, clean for the warming time ───────────┐
 *   boot ──► warming ────┤                                                           ▼
 *     │         ▲        └► degraded ◄──── soft evidence ── up        (fault) ──► down
 *     │         └──────────────── held-down ◄──── fault over, hold-down not ─────────┘
 *     └────────────────────────────────▲   (unclean exit before)
 *
 *   drain:  announced ──► draining ──► lingering ──► drained ──► (undrain) warming or held-down
 *   freeze: any of the upper ones ──► frozen ──► back, or down when a fault waited
 *
 * Choices that are not obvious:
 *
 * A fault while nothing is announced costs nothing and moves nothing: it only restarts the clock
 * of warming. So a service that oscillates faster than the warming time is never announced, and
 * the log stays quiet about it.
 *
 * The hold-down runs from the withdraw, not from the end of the fault: it spaces announcements
 * (flaps that routers damp, RFC 2439), and a fault of an hour has spaced them already. What guards
 * against a fault that comes back is the warming after it, which is as long as the hold-down.
 *
 * Draining and freezing never shorten a hold-down, or an operator's drain and undrain would launder
 * what flaps.
 */
#include "health/gate.h"

#include <assert.h>
#include <string.h>

/* Where to, and why; the text continues with `detail` when there is one. */
struct decision {
	enum gate_state to;
	const char *why;
	const char *detail;
};

typedef struct decision decide(const struct gate *, const struct gate_input *, struct monotime);

static const struct decision stay = {.to = GATE_STATES};

/* The fault that must withdraw, or NULL. */
static const char *
fault_of(const struct gate *gate, const struct gate_input *input)
{
	if (input->hard)
		return input->hard;
	/* Never input->zone: the same file is at every site, and so would be the withdraw. */
	return gate->limits.withdraw_on_soft && !input->last_stand ? input->soft : NULL;
}

/* The evidence that degrades, or NULL. */
static const char *
soft_of(const struct gate_input *input)
{
	if (input->last_stand)
		return NULL;
	return input->soft ? input->soft : input->zone;
}

static struct monotime
later(struct monotime a, struct monotime b)
{
	return a.ns > b.ns ? a : b;
}

/* Clean time counts from the start of warming: before, nothing was tested for being announced. */
static struct monotime
warm_until(const struct gate *gate)
{
	return monotime_add(later(gate->clean_since, gate->since), gate->warm_ns);
}

/* An attribute change is a flap to RFC 2439 damping; so the way back up backs off as well. */
static struct monotime
calm_until(const struct gate *gate)
{
	return monotime_add(gate->soft_gone_since, backoff_wait(&gate->calm, &gate->limits.hold));
}

static struct monotime
linger_until(const struct gate *gate)
{
	return monotime_add(gate->withdrawn_at, gate->limits.linger_ns);
}

static bool
lingers(const struct gate *gate, const struct gate_input *input, struct monotime now)
{
	return gate->withdrawn_before && !input->quiet &&
	       !monotime_reached(now, linger_until(gate));
}

static struct decision
begin_drain(const struct gate *gate, const struct gate_input *input, struct monotime now)
{
	const char *fault = fault_of(gate, input);

	if (gate_state_announced(gate_shown(gate))) {
		if (fault)
			return (struct decision){GATE_LINGERING, "drain, with a fault", fault};
		return (struct decision){GATE_DRAINING, "drain", NULL};
	}
	if (lingers(gate, input, now))
		return (struct decision){GATE_LINGERING, "drain, withdrawn shortly before", NULL};
	return (struct decision){GATE_DRAINED, "drain, and nothing was announced", NULL};
}

/* From a state without a route towards one with it. */
static struct decision
begin_warming(const struct gate *gate, struct monotime now, const char *why)
{
	bool held = !monotime_reached(now, gate->hold_until);

	return (struct decision){held ? GATE_HELD_DOWN : GATE_WARMING, why, NULL};
}

static struct decision
decide_boot(const struct gate *gate, const struct gate_input *input, struct monotime now)
{
	(void)input;
	if (!monotime_reached(now, gate->hold_until))
		return (struct decision){GATE_HELD_DOWN, gate->reason.text, NULL};
	return gate->clean ? (struct decision){GATE_WARMING, "own queries answered", NULL} : stay;
}

static struct decision
decide_warming(const struct gate *gate, const struct gate_input *input, struct monotime now)
{
	const char *soft = soft_of(input);

	if (!gate->clean || !monotime_reached(now, warm_until(gate)))
		return stay;
	if (soft)
		return (struct decision){GATE_DEGRADED, "warm, but second choice", soft};
	return (struct decision){GATE_UP, "own queries answered and clean while warming", NULL};
}

static struct decision
decide_up(const struct gate *gate, const struct gate_input *input, struct monotime now)
{
	const char *fault = fault_of(gate, input);
	const char *soft = soft_of(input);

	(void)now;
	if (fault)
		return (struct decision){GATE_DOWN, "fault", fault};
	return soft ? (struct decision){GATE_DEGRADED, "soft evidence", soft} : stay;
}

static struct decision
decide_degraded(const struct gate *gate, const struct gate_input *input, struct monotime now)
{
	const char *fault = fault_of(gate, input);

	if (fault)
		return (struct decision){GATE_DOWN, "fault", fault};
	if (gate->soft || !monotime_reached(now, calm_until(gate)))
		return stay;
	if (input->last_stand && (input->soft || input->zone))
		return (struct decision){GATE_UP, "last stand: too few other sites are known up",
					 NULL};
	return (struct decision){GATE_UP, "soft evidence is over", NULL};
}

static struct decision
decide_down(const struct gate *gate, const struct gate_input *input, struct monotime now)
{
	return fault_of(gate, input) ? stay : begin_warming(gate, now, "the fault is over");
}

static struct decision
decide_held_down(const struct gate *gate, const struct gate_input *input, struct monotime now)
{
	(void)input;
	if (!monotime_reached(now, gate->hold_until))
		return stay;
	return (struct decision){GATE_WARMING, "the hold-down is over", NULL};
}

static struct decision
decide_draining(const struct gate *gate, const struct gate_input *input, struct monotime now)
{
	const char *fault = fault_of(gate, input);
	const char *soft = soft_of(input);

	if (!input->drain && fault)
		return (struct decision){GATE_DOWN, "undrain, with a fault", fault};
	if (!input->drain && soft)
		return (struct decision){GATE_DEGRADED, "undrain, as second choice", soft};
	if (!input->drain)
		return (struct decision){GATE_UP, "undrain", NULL};
	if (fault)
		return (struct decision){GATE_LINGERING, "fault while draining", fault};
	if (!monotime_reached(now, monotime_add(gate->since, gate->limits.drain_ns)))
		return stay;
	return (struct decision){GATE_LINGERING, "drain: routers had time to move away", NULL};
}

static struct decision
decide_lingering(const struct gate *gate, const struct gate_input *input, struct monotime now)
{
	if (!input->drain)
		return begin_warming(gate, now, "undrain");
	if (input->quiet)
		return (struct decision){GATE_DRAINED, "drained: the address is quiet", NULL};
	return lingers(gate, input, now)
		       ? stay
		       : (struct decision){GATE_DRAINED, "drained: lingered long enough", NULL};
}

static struct decision
decide_drained(const struct gate *gate, const struct gate_input *input, struct monotime now)
{
	return input->drain ? stay : begin_warming(gate, now, "undrain");
}

static struct decision
decide_frozen(const struct gate *gate, const struct gate_input *input, struct monotime now)
{
	const char *fault = fault_of(gate, input);

	(void)now;
	if (input->freeze)
		return stay;
	if (fault && gate_state_announced(gate->frozen))
		return (struct decision){GATE_DOWN, "unfreeze, with a fault", fault};
	return (struct decision){gate->frozen, "unfreeze", NULL};
}

#define BIT(state) (1u << (state))
#define DRAIN_LINE (BIT(GATE_DRAINING) | BIT(GATE_LINGERING) | BIT(GATE_DRAINED))

/* Any state off the drain line can be drained or frozen at any time: in every row below. */
#define OPERATOR (BIT(GATE_LINGERING) | BIT(GATE_DRAINED) | BIT(GATE_FROZEN))

static const struct {
	decide *decide;
	unsigned legal; /* set of states to move to */
} rules[GATE_STATES] = {
	[GATE_BOOT] = {decide_boot, OPERATOR | BIT(GATE_WARMING) | BIT(GATE_HELD_DOWN)},
	[GATE_WARMING] = {decide_warming, OPERATOR | BIT(GATE_UP) | BIT(GATE_DEGRADED)},
	[GATE_UP] = {decide_up,
		     OPERATOR | BIT(GATE_DEGRADED) | BIT(GATE_DOWN) | BIT(GATE_DRAINING)},
	[GATE_DEGRADED] = {decide_degraded,
			   OPERATOR | BIT(GATE_UP) | BIT(GATE_DOWN) | BIT(GATE_DRAINING)},
	[GATE_DOWN] = {decide_down, OPERATOR | BIT(GATE_WARMING) | BIT(GATE_HELD_DOWN)},
	[GATE_HELD_DOWN] = {decide_held_down, OPERATOR | BIT(GATE_WARMING)},
	[GATE_DRAINING] = {decide_draining, BIT(GATE_UP) | BIT(GATE_DEGRADED) | BIT(GATE_DOWN) |
						    BIT(GATE_LINGERING)},
	[GATE_LINGERING] = {decide_lingering,
			    BIT(GATE_WARMING) | BIT(GATE_HELD_DOWN) | BIT(GATE_DRAINED)},
	[GATE_DRAINED] = {decide_drained, BIT(GATE_WARMING) | BIT(GATE_HELD_DOWN)},
	[GATE_FROZEN] = {decide_frozen, DRAIN_LINE | BIT(GATE_FROZEN) | BIT(GATE_BOOT) |
						BIT(GATE_WARMING) | BIT(GATE_UP) |
						BIT(GATE_DEGRADED) | BIT(GATE_DOWN) |
						BIT(GATE_HELD_DOWN)},
};

/* Anew, or as something else than it is frozen as. */
static struct decision
begin_freeze(const struct gate *gate, const struct gate_input *input)
{
	static const char *const words[] = {
		[GATE_FREEZE_AS_IS] = "freeze, while",
		[GATE_FREEZE_ANNOUNCED] = "freeze announced, while",
		[GATE_FREEZE_WITHDRAWN] = "freeze withdrawn, while",
	};
	enum gate_state state = gate->state == GATE_FROZEN ? gate->frozen : gate->state;

	return (struct decision){GATE_FROZEN, words[input->freeze], gate_state_name(state)};
}

static struct decision
decide_move(const struct gate *gate, const struct gate_input *input, struct monotime now)
{
	bool drain_line = DRAIN_LINE & BIT(gate->state);

	if (input->drain && !drain_line)
		return begin_drain(gate, input, now);
	if (input->freeze && !drain_line &&
	    (gate->state != GATE_FROZEN || gate->held != input->freeze))
		return begin_freeze(gate, input);
	return rules[gate->state].decide(gate, input, now);
}

/* A fault that takes an announced route away: the next one has to wait, and then to prove itself.
 */
static void
count_fault(struct gate *gate, struct monotime now)
{
	backoff_fault(&gate->hold, &gate->limits.hold);
	gate->warm_ns = backoff_wait(&gate->hold, &gate->limits.hold);
	gate->hold_until = later(gate->hold_until, monotime_add(now, gate->warm_ns));
}

/* The only place that changes the state. */
static void
move(struct gate *gate, const struct decision *decision, const struct gate_input *input,
     struct monotime now)
{
	enum gate_state to = decision->to;
	bool was = gate_state_announced(gate_shown(gate));

	assert(rules[gate->state].legal & BIT(to));
	reason_set(&gate->reason, decision->why);
	if (decision->detail) {
		reason_add(&gate->reason, to == GATE_FROZEN ? " " : ": ");
		reason_add(&gate->reason, decision->detail);
	}
	if (to == GATE_FROZEN && gate->state != GATE_FROZEN)
		gate->frozen = gate->state;
	if (to == GATE_FROZEN)
		gate->held = input->freeze;
	if (to == GATE_DEGRADED && gate->state == GATE_UP)
		backoff_fault(&gate->calm, &gate->limits.hold);
	gate->state = to;
	gate->since = now;

	bool is = gate_state_announced(gate_shown(gate));
	if (was && !is) {
		gate->withdrawn_before = true;
		gate->withdrawn_at = now;
		if (fault_of(gate, input))
			count_fault(gate, now);
	}
	if (is)
		gate->warm_ns = gate->limits.warm_ns;
}

/* What the clocks of the gate measure, brought up to `now`. Returns whether a level fell. */
static bool
keep_clocks(struct gate *gate, const struct gate_input *input, struct monotime now)
{
	bool clean = input->proven && !fault_of(gate, input);
	bool soft = soft_of(input) != NULL;
	int64_t passed = monotime_since(now, gate->stepped_at);
	bool fell = false;

	if (clean && !gate->clean)
		gate->clean_since = now;
	gate->clean = clean;
	if (!soft && gate->soft)
		gate->soft_gone_since = now;
	gate->soft = soft;
	/* Only what is announced, and by our own decision, shows that it is stable. */
	if (gate->state == GATE_UP || gate->state == GATE_DEGRADED)
		fell = backoff_stable(&gate->hold, &gate->limits.hold, passed);
	if (gate->state == GATE_UP)
		(void)backoff_stable(&gate->calm, &gate->limits.hold, passed);
	gate->stepped_at = now;
	return fell;
}

/* For `anyns status`: what would have to happen for the prefix to be announced. */
static void
note_waiting(struct gate *gate, const struct gate_input *input)
{
	const char *fault = fault_of(gate, input);
	const char *text = NULL;

	switch (gate->state) {
	case GATE_BOOT:
	case GATE_WARMING:
	case GATE_DOWN:
		text = fault            ? fault
		       : !input->proven ? "for a full round of own queries"
					: "for clean time to pass";
		break;
	case GATE_HELD_DOWN:
		text = fault ? fault : "for the hold-down to end";
		break;
	case GATE_DEGRADED:
		text = gate->soft ? soft_of(input) : "for calm time to pass";
		break;
	case GATE_DRAINING:
		text = "for routers to move away";
		break;
	case GATE_LINGERING:
		text = "for the address to get quiet";
		break;
	default:
		break;
	}
	reason_set(&gate->waiting, text);
}

/* When this gate would move although no input changes. */
static struct monotime
next_move(const struct gate *gate)
{
	switch (gate->state) {
	case GATE_BOOT:
	case GATE_HELD_DOWN:
		return gate->hold_until;
	case GATE_WARMING:
		return gate->clean ? warm_until(gate) : MONOTIME_NEVER;
	case GATE_DEGRADED:
		return gate->soft ? MONOTIME_NEVER : calm_until(gate);
	case GATE_DRAINING:
		return monotime_add(gate->since, gate->limits.drain_ns);
	case GATE_LINGERING:
		return linger_until(gate);
	default:
		return MONOTIME_NEVER;
	}
}

struct gate_step
gate_step(struct gate *gate, const struct gate_input *input, struct monotime now)
{
	struct gate_step step = {.from = gate->state, .next = now};
	unsigned level = gate->hold.level;

	step.save = keep_clocks(gate, input, now);
	struct decision decision = decide_move(gate, input, now);
	if (decision.to != GATE_STATES) {
		move(gate, &decision, input, now);
		step.changed = true;
	}
	note_waiting(gate, input);
	if (!step.changed) {
		step.next = next_move(gate);
		if (monotime_reached(now, step.next))
			step.next = MONOTIME_NEVER; /* only new input can help */
	}
	/* Every move may begin or end a hold-down or a warming, which the penalty holds. */
	step.save = step.save || step.changed || level != gate->hold.level;
	return step;
}

void
gate_limit(struct gate *gate, const struct gate_limits *limits)
{
	if (gate->warm_ns == gate->limits.warm_ns)
		gate->warm_ns = limits->warm_ns;
	gate->limits = *limits;
}

enum gate_state
gate_shown(const struct gate *gate)
{
	if (gate->state != GATE_FROZEN)
		return gate->state;
	bool announced = gate_state_announced(gate->frozen);
	if (gate->held == GATE_FREEZE_ANNOUNCED && !announced)
		return GATE_UP;
	if (gate->held == GATE_FREEZE_WITHDRAWN && announced)
		return GATE_DOWN;
	return gate->frozen;
}

static int64_t
clamp(int64_t value, int64_t most)
{
	return value < 0 ? 0 : value < most ? value : most;
}

/* The file may be from another version, other limits or a bad disk: every value is bounded. */
static void
take_penalty(struct gate *gate, const struct gate_penalty *penalty, struct monotime now)
{
	const struct backoff_limits *limits = &gate->limits.hold;

	while (gate->hold.level < penalty->level &&
	       backoff_wait(&gate->hold, limits) < limits->last_ns)
		gate->hold.level++;
	gate->hold.stable_ns = clamp(penalty->stable_ns, limits->decay_ns - 1);
	gate->hold_until = monotime_add(now, clamp(penalty->hold_ns, limits->last_ns));
	if (penalty->warm_ns > gate->warm_ns)
		gate->warm_ns = clamp(penalty->warm_ns, limits->last_ns);
}

void
gate_init(struct gate *gate, const struct gate_limits *limits, const struct gate_penalty *penalty,
	  bool unclean, struct monotime now)
{
	memset(gate, 0, sizeof(*gate));
	gate->limits = *limits;
	gate->state = GATE_BOOT;
	gate->since = gate->stepped_at = gate->hold_until = now;
	gate->clean_since = gate->soft_gone_since = now;
	gate->warm_ns = limits->warm_ns;
	reason_set(&gate->reason, "start");
	if (penalty)
		take_penalty(gate, penalty, now);
	if (unclean) {
		count_fault(gate, now);
		reason_set(&gate->reason, "start after an unclean exit");
	} else if (!monotime_reached(now, gate->hold_until)) {
		reason_set(&gate->reason, "start within a hold-down");
	}
}

struct gate_penalty
gate_penalty(const struct gate *gate, struct monotime now)
{
	return (struct gate_penalty){
		.level = gate->hold.level,
		.stable_ns = gate->hold.stable_ns,
		.hold_ns = monotime_since(gate->hold_until, now),
		.warm_ns = gate->warm_ns > gate->limits.warm_ns ? gate->warm_ns : 0,
	};
}
