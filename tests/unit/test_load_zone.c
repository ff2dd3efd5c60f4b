/* SPDX-License-Identifier: BSD-2-Clause */
/* One zone and its sources; how whole loads use them is in test_load.c and test_cache.c. */
#include "serve/load_zone.h"

#include "serve_fixture.h"

#include <sys/stat.h>

#include "anyns/name.h"

#define ONE_ZONE "zones: [{name: a.example, file: a.zone}]\n"

static struct loaded_zone
load(const struct config *config, const struct loaded_zone *previous)
{
	struct load_sources sources = {.config = config, .now = time(NULL)};
	struct loaded_zone zone = {0};
	name_lower(zone.apex, config->zones[0].name);
	load_zone(&sources, &config->zones[0], previous, &zone);
	return zone;
}

static void
text_then_previous_then_stale(void **state)
{
	struct folder *folder = *state;
	put_file(folder, "a.zone", ZONE_GOOD(1) "@ MX 10 nowhere\n");
	struct config *config = make_config(folder, ONE_ZONE);
	struct loaded_zone first = load(config, NULL);
	assert_int_equal(first.origin, ORIGIN_TEXT);
	assert_false(first.reused || first.stale);
	assert_int_equal(first.records, 4);
	assert_true(first.expires == INT64_MAX && first.recheck == INT64_MAX);
	assert_int_equal(first.file_count, 1);
	assert_int_equal(first.report.warnings, 1);
	struct loaded_zone second = load(config, &first);
	assert_true(second.reused);
	assert_int_equal(second.records, 4);
	assert_int_equal(second.report.count, 0);
	assert_int_equal(second.known.warnings, 1);
	struct loaded_zone third = load(config, &second);
	assert_int_equal(third.known.warnings, 1);
	put_file(folder, "a.zone", ZONE_BROKEN);
	struct loaded_zone fourth = load(config, &third);
	assert_true(fourth.stale);
	assert_false(fourth.reused);
	assert_int_equal(segment_serial(fourth.segment), 1);
	assert_int_equal(fourth.report.errors, 1);
	/* Broken text is tried again at every load, though it has not changed. */
	struct loaded_zone fifth = load(config, &fourth);
	assert_true(fifth.stale);
	assert_int_equal(fifth.report.errors, 1);
	load_zone_clear(&first);
	load_zone_clear(&second);
	load_zone_clear(&third);
	load_zone_clear(&fourth);
	load_zone_clear(&fifth);
	config_free(config);
}

/* A segment whose digest is wrong is no source of anything. */
static void
bad_is_not_taken(void **state)
{
	struct folder *folder = *state;
	put_file(folder, "a.zone", ZONE_GOOD(1));
	struct config *config = make_config(folder, ONE_ZONE);
	struct loaded_zone first = load(config, NULL);
	size_t size;
	union {
		const void *constant;
		uint8_t *bytes;
	} alias = {.constant = segment_bytes(first.segment, &size)};
	alias.bytes[size - 1] ^= 1;
	assert_false(segment_verify(first.segment, NULL));
	struct loaded_zone second = load(config, &first);
	assert_false(second.reused);
	assert_non_null(second.segment);
	assert_ptr_not_equal(second.segment, first.segment);
	put_file(folder, "a.zone", ZONE_BROKEN);
	struct loaded_zone third = load(config, &first);
	assert_null(third.segment);
	assert_false(third.stale);
	load_zone_clear(&first);
	load_zone_clear(&second);
	load_zone_clear(&third);
	config_free(config);
}

/* A zone that only the image has, and an image that has it no more. */
static void
nowhere_to_be_had(void **state)
{
	struct folder *folder = *state;
	put_file(folder, "a.zone", ZONE_GOOD(1));
	struct config *config = make_config(folder, ONE_ZONE);
	struct load_sources sources = {.config = config};
	struct loaded_zone zone = {0};
	struct loaded_zone previous = load(config, NULL);
	load_zone(&sources, NULL, NULL, &zone);
	assert_null(zone.segment);
	load_zone(&sources, NULL, &previous, &zone);
	assert_ptr_equal(zone.segment, previous.segment);
	assert_true(zone.stale);
	load_zone_clear(&zone);
	load_zone_clear(&previous);
	config_free(config);
}

