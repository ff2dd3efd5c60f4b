/* SPDX-License-Identifier: BSD-2-Clause */
/* load_fixture.h - loading the zones of a configuration, without an error. */
#ifndef ANYNS_TESTS_LOAD_FIXTURE_H
#define ANYNS_TESTS_LOAD_FIXTURE_H

#include "serve_fixture.h"

#include "serve/load.h"

#define ONE_ZONE  "zones: [{name: a.example, file: a.zone}]\n"
#define TWO_ZONES "zones: [{name: a.example, file: a.zone}, {name: b.example, file: b.zone}]\n"

static inline struct loaded *
load(const struct config *config, const struct loaded *previous, unsigned threads)
{
	struct load_options options = {.previous = previous, .threads = threads};
	struct report report = REPORT_INIT;
	struct loaded *loaded = load_zones(config, &options, &report);

	assert_non_null(loaded);
	assert_int_equal(report.errors, 0);
	report_clear(&report);
	return loaded;
}

static inline const void *
bytes_of(const struct loaded_zone *zone)
{
	size_t size;

	return segment_bytes(zone->segment, &size);
}

#endif
