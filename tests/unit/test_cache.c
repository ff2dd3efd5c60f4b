/* SPDX-License-Identifier: BSD-2-Clause */
/* The image cache: taken when and only when the text is the same; written whole or not at all. */
#include "serve/cache.h"

#include "load_fixture.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include "anyns/name.h"

#define ZONES TWO_ZONES "image-cache: .\n"

static void
save(const struct config *config, const struct loaded *loaded, size_t expected)
{
	struct report report = REPORT_INIT;
	size_t count = 99;
	assert_true(cache_write(config, loaded, &count, &report));
	assert_int_equal(report.count, 0);
	assert_int_equal(count, expected);
}

/* Loads as a new process would. `from` says of each zone where it must be from; 0 cannot be had. */
static struct loaded *
expect(const struct config *config, const char *from)
{
	struct loaded *loaded = load(config, NULL, 2);
	for (size_t i = 0; from[i]; i++) {
		const struct loaded_zone *zone = &loaded->zones[i];
		char found = !zone->segment ? '0' : zone->origin == ORIGIN_CACHE ? 'c' : 't';
		if (found != from[i])
			fail_msg("zone %zu is from %c, not from %c", i, found, from[i]);
	}
	return loaded;
}

/* The only file of the cache. */
static void
cache_file(const struct folder *folder, char path[static 512])
{
	DIR *entries = opendir(folder->path);
	unsigned count = 0;
	assert_non_null(entries);
	for (struct dirent *e; (e = readdir(entries));) {
		if (strncmp(e->d_name, "anyns-", 6) == 0) {
			snprintf(path, 512, "%s/%s", folder->path, e->d_name);
			count++;
		}
	}
	closedir(entries);
	assert_int_equal(count, 1);
}

static void
taken_again(void **state)
{
	struct folder *folder = *state;
	put_file(folder, "a.zone", ZONE_GOOD(1) "@ MX 10 nowhere\n");
	put_file(folder, "b.zone", ZONE_GOOD(2));
	struct config *config = make_config(folder, ZONES);
	struct loaded *first = expect(config, "tt");
	assert_true(first->cache_due);
	save(config, first, 2);
	struct loaded *second = expect(config, "cc");
	assert_false(second->cache_due);
	assert_ptr_equal(second->witnesses[1], second->zones[1].segment);
	for (size_t i = 0; i < 2; i++) {
		size_t size, expected;
		const void *bytes = segment_bytes(second->zones[i].segment, &size);
		const void *compiled = segment_bytes(first->zones[i].segment, &expected);
		assert_int_equal(size, expected);
		assert_memory_equal(bytes, compiled, size);
		assert_int_equal(second->zones[i].records, first->zones[i].records);
		assert_true(segment_verify(second->zones[i].segment, NULL));
	}
	/* What was found then is told again. */
	assert_int_equal(second->zones[0].report.warnings, first->zones[0].report.warnings);
	assert_true(report_has(&second->zones[0].report, SEVERITY_WARNING, "nowhere"));

	/* A reload keeps what it knows, and does not write for nothing. */
	struct loaded *third = load(config, second, 2);
	assert_true(third->zones[0].reused);
	assert_int_equal(third->zones[0].report.count, 0);
	assert_int_equal(third->zones[0].known.warnings, 1);
	assert_false(third->cache_due);
	save(config, third, 2);
	struct loaded *fourth = expect(config, "cc");
	assert_true(report_has(&fourth->zones[0].report, SEVERITY_WARNING, "nowhere"));
	load_free(first);
	load_free(second);
	load_free(third);
	load_free(fourth);
	config_free(config);
}

/* Saves the two zones, does `change`, and looks where they come from then. */
static void
after(struct folder *folder, void (*change)(const struct folder *folder), const char *more,
      const char *from)
{
	char text[512];
	put_file(folder, "a.zone", ZONE_GOOD(1) "$INCLUDE part\n");
	put_file(folder, "part", "x A 192.0.2.7\n");
	put_file(folder, "b.zone", ZONE_GOOD(2));
	struct config *config = make_config(folder, ZONES);
	struct loaded *loaded = load(config, NULL, 2);
	save(config, loaded, 2);
	load_free(loaded);
	config_free(config);
	change(folder);
	snprintf(text, sizeof(text), "%s%s", ZONES, more);
	config = make_config(folder, text);
	load_free(expect(config, from));
	config_free(config);
}

