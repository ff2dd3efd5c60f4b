/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever allocation fails while zones are loaded and built: the result is NULL and the report
 * says so, nothing leaks (LeakSanitizer) and nothing half-made is used. Every allocation is made to
 * fail once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "anyns/answer.h"
#include "anyns/config.h"
#include "anyns/image.h"
#include "plan.h"
#include "support/fault.h"

enum { ATTEMPTS = 20000, PLANS = 12 };

struct material {
	struct plan plan;
	struct zone *zone; /* signed, if the plan says so */
	struct segment *segment;
	char *text;
	size_t size;
	uint8_t apex[DNS_NAME_MAX];
};

/* Something that allocates. Frees what it made; whether it was made. */
typedef bool attempt(const struct material *m, struct report *report);

static bool
attempt_zone(const struct material *m, struct report *report)
{
	struct zone_options options = {.zonemd = ZONEMD_WARN, .now = 1700000000};
	struct zone *zone = zone_load_text(m->apex, "random.zone", m->text, m->size, &options,
					   report);
	zone_free(zone);
	return zone != NULL;
}

static bool
attempt_build(const struct material *m, struct report *report)
{
	struct segment *segment = segment_build(m->zone, report);
	segment_release(segment);
	return segment != NULL;
}

static bool
attempt_open(const struct material *m, struct report *report)
{
	size_t size;
	const void *bytes = segment_bytes(m->segment, &size);
	struct segment *opened = segment_open(bytes, size, "copy", report);
	segment_release(opened);
	return opened != NULL;
}

static bool
attempt_directory(const struct material *m, struct report *report)
{
	struct directory_entry entries[] = {{.apex = m->apex, .segment = m->segment}};
	struct directory *directory = directory_build(entries, ARRAY_LENGTH(entries), report);
	directory_free(directory);
	return directory != NULL;
}

static bool
attempt_setup(const struct material *m, struct report *report)
{
	static const uint8_t secret[CONFIG_SECRET_SIZE] = {1};
	char instance[] = "memory", version[] = "anyns";
	struct config config = {.instance = instance, .version = version, .udp_size = 1232};
	(void)m;
	struct answer_setup *setup = answer_setup_new(&config, secret, report);
	answer_setup_free(setup);
	return setup != NULL;
}

static bool
attempt_worker(const struct material *m, struct report *report)
{
	struct answer_worker *worker = answer_worker_new();
	(void)m;
	/* It has no report: NULL means out of memory. */
	report->errors += worker == NULL;
	answer_worker_free(worker);
	return worker != NULL;
}

/* Returns how many allocations there were to fail. */
static size_t
fail_each(attempt *try_it, const struct material *m)
{
	for (size_t n = 0; n < ATTEMPTS; n++) {
		struct report report = REPORT_INIT;
		fault_arm(n);
		bool made = try_it(m, &report);
		bool fired = fault_disarm();
		/* A finding's text may be lost for want of memory; that is no error of its own. */
		assert_true(made || report.errors > 0);
		assert_true(made || fired);
		report_clear(&report);
		if (!fired)
			return n;
	}
	fail_msg("more than %d allocations", ATTEMPTS);
	return 0;
}

static struct zone *
load(struct material *m)
{
	struct zone_options options = {.now = 1700000000};
	struct report report = REPORT_INIT;
	struct zone *zone = zone_load_text(m->apex, "random.zone", m->text, m->size, &options,
					   &report);
	assert_non_null(zone);
	report_clear(&report);
	return zone;
}

static void
prepare(struct material *m, uint64_t seed)
{
	struct random random = {seed};
	plan_make(&m->plan, &random);
	const struct plan_zone *plan = &m->plan.zones[0];
	FILE *stream = open_memstream(&m->text, &m->size);
	assert_non_null(stream);
	plan_wire(m->apex, plan->apex);
	plan_print(plan, stream);
	assert_int_equal(fflush(stream), 0);
	m->zone = load(m);
	if (plan->signing != PLAN_UNSIGNED) {
		plan_sign(plan, m->zone, stream);
		assert_int_equal(fflush(stream), 0);
		zone_free(m->zone);
		m->zone = load(m);
	}
	assert_int_equal(fclose(stream), 0);
	struct report report = REPORT_INIT;
	m->segment = segment_build(m->zone, &report);
	assert_non_null(m->segment);
}

static void
test_every_allocation(void **state)
{
	static attempt *const attempts[] = {attempt_zone,      attempt_build, attempt_open,
					    attempt_directory, attempt_setup, attempt_worker};
	size_t faults = 0;
	(void)state;
	for (uint64_t seed = 1; seed <= PLANS; seed++) {
		struct material *m = calloc(1, sizeof *m);
		assert_non_null(m);
		prepare(m, seed);
		for (size_t i = 0; i < ARRAY_LENGTH(attempts); i++)
			faults += fail_each(attempts[i], m);
		segment_release(m->segment);
		zone_free(m->zone);
		free(m->text);
		free(m);
	}
	/* Each of the six allocates in each plan, or the wrapping does not work. */
	assert_true(faults >= PLANS * ARRAY_LENGTH(attempts));
	fprintf(stderr, "memory: %zu allocations failed, one at a time\n", faults);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_allocation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
