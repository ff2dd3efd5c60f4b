/* SPDX-License-Identifier: BSD-2-Clause */
/* Image files opened: what is in them, every fault of header and table, damage while served. */
#include "image_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "image/segment.h"

static struct image_file *
open_good(const struct fixture *f)
{
	struct report report = REPORT_INIT;
	struct image_file *file = image_file_open(f->path, &report);
	if (!file)
		report_print(&report, stderr);
	assert_non_null(file);
	assert_int_equal(report.count, 0);
	return file;
}

/* Whether the file opens; a refusal is one error with the path, a remedy and `part`. */
static void
expect_refusal(const struct fixture *f, const char *part)
{
	struct report report = REPORT_INIT;
	assert_null(image_file_open(f->path, &report));
	assert_int_equal(report.count, 1);
	assert_int_equal(report.errors, 1);
	assert_string_equal(report.findings[0].file, f->path);
	assert_non_null(report.findings[0].remedy);
	if (!strstr(report.findings[0].message, part))
		fail_msg("expected \"%s\", found \"%s\"", part, report.findings[0].message);
	report_clear(&report);
}

static size_t
find(const struct image_file *file, const char *name)
{
	uint8_t apex[DNS_NAME_MAX];
	assert_true(name_parse(apex, name) > 0);
	return image_file_find(file, apex);
}

static void
test_contents(void **state)
{
	struct fixture *f = *state;
	struct image_file *file = open_good(f);
	assert_string_equal(image_file_path(file), f->path);
	assert_string_equal(image_file_made_by(file), "anyns " ANYNS_VERSION);
	assert_int_equal(image_file_size(file), f->size);
	assert_true(image_file_modified(file).tv_sec > 0);
	assert_int_equal(image_file_count(file), 3);
	assert_int_equal(find(file, "example"), 0);
	assert_int_equal(find(file, "a.example"), 1);
	assert_int_equal(find(file, "b.example"), 2);
	assert_int_equal(find(file, "c.example"), 3);
	assert_int_equal(find(file, "."), 3);
	struct image_zone zone = image_file_zone(file, 2);
	assert_int_equal(zone.zonemd, ZONEMD_WARN);
	assert_true(zone.expires == INT64_MAX);
	assert_int_equal(zone.since, 500);
	assert_int_equal(zone.recheck, 1000);
	assert_int_equal(zone.records, 5);
	assert_true(zone.names >= 5);
	assert_int_equal(segment_serial(zone.segment), 2);
	assert_int_equal(zone.file_count, 2);
	assert_string_equal(zone.files[0].path, "b.zone");
	assert_int_equal(zone.files[0].size, 77);
	assert_int_equal(zone.files[0].inode, 5);
	assert_int_equal(zone.files[0].device, 6);
	assert_int_equal(zone.files[0].modified.tv_nsec, 8);
	assert_int_equal(zone.files[0].changed.tv_sec, 9);
	assert_int_equal(zone.files[0].digest[1], 12);
	/* Without a path nothing but size and digest is told. */
	assert_null(zone.files[1].path);
	assert_int_equal(zone.files[1].inode, 0);
	assert_int_equal(zone.files[1].size, 3);
	assert_int_equal(image_file_zone(file, 0).file_count, 0);
	image_file_release(file);
	image_file_release(NULL);
}

static void
test_findings(void **state)
{
	struct fixture *f = *state;
	struct image_file *file = open_good(f);
	struct report report = REPORT_INIT;
	image_file_findings(file, 0, &report);
	assert_int_equal(report.count, 0);
	image_file_findings(file, 2, &report);
	assert_int_equal(report.warnings, 2);
	char line[200];
	assert_string_equal(report_line(&report.findings[0], line, sizeof line),
			    "b.zone:3:1: warning: something is odd; mend it");
	assert_null(report.findings[1].file);
	assert_null(report.findings[1].remedy);
	report_clear(&report);
	image_file_release(file);
}

/* The same bytes as were written, at home in the mapping, and alive without the file. */
static void
test_segments(void **state)
{
	struct fixture *f = *state;
	struct image_file *file = open_good(f);
	for (size_t i = 0; i < FIXTURE_ZONES; i++) {
		size_t at = find(file, fixture_zones[i].apex);
		struct segment *segment = image_file_zone(file, at).segment;
		size_t size, expected;
		const void *bytes = segment_bytes(segment, &size);
		const void *written = segment_bytes(f->segments[i], &expected);
		assert_int_equal(size, expected);
		assert_memory_equal(bytes, written, size);
		assert_int_equal((uintptr_t)bytes % IMAGE_FILE_ALIGN, 0);
		assert_int_equal(segment_trust(segment), SEGMENT_UNREAD);
		assert_true(segment_verify(segment, NULL));
		assert_int_equal(segment_trust(segment), SEGMENT_GOOD);
	}
	struct segment *kept = segment_share(image_file_zone(file, 0).segment);
	assert_ptr_equal(image_file_share(file), file);
	image_file_release(file);
	assert_int_equal(image_file_count(file), 3);
	image_file_release(file);
	assert_true(segment_verify(kept, NULL));
	segment_release(kept);
}

