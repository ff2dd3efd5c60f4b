/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image_fixture.h - image files for tests: a folder of their own, a good file of three zones, its
 * bytes to be damaged.
 */
#ifndef ANYNS_TESTS_IMAGE_FIXTURE_H
#define ANYNS_TESTS_IMAGE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <unistd.h>

#include "anyns/image_file.h"
#include "anyns/name.h"
#include "image/file_format.h"
#include "served.h"

#define UNUSED __attribute__((unused))

enum { FIXTURE_ZONES = 3 };

#define FIXTURE_TEXT(serial)                                                                     \
	"$TTL 300\n@ SOA ns hostmaster " serial " 3600 600 86400 120\n@ NS ns\nns A 192.0.2.1\n" \
	"*.w TXT w\na.b A 192.0.2.2\n"

/* Not in canonical order, so that sorting is seen. */
static const struct served_zone fixture_zones[FIXTURE_ZONES] = {
	{"b.example.", FIXTURE_TEXT("2"), PLAN_NSEC},
	{"example.", FIXTURE_TEXT("1"), PLAN_UNSIGNED},
	{"a.example.", FIXTURE_TEXT("3"), PLAN_NSEC3},
};

struct fixture {
	char folder[32];
	char zone_path[8];
	char path[64];
	struct segment *segments[FIXTURE_ZONES];
	struct image_zone zones[FIXTURE_ZONES];
	struct zone_file files[2];
	struct report report; /* findings of the first zone */
	uint8_t *bytes;       /* of the file as it was written */
	size_t size;
};

static UNUSED void
fixture_read(const char *path, uint8_t **bytes, size_t *size)
{
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	*size = (size_t)ftell(file);
	rewind(file);
	*bytes = malloc(*size);
	assert_non_null(*bytes);
	assert_int_equal(fread(*bytes, 1, *size, file), *size);
	fclose(file);
}

/* Replaces the file, as those who serve it want it: not in place. */
static UNUSED void
fixture_put(const struct fixture *f, const void *bytes, size_t size)
{
	char fresh[96];
	snprintf(fresh, sizeof fresh, "%s.fresh", f->path);
	FILE *file = fopen(fresh, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(rename(fresh, f->path), 0);
}

/* Makes the digest of a damaged table right again, so that what is behind it gets its turn. */
static UNUSED void
fixture_digest(uint8_t *bytes, size_t size)
{
	struct image_file_header *header = (void *)bytes;
	size_t end = image_file_table_end(header);
	if (end > size)
		return;
	memset(header->digest, 0, sizeof header->digest);
	uint8_t digest[IMAGE_DIGEST_SIZE];
	assert_int_equal(EVP_Digest(bytes, end, digest, NULL, EVP_sha256(), NULL), 1);
	memcpy(header->digest, digest, sizeof digest);
}

static UNUSED int
fixture_make(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	assert_non_null(f);
	strcpy(f->folder, "/tmp/anyns-unit-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof f->path, "%s/zones.image", f->folder);
	strcpy(f->zone_path, "b.zone");
	struct place place = {f->zone_path, 3, 1};
	report_add(&f->report, SEVERITY_WARNING, place, "mend it", "%s", "something is odd");
	report_add(&f->report, SEVERITY_WARNING, (struct place){0}, NULL, "%s", "and more");
	f->files[0] = (struct zone_file){.path = f->zone_path,
					 .size = 77,
					 .inode = 5,
					 .device = 6,
					 .modified = {7, 8},
					 .changed = {9, 10},
					 .digest = {11, 12}};
	f->files[1] = (struct zone_file){.size = 3, .inode = 4, .digest = {1}};
	for (size_t i = 0; i < FIXTURE_ZONES; i++) {
		f->segments[i] = served_segment(&fixture_zones[i]);
		f->zones[i] = (struct image_zone){.segment = f->segments[i],
						  .zonemd = ZONEMD_WARN,
						  .expires = INT64_MAX,
						  .recheck = 1000 + (int64_t)i,
						  .records = 5 + (uint32_t)i};
	}
	f->zones[0].files = f->files;
	f->zones[0].file_count = 2;
	f->zones[0].report = &f->report;
	struct report report = REPORT_INIT;
	if (!image_file_write(f->path, f->zones, FIXTURE_ZONES, NULL, &report))
		report_print(&report, stderr);
	assert_int_equal(report.count, 0);
	fixture_read(f->path, &f->bytes, &f->size);
	*state = f;
	return 0;
}

static UNUSED int
fixture_remove(void **state)
{
	struct fixture *f = *state;
	unlink(f->path);
	int left = rmdir(f->folder); /* fails when something was left behind */
	for (size_t i = 0; i < FIXTURE_ZONES; i++)
		segment_release(f->segments[i]);
	report_clear(&f->report);
	free(f->bytes);
	free(f);
	return left;
}

#endif
