/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * generation.h - a configuration with all that was made of it; a reload replaces the whole.
 */
#ifndef ANYNS_SERVE_GENERATION_H
#define ANYNS_SERVE_GENERATION_H

#include "anyns/answer.h"
#include "serve/load.h"

struct generation {
	struct config *config;
	struct loaded *loaded;
	struct answer_setup *setup;
	struct answer_view view; /* of the two above */
	struct generation *next; /* of those that wait to be freed */
};

/*
 * Loads the zones of `config`, which the generation takes over whether or not this succeeds. NULL
 * with an error in the report.
 */
struct generation *generation_make(struct config *config, const struct load_options *options,
				   const uint8_t *fallback_secret, struct report *report) NODISCARD;

/* No reader may be left. NULL is legal. */
void generation_free(struct generation *generation);

/* How its zones came out. */
struct generation_summary {
	size_t zones;
	size_t compiled; /* anew */
	size_t mapped;   /* from the image file */
	size_t cached;   /* from the image cache */
	size_t reused;   /* unchanged since the generation before */
	size_t stale;    /* have errors: the data of the generation before is served */
	size_t failed;   /* have errors: answered with SERVFAIL */
	size_t errors;   /* findings, those about no zone included */
	size_t warnings;
};
struct generation_summary generation_summarize(const struct generation *generation);

#endif