static void
change_nothing(const struct folder *folder)
{
	(void)folder;
}

static void
change_text(const struct folder *folder)
{
	put_file(folder, "a.zone", ZONE_GOOD(3) "$INCLUDE part\n");
}

static void
change_included(const struct folder *folder)
{
	put_file(folder, "part", "x A 192.0.2.8\n");
}

static void
change_nothing_but_the_file(const struct folder *folder)
{
	put_file(folder, "a.zone", ZONE_GOOD(1) "$INCLUDE part\n");
	put_file(folder, "part", "x A 192.0.2.7\n");
}

static void
break_text(const struct folder *folder)
{
	put_file(folder, "b.zone", ZONE_BROKEN);
}

static void
damage(const struct folder *folder)
{
	char path[512];
	cache_file(folder, path);
	assert_int_equal(truncate(path, 1000), 0);
}

static void
remove_cache(const struct folder *folder)
{
	char path[512];
	cache_file(folder, path);
	assert_int_equal(unlink(path), 0);
}

static void
only_the_same_text(void **state)
{
	after(*state, change_nothing, "", "cc");
	after(*state, change_nothing_but_the_file, "", "cc");
	after(*state, change_text, "", "tc");
	after(*state, change_included, "", "tc");
	after(*state, break_text, "", "c0");
	after(*state, change_nothing, "zonemd: require\n", "00");
	after(*state, change_nothing, "zonemd: off\n", "tt");
	after(*state, damage, "", "tt");
	after(*state, remove_cache, "", "tt");
}

static void
damaged_is_one_line(void **state)
{
	struct folder *folder = *state;
	after(folder, damage, "", "tt");
	struct config *config = make_config(folder, ZONES);
	struct loaded *loaded = load(config, NULL, 2);
	assert_int_equal(loaded->report.errors, 0);
	assert_int_equal(loaded->report.warnings, 1);
	assert_true(report_has(&loaded->report, SEVERITY_WARNING,
			       "the image cache cannot be used: an image file that is cut short"));
	assert_true(loaded->cache_due);
	save(config, loaded, 2);
	load_free(loaded);
	load_free(expect(config, "cc"));
	config_free(config);
}

/* Whoever else may write to the folder does not tell what our zones hold. */
static void
of_another_user(void **state)
{
	struct folder *folder = *state;
	char path[512];
	if (geteuid() != 0)
		skip();
	after(folder, change_nothing, "", "cc");
	cache_file(folder, path);
	assert_int_equal(chown(path, 12345, 12345), 0);
	struct config *config = make_config(folder, ZONES);
	struct loaded *loaded = expect(config, "tt");
	assert_true(report_has(&loaded->report, SEVERITY_WARNING, "belongs to another user"));
	save(config, loaded, 2);
	load_free(loaded);
	load_free(expect(config, "cc"));
	config_free(config);
}

/* A zone whose segment is found damaged is read from text, and the cache is mended. */
static void
damaged_inside(void **state)
{
	struct folder *folder = *state;
	char path[512];
	after(folder, change_nothing, "", "cc");
	cache_file(folder, path);
	damage_last_zone(path);
	struct config *config = make_config(folder, ZONES);
	struct loaded *first = expect(config, "cc");
	assert_false(segment_verify(first->zones[1].segment, NULL));
	struct loaded *second = load(config, first, 2);
	assert_int_equal(second->zones[0].origin, ORIGIN_CACHE);
	assert_int_equal(second->zones[1].origin, ORIGIN_TEXT);
	assert_true(second->cache_due);
	save(config, second, 2);
	struct loaded *third = expect(config, "cc");
	assert_true(segment_verify(third->zones[1].segment, NULL));
	load_free(first);
	load_free(second);
	load_free(third);
	config_free(config);
}

/* A zone that cannot even be opened: one line, the text, and a new cache. */
static void
damaged_header(void **state)
{
	struct folder *folder = *state;
	char path[512];
	after(folder, change_nothing, "", "cc");
	cache_file(folder, path);
	damage_last_header(path);
	struct config *config = make_config(folder, ZONES);
	struct loaded *loaded = expect(config, "ct");
	assert_int_equal(loaded->report.count, 1);
	assert_true(
		report_has(&loaded->report, SEVERITY_WARNING,
			   "1 zones of the image cache are damaged, the first b.example.: not"));
	assert_true(loaded->cache_due);
	save(config, loaded, 2);
	load_free(loaded);
	loaded = expect(config, "cc");
	assert_int_equal(loaded->report.count + loaded->zones[1].report.count, 0);
	load_free(loaded);
	config_free(config);
}

