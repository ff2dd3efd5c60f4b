/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads from an image file; the rest of load.c is in test_load.c. */
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

#define IMAGE "image: zones.image\n"

/* Writes the zones of a configuration to zones.image. */
static void
put_image(const struct folder *folder, const char *zones)
{
	char path[128];
	struct image_zone list[4];
	struct report report = REPORT_INIT;
	struct config *config = make_config(folder, zones);
	struct loaded *loaded = load(config, NULL, 1);
	size_t count = 0;
	for (size_t i = 0; i < loaded->count; i++)
		list[count++] = (struct image_zone){.segment = loaded->zones[i].segment,
						    .zonemd = loaded->zones[i].zonemd,
						    .expires = INT64_MAX,
						    .recheck = INT64_MAX,
						    .records = 7};
	snprintf(path, sizeof(path), "%s/zones.image", folder->path);
	assert_true(image_file_write(path, list, count, NULL, &report));
	load_free(loaded);
	config_free(config);
}

/* Changes the last byte of zones.image, which is one of its last zone. */
static void
damage_image(const struct folder *folder)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/zones.image", folder->path);
	FILE *file = fopen(path, "r+b");
	assert_non_null(file);
	fseek(file, -1, SEEK_END);
	int last = fgetc(file);
	fseek(file, -1, SEEK_END);
	fputc(last ^ 1, file);
	fclose(file);
}

static void
image_is_mapped(void **state)
{
	struct folder *folder = *state;
	put_file(folder, "a.zone", ZONE_GOOD(1));
	put_file(folder, "b.zone", ZONE_GOOD(2));
	put_image(folder, ONE_ZONE);
	struct config *config = make_config(folder, TWO_ZONES IMAGE);
	struct loaded *first = load(config, NULL, 2);
	assert_int_equal(first->count, 2);
	assert_int_equal(first->zones[0].origin, ORIGIN_IMAGE);
	assert_int_equal(first->zones[0].records, 7);
	assert_int_equal(segment_trust(first->zones[0].segment), SEGMENT_UNREAD);
	assert_ptr_equal(first->witnesses[0], first->zones[0].segment);
	assert_null(first->witnesses[1]);
	assert_false(first->zones[0].reused);
	assert_int_equal(first->zones[1].origin, ORIGIN_TEXT);
	assert_int_equal(first->zones[0].report.count + first->report.count, 0);

	/* The same file: the same mapping. Another file of the same contents: unchanged too. */
	struct loaded *second = load(config, first, 2);
	assert_ptr_equal(bytes_of(&second->zones[0]), bytes_of(&first->zones[0]));
	assert_true(second->zones[0].reused);
	put_image(folder, ONE_ZONE);
	struct loaded *third = load(config, second, 2);
	assert_ptr_not_equal(bytes_of(&third->zones[0]), bytes_of(&first->zones[0]));
	assert_true(third->zones[0].reused);

	/* The text is newer than the image, which is served: said so, done so. */
	put_file(folder, "a.zone", ZONE_GOOD(9));
	struct loaded *fourth = load(config, third, 2);
	assert_int_equal(segment_serial(fourth->zones[0].segment), 1);
	assert_true(report_has(&fourth->zones[0].report, SEVERITY_WARNING, "newer than the image"));
	put_image(folder, ONE_ZONE);
	struct loaded *fifth = load(config, fourth, 2);
	assert_int_equal(segment_serial(fifth->zones[0].segment), 9);
	assert_false(fifth->zones[0].reused);
	load_free(first);
	load_free(second);
	load_free(third);
	load_free(fourth);
	load_free(fifth);
	config_free(config);
}

/* Zones that have no text; the identity zone stays what it is. */
static void
image_only(void **state)
{
	struct folder *folder = *state;
	put_file(folder, "a.zone", ZONE_GOOD(1));
	put_file(folder, "b.zone", ZONE_GOOD(2));
	put_image(folder, TWO_ZONES);
	struct config *config = make_config(folder, IMAGE "identity-name: b.example\n");
	struct loaded *loaded = load(config, NULL, 2);
	assert_int_equal(loaded->count, 2);
	assert_true(name_equal(loaded->zones[0].apex, config->identity_name));
	assert_int_equal(loaded->zones[0].origin, ORIGIN_TEXT);
	assert_int_equal(loaded->zones[1].origin, ORIGIN_IMAGE);
	assert_int_equal(segment_serial(loaded->zones[1].segment), 1);
	load_free(loaded);
	config_free(config);
	/* Compiled with less than the policy asks for. */
	config = make_config(folder, IMAGE "zonemd: require\n");
	loaded = load(config, NULL, 2);
	assert_int_equal(loaded->count, 2);
	assert_null(loaded->zones[0].segment);
	assert_true(report_has(&loaded->zones[0].report, SEVERITY_ERROR, "zonemd: require"));
	load_free(loaded);
	config_free(config);
}

