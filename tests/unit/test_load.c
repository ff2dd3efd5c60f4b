/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve/load.h"

#include "serve_fixture.h"

#include "anyns/name.h"

#define ONE_ZONE  "zones: [{name: a.example, file: a.zone}]\n"
#define TWO_ZONES "zones: [{name: a.example, file: a.zone}, {name: b.example, file: b.zone}]\n"

static struct loaded *
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

static const void *
bytes_of(const struct loaded_zone *zone)
{
	size_t size;

	return segment_bytes(zone->segment, &size);
}

static void
loads_all(void **state)
{
	struct folder *folder = *state;

	put_file(folder, "a.zone", ZONE_GOOD(1));
	put_file(folder, "b.zone", ZONE_GOOD(2));
	struct config *config = make_config(folder, TWO_ZONES);
	struct loaded *loaded = load(config, NULL, 1);
	uint8_t apex[DNS_NAME_MAX];

	assert_int_equal(loaded->count, 2);
	assert_non_null(loaded->directory);
	for (unsigned i = 0; i < 2; i++) {
		const struct loaded_zone *zone = &loaded->zones[i];
		assert_true(name_parse(apex, i ? "b.example" : "a.example") > 0);
		assert_true(name_equal(zone->apex, apex));
		assert_true(name_equal(segment_apex(zone->segment), apex));
		assert_int_equal(segment_serial(zone->segment), i + 1);
		assert_int_equal(zone->report.errors, 0);
		assert_int_equal(zone->file_count, 1);
		assert_false(zone->reused);
		assert_false(zone->stale);
	}
	load_free(loaded);
	config_free(config);
}

static void
frees_nothing(void **state)
{
	(void)state;
	load_free(NULL);
}

static void
reuses_the_unchanged(void **state)
{
	struct folder *folder = *state;

	put_file(folder, "a.zone", ZONE_GOOD(1));
	put_file(folder, "b.zone", ZONE_GOOD(2));
	struct config *config = make_config(folder, TWO_ZONES);
	struct loaded *first = load(config, NULL, 1);
	put_file(folder, "b.zone", ZONE_GOOD(3));
	struct loaded *second = load(config, first, 1);

	assert_true(second->zones[0].reused);
	assert_ptr_equal(bytes_of(&second->zones[0]), bytes_of(&first->zones[0]));
	assert_false(second->zones[1].reused);
	assert_ptr_not_equal(bytes_of(&second->zones[1]), bytes_of(&first->zones[1]));
	assert_int_equal(segment_serial(second->zones[1].segment), 3);
	/* What was taken over lives on without its first owner, and can be taken over again. */
	load_free(first);
	struct loaded *third = load(config, second, 1);
	load_free(second);
	assert_true(third->zones[0].reused && third->zones[1].reused);
	assert_int_equal(segment_serial(third->zones[0].segment), 1);
	assert_true(segment_verify(third->zones[0].segment, NULL));
	load_free(third);
	config_free(config);
}

#define SIGNATURE(type, expires) \
	" RRSIG " type " 13 2 300 " expires " 20200101000000 1 a.example. AAAA\n"

static void
knows_the_first_expiry(void **state)
{
	struct folder *folder = *state;

	put_file(folder, "a.zone",
		 ZONE_GOOD(1) "@" SIGNATURE("SOA", "20350101000000") "@" SIGNATURE(
			 "NS", "20340101000000") "ns" SIGNATURE("A", "20340601000000"));
	put_file(folder, "b.zone", ZONE_GOOD(1));
	struct config *config = make_config(folder, TWO_ZONES);
	struct loaded *first = load(config, NULL, 1);

	assert_int_equal(first->zones[0].expires, 2019686400); /* 2034-01-01 */
	assert_true(first->zones[1].expires == INT64_MAX);
	put_file(folder, "b.zone", ZONE_BROKEN);
	struct loaded *second = load(config, first, 1);
	assert_true(second->zones[0].reused);
	assert_int_equal(second->zones[0].expires, 2019686400);
	assert_true(second->zones[1].expires == INT64_MAX);
	put_file(folder, "a.zone", ZONE_BROKEN);
	struct loaded *third = load(config, second, 1);
	assert_true(third->zones[0].stale);
	assert_int_equal(third->zones[0].expires, 2019686400);
	load_free(first);
	load_free(second);
	load_free(third);
	config_free(config);
}

