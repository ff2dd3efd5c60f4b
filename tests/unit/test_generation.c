/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve/generation.h"

#include "serve_fixture.h"

#include "serve/cache.h"

static const uint8_t secret[CONFIG_SECRET_SIZE] = {1, 2, 3};

#define ZONES                                                                       \
	"zones: [{name: a.example, file: a.zone}, {name: b.example, file: b.zone}," \
	" {name: c.example, file: c.zone}]\n"

static struct generation *
make(const struct folder *folder, const char *more, const struct generation *previous)
{
	struct load_options options = {.previous = previous ? previous->loaded : NULL,
				       .threads = 2};
	struct report report = REPORT_INIT;
	struct generation *generation = generation_make(make_config(folder, more), &options, secret,
							&report);

	assert_non_null(generation);
	assert_int_equal(report.errors, 0);
	report_clear(&report);
	return generation;
}

static void
assert_summary(const struct generation *generation, struct generation_summary expected)
{
	struct generation_summary found = generation_summarize(generation);

	assert_int_equal(found.zones, expected.zones);
	assert_int_equal(found.compiled, expected.compiled);
	assert_int_equal(found.mapped, expected.mapped);
	assert_int_equal(found.cached, expected.cached);
	assert_int_equal(found.reused, expected.reused);
	assert_int_equal(found.stale, expected.stale);
	assert_int_equal(found.failed, expected.failed);
	assert_int_equal(found.errors > 0, expected.errors > 0);
	assert_int_equal(found.warnings > 0, expected.warnings > 0);
	assert_int_equal(found.zones, found.compiled + found.mapped + found.cached + found.reused +
					      found.stale + found.failed);
}

static void
has_what_answers_need(void **state)
{
	struct folder *folder = *state;

	put_file(folder, "a.zone", ZONE_GOOD(1));
	put_file(folder, "b.zone", ZONE_GOOD(1));
	put_file(folder, "c.zone", ZONE_GOOD(1));
	struct generation *generation = make(folder, ZONES, NULL);
	assert_ptr_equal(generation->view.zones, generation->loaded->directory);
	assert_ptr_equal(generation->view.setup, generation->setup);
	assert_string_equal(generation->config->instance, "test");
	generation_free(generation);
	generation_free(NULL);
}

static void
sums_up(void **state)
{
	struct folder *folder = *state;

	put_file(folder, "a.zone", ZONE_GOOD(1));
	put_file(folder, "b.zone", ZONE_GOOD(1));
	put_file(folder, "c.zone", ZONE_BROKEN);
	struct generation *first = make(folder, ZONES, NULL);
	assert_summary(first, (struct generation_summary){
				      .zones = 3, .compiled = 2, .failed = 1, .errors = 1});
	/* One is unchanged, one broke and stays in its old version, one was corrected. */
	put_file(folder, "b.zone", ZONE_BROKEN);
	put_file(folder, "c.zone", ZONE_GOOD(2) "@ MX 10 nowhere\n");
	struct generation *second = make(folder, ZONES, first);
	assert_summary(second, (struct generation_summary){.zones = 3,
							   .compiled = 1,
							   .reused = 1,
							   .stale = 1,
							   .errors = 1,
							   .warnings = 1});
	generation_free(first);
	generation_free(second);
}

/* Those of an image or a cache are neither compiled nor unchanged. */
static void
counts_origins(void **state)
{
	struct folder *folder = *state;
	char more[512];
	struct report report = REPORT_INIT;
	size_t count;

	put_file(folder, "a.zone", ZONE_GOOD(1));
	put_file(folder, "b.zone", ZONE_GOOD(1));
	put_file(folder, "c.zone", ZONE_GOOD(1));
	snprintf(more, sizeof(more), ZONES "image-cache: %s\nimage: zones.image\n", folder->path);
	struct generation *first = make(folder, ZONES, NULL);
	struct image_zone zone = {.segment = first->loaded->zones[1].segment, .expires = INT64_MAX};
	snprintf(more + 256, 256, "%s/zones.image", folder->path);
	assert_true(image_file_write(more + 256, &zone, 1, NULL, &report));
	struct generation *second = make(folder, more, NULL);
	assert_summary(second, (struct generation_summary){.zones = 3, .compiled = 2, .mapped = 1});
	assert_true(second->loaded->cache_due);
	assert_true(cache_write(second->config, second->loaded, &count, &report));
	assert_int_equal(count, 2);
	put_file(folder, "c.zone", ZONE_GOOD(2));
	struct generation *third = make(folder, more, NULL);
	assert_summary(third, (struct generation_summary){
				      .zones = 3, .compiled = 1, .mapped = 1, .cached = 1});
	generation_free(first);
	generation_free(second);
	generation_free(third);
}

/* The configuration is taken over even then. */
static void
cancelled(void **state)
{
	struct folder *folder = *state;
	atomic_bool cancel = true;
	struct load_options options = {.threads = 1, .cancel = &cancel};
	struct report report = REPORT_INIT;

	put_file(folder, "a.zone", ZONE_GOOD(1));
	put_file(folder, "b.zone", ZONE_GOOD(1));
	put_file(folder, "c.zone", ZONE_GOOD(1));
	assert_null(generation_make(make_config(folder, ZONES), &options, secret, &report));
	assert_int_equal(report.errors, 1);
	report_clear(&report);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_what_answers_need),
		cmocka_unit_test(sums_up),
		cmocka_unit_test(counts_origins),
		cmocka_unit_test(cancelled),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
