/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_image_file.c - damaged image files: whatever opens can be asked anything without a crash.
 *
 * Input: a byte, then 4 bytes for each damage to a good file of three zones: offset (3 bytes) and
 * the new value. Bit 0 of the first byte: the table gets a digest that fits the damage, so that
 * what the table says is looked at. Bit 1: the rest of the input is the table itself, behind a
 * header that fits it. Bit 2: two zones are in the file, not three.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "anyns/image_file.h"
#include "anyns/wire.h"
#include "damage.h"
#include "image/file_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FIX_DIGEST = 1, MADE_UP = 2, TWO_ZONES = 4, ZONES = 3 };

struct bytes {
	uint8_t *at;
	size_t size;
};

#define TEXT "@ 300 SOA ns h 7 3600 600 86400 120\n@ 300 NS ns\nns 300 A 192.0.2.1\n"

static const struct served_zone child = {"sub.example.", TEXT, PLAN_UNSIGNED};

static void
read_back(const char *path, struct bytes *file)
{
	FILE *stream = fopen(path, "rb");
	if (!stream)
		abort();
	file->at = malloc(file->size);
	if (!file->at || fread(file->at, 1, file->size, stream) != file->size)
		abort();
	fclose(stream);
}

static struct bytes
good_file(size_t count)
{
	char path[] = "/tmp/anyns-fuzz-XXXXXX";
	struct report report = REPORT_INIT;
	struct image_zone zones[ZONES] = {
		{.segment = served_segment(&damage_zones[2])},
		{.segment = served_segment(&damage_zones[4])},
		{.segment = served_segment(&child)},
	};
	struct zone_file source = {.path = path, .size = 1, .inode = 2};
	struct bytes file;
	int fd = mkstemp(path);
	if (fd < 0)
		abort();
	close(fd);
	report_add(&report, SEVERITY_WARNING, (struct place){path, 1, 2}, "mend it", "odd");
	zones[0].files = &source;
	zones[0].file_count = 1;
	zones[0].report = &report;
	struct report written = REPORT_INIT;
	uint64_t size;
	if (!image_file_write(path, zones, count, &size, &written))
		abort();
	file.size = size;
	read_back(path, &file);
	unlink(path);
	report_clear(&report);
	for (size_t i = 0; i < ZONES; i++)
		segment_release(zones[i].segment);
	return file;
}

static void
fix_digest(uint8_t *bytes, size_t size)
{
	struct image_file_header header;
	memcpy(&header, bytes, sizeof header);
	uint64_t end = image_file_table_end(&header);
	memset(bytes + offsetof(struct image_file_header, digest), 0, IMAGE_DIGEST_SIZE);
	if (end <= size && EVP_Digest(bytes, end, header.digest, NULL, EVP_sha256(), NULL) == 1)
		memcpy(bytes + offsetof(struct image_file_header, digest), header.digest,
		       IMAGE_DIGEST_SIZE);
}

/* The input as the table; its first bytes say how many there are of each. */
static struct bytes
made_up(const uint8_t *data, size_t size)
{
	struct image_file_header header = {.magic = IMAGE_FILE_MAGIC,
					   .format_version = IMAGE_FILE_VERSION,
					   .byte_order = IMAGE_BYTE_ORDER};
	struct bytes file = {.size = sizeof header + size};
	file.at = calloc(1, file.size);
	if (!file.at)
		abort();
	header.size = file.size;
	header.zone_count = size > 0 ? data[0] % 4 : 0;
	header.file_count = size > 1 ? data[1] % 4 : 0;
	header.finding_count = size > 2 ? data[2] % 4 : 0;
	header.text_size = size > 3 ? data[3] : 0;
	memcpy(file.at, &header, sizeof header);
	if (size > 4)
		memcpy(file.at + sizeof header, data + 4, size - 4);
	return file;
}

static struct bytes
damaged(const uint8_t *data, size_t size)
{
	static struct bytes good[2];
	struct bytes *from = &good[!!(data[0] & TWO_ZONES)];
	if (!from->at)
		*from = good_file(data[0] & TWO_ZONES ? 2 : ZONES);
	struct bytes file = {.size = from->size, .at = malloc(from->size)};
	if (!file.at)
		abort();
	memcpy(file.at, from->at, file.size);
	for (size_t at = 1; at + 4 <= size; at += 4) {
		size_t offset = (size_t)wire_peek_u16(data + at) << 8 | data[at + 2];
		file.at[offset % file.size] = data[at + 3];
	}
	return file;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct damage *damage;
	if (!damage)
		damage = damage_new();
	if (size == 0 || !damage)
		return 0;
	struct bytes file = data[0] & MADE_UP ? made_up(data + 1, size - 1) : damaged(data, size);
	if (data[0] & FIX_DIGEST)
		fix_digest(file.at, file.size);
	damage_ask_file(damage, file.at, file.size);
	free(file.at);
	return 0;
}