/* The same zone from another path, though of the same contents, is read. */
static void
another_file_is_read(void **state)
{
	struct folder *folder = *state;

	put_file(folder, "a.zone", ZONE_GOOD(1));
	put_file(folder, "b.zone", ZONE_GOOD(1));
	struct config *before = make_config(folder, ONE_ZONE);
	struct config *after = make_config(folder, "zones: [{name: a.example, file: b.zone}]\n");
	struct loaded *first = load(before, NULL, 1);
	struct loaded *second = load(after, first, 1);

	assert_false(second->zones[0].reused);
	load_free(first);
	load_free(second);
	config_free(before);
	config_free(after);
}

static void
another_policy_is_checked(void **state)
{
	struct folder *folder = *state;

	put_file(folder, "a.zone", ZONE_GOOD(1));
	struct config *before = make_config(folder, ONE_ZONE);
	struct config *after = make_config(folder, ONE_ZONE "zonemd: require\n");
	struct loaded *first = load(before, NULL, 1);
	struct loaded *second = load(after, first, 1);

	assert_false(second->zones[0].reused);
	/* It has no ZONEMD, so it is no longer good; what was served goes on. */
	assert_true(second->zones[0].stale);
	assert_ptr_equal(bytes_of(&second->zones[0]), bytes_of(&first->zones[0]));
	load_free(first);
	load_free(second);
	config_free(before);
	config_free(after);
}

static void
broken_without_previous(void **state)
{
	struct folder *folder = *state;

	put_file(folder, "a.zone", ZONE_BROKEN);
	put_file(folder, "b.zone", ZONE_GOOD(2));
	struct config *config = make_config(folder, TWO_ZONES);
	struct loaded *loaded = load(config, NULL, 1);

	assert_null(loaded->zones[0].segment);
	assert_false(loaded->zones[0].stale);
	assert_true(loaded->zones[0].report.errors > 0);
	assert_non_null(strstr(loaded->zones[0].report.findings[0].file, "a.zone"));
	assert_int_equal(loaded->zones[0].report.findings[0].line, 4);
	assert_non_null(loaded->zones[1].segment);
	load_free(loaded);
	config_free(config);
}

static void
broken_keeps_the_old(void **state)
{
	struct folder *folder = *state;

	put_file(folder, "a.zone", ZONE_GOOD(1));
	struct config *config = make_config(folder, ONE_ZONE);
	struct loaded *first = load(config, NULL, 1);
	put_file(folder, "a.zone", ZONE_BROKEN);
	struct loaded *second = load(config, first, 1);

	assert_true(second->zones[0].stale);
	assert_false(second->zones[0].reused);
	assert_ptr_equal(bytes_of(&second->zones[0]), bytes_of(&first->zones[0]));
	assert_true(second->zones[0].report.errors > 0);
	load_free(first);
	/* Still broken, though its file did not change: stale again, not passed off as unchanged.
	 */
	struct loaded *third = load(config, second, 1);
	load_free(second);
	assert_true(third->zones[0].stale);
	assert_true(third->zones[0].report.errors > 0);
	assert_int_equal(segment_serial(third->zones[0].segment), 1);
	put_file(folder, "a.zone", ZONE_GOOD(4));
	struct loaded *fourth = load(config, third, 1);
	load_free(third);
	assert_false(fourth->zones[0].stale);
	assert_int_equal(segment_serial(fourth->zones[0].segment), 4);
	load_free(fourth);
	config_free(config);
}

