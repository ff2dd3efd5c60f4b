/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/detector.h"

#include <assert.h>

/* The worker that has waited longest beyond the limit, or `worker_count`. */
static size_t
find_stuck(struct detector *detector, const struct detector_limits *limits,
	   const struct detector_input *input, int64_t passed)
{
	size_t stuck = input->worker_count;

	for (size_t i = 0; i < input->worker_count; i++) {
		struct detector_stall *stall = &detector->stalls[i];
		const struct detector_worker *worker = &input->workers[i];

		/* An idle worker sleeps in its event loop: no turns, and nothing wrong with it. */
		if (worker->turns != stall->turns || !worker->waiting) {
			*stall = (struct detector_stall){.turns = worker->turns};
			continue;
		}
		stall->waited_ns += passed;
		if (stall->waited_ns < limits->stall_ns)
			continue;
		if (stuck == input->worker_count ||
		    stall->waited_ns > detector->stalls[stuck].waited_ns)
			stuck = i;
	}
	return stuck;
}

/*
 * A wrong answer stands until a full round was right, not until the next right answer: with one
 * damaged zone of a thousand the next 999 are right.
 */
static void
watch_answers(struct detector *detector, const struct detector_input *input)
{
	if (input->probes_wrong != detector->wrong_seen) {
		detector->wrong = true;
		detector->hard_rounds = input->rounds;
		reason_set(&detector->wrong_words, input->wrong ? input->wrong : "no details");
	} else if (input->rounds != detector->hard_rounds) {
		detector->wrong = false;
	}
	detector->wrong_seen = input->probes_wrong;
}

static void
judge_hard(struct detector *detector, const struct detector_limits *limits,
	   const struct detector_input *input, int64_t passed)
{
	/* Always both, whatever is reported: their clocks must not stand still meanwhile. */
	size_t stuck = find_stuck(detector, limits, input, passed);
	watch_answers(detector, input);

	reason_set(&detector->hard, NULL);
	if (!input->listening) {
		reason_set(&detector->hard, "listener gone");
	} else if (!input->present) {
		reason_set(&detector->hard, "address not on any interface");
	} else if (stuck < input->worker_count) {
		reason_set(&detector->hard, "worker ");
		reason_add_number(&detector->hard, stuck);
		reason_add(&detector->hard, " has packets waiting and made no turn for ");
		reason_add_duration(&detector->hard, detector->stalls[stuck].waited_ns);
	} else if (detector->wrong) {
		reason_set(&detector->hard, "wrong answer: ");
		reason_add(&detector->hard, detector->wrong_words.text);
	}
	if (detector->hard.text[0] != '\0')
		detector->hard_rounds = input->rounds;
}

static void
begin_window(struct detector *detector, const struct detector_input *input)
{
	detector->window.ns = 0;
	detector->window.answered = input->answered;
	detector->window.dropped = input->dropped;
	detector->window.ok = input->probes_ok;
	detector->window.lost = input->probes_lost;
}

/* Windows of own queries into the two leaky counters. */
static void
judge_window(struct detector *detector, const struct detector_limits *limits,
	     const struct detector_input *input, int64_t passed)
{
	uint64_t ok = input->probes_ok - detector->window.ok;
	uint64_t lost = input->probes_lost - detector->window.lost;

	detector->window.ns += passed;
	if (detector->window.ns < limits->window_ns || ok + lost < DETECTOR_WINDOW_PROBES)
		return;
	/* Answers to others, or full buffers: the packets come and the workers work. */
	bool work = input->answered != detector->window.answered ||
		    input->dropped != detector->window.dropped;
	/*
	 * Half of them: up to there a resolver that asks three times gets its answer seven times
	 * of eight, and shedding would only move the load to sites that have it as well.
	 */
	bool many = lost >= ok;

	leaky_count(&detector->silence, &limits->leaky, ok > 0 || work);
	leaky_count(&detector->overload, &limits->leaky, !many || !work);
	begin_window(detector, input);
}

static void
judge_soft(struct detector *detector, const struct detector_limits *limits)
{
	reason_set(&detector->soft, NULL);
	if (detector->silence.bad)
		reason_set(&detector->soft, "silence: no own query answered, no other either");
	else if (detector->overload.bad && limits->policy == DETECTOR_SHED)
		reason_set(&detector->soft, "overload: half of the own queries lost or more");
}

static const char *
words(const struct reason *reason)
{
	return reason->text[0] != '\0' ? reason->text : NULL;
}

struct detector_verdict
detector_step(struct detector *detector, const struct detector_limits *limits,
	      const struct detector_input *input, struct monotime now)
{
	int64_t passed = 0;

	assert(input->worker_count <= DETECTOR_WORKERS);
	if (detector->begun) {
		passed = monotime_since(now, detector->stepped_at);
		passed = passed < limits->step_ns ? passed : limits->step_ns;
	} else {
		detector->begun = true;
		begin_window(detector, input);
	}
	detector->stepped_at = now;
	judge_hard(detector, limits, input, passed);
	judge_window(detector, limits, input, passed);
	judge_soft(detector, limits);
	return (struct detector_verdict){
		.hard = words(&detector->hard),
		.soft = words(&detector->soft),
		.proven = input->rounds != detector->hard_rounds,
		.overloaded = detector->overload.bad,
	};
}