/* Text that was read only to be found the same is noted, so that it need not be read again. */
static void
details_are_renewed(void **state)
{
	struct folder *folder = *state;
	after(folder, change_nothing_but_the_file, "", "cc");
	struct config *config = make_config(folder, ZONES);
	struct loaded *loaded = expect(config, "cc");
	assert_true(loaded->zones[0].refreshed);
	assert_false(loaded->zones[1].refreshed);
	assert_true(loaded->cache_due);
	struct loaded *again = load(config, loaded, 2);
	assert_false(again->cache_due);
	save(config, loaded, 2);
	load_free(loaded);
	load_free(again);
	loaded = expect(config, "cc");
	assert_false(loaded->cache_due);
	load_free(loaded);
	config_free(config);
}

/* Other zones in the file than in the configuration. */
static void
zones_go(void **state)
{
	struct folder *folder = *state;
	after(folder, change_nothing, "", "cc");
	struct config *config = make_config(
		folder, "zones: [{name: b.example, file: b.zone}]\nimage-cache: .\n");
	struct loaded *loaded = expect(config, "c");
	assert_true(loaded->cache_due);
	save(config, loaded, 1);
	load_free(loaded);
	loaded = expect(config, "c");
	assert_false(loaded->cache_due);
	load_free(loaded);
	config_free(config);
	/* The same name from another file. */
	config = make_config(folder, "zones: [{name: b.example, file: a.zone}]\nimage-cache: .\n");
	load_free(expect(config, "t"));
	config_free(config);
}

/* From the moment on at which a check may find otherwise, the zone is read. */
static void
time_counts(void **state)
{
	struct folder *folder = *state;
	put_file(folder, "a.zone",
		 ZONE_GOOD(1) "ns RRSIG A 13 3 300 20350101000000 20200101000000 1 a.example. "
			      "AAAA\n");
	put_file(folder, "b.zone", ZONE_GOOD(2));
	struct config *config = make_config(folder, ZONES);
	struct loaded *loaded = load(config, NULL, 2);
	save(config, loaded, 2);
	const int64_t expires = loaded->zones[0].expires;
	assert_int_equal(expires, 2051222400);
	load_free(loaded);
	struct report report = REPORT_INIT;
	struct cache *cache = cache_open(config, &report);
	assert_non_null(cache);
	assert_int_equal(cache_count(cache), 2);
	const int64_t begins = 1577836800;
	const int64_t moments[] = {begins - 1, begins,      begins + 1, expires - 1,
				   expires,    expires + 1, expires + 2};
	for (size_t i = 0; i < ARRAY_LENGTH(moments); i++) {
		int64_t now = moments[i];
		struct loaded_zone zone = {0};
		name_lower(zone.apex, config->zones[0].name);
		bool taken = cache_take(cache, &config->zones[0], ZONEMD_WARN, now, &zone);
		assert_int_equal(taken, now >= begins && now <= expires);
		if (taken) {
			assert_true(zone.since == begins);
			assert_true(zone.recheck == expires + 1);
			free(zone.files[0].path);
			free(zone.files);
			segment_release(zone.segment);
			report_clear(&zone.report);
		}
	}
	cache_close(cache);
	cache_close(NULL);
	config_free(config);
}

/*
 * Written while the clock was ten years ahead: what it found expired then is not repeated once the
 * clock is right, and the cache is good from the first start on.
 */
