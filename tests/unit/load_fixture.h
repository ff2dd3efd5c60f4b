/* SPDX-License-Identifier: BSD-2-Clause */
/* load_fixture.h - what the tests of loads share: configurations of zones, loads, images to damage.
 */
#ifndef ANYNS_TESTS_LOAD_FIXTURE_H
#define ANYNS_TESTS_LOAD_FIXTURE_H

#include "serve_fixture.h"

#include "image/format.h"
#include "serve/load.h"

#define ONE_ZONE  "zones: [{name: a.example, file: a.zone}]\n"
#define TWO_ZONES "zones: [{name: a.example, file: a.zone}, {name: b.example, file: b.zone}]\n"

/* Loads as a server does that has `previous` (may be NULL); it must work. */
static UNUSED struct loaded *
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

static UNUSED const void *
bytes_of(const struct loaded_zone *zone)
{
	size_t size;

	return segment_bytes(zone->segment, &size);
}

/* Changes, in place, the byte that is `back` bytes before the end of a file. */
static UNUSED void
damage_byte(const char *path, long back)
{
	FILE *file = fopen(path, "r+b");
	assert_non_null(file);
	assert_int_equal(fseek(file, -back, SEEK_END), 0);
	int byte = fgetc(file);
	fseek(file, -1, SEEK_CUR);
	fputc(byte ^ 1, file);
	assert_int_equal(fclose(file), 0);
}

/* Changes the last byte of the file of compiled zones at `path`, which is one of its last zone. */
static UNUSED void
damage_last_zone(const char *path)
{
	damage_byte(path, 1);
}

/* Changes the first byte of its last zone: what tells that it is one. */
static UNUSED void
damage_last_header(const char *path)
{
	static const char magic[] = IMAGE_MAGIC;
	const size_t size = sizeof magic - 1;
	char bytes[1 << 16];
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	size_t got = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	size_t at = got - size;
	while (at > 0 && memcmp(bytes + at, magic, size) != 0)
		at--;
	assert_in_range(at, 1, got);
	damage_byte(path, (long)(got - at));
}

#endif
