/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * detector.h - what can be known about one listen address, made into evidence. Pure.
 *
 * The question is not "was a probe lost" but "does work get done". A server under attack loses
 * probes and is the last one that should go; a server with one hung worker of eight loses none that
 * hash to the other seven, and black-holes an eighth of the world.
 *
 *   hard    listener or address gone; a worker has packets and does not turn; a wrong answer
 *   soft    silence: no own query answered, nothing else answered, nothing dropped
 *           overload, when the policy is to shed it
 *   none    lost probes while work gets done (policy absorb)
 */
#ifndef ANYNS_HEALTH_DETECTOR_H
#define ANYNS_HEALTH_DETECTOR_H

#include "anyns/monotime.h"
#include "health/leaky.h"
#include "health/reason.h"

enum {
	DETECTOR_WORKERS = 256,
	/*
	 * A window needs that many finished own queries to say anything: at 30 % loss all ten are
	 * lost in one of 170,000, while two would be in every eleventh.
	 */
	DETECTOR_WINDOW_PROBES = 10,
};

enum detector_policy {
	DETECTOR_ABSORB, /* overload is served as well as it can be */
	DETECTOR_SHED,   /* overload is soft evidence */
};

struct detector_limits {
	int64_t stall_ns;  /* packets waiting and no turn for so long: stuck */
	int64_t step_ns;   /* the longest time that one observation stands for */
	int64_t window_ns; /* of the leaky counters' observations */
	struct leaky_limits leaky;
	enum detector_policy policy;
};

/*
 * stall 500 ms: no turn of a worker takes a hundredth of it. step 100 ms: twice the usual interval;
 * after a pause of the whole machine the clock has jumped, but the workers were not running
 * either, and get at least five observations to show that they do.
 */
#define DETECTOR_LIMITS_DEFAULT                \
	((struct detector_limits){             \
		.stall_ns = 500 * MONOTIME_MS, \
		.step_ns = 100 * MONOTIME_MS,  \
		.window_ns = MONOTIME_S,       \
		.leaky = LEAKY_DEFAULT,        \
		.policy = DETECTOR_ABSORB,     \
	})

struct detector_worker {
	uint64_t turns; /* of its loop; any change is progress */
	bool waiting;   /* packets in its queue of this address, or in the middle of one */
};

/* Counters run from the start and never backwards. */
struct detector_input {
	const struct detector_worker *workers;
	size_t worker_count; /* <= DETECTOR_WORKERS, the same in every step */
	bool listening;      /* the sockets are open */
	bool present;        /* the address is on an interface */
	uint64_t answered;   /* answers sent by all workers, own queries' included */
	uint64_t dropped;    /* by the kernel: receive buffers of this address full */
	uint64_t probes_ok;  /* own queries answered as the image says */
	uint64_t probes_lost;
	uint64_t probes_wrong;
	const char *wrong; /* words about the last wrong one; NULL when none */
	/*
	 * Full rounds: every own query (UDP, TCP, every zone's canary, every worker) was answered
	 * as the image says since the round began, repetitions of lost ones allowed, and none
	 * wrongly.
	 */
	uint64_t rounds;
};

struct detector_stall {
	uint64_t turns;
	int64_t waited_ns;
};

/* All zero is a detector that has seen nothing. Readable by everybody. */
struct detector {
	bool begun;
	struct monotime stepped_at;
	struct detector_stall stalls[DETECTOR_WORKERS];
	bool wrong; /* a wrong answer, no full round since */
	uint64_t wrong_seen;
	struct reason wrong_words;
	uint64_t hard_rounds; /* `rounds` when hard evidence was last there */
	struct {
		int64_t ns;
		uint64_t answered, dropped, ok, lost;
	} window; /* counters at its start, time in it */
	struct leaky silence;
	struct leaky overload;
	struct reason hard; /* empty: no such evidence */
	struct reason soft;
};

struct detector_verdict {
	const char *hard; /* NULL: none; else words in the detector, valid until its next step */
	const char *soft;
	bool proven;     /* a full round since the start and since the last hard evidence */
	bool overloaded; /* for status and metrics, whatever the policy is */
};

struct detector_verdict detector_step(struct detector *detector,
				      const struct detector_limits *limits,
				      const struct detector_input *input, struct monotime now);

#endif