/* Signatures that have expired since the image was made: nobody checks them but here. */
static void
image_tells_of_expiry(void **state)
{
	struct folder *folder = *state;
	char path[128];
	struct report report = REPORT_INIT;
	put_file(folder, "a.zone", ZONE_GOOD(1));
	struct config *config = make_config(folder, ONE_ZONE);
	struct loaded_zone first = load(config, NULL);
	struct image_zone list = {.segment = first.segment, .expires = 1000, .recheck = INT64_MAX};
	snprintf(path, sizeof(path), "%s/zones.image", folder->path);
	assert_true(image_file_write(path, &list, 1, NULL, &report));
	struct image_file *file = image_file_open(path, &report);
	assert_non_null(file);
	for (int64_t now = 999; now <= 1001; now++) {
		struct load_sources sources = {.config = config, .image = file, .now = now};
		struct loaded_zone zone = {0};
		name_lower(zone.apex, config->zones[0].name);
		load_zone(&sources, &config->zones[0], NULL, &zone);
		assert_int_equal(zone.origin, ORIGIN_IMAGE);
		assert_int_equal(zone.expires, 1000);
		assert_int_equal(report_has(&zone.report, SEVERITY_WARNING, "have expired"),
				 now > 1000);
		load_zone_clear(&zone);
	}
	image_file_release(file);
	load_zone_clear(&first);
	config_free(config);
}

/* While something is served, a damaged image replaces nothing; at a start nobody has the time. */
static void
image_is_verified_first(void **state)
{
	struct folder *folder = *state;
	char path[128];
	struct report report = REPORT_INIT;
	put_file(folder, "a.zone", ZONE_GOOD(1));
	struct config *config = make_config(folder, ONE_ZONE);
	struct loaded_zone first = load(config, NULL);
	struct image_zone list = {.segment = first.segment, .expires = INT64_MAX};
	snprintf(path, sizeof(path), "%s/zones.image", folder->path);
	assert_true(image_file_write(path, &list, 1, NULL, &report));
	FILE *out = fopen(path, "r+b");
	assert_non_null(out);
	fseek(out, -1, SEEK_END);
	fputc(0x77, out);
	fclose(out);
	struct image_file *file = image_file_open(path, &report);
	assert_non_null(file);
	for (unsigned verify = 0; verify < 2; verify++) {
		struct load_sources sources = {.config = config, .image = file, .verify = verify};
		struct loaded_zone zone = {0};
		name_lower(zone.apex, config->zones[0].name);
		load_zone(&sources, NULL, &first, &zone);
		assert_int_equal(zone.stale, verify);
		assert_int_equal(report_has(&zone.report, SEVERITY_ERROR, "is damaged"), verify);
		load_zone_clear(&zone);
	}
	image_file_release(file);
	load_zone_clear(&first);
	config_free(config);
}

static void
files(void **state)
{
	(void)state;
	char a[] = "a";
	char b[] = "b";
	const struct zone_file list[] = {{.path = a, .size = 3, .digest = {4}}, {.path = b}};
	struct zone_file *copy = load_zone_files(list, 2);
	assert_non_null(copy);
	assert_ptr_not_equal(copy[0].path, a);
	assert_string_equal(copy[1].path, "b");
	assert_int_equal(copy[0].size, 3);
	assert_int_equal(copy[0].digest[0], 4);
	load_zone_free_files(copy, 2);
	load_zone_free_files(NULL, 0);
	copy = load_zone_files(NULL, 0);
	assert_non_null(copy);
	load_zone_free_files(copy, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_then_previous_then_stale),
		cmocka_unit_test(bad_is_not_taken),
		cmocka_unit_test(nowhere_to_be_had),
		cmocka_unit_test(image_tells_of_expiry),
		cmocka_unit_test(image_is_verified_first),
		cmocka_unit_test(files),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
