/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/parts.h"

#include <stdlib.h>

const struct state *
parts_read_saved(const struct config *config, struct state *room, struct report *report)
{
	if (!config->state_directory) {
		report_add(report, SEVERITY_WARNING, (struct place){config->path, 0, 0},
			   "set `state-directory:`",
			   "drains and penalties for flapping are forgotten at a restart");
		return NULL;
	}
	return state_read(config->state_directory, room, report) == STATE_READ ? room : NULL;
}

struct parts *
parts_new(const struct config *config, const struct parts_setup *setup)
{
	struct parts *parts = calloc(1, sizeof(*parts));

	if (!parts)
		return NULL;
	parts->dry_run = config->announce.dry_run;
	parts->settings = settings_new(config);
	parts->gates = gates_new(config, setup->lease, setup->log, setup->saved, setup->now);
	parts->soft = soft_new(config, setup->loop);
	if (parts->settings && parts->gates && parts->soft)
		return parts;
	parts_free(parts, NULL);
	return NULL;
}

int
parts_start(struct parts *parts, const struct parts *before)
{
	if (before && soft_same_command(parts->soft, before->soft))
		return 0;
	return soft_start(parts->soft);
}

void
parts_inherit(struct parts *next, struct parts *old, struct probes *probes, struct monotime now)
{
	settings_inherit(next->settings, old->settings);
	settings_free(old->settings, probes);
	old->settings = NULL;
	gates_inherit(next->gates, old->gates, now);
	soft_inherit(next->soft, old->soft);
}

void
parts_free(struct parts *parts, struct probes *probes)
{
	if (!parts)
		return;
	settings_free(parts->settings, probes);
	gates_free(parts->gates);
	if (parts->soft)
		soft_stop(parts->soft);
	soft_free(parts->soft);
	free(parts);
}
