/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/settings.h"

#include <stdlib.h>

#include "net/socket.h"

enum {
	TURN_MS = 20, /* the announcer's tick */
	/* Own queries per worker and second: each is reached within 150 ms, 99 times of 100. */
	QUERIES_PER_WORKER = 40,
	/* While nothing is proven: a server must be able to start within two seconds. */
	BURST_MAX = 16,
	BURST_ALL = 64, /* of all addresses together */
};

void
settings_free(struct settings *settings, struct probes *probes)
{
	if (!settings)
		return;
	for (size_t i = 0; settings->evidence && i < settings->count; i++)
		evidence_free(settings->evidence[i], probes);
	free(settings->evidence);
	free(settings->verdicts);
	free(settings->served);
	free(settings);
}

struct settings *
settings_new(const struct config *config)
{
	struct settings *settings = calloc(1, sizeof(*settings));

	if (!settings)
		return NULL;
	settings->interval_ns = config->health.interval_ms * MONOTIME_MS;
	settings->detector = DETECTOR_LIMITS_DEFAULT;
	settings->detector.policy = config->health.shed ? DETECTOR_SHED : DETECTOR_ABSORB;
	settings->gate = gates_limits(&config->health);
	settings->evidence = calloc(config->listen_count + 1, sizeof(struct evidence *));
	settings->verdicts = calloc(config->listen_count + 1, sizeof(*settings->verdicts));
	settings->served = calloc(config->listen_count + 1, sizeof(bool));
	bool good = settings->evidence && settings->verdicts && settings->served;
	for (size_t i = 0; good && i < config->listen_count; i++) {
		settings->evidence[i] = evidence_new(&config->listen[i]);
		good = settings->evidence[i] != NULL;
		settings->count++;
	}
	if (good)
		return settings;
	settings_free(settings, NULL);
	return NULL;
}

void
settings_inherit(struct settings *next, struct settings *old)
{
	for (size_t i = 0; i < next->count; i++)
		for (size_t j = 0; j < old->count; j++) {
			struct evidence *fresh = next->evidence[i];
			if (!socket_same_address(evidence_address(fresh),
						 evidence_address(old->evidence[j])))
				continue;
			next->evidence[i] = old->evidence[j];
			old->evidence[j] = fresh;
			break;
		}
}

double
settings_turn(const struct settings *settings)
{
	int64_t turn = TURN_MS * MONOTIME_MS;

	return (double)(settings->interval_ns < turn ? settings->interval_ns : turn) /
	       (double)MONOTIME_S;
}

unsigned
settings_burst(const struct settings *settings, size_t index, size_t worker_count)
{
	size_t most = size_min(BURST_ALL / (settings->count + 1) + 1, BURST_MAX);
	int64_t count = (int64_t)(worker_count - 1) * QUERIES_PER_WORKER * settings->interval_ns /
			MONOTIME_S;

	if (!settings->verdicts[index].proven || count > (int64_t)most)
		return (unsigned)most;
	return count < 1 ? 1 : (unsigned)count;
}

static void
name_fault(struct reason *words, const struct evidence *evidence, const char *fault)
{
	if (words->text[0] != '\0' || !fault)
		return;
	reason_set(words, evidence_address(evidence)->text);
	reason_add(words, ": ");
	reason_add(words, fault);
}

void
settings_find_faults(const struct settings *settings, const struct gates *gates, size_t prefix,
		     struct settings_faults *faults)
{
	size_t concerned = 0, proven = 0;

	*faults = (struct settings_faults){0};
	for (size_t i = 0; i < settings->count; i++) {
		const struct evidence *evidence = settings->evidence[i];
		const struct detector_verdict *verdict = &settings->verdicts[i];
		if (!settings->served[i] ||
		    !gates_concern(gates, prefix, evidence_address(evidence)))
			continue;
		concerned++;
		proven += verdict->proven;
		name_fault(&faults->hard, evidence, verdict->hard);
		name_fault(&faults->soft, evidence, verdict->soft);
	}
	faults->proven = concerned > 0 && proven == concerned;
}