static void
clock_ahead(void **state)
{
	struct folder *folder = *state;
	put_file(folder, "a.zone",
		 ZONE_GOOD(1) "ns RRSIG A 13 3 300 20350101000000 20200101000000 1 a.example. "
			      "AAAA\n");
	put_file(folder, "b.zone", ZONE_GOOD(2));
	struct config *config = make_config(folder, ZONES);
	struct loaded *loaded = load(config, NULL, 2);
	struct loaded_zone *zone = &loaded->zones[0];
	struct report findings = REPORT_INIT;
	struct zone_options options = {.zonemd = ZONEMD_WARN, .now = 2051222400 + 86400};
	struct zone *records = zone_load(zone->apex, zone->files[0].path, &options, &findings);
	assert_non_null(records);
	assert_true(report_has(&findings, SEVERITY_WARNING, "expired"));
	struct zone_times times = zone_times(records, options.now);
	zone->since = times.since;
	zone->recheck = times.recheck;
	report_move(&zone->report, &findings);
	zone_free(records);
	save(config, loaded, 2);
	load_free(loaded);
	loaded = expect(config, "tc");
	assert_false(report_has(&loaded->zones[0].report, SEVERITY_WARNING, "expired"));
	assert_true(loaded->cache_due);
	save(config, loaded, 2);
	load_free(loaded);
	loaded = expect(config, "cc");
	assert_false(report_has(&loaded->zones[0].report, SEVERITY_WARNING, "expired"));
	assert_false(loaded->cache_due);
	load_free(loaded);
	config_free(config);
}

/* Whatever the folder is, the zones are served. */
static void
no_folder(void **state)
{
	struct folder *folder = *state;
	struct report report = REPORT_INIT;
	size_t count;
	put_file(folder, "a.zone", ZONE_GOOD(1));
	struct config *config = make_config(folder, "zones: [{name: a.example, file: a.zone}]\n"
						    "image-cache: nowhere\n");
	struct loaded *loaded = expect(config, "t");
	assert_int_equal(loaded->report.count, 0);
	assert_false(cache_write(config, loaded, &count, &report));
	assert_int_equal(report.errors, 0);
	assert_int_equal(report.warnings, 1);
	assert_non_null(report.findings[0].remedy);
	report_clear(&report);
	load_free(loaded);
	config_free(config);
	config = make_config(folder, "zones: [{name: a.example, file: a.zone}]\n");
	assert_null(cache_open(config, &report));
	assert_int_equal(report.count, 0);
	loaded = load(config, NULL, 2);
	assert_false(loaded->cache_due);
	load_free(loaded);
	config_free(config);
}

static void
disk_full(void **state)
{
	struct folder *folder = *state;
	struct rlimit before;
	struct report report = REPORT_INIT;
	size_t count;
	after(folder, change_nothing, "", "cc");
	struct config *config = make_config(folder, ZONES);
	struct loaded *loaded = load(config, NULL, 2);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
	struct rlimit limit = {600, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	bool written = cache_write(config, loaded, &count, &report);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	signal(SIGXFSZ, handler);
	assert_false(written);
	assert_int_equal(report.warnings, 1);
	assert_true(report_has(&report, SEVERITY_WARNING, "cannot write the image file"));
	report_clear(&report);
	load_free(loaded);
	/* The one of before is there, whole. */
	load_free(expect(config, "cc"));
	config_free(config);
}

struct writer {
	const struct config *config;
	const struct loaded *loaded;
	bool ok;
};

static void *
write_many(void *argument)
{
	struct writer *writer = argument;
	struct report report = REPORT_INIT;
	size_t count;
	writer->ok = true;
	for (unsigned i = 0; i < 20; i++)
		writer->ok &= cache_write(writer->config, writer->loaded, &count, &report);
	report_clear(&report);
	return NULL;
}

/* As two processes that start at once do. */
static void
two_at_once(void **state)
{
	struct folder *folder = *state;
	after(folder, change_nothing, "", "cc");
	struct config *config = make_config(folder, ZONES);
	struct loaded *loaded = load(config, NULL, 2);
	struct writer writers[3];
	pthread_t threads[3];
	for (size_t i = 0; i < 3; i++) {
		writers[i] = (struct writer){.config = config, .loaded = loaded};
		assert_int_equal(pthread_create(&threads[i], NULL, write_many, &writers[i]), 0);
	}
	for (unsigned i = 0; i < 20; i++)
		load_free(expect(config, "cc"));
	for (size_t i = 0; i < 3; i++) {
		pthread_join(threads[i], NULL);
		assert_true(writers[i].ok);
	}
	char path[512];
	cache_file(folder, path); /* one, and nothing beside it */
	load_free(loaded);
	config_free(config);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_make, folder_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(taken_again),    TEST(only_the_same_text),  TEST(damaged_is_one_line),
		TEST(damaged_inside), TEST(details_are_renewed), TEST(zones_go),
		TEST(time_counts),    TEST(no_folder),           TEST(disk_full),
		TEST(two_at_once),    TEST(of_another_user),     TEST(damaged_header),
		TEST(clock_ahead),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