/* A file that vanished after the configuration was read. */
static void
vanished_keeps_the_old(void **state)
{
	struct folder *folder = *state;
	char path[512];

	put_file(folder, "a.zone", ZONE_GOOD(1));
	struct config *config = make_config(folder, ONE_ZONE);
	struct loaded *first = load(config, NULL, 1);
	snprintf(path, sizeof(path), "%s/a.zone", folder->path);
	assert_int_equal(unlink(path), 0);
	struct loaded *second = load(config, first, 1);

	assert_true(second->zones[0].stale);
	load_free(first);
	load_free(second);
	config_free(config);
}

static void
included_files_count(void **state)
{
	struct folder *folder = *state;

	put_file(folder, "a.zone", ZONE_GOOD(1) "$INCLUDE more\n");
	put_file(folder, "more", "www A 192.0.2.2\n");
	struct config *config = make_config(folder, ONE_ZONE);
	struct loaded *first = load(config, NULL, 1);
	struct loaded *second = load(config, first, 1);

	assert_int_equal(first->zones[0].file_count, 2);
	assert_true(second->zones[0].reused);
	assert_int_equal(second->zones[0].file_count, 2);
	put_file(folder, "more", "www A 192.0.2.3\n");
	struct loaded *third = load(config, second, 1);
	assert_false(third->zones[0].reused);
	assert_ptr_not_equal(bytes_of(&third->zones[0]), bytes_of(&second->zones[0]));
	load_free(first);
	load_free(second);
	load_free(third);
	config_free(config);
}

static void
zones_come_and_go(void **state)
{
	struct folder *folder = *state;

	put_file(folder, "a.zone", ZONE_GOOD(1));
	put_file(folder, "b.zone", ZONE_GOOD(2));
	struct config *one = make_config(folder, ONE_ZONE);
	struct config *two = make_config(folder, TWO_ZONES);
	struct config *other = make_config(folder, "zones: [{name: b.example, file: b.zone}]\n");
	struct loaded *first = load(one, NULL, 1);
	struct loaded *second = load(two, first, 1);
	struct loaded *third = load(other, second, 1);

	assert_true(second->zones[0].reused);
	assert_false(second->zones[1].reused);
	assert_int_equal(third->count, 1);
	assert_true(third->zones[0].reused);
	assert_ptr_equal(bytes_of(&third->zones[0]), bytes_of(&second->zones[1]));
	load_free(first);
	load_free(second);
	load_free(third);
	config_free(one);
	config_free(two);
	config_free(other);
}

static void
cancelled(void **state)
{
	struct folder *folder = *state;
	atomic_bool cancel = true;
	struct load_options options = {.threads = 1, .cancel = &cancel};
	struct report report = REPORT_INIT;

	put_file(folder, "a.zone", ZONE_GOOD(1));
	struct config *config = make_config(folder, ONE_ZONE);
	assert_null(load_zones(config, &options, &report));
	assert_true(report_has(&report, SEVERITY_ERROR, "interrupted"));
	report_clear(&report);
	cancel = false;
	struct loaded *loaded = load_zones(config, &options, &report);
	assert_non_null(loaded);
	load_free(loaded);
	config_free(config);
}