static void
test_same_file(void **state)
{
	struct fixture *f = *state;
	struct image_file *file = open_good(f);
	assert_true(image_file_is(file, f->path));
	assert_false(image_file_is(file, "/nowhere"));
	fixture_put(f, f->bytes, f->size);
	assert_false(image_file_is(file, f->path));
	image_file_release(file);
}

static void
test_no_file(void **state)
{
	struct fixture *f = *state;
	unlink(f->path);
	expect_refusal(f, "cannot open");
	assert_int_equal(mkdir(f->path, 0700), 0);
	expect_refusal(f, "not a regular file");
	rmdir(f->path);
	assert_int_equal(mkfifo(f->path, 0600), 0);
	expect_refusal(f, "not a regular file");
}

/* Any byte of header or table that is another one is seen at once. */
static void
test_damaged_table(void **state)
{
	struct fixture *f = *state;
	size_t end = image_file_table_end((const void *)f->bytes);
	for (size_t at = 0; at < end; at++) {
		f->bytes[at] ^= 0x41;
		fixture_put(f, f->bytes, f->size);
		expect_refusal(f, "image file");
		f->bytes[at] ^= 0x41;
	}
}

static void
test_cut(void **state)
{
	struct fixture *f = *state;
	for (size_t size = 0; size < f->size; size += size < 200 ? 1 : 97) {
		fixture_put(f, f->bytes, size);
		expect_refusal(f,
			       size < sizeof(struct image_file_header) ? "too short" : "cut short");
	}
	uint8_t *longer = calloc(1, f->size + 1);
	assert_non_null(longer);
	memcpy(longer, f->bytes, f->size);
	fixture_put(f, longer, f->size + 1);
	expect_refusal(f, "behind its end");
	free(longer);
}

static void
test_headers(void **state)
{
	struct fixture *f = *state;
	struct image_file_header *header = (void *)f->bytes;
	struct image_file_header good = *header;
	const struct {
		uint32_t *field;
		uint32_t value;
		const char *part;
	} cases[] = {
		{(uint32_t *)(void *)header->magic, 1, "not an image file"},
		{&header->byte_order, 0x04030201, "other byte order"},
		{&header->format_version, IMAGE_FILE_VERSION + 1, "another format version"},
		{&header->format_version, IMAGE_FILE_VERSION - 1, "another format version"},
		{&header->zone_count, UINT32_MAX, "header is damaged"},
		{&header->file_count, UINT32_MAX, "header is damaged"},
		{&header->finding_count, UINT32_MAX, "header is damaged"},
		{&header->text_size, UINT32_MAX, "header is damaged"},
		{&header->text_size, 0, "header is damaged"},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		*cases[i].field = cases[i].value;
		fixture_digest(f->bytes, f->size);
		fixture_put(f, f->bytes, f->size);
		expect_refusal(f, cases[i].part);
		*header = good;
	}
	memset(header->made_by, 'x', sizeof header->made_by);
	fixture_put(f, f->bytes, f->size);
	expect_refusal(f, "header is damaged");
}

/* With a digest that fits: every number of the table that leads outside, or is not true. */
static void
test_hostile_table(void **state)
{
	struct fixture *f = *state;
	struct image_file_header *header = (void *)f->bytes;
	struct image_file_zone *zone = (struct image_file_zone *)(header + 1) + 2;
	struct image_file_source *source = (void *)(f->bytes + image_file_sources_at(header));
	struct image_file_finding *finding = (void *)(f->bytes + image_file_findings_at(header));
	const uint32_t texts = header->text_size;
	const struct {
		uint32_t *field;
		uint32_t value;
	} cases[] = {
		{(uint32_t *)&zone->offset, 0},
		{(uint32_t *)&zone->offset, (uint32_t)zone->offset + 8},
		{(uint32_t *)&zone->offset, (uint32_t)f->size / 64 * 64},
		{(uint32_t *)&zone->offset + 1, 1},
		{(uint32_t *)&zone->size, (uint32_t)zone->size + 8},
		{(uint32_t *)&zone->size + 1, UINT32_MAX},
		{&zone->apex, texts},
		{&zone->apex, texts - 1},
		{&zone->apex, zone[-1].apex},
		{&zone->zonemd, 3},
		{&zone->first_file, 3},
		{&zone->file_count, 3},
		{&zone->file_count, UINT32_MAX},
		{&zone->first_finding, 3},
		{&zone->finding_count, 3},
		{&zone->finding_count, UINT32_MAX},
		{&source->path, texts},
		{&finding->severity, 2},
		{&finding->file, texts},
		{&finding->message, UINT32_MAX},
		{&finding->remedy, texts},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		uint32_t good = *cases[i].field;
		*cases[i].field = cases[i].value;
		fixture_digest(f->bytes, f->size);
		fixture_put(f, f->bytes, f->size);
		expect_refusal(f, "image");
		*cases[i].field = good;
	}
	uint8_t *last = f->bytes + image_file_table_end(header) - 1;
	*last = 'x';
	fixture_digest(f->bytes, f->size);
	fixture_put(f, f->bytes, f->size);
	expect_refusal(f, "table is damaged");
	*last = 0;
	fixture_digest(f->bytes, f->size);
	fixture_put(f, f->bytes, f->size);
	image_file_release(open_good(f));
}