/* A segment whose digest is wrong: from then on the text, else nothing; never the segment again. */
static void
image_damaged(void **state)
{
	struct folder *folder = *state;
	put_file(folder, "a.zone", ZONE_GOOD(1));
	put_file(folder, "b.zone", ZONE_GOOD(2));
	put_image(folder, TWO_ZONES);
	damage_image(folder);
	for (unsigned text = 0; text < 2; text++) {
		struct config *config = make_config(folder, text ? TWO_ZONES IMAGE : IMAGE);
		struct loaded *first = load(config, NULL, 2);
		assert_int_equal(first->zones[1].origin, ORIGIN_IMAGE);
		assert_true(segment_verify(first->zones[0].segment, NULL));
		assert_false(segment_verify(first->zones[1].segment, NULL));
		struct loaded *second = load(config, first, 2);
		struct loaded *third = load(config, second, 2);
		const struct loaded_zone *zone = &third->zones[1];
		assert_int_equal(third->zones[0].origin, ORIGIN_IMAGE);
		assert_true(report_has(&zone->report, SEVERITY_ERROR, "b.example. in the image"));
		assert_int_equal(zone->segment != NULL, text);
		assert_false(zone->stale);
		if (text)
			assert_int_equal(zone->origin, ORIGIN_TEXT);
		load_free(first);
		load_free(second);
		load_free(third);
		config_free(config);
	}
}

/* The file cannot be used: at the start the text, at a reload what is mapped. */
static void
image_gone_at_reload(void **state)
{
	struct folder *folder = *state;
	put_file(folder, "a.zone", ZONE_GOOD(1));
	put_image(folder, ONE_ZONE);
	struct config *config = make_config(folder, ONE_ZONE IMAGE);
	struct loaded *first = load(config, NULL, 1);
	put_file(folder, "zones.image", "something else");
	struct loaded *second = load(config, first, 1);
	assert_true(report_has(&second->report, SEVERITY_ERROR, "too short for an image file"));
	assert_true(second->image_kept);
	assert_int_equal(second->zones[0].origin, ORIGIN_IMAGE);
	struct loaded *third = load(config, second, 1);
	assert_true(third->image_kept);
	assert_int_equal(third->report.errors, 1); /* as long as it is so */
	struct loaded *start = load(config, NULL, 1);
	assert_int_equal(start->report.errors, 1);
	assert_null(start->image);
	assert_int_equal(start->zones[0].origin, ORIGIN_TEXT);
	put_image(folder, ONE_ZONE);
	struct loaded *fourth = load(config, third, 1);
	assert_false(fourth->image_kept);
	assert_int_equal(fourth->report.errors, 0);
	load_free(first);
	load_free(second);
	load_free(third);
	load_free(fourth);
	load_free(start);
	config_free(config);
}

static void
text_only(void **state)
{
	struct folder *folder = *state;
	struct load_options options = {.threads = 1, .text_only = true};
	struct report report = REPORT_INIT;
	static const uint8_t none[ZONE_DIGEST_SIZE];
	put_file(folder, "a.zone", ZONE_GOOD(1));
	put_image(folder, ONE_ZONE);
	struct config *config = make_config(folder, ONE_ZONE IMAGE "identity-name: x.example\n");
	struct loaded *loaded = load_zones(config, &options, &report);
	assert_non_null(loaded);
	assert_int_equal(loaded->count, 1);
	assert_int_equal(loaded->zones[0].origin, ORIGIN_TEXT);
	assert_memory_not_equal(loaded->zones[0].files[0].digest, none, sizeof none);
	load_free(loaded);
	config_free(config);
}

static void
no_zone_at_all(void **state)
{
	struct load_options options = {.threads = 1};
	struct report report = REPORT_INIT;
	put_file(*state, "zones.image", "");
	struct config *config = make_config(*state, IMAGE);
	assert_null(load_zones(config, &options, &report));
	assert_int_equal(report.errors, 2);
	assert_true(report_has(&report, SEVERITY_ERROR, "too short for an image file"));
	assert_true(report_has(&report, SEVERITY_ERROR, "no zone to serve"));
	report_clear(&report);
	config_free(config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(image_is_mapped), cmocka_unit_test(image_only),
		cmocka_unit_test(image_damaged),   cmocka_unit_test(image_gone_at_reload),
		cmocka_unit_test(text_only),       cmocka_unit_test(no_zone_at_all),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