/* As many threads as zones and more, and far fewer: the same zones in the same order. */
static void
many_threads(void **state)
{
	static const unsigned threads[] = {1, 2, 8, 64, 1000};
	enum { ZONES = 50 };
	struct folder *folder = *state;
	char *zones = calloc(1, ZONES * 64);
	size_t at = 0;

	assert_non_null(zones);
	put_file(folder, "a.zone", ZONE_GOOD(1));
	put_file(folder, "b.zone", ZONE_BROKEN);
	at += (size_t)sprintf(zones + at, "zones:\n");
	for (unsigned i = 0; i < ZONES; i++)
		at += (size_t)sprintf(zones + at, "- {name: z%u.example, file: %s.zone}\n", i,
				      i % 10 ? "a" : "b");
	struct config *config = make_config(folder, zones);
	for (size_t t = 0; t < ARRAY_LENGTH(threads); t++) {
		struct loaded *loaded = load(config, NULL, threads[t]);
		assert_int_equal(loaded->count, ZONES);
		for (unsigned i = 0; i < ZONES; i++) {
			assert_int_equal(!loaded->zones[i].segment, i % 10 == 0);
			assert_int_equal(loaded->zones[i].report.errors > 0, i % 10 == 0);
			assert_memory_equal(loaded->zones[i].apex, config->zones[i].name,
					    name_length(config->zones[i].name, DNS_NAME_MAX));
		}
		load_free(loaded);
	}
	config_free(config);
	free(zones);
}

static void
identity_zone_is_one_more(void **state)
{
	struct folder *folder = *state;

	put_file(folder, "a.zone", ZONE_GOOD(1));
	struct config *config = make_config(folder,
					    ONE_ZONE "identity-name: identity.example.net\n");
	struct loaded *first = load(config, NULL, 2);
	struct loaded *second = load(config, first, 2);

	assert_int_equal(first->count, 2);
	assert_non_null(first->zones[1].segment);
	assert_true(name_equal(first->zones[1].apex, config->identity_name));
	/* It depends on the configuration, not on a file: made anew each time. */
	assert_false(second->zones[1].reused);
	assert_false(second->zones[1].stale);
	assert_non_null(second->zones[1].segment);
	load_free(first);
	load_free(second);
	config_free(config);
}

/* The zone above the identity name is looked at again even if unchanged: the finding stays. */
static void
parent_of_identity_is_checked_again(void **state)
{
	struct folder *folder = *state;

	put_file(folder, "a.zone",
		 ZONE_GOOD(1) "@ DNSKEY 257 3 13 "
			      "mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxIL"
			      "fDLUT0rAK9iUzy1L53eKGQ==\n");
	struct config *config = make_config(folder, ONE_ZONE "identity-name: identity.a.example\n");
	struct loaded *previous = NULL;
	for (unsigned i = 0; i < 2; i++) {
		struct loaded *loaded = load(config, previous, 1);
		load_free(previous);
		assert_int_equal(loaded->zones[0].reused, i == 1);
		assert_non_null(loaded->zones[0].segment);
		assert_int_equal(loaded->report.errors, 1);
		assert_true(report_has(&loaded->report, SEVERITY_ERROR, "identity.a.example."));
		previous = loaded;
	}
	load_free(previous);
	config_free(config);
}

static void
shared_load_lives_on(void **state)
{
	struct folder *folder = *state;
	put_file(folder, "a.zone", ZONE_GOOD(1));
	struct config *config = make_config(folder, ONE_ZONE);
	struct loaded *loaded = load(config, NULL, 1);
	assert_ptr_equal(load_share(loaded), loaded);
	load_free(loaded);
	assert_int_equal(segment_serial(loaded->zones[0].segment), 1);
	load_free(loaded);
	config_free(config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads_all),
		cmocka_unit_test(frees_nothing),
		cmocka_unit_test(reuses_the_unchanged),
		cmocka_unit_test(knows_the_first_expiry),
		cmocka_unit_test(another_file_is_read),
		cmocka_unit_test(another_policy_is_checked),
		cmocka_unit_test(broken_without_previous),
		cmocka_unit_test(broken_keeps_the_old),
		cmocka_unit_test(vanished_keeps_the_old),
		cmocka_unit_test(included_files_count),
		cmocka_unit_test(zones_come_and_go),
		cmocka_unit_test(cancelled),
		cmocka_unit_test(many_threads),
		cmocka_unit_test(identity_zone_is_one_more),
		cmocka_unit_test(parent_of_identity_is_checked_again),
		cmocka_unit_test(shared_load_lives_on),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
