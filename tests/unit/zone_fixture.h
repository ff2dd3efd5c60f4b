/* SPDX-License-Identifier: BSD-2-Clause */
/* zone_fixture.h - for the tests of the zone room: zones from text, and looking for findings. */
#ifndef TESTS_ZONE_FIXTURE_H
#define TESTS_ZONE_FIXTURE_H

/* cmocka.h wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "anyns/name.h"
#include "anyns/zone.h"

/* 2023-11-14: a moment for tests that no clock moves. */
#define FIXTURE_NOW 1700000000

/* Lines 1 to 4 of most zones: SOA, NS, an address, all without findings. */
#define FIXTURE_HEAD       "$TTL 3600\n@ SOA ns host 7 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n"
#define FIXTURE_HEAD_LINES 4u

struct fixture {
	struct report report;
	struct zone *zone; /* NULL: the zone has errors */
};

static inline struct fixture
fixture_load(const char *apex_text, const char *text, size_t size,
	     const struct zone_options *options)
{
	uint8_t apex[DNS_NAME_MAX];
	struct fixture fixture = {.report = REPORT_INIT};
	assert_int_not_equal(name_parse(apex, apex_text), 0);
	fixture.zone = zone_load_text(apex, "test.zone", text, size, options, &fixture.report);
	assert_int_equal(fixture.zone == NULL, fixture.report.errors != 0);
	return fixture;
}

/* The zone example.com of FIXTURE_HEAD and `body`. */
static inline struct fixture
fixture_zone(const char *body)
{
	struct zone_options options = {.zonemd = ZONEMD_WARN, .now = FIXTURE_NOW};
	char *text;
	int size = asprintf(&text, "%s%s", FIXTURE_HEAD, body);
	assert_true(size >= 0);
	struct fixture fixture = fixture_load("example.com", text, (size_t)size, &options);
	free(text);
	return fixture;
}

static inline void
fixture_free(struct fixture *fixture)
{
	zone_free(fixture->zone);
	report_clear(&fixture->report);
}

/* Whether a finding of this severity holds `part` at `line` of the body (0: any line). */
static inline bool
fixture_has(const struct fixture *fixture, enum severity severity, const char *part, unsigned line)
{
	for (size_t i = 0; i < fixture->report.count; i++) {
		const struct finding *finding = &fixture->report.findings[i];
		if (finding->severity == severity && strstr(finding->message, part) &&
		    (line == 0 || finding->line == line + FIXTURE_HEAD_LINES))
			return true;
	}
	return false;
}

/* `body` gives exactly one finding, this one; line 0: whatever line. */
static inline void
fixture_expect(const char *body, enum severity severity, const char *part, unsigned line)
{
	struct fixture fixture = fixture_zone(body);
	if (fixture.report.count != 1 || !fixture_has(&fixture, severity, part, line)) {
		report_print(&fixture.report, stderr);
		fail_msg("expected one finding \"%s\" of line %u for:\n%s", part, line, body);
	}
	fixture_free(&fixture);
}

static inline void
fixture_error(const char *body, const char *part, unsigned line)
{
	fixture_expect(body, SEVERITY_ERROR, part, line);
}

static inline void
fixture_warning(const char *body, const char *part, unsigned line)
{
	fixture_expect(body, SEVERITY_WARNING, part, line);
}

/* `body` loads without any finding. */
static inline struct fixture
fixture_clean(const char *body)
{
	struct fixture fixture = fixture_zone(body);
	if (fixture.report.count) {
		report_print(&fixture.report, stderr);
		fail_msg("expected no finding for:\n%s", body);
	}
	return fixture;
}

/* The name, which must exist. */
static inline const struct zone_name *
fixture_name(const struct zone *zone, const char *text)
{
	uint8_t wire[DNS_NAME_MAX];
	assert_int_not_equal(name_parse(wire, text), 0);
	uint32_t index = zone_find_name(zone, wire);
	if (index == ZONE_NONE)
		fail_msg("%s does not exist", text);
	return &zone->names[index];
}

/* The set, which must exist. */
static inline const struct zone_set *
fixture_set(const struct zone *zone, const char *name, uint16_t type)
{
	const struct zone_set *set = zone_find_set(zone, fixture_name(zone, name), type);
	if (!set)
		fail_msg("%s has no set of type %u", name, type);
	return set;
}

/* Record `index` of the set is these bytes. */
static inline void
fixture_rdata(const struct zone *zone, const struct zone_set *set, uint32_t index,
	      const void *bytes, size_t size)
{
	assert_true(index < set->rdata_count);
	assert_int_equal(zone->rdatas[set->first_rdata + index].size, size);
	assert_memory_equal(zone->rdatas[set->first_rdata + index].bytes, bytes, size);
}

static inline void
fixture_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* Leaves the working directory and removes it, all that is in it too. */
static inline int
fixture_remove(const char *folder)
{
	char command[64];
	snprintf(command, sizeof command, "rm -r %s", folder);
	return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

#endif