/* The last zone cannot be used, and `part` says why; the others are as ever. */
static void
expect_one_lost(const struct fixture *f, const char *part)
{
	struct image_file *file = open_good(f);
	struct image_zone lost = image_file_zone(file, 2);
	assert_null(lost.segment);
	if (!strstr(lost.fault, part))
		fail_msg("expected \"%s\", found \"%s\"", part, lost.fault);
	assert_int_equal(find(file, "b.example"), 2);
	assert_string_equal((const char *)image_file_apex(file, 2), "\1b\7example");
	for (size_t i = 0; i < 2; i++) {
		assert_null(image_file_zone(file, i).fault);
		assert_true(segment_verify(image_file_zone(file, i).segment, NULL));
	}
	image_file_release(file);
}

/* A table that is right about another segment, and any damage to a segment's header. */
static void
test_one_zone_lost(void **state)
{
	struct fixture *f = *state;
	struct image_file_zone *zone =
		(struct image_file_zone *)((struct image_file_header *)(void *)f->bytes + 1) + 2;
	struct image_file_zone good = *zone;
	const struct {
		uint32_t *field;
		uint32_t value;
		const char *part;
	} cases[] = {
		{(uint32_t *)&zone->size, (uint32_t)zone->size - 8, "bytes behind its end"},
		{(uint32_t *)&zone->size, 0, "too short"},
		{(uint32_t *)(void *)zone->digest, 0, "another version"},
		{&zone->serial, 77, "another version"},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		*cases[i].field = cases[i].value;
		fixture_digest(f->bytes, f->size);
		fixture_put(f, f->bytes, f->size);
		expect_one_lost(f, cases[i].part);
		*zone = good;
	}
	fixture_digest(f->bytes, f->size);
	for (size_t at = 0; at < sizeof(struct image_header); at++) {
		uint8_t *byte = f->bytes + zone->offset + at;
		*byte ^= 0x41;
		fixture_put(f, f->bytes, f->size);
		struct image_file *file = open_good(f);
		struct segment *segment = image_file_zone(file, 2).segment;
		/* What it may say and be the same zone is for its digest to find. */
		assert_true(!segment || !segment_verify(segment, NULL));
		image_file_release(file);
		*byte ^= 0x41;
	}
	f->bytes[zone->offset] ^= 1;
	fixture_put(f, f->bytes, f->size);
	expect_one_lost(f, "not an answer image");
}

/* A segment damaged inside opens: that is for the digest to find. */
static void
test_damaged_segment(void **state)
{
	struct fixture *f = *state;
	f->bytes[f->size - 1] ^= 1;
	fixture_put(f, f->bytes, f->size);
	struct image_file *file = open_good(f);
	struct segment *segment = image_file_zone(file, 2).segment;
	assert_int_equal(segment_trust(segment), SEGMENT_UNREAD);
	assert_false(segment_verify(segment, NULL));
	assert_int_equal(segment_trust(segment), SEGMENT_BAD);
	assert_true(segment_verify(image_file_zone(file, 1).segment, NULL));
	image_file_release(file);
}

/* Cut short in place, against all advice: SERVFAIL, and nothing falls. */
static void
test_cut_while_served(void **state)
{
	struct fixture *f = *state;
	struct image_file *file = open_good(f);
	struct segment *segments[FIXTURE_ZONES];
	for (size_t i = 0; i < FIXTURE_ZONES; i++)
		segments[i] = segment_share(image_file_zone(file, i).segment);
	struct served *served = served_new_segments(segments, FIXTURE_ZONES);
	assert_non_null(strstr(served_ask(served, "a.b.b.example. A"), "192.0.2.2"));
	assert_int_equal(truncate(f->path, 1), 0);
	assert_non_null(strstr(served_ask(served, "a.b.b.example. A"), "SERVFAIL"));
	assert_non_null(strstr(served_ask(served, "x.b.example. A do"), "SERVFAIL"));
	assert_int_equal(segment_trust(segments[0]), SEGMENT_BAD);
	assert_false(segment_verify(segments[0], NULL));
	served_free(served);
	image_file_release(file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_contents),      TEST(test_findings),        TEST(test_segments),
		TEST(test_same_file),     TEST(test_no_file),         TEST(test_damaged_table),
		TEST(test_cut),           TEST(test_headers),         TEST(test_hostile_table),
		TEST(test_one_zone_lost), TEST(test_damaged_segment), TEST(test_cut_while_served),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
