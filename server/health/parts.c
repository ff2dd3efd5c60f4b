/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/parts.h"

#include <stdlib.h>

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
parts_inherit(struct parts *next, struct parts *old, struct probes *probes)
{
	settings_inherit(next->settings, old->settings);
	settings_free(old->settings, probes);
	old->settings = NULL;
	gates_inherit(next->gates, old->gates);
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
