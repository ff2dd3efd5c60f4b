/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve/generation.h"

#include <stdlib.h>

struct generation *
generation_make(struct config *config, const struct load_options *options,
		const uint8_t *fallback_secret, struct report *report)
{
	struct generation *generation = calloc(1, sizeof *generation);
	if (!generation) {
		report_errno(report, SEVERITY_ERROR, (struct place){.file = config->path}, NULL,
			     "cannot load zones");
		config_free(config);
		return NULL;
	}
	generation->config = config;
	generation->setup = answer_setup_new(config, fallback_secret, report);
	if (generation->setup)
		generation->loaded = load_zones(config, options, report);
	if (!generation->loaded) {
		generation_free(generation);
		return NULL;
	}
	generation->view = (struct answer_view){.zones = generation->loaded->directory,
						.setup = generation->setup,
						.serial = generation->loaded->serial};
	return generation;
}

void
generation_free(struct generation *generation)
{
	if (!generation)
		return;
	load_free(generation->loaded);
	answer_setup_free(generation->setup);
	config_free(generation->config);
	free(generation);
}

struct generation_summary
generation_summarize(const struct generation *generation)
{
	const struct loaded *loaded = generation->loaded;
	struct generation_summary summary = {.zones = loaded->count,
					     .errors = loaded->report.errors,
					     .warnings = loaded->report.warnings};
	for (size_t i = 0; i < loaded->count; i++) {
		const struct loaded_zone *zone = &loaded->zones[i];
		summary.errors += zone->report.errors;
		summary.warnings += zone->report.warnings;
		if (zone->reused)
			summary.reused++;
		else if (zone->stale)
			summary.stale++;
		else if (!zone->segment)
			summary.failed++;
		else if (zone->origin == ORIGIN_IMAGE)
			summary.mapped++;
		else if (zone->origin == ORIGIN_CACHE)
			summary.cached++;
		else
			summary.compiled++;
	}
	return summary;
}
